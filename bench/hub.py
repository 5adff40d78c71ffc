"""The Hub without downloading it: hugh score against fetching everything, from the example Hub on loopback.
hub.py DATA: makes (sparse) inputs in DATA once, serves them and what make.py left beside DATA, prints the table."""
import hashlib
import json
import os
import resource
import struct
import subprocess
import sys
import time

DATA = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARD, SHARDS, SMALL = 1 << 30, 10, 100
FILES = {"torch2g.pt": "2 GB torch zip", "legacy1g.bin": "1 GB legacy torch", "header33k.safetensors": "safetensors, 33 KB header", "header2m.safetensors": "safetensors, 2 MB header"}


def sparse_safetensors(path, size):
    header, offset, tensors = {}, 0, 300
    step = (size // tensors) // 4 * 4
    for i in range(tensors):
        header["model.layers.%d.weight" % i] = {"dtype": "F32", "shape": [step // 4], "data_offsets": [offset, offset + step]}
        offset += step
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.truncate(8 + len(text) + offset)


def repository(name, files):
    base = os.path.join(DATA, "bench", name)
    os.makedirs(base, exist_ok=True)
    digests = {}
    for path, size in files.items():
        target = os.path.join(base, path)
        if not os.path.exists(target):
            os.symlink(os.path.join(os.path.dirname(DATA), path), target) if size is None else sparse_safetensors(target, size)
        digests[path] = {"sha256": hashlib.sha256((name + path).encode()).hexdigest()}  # made up: hashing 10 GB of zeros is not what is measured
    with open(os.path.join(base, "README.md"), "w") as f:
        f.write("---\nlicense: mit\nlibrary_name: transformers\n---\n# A model\n")
    with open(os.path.join(base, ".hub.json"), "w") as f:
        json.dump({"files": digests}, f)


SCORE = b"""
local requests, bytes, total = 0, 0, 0
local largest = { size = -1 }
require("hugh.model").each(arg, { cache = false }, function(_, facts, message)
  assert(facts, message)
  requests, bytes, total = requests + facts.requests, bytes + facts.bytes_read, total + facts.total_bytes
  for _, file in ipairs(facts.files) do
    if file.size > largest.size then largest = file end
  end
end)
print(("%d %d %d %d %d"):format(requests, bytes, total, largest.requests, largest.bytes_read))
"""


def score(targets):
    """Requests, bytes read, bytes in all; requests and bytes of the largest file; seconds, and the memory of the process in MB."""
    start = time.monotonic()
    out = subprocess.run(["lua5.4", "-"] + targets, input=SCORE, check=True, stdout=subprocess.PIPE).stdout
    seconds, memory = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [int(number) for number in out.split()] + [seconds, memory]


def download(urls):
    start = time.monotonic()
    subprocess.run(["curl", "-sL", "-Z", "--no-progress-meter"] + [word for u in urls for word in ("-o", "/dev/null", u)], check=True)
    return time.monotonic() - start


def run():
    endpoint = os.environ["HF_ENDPOINT"]
    print("%-34s %10s %14s %10s %10s" % ("", "requests", "bytes", "seconds", "MB memory"))
    requests, read, total, _, _, seconds, memory = score(["bench/large"])
    print("%-34s %10d %14d %10.3f %10.1f" % ("10 GB in 10 shards, hugh", requests, read, seconds, memory))
    fetched = download(["%s/bench/large/resolve/main/model-%02d.safetensors" % (endpoint, i) for i in range(SHARDS)])
    print("%-34s %10d %14d %10.3f" % ("10 GB in 10 shards, downloaded", 2 * SHARDS, total, fetched))
    print("%-34s %10s %13.0fx %9.0fx" % ("ratio", "", total / read, fetched / seconds))
    requests, read, total, _, _, seconds, memory = score(["bench/small-%d" % i for i in range(SMALL)])
    print("%-34s %10d %14d %10.3f %10.1f" % ("%d small repositories, hugh" % SMALL, requests, read, seconds, memory))
    for name, about in FILES.items():  # one of the requests is the redirect to the CDN
        if os.path.exists(os.path.join(DATA, "bench", name, name)):
            _, _, _, requests, read, _, _ = score(["bench/" + name])
            print("%-34s %10d %14d" % (about, requests, read))


if os.environ.get("HF_ENDPOINT", "").startswith("http://127."):
    run()
else:
    repository("large", {"model-%02d.safetensors" % i: SHARD for i in range(SHARDS)})
    for i in range(SMALL):
        repository("small-%d" % i, {"model.safetensors": 100000})
    for name in FILES:
        repository(name, {name: None})
    environment = dict(os.environ, LUA_PATH=ROOT + "/lua/?.lua;" + ROOT + "/lua/?/init.lua;;", LUA_CPATH=ROOT + "/build/5.4/?.so;;")
    sys.exit(subprocess.run([ROOT + "/examples/hub/with", DATA, "python3", os.path.abspath(__file__), DATA], env=environment).returncode)
