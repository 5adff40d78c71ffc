"""What llama.cpp's own writer makes hugh calls safe, and what hugh calls safe its own reader reads, with every tensor in the file.

Files are written, then mutated and cut; both judge the same bytes. Arguments: how many (default 4000), the seed (default 1).
"""

import json
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np

BATCH = 1000
PLAIN = [np.float32, np.float16, np.float64, np.int8, np.int16, np.int32, np.int64]
QUANTIZED = [kind for kind, (block, _) in gguf.GGML_QUANT_SIZES.items() if block > 1]


def write(random_, path):
    endian = random_.choice([gguf.GGUFEndian.LITTLE, gguf.GGUFEndian.BIG])
    writer = gguf.GGUFWriter(path, "llama", endianess=endian)
    for index in range(random_.randrange(6)):
        key = f"a.{index}"
        random_.choice([lambda: writer.add_uint8(key, 1), lambda: writer.add_int16(key, -1), lambda: writer.add_uint64(key, 1),
                        lambda: writer.add_float64(key, 1.0), lambda: writer.add_bool(key, True), lambda: writer.add_string(key, "x" * 9),
                        lambda: writer.add_array(key, ["x", "yy"]), lambda: writer.add_array(key, [1, 2, 3])])()
    if random_.random() < 0.3:
        writer.add_custom_alignment(random_.choice([8, 16, 64]))
    for index in range(random_.randrange(4)):
        rows = random_.choice([1, 2, 3])
        if random_.random() < 0.5 or endian == gguf.GGUFEndian.BIG:
            writer.add_tensor(f"t{index}", np.ones((rows, random_.choice([1, 5, 8])), random_.choice(PLAIN)))
        else:
            kind = random_.choice(QUANTIZED)
            writer.add_tensor(f"t{index}", np.zeros((rows, gguf.GGML_QUANT_SIZES[kind][1]), np.uint8), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def mutate(random_, data):
    data = bytearray(data)
    kind = random_.randrange(4)
    if kind == 0:
        return bytes(data[:random_.randrange(24, len(data))])
    if kind == 1:
        return bytes(data) + bytes(random_.choice([1, 32]))
    if kind == 2:
        at = random_.randrange(4, len(data))
        data[at] = random_.choice([0, 1, 0x7F, 0xFF, data[at] ^ 1 << random_.randrange(8)])
    else:
        at = random_.randrange(8, len(data) - 8)
        data[at:at + 8] = struct.pack("<Q", random_.choice([0, 1, 31, 32, 64, 1 << 31, 1 << 62, (1 << 64) - 1]))
    return bytes(data)


def reads(path):
    try:
        size = path.stat().st_size
        return all(tensor.data_offset + tensor.n_bytes <= size for tensor in gguf.GGUFReader(path).tensors)
    except Exception:  # the reader raises whatever its parts raise
        return False


def main():
    count, seed = (int(value) for value in (sys.argv[1:] + ["4000", "1"][len(sys.argv) - 1:]))
    random_ = random.Random(seed)
    disagreements = safe = 0
    for start in range(0, count, BATCH):
        folder, written = Path(tempfile.mkdtemp()), set()
        for index in range(start, min(start + BATCH, count)):
            path = folder / f"{index}.gguf"
            write(random_, path)
            if random_.random() < 0.2:
                written.add(path.name)
            else:
                path.write_bytes(mutate(random_, path.read_bytes()))
        out = subprocess.run(["bin/hugh", "scan", "--json", folder], capture_output=True, text=True, check=False).stdout
        for report in json.loads(out)["files"]:
            path, verdict = folder / Path(report["path"]).name, report["safety"]
            safe += verdict == "safe"
            if verdict == "safe" and not reads(path) or path.name in written and verdict != "safe":
                disagreements += 1
                if disagreements <= 10:
                    reason = report["findings"][0]["message"] if report["findings"] else "no finding"
                    print(f"hugh says {verdict} ({reason}), the reader {'reads' if reads(path) else 'refuses'}: {path.read_bytes()!r}")
        shutil.rmtree(folder)
    print(f"{count} files, {safe} called safe, {disagreements} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
