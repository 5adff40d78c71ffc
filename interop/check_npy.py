"""What NumPy writes hugh calls safe, and what hugh calls safe NumPy reads, without pickles and to the last byte.

Arrays are written, then their headers mutated and the files cut; both judge the same bytes. Arguments: how many (default 6000), the seed
(default 1).
"""

import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

BATCH = 2000
PLAIN = ["<f4", ">f8", "|b1", "<i8", ">u2", "|S3", "<U2", "<M8[25us]", "<m8", "<c16", "|V5", "<f2"]
ODD = [b"'", b'"', b"(", b")", b"[", b"]", b",", b":", b"{", b"}", b"O", b"|", b" ", b"\n", b"\\x4f", b"L", b"0", b"9", b"-1", b"None", b"True", b"u'", b"b'",
       b"#", b"'O'", b"1e3", b"0x1", b"1_0", b"()", b"(2,)", b"'descr'", b"\x00", b"\xe9"]


def dtype(random_, depth=0):
    kind = random_.random()
    if kind < 0.6 or depth == 2:
        return np.dtype(random_.choice(PLAIN))
    fields = [(random_.choice(["x", "é", ("title", "t"), "a b"]) if index == 0 else f"f{index}", dtype(random_, depth + 1)) +
              ((random_.choice([2, (2, 3)]),) if random_.random() < 0.3 else ()) for index in range(random_.randrange(1, 4))]
    return np.dtype(fields, align=random_.random() < 0.3)


def write(random_):
    shape = tuple(random_.choice([0, 1, 2, 3]) for _ in range(random_.randrange(4)))
    array = np.zeros(shape, dtype(random_), order=random_.choice("CF"))
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.lib.format.write_array(out, array, version=random_.choice([None, (2, 0), (3, 0)]))
    return out.getvalue()


def mutate(random_, data):
    kind = random_.randrange(4)
    if kind == 0:
        return data[:random_.randrange(10, len(data))] if len(data) > 10 else data
    if kind == 1:
        return data + b"\0" * random_.choice([1, 8])
    at = random_.randrange(10, 70)
    token = random_.choice(ODD)
    return data[:at] + token + data[at + (len(token) if kind == 2 else 0):]


def reads(path):
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            while file.peek(1):
                np.lib.format.read_array(file, allow_pickle=False)
        return True
    except Exception:  # NumPy raises whatever its parts raise
        return False


def main():
    count, seed = (int(value) for value in (sys.argv[1:] + ["6000", "1"][len(sys.argv) - 1:]))
    random_ = random.Random(seed)
    disagreements = safe = 0
    for start in range(0, count, BATCH):
        folder, written = Path(tempfile.mkdtemp()), set()
        for index in range(start, min(start + BATCH, count)):
            path, data = folder / f"{index}.npy", write(random_)
            if random_.random() < 0.3:
                written.add(path.name)
            else:
                data = mutate(random_, data)
            path.write_bytes(data)
        out = subprocess.run(["bin/hugh", "scan", "--json", folder], capture_output=True, text=True, check=False).stdout
        for report in json.loads(out)["files"]:
            path, verdict = folder / Path(report["path"]).name, report["safety"]
            if any(finding["id"] == "npy.object" for finding in report["findings"]):
                continue  # a pickle: another matter
            safe += verdict == "safe"
            if verdict == "safe" and not reads(path) or path.name in written and verdict != "safe":
                disagreements += 1
                if disagreements <= 10:
                    reason = report["findings"][0]["message"] if report["findings"] else "no finding"
                    print(f"hugh says {verdict} ({reason}), NumPy {'reads' if reads(path) else 'refuses'}: {path.read_bytes()!r}")
        shutil.rmtree(folder)
    print(f"{count} files, {safe} called safe, {disagreements} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
