"""Writes the compressed streams of stream_spec.lua into a directory."""
import bz2
import gzip
import lzma
import pickle
import random
import struct
import subprocess
import sys
import zlib

MARK = b"version https://git-lfs.github.com/spec/v1\nsize 1\n"
out = sys.argv[1]


def save(name, data):
    with open(f"{out}/{name}", "wb") as f:
        f.write(data)


def tool(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


save("a.txt.gz", gzip.compress(MARK))
save("a.txt.zlib", zlib.compress(MARK))
save("a.txt.bz2", bz2.compress(MARK))
save("a.txt.xz", lzma.compress(MARK))
save("a.txt.lzma", lzma.compress(MARK, lzma.FORMAT_ALONE))
save("a.txt.lz4", tool(["lz4", "-c"], MARK))
save("a.txt.zst", tool(["zstd", "-c"], MARK))
save("skipped.zst", struct.pack("<2I", 0x184d2a50, 4) + b"skip" + tool(["zstd", "-c"], MARK))
save("parts.gz", b"".join(gzip.compress(part) for part in (MARK[:10], MARK[10:20], MARK[20:])))
HALVES = MARK[:20], MARK[20:]
save("padded.gz", gzip.compress(HALVES[0]) + bytes(9) + gzip.compress(HALVES[1]))
head = b"\x1f\x8b\x08\xff" + bytes(6) + struct.pack("<H", 3) + b"abcname\0comment\0??"  # reserved flags, and a checksum that is none
save("flags.gz", head + gzip.compress(MARK)[10:])
save("parts.zlib", zlib.compress(HALVES[0]) + zlib.compress(HALVES[1]))
save("parts.lzma", lzma.compress(HALVES[0], lzma.FORMAT_ALONE) + lzma.compress(HALVES[1]))
save("skips.pkl.zst", struct.pack("<2I", 0x184d2a50, 0) * 200000 + tool(["zstd", "-c"], MARK))
save("trailing.gz", gzip.compress(b"hello") + MARK)
save("broken.gz", gzip.compress(MARK + bytes(range(256)) * 99)[:300])
PROGRAM = b"N0" * 5000 + b"cos\nsystem\n(S'true'\ntR." + random.Random(1).randbytes(200000)  # one call would decode all of it
DAMAGED = {"gz": gzip.compress, "bz2": lambda d: bz2.compress(d, 1), "xz": lambda d: lzma.compress(d, preset=0),
           "lz4": lambda d: tool(["lz4", "-cq", "-B4"], d), "zst": lambda d: tool(["zstd", "-c"], d)}
for extension, compress in DAMAGED.items():
    packed = bytearray(compress(PROGRAM))
    packed[-3000:-2000] = bytes(1000)
    packed[-2000:] = b"\xff" * 2000
    save(f"damaged.pkl.{extension}", packed)
save("python2.pkl.gz", gzip.compress(pickle.dumps([bytes([65 + i]) * 300000 for i in range(4)], 2)))
TEXTS = b"X\5\0\0\0hello0" * 100000 + b"N."  # the first bytes that are looked at end inside an argument
save("cut-head.pkl.gz", gzip.compress(b"\x80\2" + TEXTS))
save("cut-head-0.pkl.gz", gzip.compress(b"NN" + TEXTS))
save("bomb.gz", gzip.compress(b"PK\5\6" + bytes(80 << 20)))
save("twice.gz", gzip.compress(bz2.compress(MARK)))
save("model.joblib", zlib.compress(pickle.dumps(list(range(1000)))))
save("window.zst", struct.pack("<IBBI", 0xfd2fb528, 0, 0x80, 0))  # a window of 2^26 bytes, which the end is far from
save("nine.xz", lzma.compress(b"hello", preset=9))
save("window.xz", lzma.compress(MARK, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]))
