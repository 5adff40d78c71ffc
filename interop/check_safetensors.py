"""hugh calls a safetensors file safe if and only if the reference library loads it, with one exception: a name that occurs
twice in a header. The reference lets the last one win, other readers may not, so hugh must not call such a file safe.

Headers are generated, mutated and cut; both judge the same files. Arguments: how many (default 20000), the seed (default 1).
"""

import json
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors import SafetensorError, safe_open

BATCH = 2000
DTYPES = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4,
          "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8, "C64": 8}
ODD_TOKENS = ["null", "true", "-1", "1.0", "1e2", "01", "18446744073709551615", "18446744073709551616", "[]", "{}", '"x"', '"\\ud800"',
              '"\\u0000"', "[[1]]", " ", "\t", "\n", ",", "}", '"', "\\", "é", "\ufeff", '"dtype":"F32",', '"F4"', '"__metadata__"']


def tensors(random_):
    """A valid header as a list of (name, entry), and the length of its buffer."""
    entries, offset = [], 0
    for index in range(random_.randrange(4)):
        dtype = random_.choice(list(DTYPES))
        shape = [random_.choice([0, 1, 2, 3]) for _ in range(random_.randrange(4))]
        size = DTYPES[dtype]
        for side in shape:
            size *= side
        entries.append((f"t{index}", {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + size]}))
        offset += size
    random_.shuffle(entries)
    if random_.random() < 0.3:
        entries.append(("__metadata__", {"format": "pt"}))
    return entries, offset


def spoil(random_, entries):
    """Change one thing about the meaning."""
    named = [entry for entry in entries if entry[0] != "__metadata__"]
    if not named:
        return
    entry = random_.choice(named)[1]
    kind = random_.randrange(6)
    if kind == 0:
        entry["data_offsets"][random_.randrange(2)] += random_.choice([-1, 1, 4, 1 << 63])
    elif kind == 1:
        entry["dtype"] = random_.choice([*DTYPES, "f32", "", "F4", "F6_E2M3"])
    elif kind == 2:
        entry["shape"].append(random_.choice([0, 1, 2, 1 << 62, -1]))
    elif kind == 3:
        entry[random_.choice(["extra", "Dtype"])] = 1
    elif kind == 4:
        del entry[random_.choice(list(entry))]
    else:
        entries.append(random_.choice(named))


def case(random_):
    entries, size = tensors(random_)
    if random_.random() < 0.4:
        spoil(random_, entries)
    header = "{" + ",".join(f"{json.dumps(name)}:{json.dumps(entry)}" for name, entry in entries) + "}"
    if random_.random() < 0.4:
        at = random_.randrange(len(header) + 1)
        header = header[:at] + random_.choice(ODD_TOKENS) + header[at + random_.choice([0, 0, 1, 2]):]
    data = header.encode("utf-8", "surrogatepass")
    if random_.random() < 0.1:
        at = random_.randrange(len(data))
        data = data[:at] + bytes([random_.randrange(256)]) + data[at + 1:]
    data += b" " * random_.choice([0, 0, 0, 1, 8])
    length = len(data) + random_.choice([0] * 30 + [1, -1, 8, 1 << 40])
    size += random_.choice([0] * 30 + [1, -1])
    return struct.pack("<Q", max(length, 0)) + data + b"\0" * max(size, 0)


def reference_accepts(path):
    try:
        with safe_open(path, framework="np"):
            return True
    except (SafetensorError, OSError):
        return False


def repeats_a_name(path):
    """Whether an object in the header, read as any JSON, has a name twice."""
    repeated = False

    def pairs(items):
        nonlocal repeated
        repeated = repeated or len({name for name, _ in items}) < len(items)
        return dict(items)

    data = path.read_bytes()
    try:
        json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]], object_pairs_hook=pairs)
    except (ValueError, OverflowError):
        pass
    return repeated


def hugh_reports(folder):
    out = subprocess.run(["bin/hugh", "scan", "--json", folder], capture_output=True, text=True, check=False).stdout
    return {Path(file["path"]).name: file for file in json.loads(out)["files"]}


def main():
    count, seed = (int(value) for value in (sys.argv[1:] + ["20000", "1"][len(sys.argv) - 1:]))
    random_ = random.Random(seed)
    disagreements = accepted = 0
    for start in range(0, count, BATCH):
        folder = Path(tempfile.mkdtemp())
        for index in range(start, min(start + BATCH, count)):
            (folder / f"{index}.safetensors").write_bytes(case(random_))
        reports = hugh_reports(folder)
        for path in sorted(folder.iterdir()):
            accepts, report = reference_accepts(path), reports[path.name]
            accepted += accepts
            if (accepts and not repeats_a_name(path)) != (report["safety"] == "safe"):
                disagreements += 1
                if disagreements <= 10:
                    reason = report["findings"][0]["message"] if report["findings"] else "no finding"
                    print(f"the reference {'accepts' if accepts else 'refuses'}, hugh says {report['safety']} ({reason}): {path.read_bytes()!r}")
        shutil.rmtree(folder)
    print(f"{count} files, {accepted} accepted by the reference, {disagreements} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
