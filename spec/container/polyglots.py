"""Writes the files of polyglot_spec.lua into a directory: each is two things at once. Nothing in them runs."""
import gzip
import io
import pickle
import struct
import sys
import tarfile
import zipfile

out = sys.argv[1]
MARK = b"version https://git-lfs.github.com/spec/v1\nsize 1\n"  # a content whose finding names the member it was found in
SYSTEM = b"cos\nsystem\n(S'true'\ntR."


def save(name, data):
    with open(f"{out}/{name}", "wb") as f:
        f.write(data)


def zip_of(path, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr(path, data)
    return buffer.getvalue()


def header(name, size, magic=b"ustar\x0000"):
    """A tar header by hand: `magic` b"" makes it one of the old format, which only its checksum tells."""
    fields = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"0" * 11 + b"\0" + b" " * 8 + b"0"
    block = (fields.ljust(257, b"\0") + magic).ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def tar_of(name, data, **rest):
    return header(name, len(data), **rest) + data + bytes(-len(data) % 512) + bytes(1024)


# a zip at the end
appended = zip_of("m/data.pkl", SYSTEM)
save("pickle-zip.pt", pickle.dumps([1, 2], 2) + appended)
save("text-zip.mar", b"just some text\n" * 300 + zip_of("a.txt", MARK))
save("image-zip.bin", b"\x89PNG\r\n\x1a\n" + bytes(300) + zip_of("a.txt", MARK))
save("commented-zip.bin", b"\x89PNG\r\n\x1a\n" + bytes(300) + appended[:-2] + struct.pack("<H", 60000) + b"x" * 60000)
save("unknown-zip", bytes(range(200, 256)) * 9 + zip_of("a.txt", MARK))
save("unknown-zip.h5", bytes(range(200, 256)) * 9 + zip_of("a.txt", MARK))
save("image-zip.gz", gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(300000) + zip_of("a.txt", MARK)))
save("pickle-zip.pkl.gz", gzip.compress(pickle.dumps([1, 2], 2) + zip_of("a.txt", MARK)))
save("inside.zip", zip_of("image-zip.bin", b"\x89PNG\r\n\x1a\n" + bytes(300) + zip_of("a.txt", MARK)))
save("no-zip.bin", b"\x89PNG\r\n\x1a\n" + bytes(300) + b"PK\5\6" + bytes(100))
tensor = zip_of("a.txt", MARK)
text = b'{"t":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (len(tensor), len(tensor))
save("tensor.safetensors", struct.pack("<Q", len(text)) + text + tensor)
save("tensor.bin", struct.pack("<Q", len(text)) + text + tensor)

# a tar by its checksum alone
save("old.tar", tar_of(b"a.txt", MARK, magic=b""))
save("old.model", tar_of(b"a.txt", MARK, magic=b""))
save("pickle-tar.pkl", tar_of(b"\x80\x02" + SYSTEM, MARK))
save("pickle-tar-0.bin", tar_of(SYSTEM, MARK))
save("not-a-tar.pkl", (b"\x80\x02X\xff\0\0\0".ljust(257, b"x") + b"ustar").ljust(262, b"x") + b"0" + SYSTEM)

# a pickle behind the mark of something else
save("gif.bin", b"GIF89a\1\0\1" + SYSTEM)
save("gif-long.bin", b"GIF89a\1\0\1X" + struct.pack("<I", 9000) + bytes(9000) + SYSTEM)
save("tflite.bin", b"\x80\x02U\4TFL3" + SYSTEM)
save("gif", b"GIF89a\1\0\1\0\xf0\0\0" + bytes(100))
save("no-proto.bin", b"\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.")
save("long.gz", gzip.compress(b"T" + struct.pack("<I", 9000) + bytes(9000) + SYSTEM))
def several(name, data):
    archived = io.BytesIO()
    with tarfile.open(fileobj=archived, mode="w") as tar:
        for i in range(4):
            info = tarfile.TarInfo(f"{i}{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(archived.getvalue())


save("pickles.tar.gz", several(".pkl", pickle.dumps([[1.5] * 50000])))
save("zips.tar.gz", several(".zip", zip_of("a.txt", b"text " * 90000)))
save("words.gz", gzip.compress(b"The first word is an opcode, and what follows it a length.\n" * 200))
save("words", b"(c) 2020 the authors\nVersion 1\nconda\ninstall\n")
