"""Whatever a real zip reader hands out, hugh has scanned: Python's zipfile, and PyTorch's reader where torch is installed.

Archives with a pickle that calls os.system are damaged at random: in their headers, their directory, their end. Where a
reader still yields that pickle whole, os.system must be in hugh's report. Arguments: how many (default 4000), the seed (1).
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, "spec/fixtures/hostile")
import assemble

try:
    from torch._C import PyTorchFileReader
except ImportError:
    PyTorchFileReader = None

BATCH = 1000
PAYLOAD = assemble.system(2)
INTERESTING = [0, 1, 2, 8, 9, 12, 14, 20, 0x20, 0x40, 0x50, 0x7F, 0x80, 0xFE, 0xFF]


def archive(random_):
    data = PAYLOAD + bytes(random_.randrange(3))
    method = random_.choice([0, 0, 8])
    zip_ = assemble.Zip(random_.choice([b"", b"", b"", b"x" * 40, b"PK\x03\x04" + b"\0" * 60]))
    members = [("archive/data.pkl", data), ("archive/version", b"3\n"), ("archive/data/0", b"\0" * 8)]
    if random_.random() < 0.3:
        members.append(("archive/data.pkl", b"N."))
    random_.shuffle(members)
    for path, content in members:
        lies = {}
        if random_.random() < 0.2:
            lies = random_.choice([{"local": "archive/x"}, {"local_size": 0}, {"local_method": 8}, {"crc": 7}, {"flags": 8}, {"flags": 1},
                                   {"local_flags": 8}, {"extra": b"\1\0\4\0abcd"}, {"in_central": False}])
        zip_.add(path, content, method=method, **lies)
    whole = zip_.done(suffix=random_.choice([b"", b"", b"tail", b"PK\x05\x06" + b"\0" * 18]), comment=random_.choice([b"", b"", b"note"]))
    return damage(random_, whole)


def damage(random_, data):
    data = bytearray(data)
    for _ in range(random_.choice([0, 0, 1, 1, 2])):
        # Where it matters: near a signature, which begins every record.
        starts = [at for at in range(len(data) - 1) if data[at:at + 2] == b"PK"]
        if not starts:
            break
        at = min(random_.choice(starts) + random_.randrange(46), len(data) - 1)
        data[at] = random_.choice(INTERESTING)
    if random_.random() < 0.05:
        del data[random_.randrange(len(data)):]
    return bytes(data)


def zipfile_yields(path):
    try:
        with zipfile.ZipFile(path) as archive_:
            members = archive_.infolist()
            for member in members:
                try:
                    if PAYLOAD in archive_.read(member):
                        return True
                except Exception:  # one bad member does not keep a loader from the others
                    continue
    except Exception:
        pass
    return False


def torch_yields(path):
    try:
        reader = PyTorchFileReader(str(path))
        return any(PAYLOAD in bytes(reader.get_record(name)) for name in reader.get_all_records())
    except Exception:
        return False


def main():
    count, seed = (int(value) for value in (sys.argv[1:] + ["4000", "1"][len(sys.argv) - 1:]))
    random_ = random.Random(seed)
    yielded = missed = 0
    for start in range(0, count, BATCH):
        folder = Path(tempfile.mkdtemp())
        for index in range(start, min(start + BATCH, count)):
            (folder / f"{index}.pt").write_bytes(archive(random_))
        out = subprocess.run(["bin/hugh", "scan", "--json", folder], capture_output=True, text=True, check=False).stdout
        for file in json.loads(out)["files"]:
            path = Path(file["path"])
            readers = [("zipfile", zipfile_yields(path))]
            if PyTorchFileReader:
                readers.append(("torch", torch_yields(path)))
            by = [name for name, yields in readers if yields]
            yielded += bool(by)
            if by and not any(found["module"] == "os" and found["name"] == "system" for found in file["globals"]):
                missed += 1
                if missed <= 5:
                    print(f"{' and '.join(by)} read the pickle, hugh says {file['safety']} ({file['kind']}): {path.read_bytes().hex()}")
        shutil.rmtree(folder)
    print(f"{count} archives, {yielded} whose pickle a reader hands out, {missed} missed by hugh" + ("" if PyTorchFileReader else " (without torch)"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
