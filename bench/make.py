#!/usr/bin/python3
"""Makes the benchmark's inputs in the folder named: dense pickles, checkpoints, a tree of small repositories. Standard library only."""
import io, json, os, pickle, random, struct, sys, zipfile, zlib

root = sys.argv[1]
os.makedirs(root, exist_ok=True)


def path(name):
    return os.path.join(root, name)


def once(name, make):
    if not os.path.exists(path(name)):
        make(path(name) + ".new")
        os.rename(path(name) + ".new", path(name))


def dense(protocol):
    def make(target):
        rng = random.Random(1)
        n = {0: 400_000, 2: 620_000, 4: 860_000}[protocol]
        rows = [("row%d" % i, rng.randrange(1 << 30), rng.random(), i % 7, None, {"k": i, "v": "x%d" % (i % 100)}) for i in range(n)]
        with open(target, "wb") as f:
            pickle.dump(rows, f, protocol)
    return make


for p in (0, 2, 4):
    once("dense%d.pkl" % p, dense(p))


def mixed(target):
    """Values of every shape in no order, each row with some that were there before: neither branches nor memo reads can be foreseen."""
    rng = random.Random(4)
    pool = [("first",)]
    makers = [
        lambda: rng.randrange(256), lambda: rng.randrange(1 << 16), lambda: -rng.randrange(1 << 31), lambda: rng.getrandbits(rng.randrange(1, 200)),
        rng.random, lambda: "x" * rng.randrange(40), lambda: "name%d" % rng.randrange(1 << 20), lambda: rng.randbytes(rng.randrange(60)),
        lambda: None, lambda: rng.random() < 0.5, lambda: (), lambda: [rng.choice(pool)], lambda: {rng.randrange(99): rng.choice(pool)},
        lambda: (rng.choice(pool), rng.random()), lambda: {"a", rng.randrange(9)}, lambda: rng.choice(pool), lambda: rng.choice(pool),
    ]
    rows = []
    for _ in range(330_000):
        row = tuple(rng.choice(makers)() for _ in range(rng.randrange(2, 12)))
        if rng.random() < 0.2:
            pool.append(row)
        rows.append(row)
    with open(target, "wb") as f:
        pickle.dump(rows, f, 4)


once("mixed.pkl", mixed)


def bound(target, size):
    """Notes how many bytes of an input a scan may read."""
    with open(target[:-len(".new")] + ".bound", "w") as f:
        f.write("%d\n" % size)


def torch_zip(total, members):
    """A torch zip as torch.save lays it out: data.pkl, then raw storages at 64-byte boundaries; sparse where the file system can."""
    def make(target):
        size = total // members
        out = io.BytesIO()
        out.write(b"\x80\x02}q\x00(")
        for i in range(members):
            key = str(i).encode()
            name = b"layer%d.weight" % i
            out.write(b"X" + struct.pack("<I", len(name)) + name)
            out.write(b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX" + struct.pack("<I", len(key)) + key)
            out.write(b"X\x03\x00\x00\x00cpuJ" + struct.pack("<i", size // 4) + b"tQK\x00J" + struct.pack("<i", size // 4) + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR")
        out.write(b"u.")
        entries = [("archive/data.pkl", out.getvalue(), None)] + [("archive/data/%d" % i, None, size) for i in range(members)] + [("archive/version", b"3\n", None)]
        with open(target, "wb") as f:
            central = b""
            for name, data, hole in entries:
                n = name.encode()
                length = len(data) if data is not None else hole
                crc = zlib.crc32(data) if data is not None else 0
                at = f.tell()
                pad = (-(at + 30 + len(n) + 4)) % 64
                extra = b"FB" + struct.pack("<H", pad) + b"Z" * pad
                f.write(struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 0, 0x808, 0, 0, 0, 0, 0, 0, len(n), len(extra)) + n + extra)
                if data is not None:
                    f.write(data)
                else:
                    f.truncate(f.tell() + hole)
                    f.seek(hole, 1)
                f.write(struct.pack("<4sIII", b"PK\7\x08", crc, length, length))
                wide = at >= 0xFFFFFFFF
                ex = struct.pack("<HHQ", 1, 8, at) if wide else b""
                central += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 0, 0, 0x808, 0, 0, 0, crc, length, length, len(n), len(ex), 0, 0, 0, 0, 0xFFFFFFFF if wide else at) + n + ex
            at = f.tell()
            f.write(central)
            bound(target, 4096 + len(central) + len(out.getvalue()) + sum(30 + len(name) for name, _, _ in entries))
            end = f.tell()
            f.write(struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(entries), len(entries), len(central), at))
            f.write(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
            f.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, min(len(entries), 65535), min(len(entries), 65535), min(len(central), 0xFFFFFFFF), min(at, 0xFFFFFFFF), 0))
    return make


once("small.pt", torch_zip(4096, 4))
once("torch20m.pt", torch_zip(20 << 20, 296))
once("torch2g.pt", torch_zip(2 << 30, 296))
once("torch10g.pt", torch_zip(10 << 30, 296))


def torch_legacy(total, count):
    """The layout before zips: five pickles, then each storage behind its length; sparse where the file system can."""
    def make(target):
        size = total // count // 4 * 4
        keys = [str(94_000_000_000_000 + i) for i in range(count)]
        out = io.BytesIO()
        out.write(b"\x80\x02}q\x00(")
        for i, key in enumerate(keys):
            name = b"layer%d.weight" % i
            out.write(b"X" + struct.pack("<I", len(name)) + name)
            out.write(b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX" + struct.pack("<I", len(key)) + key.encode())
            out.write(b"X\x03\x00\x00\x00cpuJ" + struct.pack("<i", size // 4) + b"NtQK\x00J" + struct.pack("<i", size // 4) + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR")
        out.write(b"u.")
        with open(target, "wb") as f:
            for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}):
                f.write(pickle.dumps(value, 2))
            f.write(out.getvalue() + pickle.dumps(keys, 2))
            bound(target, f.tell() + (256 << 10) + 8 * count)
            for _ in keys:
                f.write(struct.pack("<q", size // 4))
                f.seek(size, 1)
            f.truncate(f.tell())
    return make


once("legacy1g.bin", torch_legacy(1 << 30, 200))


def safetensors(count):
    def make(target):
        header, at = {}, 0
        for i in range(count):
            header["model.layers.%d.block.weight" % i] = {"dtype": "F32", "shape": [4, 4], "data_offsets": [at, at + 64]}
            at += 64
        text = json.dumps(header, separators=(",", ":")).encode()
        with open(target, "wb") as f:
            f.write(struct.pack("<Q", len(text)) + text)
            f.truncate(8 + len(text) + at)
    return make


once("header33k.safetensors", safetensors(350))
once("header2m.safetensors", safetensors(23_000))
once("header93m.safetensors", safetensors(950_000))


def joblib_zlib(target):
    """What joblib.dump(objects, compress=("zlib", 3)) writes: objects, and arrays as raw bytes between the opcodes."""
    rng = random.Random(2)

    def array(n):
        wrapper = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x08\0\0\0subclasscnumpy\nndarray\nX\x05\0\0\0shapeJ" + struct.pack("<i", n)
        wrapper += b"\x85X\x05\0\0\0orderX\x01\0\0\0CX\x05\0\0\0dtypecnumpy\ndtype\nX\x02\0\0\0f4\x89\x88\x87R(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xff"
        wrapper += b"J\xff\xff\xff\xffK\0tbX\x0a\0\0\0allow_mmap\x88ub"
        return wrapper + struct.pack("<%df" % n, *(round(rng.gauss(0, 1), 2) for _ in range(n)))

    block = array(1 << 20)
    objects = pickle.dumps([("row%d" % i, rng.random(), {"k": i}) for i in range(600_000)], 3)[2:-1]
    pack = zlib.compressobj(3)
    with open(target, "wb") as f:
        f.write(pack.compress(b"\x80\x03(" + objects))
        for _ in range(42):
            f.write(pack.compress(block))
        f.write(pack.compress(b"l.") + pack.flush())


once("joblib200m.joblib", joblib_zlib)


def repositories(target):
    rng = random.Random(3)
    with open(path("small.pt"), "rb") as f:
        checkpoint = f.read()
    text = json.dumps({"weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    tensors = struct.pack("<Q", len(text)) + text + b"\0" * 8
    for i in range(5000):
        d = os.path.join(target, "org%d" % (i % 50), "model%d" % i)
        os.makedirs(d)
        for name, data in (("config.json", json.dumps({"model_type": "bert", "hidden_size": rng.randrange(1000)}).encode()),
                           ("README.md", b"# A model\n"), ("model.safetensors", tensors), ("pytorch_model.bin", checkpoint)):
            with open(os.path.join(d, name), "wb") as f:
                f.write(data)


once("repositories", repositories)


def records(target):
    """What the Hub's API says of 100,000 models, one record a line, in its shape and about its length."""
    rng = random.Random(4)
    tags = ["pytorch", "safetensors", "text-generation", "llama", "en", "conversational", "region:us", "endpoints_compatible", "arxiv:2106.09685"]
    weights = [["model-%05d-of-00004.safetensors" % (i + 1) for i in range(4)], ["pytorch_model.bin"], ["model.safetensors", "pytorch_model.bin"], ["model.Q4_K_M.gguf"]]
    with open(target, "w") as f:
        for i in range(100_000):
            author = rng.choice(["google", "microsoft", "user%d" % rng.randrange(30_000)])
            name, license = "%s/model-%d" % (author, i), rng.choice(["mit", "apache-2.0", "cc-by-nc-4.0", "llama3", "other"])
            paths = ["README.md", ".gitattributes", "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"] + rng.choice(weights)
            json.dump({
                "_id": "%024x" % rng.getrandbits(96), "id": name, "modelId": name, "author": author, "sha": "%040x" % rng.getrandbits(160),
                "lastModified": "202%d-%02d-%02dT12:00:00.000Z" % (rng.randrange(2, 7), rng.randrange(1, 13), rng.randrange(1, 28)),
                "createdAt": "2022-01-01T00:00:00.000Z", "private": False, "disabled": False, "gated": rng.choice([False, "auto"]),
                "downloads": rng.randrange(10 ** rng.randrange(1, 8)), "likes": rng.randrange(10 ** rng.randrange(1, 5)),
                "library_name": rng.choice(["transformers", "diffusers", "timm", "peft"]), "pipeline_tag": "text-generation",
                "tags": rng.sample(tags, rng.randrange(3, 9)) + ["license:" + license], "cardData": {"license": license, "language": ["en"]},
                "config": {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}, "siblings": [{"rfilename": p} for p in paths],
            }, f)
            f.write("\n")


once("records.jsonl", records)
