#!/usr/bin/env python3
"""Build the example models: small directories of real files, each written by the library people use for it.

Run it with the interop environment (interop/setup.sh):  .venv-interop/bin/python examples/models/build.py
The results are committed, so nobody needs this to use them; it says and shows how each file was made.
Nothing here is ever loaded: the one hostile file is only dumped, and its payload is `os.system('true')`.
"""

import hashlib
import json
import os
import pickle
import shutil
import types
from collections import OrderedDict
from pathlib import Path

import gguf
import joblib
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent

CARD = """\
---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: fill-mask
tags:
- bert
- example
---

# bert-tiny

A two-layer BERT with eight hidden units. It has never been trained; it exists to be scanned.

## Intended use

Trying out tools that read model repositories. It predicts nothing.

## Usage

```python
from transformers import AutoModel, AutoTokenizer

model = AutoModel.from_pretrained("acme/bert-tiny")
tokenizer = AutoTokenizer.from_pretrained("acme/bert-tiny")
```

## Training data

None. The weights come from a fixed random seed.

## Limitations

All of them.
"""

BERT_CONFIG = {
    "architectures": ["BertForMaskedLM"],
    "model_type": "bert",
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 32,
    "max_position_embeddings": 16,
    "torch_dtype": "float32",
    "transformers_version": "4.57.1",
}

TOKENIZER_CONFIG = {
    "tokenizer_class": "BertTokenizer",
    "do_lower_case": True,
    "model_max_length": 16,
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
}


def directory(name):
    """A fresh, empty directory for one example."""
    path = HERE / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def bert_texts(path):
    (path / "README.md").write_text(CARD)
    write_json(path / "config.json", BERT_CONFIG)
    write_json(path / "tokenizer_config.json", TOKENIZER_CONFIG)


def bert_weights():
    torch.manual_seed(7)
    weights = OrderedDict()
    weights["bert.embeddings.word_embeddings.weight"] = torch.randn(32, 8)
    for layer in range(2):
        prefix = f"bert.encoder.layer.{layer}"
        weights[f"{prefix}.attention.self.query.weight"] = torch.randn(8, 8)
        weights[f"{prefix}.attention.self.query.bias"] = torch.zeros(8)
        weights[f"{prefix}.output.LayerNorm.weight"] = torch.ones(8)
    return weights


def safetensors_only():
    path = directory("safetensors-only")
    bert_texts(path)
    save_file(bert_weights(), path / "model.safetensors", metadata={"format": "pt"})


def safetensors_and_pickle():
    path = directory("safetensors-and-pickle")
    bert_texts(path)
    save_file(bert_weights(), path / "model.safetensors", metadata={"format": "pt"})
    torch.save(bert_weights(), path / "pytorch_model.bin")


def pickle_only():
    """Three ways people still ship pickles: torch's zip, torch's older stream of pickles, joblib."""
    path = directory("pickle-only")
    (path / "README.md").write_text("---\nlicense: mit\n---\n\n# legacy-classifier\n\nAn old checkpoint and its scaler.\n")
    write_json(path / "config.json", BERT_CONFIG)
    torch.save(bert_weights(), path / "model.pt")
    torch.save(bert_weights(), path / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    features = np.arange(12, dtype=np.float64).reshape(6, 2)
    labels = np.array([0, 0, 0, 1, 1, 1])
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels), path / "classifier.joblib")


class RunsACommand:
    """Pickles as a call of os.system. Only ever dumped."""

    def __reduce__(self):
        return os.system, ("true",)


class NamesOsSystem(pickle._Pickler):
    """Writes os.system by that name; on Linux the stock pickler writes its other name, posix.system."""

    def save_global(self, obj, name=None):
        if obj is os.system:
            self.write(b"cos\nsystem\n")
            self.memoize(obj)
        else:
            super().save_global(obj, name)


def os_system():
    path = directory("os-system")
    (path / "README.md").write_text(CARD)
    write_json(path / "config.json", BERT_CONFIG)
    weights = bert_weights()
    weights["bert.pooler.dense.weight"] = RunsACommand()
    pickler = types.SimpleNamespace(__name__="pickle", Pickler=NamesOsSystem, dumps=pickle.dumps)
    torch.save(weights, path / "pytorch_model.bin", pickle_module=pickler)


def renamed_pickle():
    """Harmless arrays, but not what the name promises: a loader that falls back to pickle would run whatever is in there."""
    path = directory("renamed-pickle")
    bert_texts(path)
    arrays = {name: tensor.numpy() for name, tensor in bert_weights().items()}
    (path / "model.safetensors").write_bytes(pickle.dumps(arrays, protocol=4))


def gguf_only():
    path = directory("gguf-only")
    (path / "README.md").write_text(
        "---\nlicense: llama3.2\npipeline_tag: text-generation\ntags:\n- gguf\n---\n\n# llama-tiny-GGUF\n\n"
        "```sh\nllama-cli -m llama-tiny-f32.gguf -p 'Hello'\n```\n"
    )
    writer = gguf.GGUFWriter(path / "llama-tiny-f32.gguf", "llama")
    writer.add_name("llama-tiny")
    writer.add_context_length(16)
    writer.add_embedding_length(8)
    writer.add_block_count(1)
    writer.add_head_count(2)
    writer.add_file_type(0)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<unk>", "<s>", "</s>", "hello"])
    writer.add_chat_template(
        "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '\\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
    )
    random = np.random.default_rng(7)
    writer.add_tensor("token_embd.weight", random.standard_normal((4, 8), dtype=np.float32))
    writer.add_tensor("output_norm.weight", np.ones(8, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def onnx_model():
    path = directory("onnx")
    (path / "README.md").write_text("---\nlicense: mit\nlibrary_name: onnx\n---\n\n# linear-onnx\n\nOne matrix product and a bias.\n")
    random = np.random.default_rng(7)
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "weight", "bias"], ["y"], name="linear")],
        "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 2])],
        [
            numpy_helper.from_array(random.standard_normal((4, 2), dtype=np.float32), "weight"),
            numpy_helper.from_array(np.zeros(2, dtype=np.float32), "bias"),
        ],
    )
    model = helper.make_model(graph, producer_name="acme", opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path / "model.onnx")


def numpy_arrays():
    """Plain arrays are safe; an object array is a pickle behind an npy header."""
    path = directory("numpy")
    (path / "README.md").write_text("# word-vectors\n\nArrays saved with numpy.\n")
    random = np.random.default_rng(7)
    np.save(path / "vectors.npy", random.standard_normal((4, 8), dtype=np.float32))
    np.savez(path / "model.npz", weight=random.standard_normal((4, 4)), steps=np.arange(4, dtype=np.int64))
    np.save(path / "vocabulary.npy", np.array(["a", "b", None, {"c": 3}], dtype=object), allow_pickle=True)


def hub_cache():
    """What huggingface_hub leaves in ~/.cache/huggingface/hub: blobs by digest, snapshots of relative links."""
    root = directory("hub-cache") / "models--acme--bert-tiny"
    commit = hashlib.sha1(b"acme/bert-tiny example commit").hexdigest()
    snapshot, blobs = root / "snapshots" / commit, root / "blobs"
    for folder in (snapshot, blobs, root / "refs"):
        folder.mkdir(parents=True)
    (root / "refs" / "main").write_text(commit)
    for source in sorted((HERE / "safetensors-only").iterdir()):
        data = source.read_bytes()
        if source.suffix == ".safetensors":  # stored with LFS: the Hub names it by its SHA-256
            digest = hashlib.sha256(data).hexdigest()
        else:  # an ordinary git blob
            digest = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        (blobs / digest).write_bytes(data)
        (snapshot / source.name).symlink_to(Path("../../blobs") / digest)


if __name__ == "__main__":
    safetensors_only()
    safetensors_and_pickle()
    pickle_only()
    os_system()
    renamed_pickle()
    gguf_only()
    onnx_model()
    numpy_arrays()
    hub_cache()
