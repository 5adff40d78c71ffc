"""Damaged archives, and which of their members Python reads all the same: python3 archive_oracle.py zip|tar seed count.

Every member holds a pickle that names a global of its own, `x<number>.f`. A line per archive: its bytes in hex, and the numbers of the
members that zipfile or tarfile hands out whole. spec/container/oracle_spec.lua expects each of those globals in hugh's report.
"""
import io
import itertools
import random
import sys
import tarfile
import warnings
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "fixtures/hostile"))
import assemble

INTERESTING = [0, 1, 2, 3, 8, 9, 12, 14, 20, 0x20, 0x30, 0x31, 0x37, 0x40, 0x50, 0x7F, 0x80, 0xFE, 0xFF]
NAMES = ["archive/data.pkl", "archive/version", "archive/data/0", "a.txt", "w.bin", "config.json", "x", "a/b", "../up", "A.TXT"]


def payload(number, random_):
    """A pickle, and perhaps something behind it."""
    return b"\x80\x02cx%d\nf\n)R." % number + bytes(random_.choice([0, 0, 1, 3, 600]))


# ------------------------------------------------------------------------ zip

LIES = [{"local": "archive/x"}, {"local_size": 0}, {"local_method": 8}, {"crc": 7}, {"flags": 8}, {"flags": 1}, {"local_flags": 8},
        {"flags": 0x40}, {"extra": b"\1\0\4\0abcd"}, {"extra": b"\1\0\x10\0" + b"\xff" * 16}, {"in_central": False}, {"size": 9}, {"size": 0xFFFFFFFF}]


def zip_once(random_, first):
    archive = assemble.Zip(random_.choice([b"", b"", b"x" * 40, b"PK\3\4" + bytes(60), b"\x80\2N." + bytes(90)]))
    count = random_.randrange(1, 5)
    for number in range(first, first + count):
        lies = random_.choice(LIES) if random_.random() < 0.2 else {}
        archive.add(random_.choice(NAMES), payload(number, random_), method=random_.choice([0, 0, 8]), **lies)
    suffix = random_.choice([b"", b"", b"", b"tail", b"PK\5\6" + bytes(18)])
    whole = archive.done(suffix=suffix, comment=random_.choice([b"", b"", b"note", b"PK\5\6" + bytes(18)]))
    return whole, count


def zips(random_, first):
    whole, count = zip_once(random_, first)
    if random_.random() < 0.1:
        other, more = zip_once(random_, first + count)
        whole, count = whole + other, count + more
    data = bytearray(whole)
    for _ in range(random_.choice([0, 1, 1, 2])):  # where it matters: near a signature, which begins every record
        starts = [at for at in range(len(data) - 1) if data[at:at + 2] == b"PK"]
        if starts:
            at = min(random_.choice(starts) + random_.randrange(46), len(data) - 1)
            data[at] = random_.choice(INTERESTING)
    if random_.random() < 0.05:
        del data[random_.randrange(len(data)):]
    return bytes(data), range(first, first + count)


def zip_contents(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            try:
                yield archive.read(member)
            except Exception:  # one bad member does not keep a loader from the others
                continue


# ------------------------------------------------------------------------ tar

def checked(block):
    """The header with its checksum set right."""
    block = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def pax_records(random_, size):
    records = [random_.choice([("path", "renamed"), ("size", str(size)), ("size", "5"), ("size", "0"), ("mtime", "1.5"), ("size", "x"), ("size", " 7"),
                               ("GNU.sparse.major", "1"), ("GNU.sparse.map", "0,9"), ("GNU.sparse.size", "20"), ("comment", "a=b")])
               for _ in range(random_.randrange(1, 3))]
    out = b""
    for key, value in records:
        rest = f" {key}={value}\n".encode()
        out += b"%d" % (len(rest) + 2 if len(rest) + 2 > 9 else len(rest) + 1) + rest
    return out


def tars(random_, first):
    buffer = io.BytesIO()
    count = random_.randrange(1, 5)
    form = random_.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for number in range(first, first + count):
            data = payload(number, random_)
            info = tarfile.TarInfo(random_.choice(NAMES) if random_.random() < 0.8 or form == tarfile.USTAR_FORMAT else "d/" * 90 + "long")
            if random_.random() < 0.1:
                records = pax_records(random_, len(data))
                about = tarfile.TarInfo("about")
                about.type, about.size = random_.choice([b"x", b"x", b"g", b"X"]), len(records)
                archive.addfile(about, io.BytesIO(records))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
            if random_.random() < 0.1:
                info = tarfile.TarInfo("link")
                info.type, info.linkname = random_.choice([(tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "a.txt"), (tarfile.CHRTYPE, ""), (tarfile.DIRTYPE, "")])
                archive.addfile(info)
    data = bytearray(buffer.getvalue().rstrip(b"\0"))
    data += bytes(-len(data) % 512 + random_.choice([0, 512, 1024, 1024]))
    for _ in range(random_.choice([0, 1, 1, 2])):
        headers = [at for at in range(0, len(data), 512) if data[at + 257:at + 262] == b"ustar"]
        if not headers:
            break
        at = random_.choice(headers)
        field = random_.choice([0, 99, 124, 126, 130, 133, 134, 135, 148, 154, 156, 156, 156, 157, 257, 345, 482, 483, 494])
        data[at + field] = random_.choice(list(b"\0 01234567xgLKSXDNAVM9-_o\x80\xff"))
        if random_.random() < 0.9:
            data[at:at + 512] = checked(bytes(data[at:at + 512]))
    if random_.random() < 0.05:
        del data[random_.randrange(len(data)):]
    return bytes(data), range(first, first + count)


def tar_contents(data):
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in itertools.islice(archive, 50):  # a negative size sends tarfile round in circles
            try:
                file = archive.extractfile(member)
                if file is not None:
                    yield file.read(4096)  # a sparse one may claim any size
            except Exception:
                continue


MAKERS = {"zip": (zips, zip_contents), "tar": (tars, tar_contents)}


def yielded(contents, data, numbers):
    """Which of the payloads come out, at the start of a member."""
    found = set()
    try:
        for content in contents(data):
            found.update(number for number in numbers if content.startswith(b"\x80\x02cx%d\nf\n)R." % number))
    except Exception:  # the reader gives up here; what it gave before counts
        pass
    return sorted(found)


def main():
    kind, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    warnings.simplefilter("ignore")
    make, contents = MAKERS[kind]
    random_ = random.Random(f"{kind}-{seed}")
    number = 0
    for _ in range(count):
        data, numbers = make(random_, number)
        number = numbers[-1] + 1
        print(data.hex(), *yielded(contents, data, numbers), sep="\t")


if __name__ == "__main__":
    main()
