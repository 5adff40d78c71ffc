"""Writes the zips of zip_spec.lua into a directory: ordinary ones, and ones whose headers disagree. Nothing in them runs."""
import io
import pickle
import struct
import sys
import zipfile
import zlib

MARK = b"version https://git-lfs.github.com/spec/v1\nsize 1\n"  # a content whose finding names the member it was found in
out = sys.argv[1]


def save(name, data):
    with open(f"{out}/{name}", "wb") as f:
        f.write(data)


def local(name, data, method=0, flags=0, crc=None, packed=None, size=None, extra=b""):
    crc = zlib.crc32(data) if crc is None else crc
    packed = len(data) if packed is None else packed
    size = len(data) if size is None else size
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, method, 0, 0x21, crc, packed, size, len(name), len(extra)) + name + extra + data


def central(name, data, offset, method=0, flags=0, crc=None, packed=None, size=None, extra=b"", attributes=0):
    crc = zlib.crc32(data) if crc is None else crc
    packed = len(data) if packed is None else packed
    size = len(data) if size is None else size
    return struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, flags, method, 0, 0x21, crc, packed, size, len(name), len(extra), 0, 0, 0,
                       attributes, offset) + name + extra


def end(count, size, offset, comment=b""):
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment


def one(name=b"a.txt", data=MARK, local_changes={}, central_changes={}, local_name=None):
    first = local(local_name or name, data, **local_changes)
    record = central(name, data, 0, **central_changes)
    return first + record + end(1, len(record), len(first))


def archive(members, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as z:
        for name, data in members:
            z.writestr(name, data)
    return buffer.getvalue()


def two(a, b):
    """Two members whose local headers follow each other."""
    return local(*a) + local(*b)


# ordinary
save("stored.zip", archive([("a.txt", MARK), ("dir/b.txt", MARK)]))
for name, method in ("deflate", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA):
    save(f"{name}.zip", archive([("a.txt", MARK * 2000)], method))
save("comment.zip", one()[:-2] + struct.pack("<H", 300) + b"x" * 300)
save("nested.zip", archive([("inner.zip", archive([("a.txt", MARK)]))], zipfile.ZIP_DEFLATED))
save("empty.zip", end(0, 0, 0))
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as z:
    with z.open("a.txt", "w", force_zip64=True) as f:
        f.write(MARK)
save("zip64.zip", buffer.getvalue())
class Pipe(io.RawIOBase):  # cannot seek: zipfile writes data descriptors
    def __init__(self): self.data = b""
    def writable(self): return True
    def write(self, data): self.data += bytes(data); return len(data)
pipe = Pipe()
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a.txt", MARK)
    z.writestr("b.txt", MARK)
save("descriptor.zip", pipe.data)
first = local(b"a.txt", MARK)
record = central(b"a.txt", MARK, 0)
directory = first + record
end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(record), len(first))
save("end64.zip", directory + end64 + struct.pack("<4sIQI", b"PK\6\7", 0, len(directory), 1) + end(0xffff, 0xffffffff, 0xffffffff))
far = bytes(200000) + end64  # where only the locator finds it, and too far away to be read along
save("end64-far.zip", directory + far + bytes(100) + struct.pack("<4sIQI", b"PK\6\7", 0, len(directory) + 200000, 1) + end(0xffff, 0xffffffff, 0xffffffff))

# headers that disagree
save("name.zip", one(local_name=b"b.txt"))
save("encrypted.zip", one(central_changes={"flags": 1}, local_changes={"flags": 1}))
save("encrypted-once.zip", one(central_changes={"flags": 1}))
save("crc.zip", one(central_changes={"crc": 1}))
packed = zlib.compress(MARK * 9)[2:-4]
save("method.zip", one(data=packed, local_changes={"method": 8}))
save("method-unknown.zip", one(central_changes={"method": 97}, local_changes={"method": 97}))
save("size.zip", one(central_changes={"packed": 4}))
save("stored-sizes.zip", one(central_changes={"packed": 4}, local_changes={"packed": 4}))
cut = central(b"a.txt", MARK, 0, extra=b"\1\0\4\0abcd")
save("cut-record.zip", local(b"a.txt", MARK) + cut[:-6] + end(1, len(cut) - 6, len(local(b"a.txt", MARK))))
save("no-local.zip", b"junk" * 20 + one()[80:])
body, record = local(b"a.txt", MARK), central(b"a.txt", MARK, 0)
save("duplicate.zip", body + body + record + central(b"a.txt", MARK, len(body)) + end(2, 2 * len(record), 2 * len(body)))
for label, names in (("slash", ["d/a.txt", "d\\a.txt"]), ("dot", ["d/a.txt", "./d//a.txt"]), ("nul", ["a.txt", "a.txt\0.png"]), ("case", ["a.txt", "A.txt"])):
    bodies = [local(name.encode(), MARK) for name in names]
    records = [central(name.encode(), MARK, index * len(bodies[0])) for index, name in enumerate(names)]
    save(f"same-{label}.zip", b"".join(bodies + records) + end(2, len(b"".join(records)), len(b"".join(bodies))))
save("same-case.pt", archive([("m/data.pkl", pickle.dumps([1])), ("m/data/0", b"\0" * 8), ("m/DATA/0", b"\0" * 8)]))
save("overlap.zip", body + record + central(b"b.txt", MARK, 10) + record + end(3, 3 * len(record), len(body)))
shared = [central(b"%d.py" % i, b"x = 1\n" * 50000, 0) for i in range(500)]
packed = local(b"0.py", b"x = 1\n" * 50000)
save("shared.zip", packed + b"".join(shared) + end(500, sum(map(len, shared)), len(packed)))
save("traversal.zip", archive([("../../etc/passwd", MARK)]))
save("traversal-inside.zip", archive([("a/../b.txt", MARK)]))
save("symlink.zip", one(central_changes={"attributes": 0xa1ff0000}))

asking = b"\x09\x14\5\0]" + struct.pack("<I", 1 << 30) + bytes(20)  # LZMA with a dictionary of a gigabyte
save("window.zip", one(data=asking, central_changes={"method": 14}, local_changes={"method": 14}))

# bytes around
hidden = local(b"hidden.txt", MARK)
shown = local(b"shown.txt", b"hello world")
record = central(b"shown.txt", b"hello world", len(hidden))
save("hidden-first.zip", hidden + shown + record + end(1, len(record), len(hidden + shown)))
record = central(b"shown.txt", b"hello world", 0)
save("hidden-last.zip", shown + hidden + record + end(1, len(record), len(hidden + shown)))
streamed = local(b"hidden.txt", zlib.compress(MARK * 9)[2:-4], method=8, flags=8, crc=0, packed=0, size=0)
save("hidden-streamed.zip", shown + streamed + record + end(1, len(record), len(shown + streamed)))
empty = local(b"hidden.txt", b"")
save("hidden-empty.zip", shown + empty + record + end(1, len(record), len(shown + empty)))
described = local(b"shown.txt", b"hello world", flags=8) + struct.pack("<4s3I", b"PK\7\10", 1, 2, 3)  # which says nothing that is so
described_record = central(b"shown.txt", b"hello world", 0, flags=8)
save("hidden-described.zip", described + hidden + described_record + end(1, len(described_record), len(described + hidden)))
save("gap.zip", shown + b"\1" * 5 + MARK + record + end(1, len(record), len(shown) + 5 + len(MARK)))
save("padded.zip", shown + b"\0" * 300 + record + end(1, len(record), len(shown) + 300))
save("trailing.zip", one(data=b"hello") + MARK)
save("prefixed.zip", local(b"x", b"y") + one())
save("no-end.zip", two((b"a.txt", MARK), (b"b.txt", MARK)))
save("cut.zip", archive([("a.txt", MARK), ("b.bin", b"\1" * 5000)])[:3000])

# two ends: zipfile takes the last one, others the one whose comment reaches the end
good = one(data=b"hello")
other = one(name=b"other.txt")
save("two-ends.zip", good[:-2] + struct.pack("<H", len(other)) + other)
commented = other[:-2] + struct.pack("<H", 1) + b"x"
save("two-ends-commented.zip", good[:-2] + struct.pack("<H", len(commented)) + commented)
# two directories: by the offset, and by the place before the end record
real, fake = local(b"real.txt", MARK), local(b"fake.txt", b"hello")
a, b = central(b"real.txt", MARK, 0), central(b"fake.txt", b"hello", len(real))
save("two-directories.zip", real + fake + a + b + end(1, len(a), len(real + fake)))

# what one reader follows and others do not
first = local(b"a.txt", MARK)
wide = struct.pack("<HHQ", 1, 8, 0xffffffff) + struct.pack("<HHQ", 1, 8, 0)  # zipfile takes the second for what the first says is elsewhere
record = central(b"a.txt", MARK, 0xffffffff, extra=wide)
save("two-extras.zip", first + record + end(1, len(record), len(first)))
record = central(b"a.txt", MARK, 0)
save("no-size.zip", first + record + end(1, 0, len(first)))  # Go counts records
save("locator-astray.zip", first + record + struct.pack("<4sIQI", b"PK\6\7", 0, 3, 1) + end(0xffff, len(record), len(first)))
record = central(b"b.txt", MARK, 1)  # leads into the middle of a member that has none
save("record-astray.zip", first + record + end(1, len(record), len(first)))
outer = local(b"a.bin", local(b"inner.txt", MARK))
record = central(b"inner.txt", MARK, len(local(b"a.bin", b"")))
save("far-end.zip", outer + record + end(1, len(record), len(outer)) + b"\1" * 68000)

# kinds
save("torch.pt", archive([("m/data.pkl", pickle.dumps([1, 2])), ("m/version", "3\n")]))
save("script.pt", archive([("m/data.pkl", pickle.dumps([1])), ("m/code/__torch__.py", "x = 1\n"), ("m/constants.pkl", pickle.dumps(()))]))
save("arrays.npz", archive([("a.npy", b"\x93NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }".ljust(127) + b"\n")]))
save("model.keras", archive([("config.json", "{}"), ("metadata.json", "{}"), ("model.weights.h5", b"\x89HDF\r\n\x1a\n")]))
