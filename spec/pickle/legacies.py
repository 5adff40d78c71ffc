"""Writes the files of legacy_spec.lua into a directory: torch's layout from before zip, made without torch. Nothing in them runs."""
import io
import pickle
import struct
import sys
import types

out = sys.argv[1]
torch = sys.modules["torch"] = types.ModuleType("torch")
torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})


class Storage:
    def __init__(self, key, items):
        self.key, self.items = key, items


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        return ("storage", torch.FloatStorage, thing.key, "cpu", thing.items, None) if isinstance(thing, Storage) else None


def dump(thing, protocol):
    buffer = io.BytesIO()
    Pickler(buffer, protocol).dump(thing)
    return buffer.getvalue()


def legacy(protocol=2, keys=("a", "b", "c"), counts=(1, 2, 3)):
    storages = [Storage(key, items) for key, items in zip("abc", (1, 2, 3))]
    pickles = 0x1950a86a20f9469cfc6c, 1001, {"little_endian": True}, storages, list(keys)
    raw = b"".join(struct.pack("<q", count) + bytes(4 * count) for count in counts)
    return b"".join(dump(thing, protocol) for thing in pickles) + raw


def save(name, data):
    with open(f"{out}/{name}", "wb") as f:
        f.write(data)


for protocol in range(1, 6):
    save(f"{protocol}.pt", legacy(protocol))
save("other-order.pt", legacy(keys="cab", counts=(3, 1, 2)))
save("count.pt", legacy(counts=(1, 3, 2)))
save("cut.pt", legacy()[:-4])
save("no-keys.pt", legacy(keys="ab"))
save("trailing.pt", legacy() + b"cos\nsystem\n(S'true'\ntR.")
