#!/usr/bin/env python3
"""Write the inputs that fuzzing starts from: the files of the tests, each for the targets that can read it."""

import argparse
import hashlib
import pathlib
import re
import subprocess
import sys

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("outdir", type=pathlib.Path)
ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = arguments.parse_args().outdir
MOST = 65536

# What a file of this kind starts with, or is called; fuzz_scan takes everything.
TARGETS = {
    "fuzz_pickle": (rb"[\x80(cN}\]]", r"\.(pkl|joblib|bin)$"),
    "fuzz_zip": (rb"PK\x03\x04", r"\.(zip|npz|keras|pt)$"),
    "fuzz_tar": (rb".{257}ustar", r"\.tar$"),
    "fuzz_sevenzip": (rb"7z\xbc\xaf", r"\.7z$"),
    "fuzz_stream": (rb"\x1f\x8b|BZh|\xfd7zXZ|\x5d\0\0|\x04\"M\x18|\x28\xb5\x2f\xfd|\x78[\x01\x5e\x9c\xda]", r"\.(gz|zlib|bz2|xz|lzma|lz4|zst)$"),
    "fuzz_text": (rb"[\s{\[#\"a-z]", r"\.(json|ya?ml|py|ipynb|jinja|sh|txt|md)$"),
    "fuzz_graph": (rb"\x89HDF|<\?xml|[\x82-\x8f\xde\xdf]|.{4}TFL3", r"\.(onnx|pb|pmml|xml|h5|keras|msgpack|tflite)$"),
    "fuzz_tensors": (rb"\x93NUMPY|GGUF|.{7}\0\{", r"\.(safetensors|npy|gguf|rds|ubj)$"),
    "fuzz_scan": (b"", ""),
}


def names_of(target):
    return re.findall(r'"([^"]+)"', (ROOT / "csrc/fuzz" / f"{target}.c").read_text().split("FUZZ_NAMES")[1])


def build(command, directory):
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-B", str(ROOT / command), str(directory)], check=True, cwd=ROOT)


def sources():
    scratch = OUT / "built"
    build("spec/fixtures/hostile/build.py", scratch / "hostile")
    for script in sorted((ROOT / "spec").glob("*/*s.py")):
        if script.parent.name in ("container", "format"):
            build(script.relative_to(ROOT), scratch / script.stem)
    for directory in scratch, ROOT / "spec", ROOT / "docs":
        for path in sorted(directory.rglob("*")):
            if path.is_file() and path.suffix not in (".tsv", ".lua") and path.stat().st_size < MOST:
                yield path.name, path.read_bytes()


targets = {target: (re.compile(start, re.S), re.compile(name), names_of(target)) for target, (start, name) in TARGETS.items()}
for name, data in sources():
    for target, (start, pattern, names) in targets.items():
        if not start.match(data) and not pattern.search(name):
            continue
        ending = name[name.find("."):]
        index = next((i for i, n in enumerate(names) if n.endswith(ending) and ending), 0)
        seed = bytes([index]) + (b"N0" if target == "fuzz_pickle" else b"") + data
        path = OUT / target / hashlib.sha1(seed).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(seed)
