"""Writes the 7z archives of sevenzip_spec.lua into a directory, byte by byte: Debian's python3 has no writer for them."""
import bz2
import lzma
import struct
import sys
import zlib

MARK = b"version https://git-lfs.github.com/spec/v1\nsize 1\n"  # a content whose finding names the member it was found in
out = sys.argv[1]

LZMA1, LZMA2 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}, {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}
METHODS = {  # what packs, and the number of steps with the flags, id and properties of each
    "copy": (lambda data: data, b"\x01\x01\x00"),
    "lzma": (lambda data: lzma.compress(data, lzma.FORMAT_RAW, filters=[LZMA1]), b"\x01\x23\x03\x01\x01\x05\x5d\x00\x00\x01\x00"),
    "lzma2": (lambda data: lzma.compress(data, lzma.FORMAT_RAW, filters=[LZMA2]), b"\x01\x21\x21\x01\x08"),
    "deflate": (lambda data: zlib.compress(data)[2:-4], b"\x01\x03\x04\x01\x08"),
    "bzip2": (bz2.compress, b"\x01\x03\x04\x02\x02"),
    "aes": (lambda data: data, b"\x01\x24\x06\xf1\x07\x01\x01\x00"),
    "filtered": (lambda data: lzma.compress(data, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_X86}, LZMA2]),
                 b"\x02\x04\x03\x03\x01\x03\x21\x21\x01\x08\x00\x01"),
    "large": (lambda data: lzma.compress(data, lzma.FORMAT_RAW, filters=[LZMA2]), b"\x01\x21\x21\x01\x26"),
    "wrong": (lambda data: data, b"\x01\x23\x03\x01\x01\x05\xff\x00\x00\x01\x00"),
}


def number(value):
    for extra in range(9):
        if value < 1 << (7 * extra + 7) or extra == 8:
            first = (0xFF00 >> extra & 0xFF) | (value >> 8 * extra if extra < 8 else 0)
            return bytes([first]) + (value & (1 << 8 * extra) - 1).to_bytes(extra, "little")


def streams(at, folders, divided=True):
    """folders: (coder, packed size, sizes of the files)"""
    packed = b"\x06" + number(at) + number(len(folders)) + b"\x09" + b"".join(number(size) for _, size, _ in folders) + b"\0"
    coders = b"\x07\x0b" + number(len(folders)) + b"\0" + b"".join(coder for coder, _, _ in folders)
    coders += b"\x0c" + b"".join(number(sum(sizes)) * coder[0] for coder, _, sizes in folders)
    coders += b"\x0a\x01" + bytes(4 * len(folders)) + b"\0"
    if not divided:
        return packed + coders + b"\0"
    parts = b"\x08"
    if any(len(sizes) != 1 for _, _, sizes in folders):
        parts += b"\x0d" + b"".join(number(len(sizes)) for _, _, sizes in folders)
        parts += b"\x09" + b"".join(number(size) for _, _, sizes in folders for size in sizes[:-1])
        several = sum(len(sizes) for _, _, sizes in folders if len(sizes) != 1)
        parts += b"\x0a\x01" + bytes(4 * several)
    return packed + coders + parts + b"\0" + b"\0"


def start(body, header):
    rest = struct.pack("<QQI", len(body), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(rest)) + rest + body + header


def seven(folders, packs_header=0, directory=None):
    """folders: (method, [(name, content)]); `directory`: an entry without content, which comes first."""
    body, described, names = b"", [], [directory] if directory else []
    for method, files in folders:
        pack, coder = METHODS[method]
        packed = pack(b"".join(content for _, content in files))
        described.append((coder, len(packed), [len(content) for _, content in files]))
        body += packed
        names += [name for name, _ in files]
    text = b"\0" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    about = number(len(names)) + (b"\x0e" + number((len(names) + 7) // 8) + (b"\x80" + bytes((len(names) + 7) // 8 - 1)) if directory else b"")
    header = b"\x01\x04" + streams(0, described) + b"\x05" + about + b"\x19\x02\0\0" + b"\x11" + number(len(text)) + text + b"\0" + b"\0"
    for _ in range(packs_header):
        pack, coder = METHODS["lzma"]
        packed = pack(header)
        header = b"\x17" + streams(len(body), [(coder, len(packed), [len(header)])], divided=False)
        body += packed
    return start(body, header)


def save(name, data):
    with open(f"{out}/{name}", "wb") as f:
        f.write(data)


for method in METHODS:
    save(f"{method}.7z", seven([(method, [("a.txt", MARK)])]))
save("solid.7z", seven([("lzma2", [("junk.bin", b"\1\2\3" * 100), ("a.txt", MARK), ("b.txt", MARK)]), ("copy", [("c.txt", MARK)])], directory="d"))
save("packed.7z", seven([("lzma2", [("a.txt", MARK)])], packs_header=1))
save("packed-often.7z", seven([("copy", [("a.txt", MARK)])], packs_header=9))
whole = seven([("copy", [("a.txt", MARK)])])
save("cut.7z", whole[:-3])
save("empty.7z", start(b"", b""))
save("steps.7z", whole.replace(b"\x0b\x01\x00\x01\x01\x00", b"\x0b\x01\x00\x03\x01\x00"))
