"""Writes the tars of tar_spec.lua into a directory. Nothing in them runs."""
import gzip
import io
import pickle
import random
import sys
import tarfile

MARK = b"version https://git-lfs.github.com/spec/v1\nsize 1\n"
out = sys.argv[1]


class Runs:
    def __reduce__(self):
        import os
        return os.system, ("true",)


def write(name, members, form=tarfile.PAX_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for path, data in members:
            info = tarfile.TarInfo(path)
            if isinstance(data, tuple):
                info.type, info.linkname = data
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    save(name, buffer.getvalue())
    return buffer.getvalue()


def save(name, data):
    with open(f"{out}/{name}", "wb") as f:
        f.write(data)


long_name = "d/" * 150 + "a.txt"
for name, form in ("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT):
    write(f"{name}.tar", [("a.txt", MARK), ("b/c.txt", MARK)], form)
write("long-gnu.tar", [(long_name, MARK)], tarfile.GNU_FORMAT)
plain = write("long-pax.tar", [(long_name, MARK)])
big = bytes(random.Random(1).randbytes(1 << 20))
save("big.tar.gz", gzip.compress(write("big.tar", [("big.bin", big), ("a.txt", MARK)])))
write("paths-out.tar", [(path, b"x") for path in ("../a", "a/../b", "a/..", "..", "/a", "\\a", "a\\..\\b", "C:a")])
write("paths-in.tar", [(path, b"x") for path in ("a", "..a", "a..", "a/..b", "a/b../c", "...", "ab:c", "a/.b")])
write("link.tar", [("a", (tarfile.SYMTYPE, "b")), ("c", (tarfile.LNKTYPE, "b"))])
write("link-out.tar", [("a", (tarfile.SYMTYPE, "/etc/passwd"))])
write("link-out-long.tar", [("a", (tarfile.SYMTYPE, "d/" * 60 + "../b"))], tarfile.GNU_FORMAT)
write("link-out-pax.tar", [("a", (tarfile.SYMTYPE, "d/" * 60 + "../b"))])
write("device.tar", [("a", (tarfile.CHRTYPE, "")), ("b.txt", MARK)])
save("cut.tar", plain[:2060])
three = write("three.tar", [("a.txt", MARK), ("b.txt", MARK), ("c.txt", MARK)])
save("damaged.tar", three[:1024] + b"damage".ljust(512, b"!") + three[1536:])
block = three[1024:1024 + 148] + b" " * 8 + b"S" + three[1024 + 157:1536]
save("sparse.tar", three[:1024] + block[:148] + b"%06o\0 " % sum(block) + block[156:] + three[1536:])
save("garbage.tar", plain + b"garbage".ljust(512, b"!"))
save("trailing.tar", write("plain.tar", [("a.txt", b"hello")]) + write("plain.tar", [("b.txt", MARK)]))
far = b"S'" + b"x" * 5000 + b"'\n0cos\nsystem\n(S'true'\ntR."  # its head could be any text
for name in ("pickle", "storages", "tensors", "sys_info"):
    write(f"model-{name}.tar", [(name, far)])
write("model.tar", [("sys_info", pickle.dumps({})), ("storages", pickle.dumps(0, 2)), ("pickle", pickle.dumps(Runs(), 0).replace(b"posix", b"os"))])
