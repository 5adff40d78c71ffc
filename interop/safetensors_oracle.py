#!/usr/bin/env python3
"""Headers for safetensors, valid, odd and broken, each with the verdict of the reference implementation (PyPI `safetensors`).

    safetensors_oracle.py COUNT [SEED]          one case a line: accept|reject TAB bytes of data TAB header, escaped

Escapes are \\\\, \\t, \\n and \\xHH. interop/safetensors.lua reads the lines and lets hugh judge the same files.
"""
import random
import struct
import sys

from safetensors import deserialize

DTYPES = {"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
          "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64,
          "U64": 64}
NUMBERS = ["0", "1", "2", "-0", "-1", "01", "1.0", "1e0", "1E+2", "1e-2", "1.", ".5", "+1", "18446744073709551615", "18446744073709551616",
           "99999999999999999999999", "9223372036854775808", "1e308", "1e309", "1.7976931348623157e308", "1.7976931348623159e308", "0e99999",
           "1e99999999999", "1e-99999999999", "0.0e+9", "-", "1" + "0" * 308, "1" + "0" * 309, "0." + "0" * 400 + "1e700", "NaN", "Infinity",
           "0x1", "1_0", "true", "null", '"1"', "[]", "{}"]
STRINGS = ['""', '"a"', '"\\u0061"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00x"', '"\\ud800\\u0041"', '"\\x"', '"\\/\\b\\f\\n\\r\\t"', '"\x7f"',
           '"\x1f"', '"\\u00"', '"\\u00zz"', '"é"', '"日本"', '"\U0001f600"', '"\\', '"']
BLANKS = ["", "", "", "", " ", "\n", "\t", "\r", "  "]


class Case:
    def __init__(self, rng):
        self.rng = rng
        self.oddness = rng.choice([0, 0, 0.02, 0.05, 0.2])

    def odd(self, scale=1):
        return self.rng.random() < self.oddness * scale

    def blank(self):
        return self.rng.choice(BLANKS) if self.odd(2) else ""

    def any_value(self, depth=0):
        r = self.rng
        kind = r.randrange(6 if depth < 5 else 3)
        if kind == 0:
            return r.choice(NUMBERS)
        if kind == 1:
            return r.choice(STRINGS)
        if kind == 2:
            return r.choice(["true", "false", "null", "tru", "nulll", "True"])
        if kind == 3:
            return "[" + ",".join(self.any_value(depth + 1) for _ in range(r.randrange(4))) + "]"
        if kind == 4:
            return "{" + ",".join(r.choice(STRINGS) + ":" + self.any_value(depth + 1) for _ in range(r.randrange(4))) + "}"
        n = r.choice([1, 3, 100, 123, 124, 125, 126, 127, 128, 129, 400])
        return "[" * n + r.choice(["", "1"]) + "]" * n if r.random() < 0.5 else '{"a":' * n + "1" + "}" * n

    def shape(self):
        r = self.rng
        bits = DTYPES[self.dtype]
        dims = [r.choice([0, 1, 1, 2, 3, 4, 7, 8, 16]) for _ in range(r.randrange(4))]
        if self.odd():
            dims.append(r.choice([2**63, 2**64 - 1, 2**32, 2**60, 2**61]))
        count = 1
        overflow = False
        for d in dims:
            count *= d
            overflow = overflow or count >= 2**64
        if count * bits % 8 != 0 and r.random() < 0.9:
            dims.append(4)
            count *= 4
        self.size = count * bits // 8 if count < 2**40 else r.randrange(20)
        return "[" + ("," + self.blank()).join(r.choice(NUMBERS) if self.odd() else str(d) for d in dims) + "]"

    def tensor(self):
        r = self.rng
        self.dtype = r.choice(list(DTYPES))
        name = self.dtype
        if self.odd():
            name = r.choice(["F128", "f32", "", "F8_E4M3FN", "C128", "U4", "I128", "F32 ", "BF16\\u0000", "F\\u00332"])
        dtype = '"%s"' % name
        if self.odd():
            dtype = r.choice(['{"%s":null}', '{"%s":[]}', '{"%s":{}}', '["%s"]', '{"%s":null,"F32":null}', "{}", "null", "7", '{"%s":0}']).replace("%s", name)
        shape = self.shape()
        start, end = self.at, self.at + self.size
        self.at = end
        if self.odd():
            start, end = r.choice([(start, end + 1), (start + 1, end), (end, start), (0, end), (start, 2**64 - 1), (2**64 - 1, 2**64 - 1),
                                   (start + 1, end + 1), (start, start)])
        offsets = "[%s]" % ("," + self.blank()).join(r.choice(NUMBERS) if self.odd(0.5) else str(x) for x in (start, end))
        if self.odd(0.5):
            offsets = r.choice(["[]", "[0]", "[0,1,2]", "{}", "null", "[[0,1]]", '{"0":0,"1":1}'])
        if self.odd(0.5):
            values = [dtype, shape, offsets]
            if r.random() < 0.2:
                values.append(self.any_value())
            if r.random() < 0.1:
                values.pop()
            return "[" + ",".join(values) + "]"
        fields = [("dtype", dtype), ("shape", shape), ("data_offsets", offsets)]
        if r.random() < 0.2:
            r.shuffle(fields)
        if self.odd():
            fields.insert(r.randrange(4), (r.choice(["x", "", "Dtype", "dtype ", "data_offset"]), self.any_value()))
        if self.odd(0.5):
            fields.insert(r.randrange(4), r.choice(fields))
        if self.odd(0.5):
            fields.pop(r.randrange(len(fields)))
        b = self.blank
        return "{" + ",".join('%s"%s"%s:%s%s%s' % (b(), k.replace("e", "\\u0065") if self.odd() else k, b(), b(), v, b()) for k, v in fields) + "}"

    def header(self):
        r = self.rng
        self.at = 0
        members = []
        for i in range(r.choice([0, 1, 1, 2, 2, 3, 5, 40])):
            key = '"%s"' % r.choice(["a", "b", "w%d" % i, "layer.%d.weight" % i, "model.layers.%d.attention.self.query.bias" % i, "", "__metadata_", "\\u00e9%d" % i, "é%d" % i])
            if not self.odd():
                key = '"t%d"' % i if r.random() < 0.5 else '"block.%d.attention.weight"' % i
            if self.odd():
                key = r.choice(STRINGS)
            members.append((key, self.any_value() if self.odd(0.3) else self.tensor()))
        if r.random() < 0.3:
            entries = ",".join('"%s":%s' % (r.choice(["format", "a", "", "é"]), self.any_value() if self.odd() else r.choice(STRINGS[:4])) for _ in range(r.randrange(4)))
            value = self.any_value() if self.odd() else r.choice(["{%s}" % entries] * 8 + ["null"])
            key = '"__metadata__"' if not self.odd() else '"\\u005f_metadata__"'
            members.insert(r.randrange(len(members) + 1), (key, value))
            if self.odd(0.5):
                members.append((key, "{}"))
        if r.random() < 0.2:
            r.shuffle(members)
        b = self.blank
        text = b() + "{" + b() + ("," + b()).join(k + b() + ":" + b() + v for k, v in members) + b() + "}" + b()
        if r.random() < 0.3:
            text += " " * (-len(text) % 8)
        data = self.at + (r.choice([-1, 1, 8]) if self.odd(0.5) else 0)
        return text.encode("utf-8", "surrogatepass"), max(0, min(data, 65536))

    def mutated(self):
        r = self.rng
        text, data = self.header()
        if r.random() < 0.4:
            bytes_ = bytearray(text)
            for _ in range(r.choice([1, 1, 1, 2, 4])):
                i = r.randrange(len(bytes_) + 1)
                what = r.randrange(5)
                if what == 0 and i < len(bytes_):
                    bytes_[i] = r.randrange(256)
                elif what == 1:
                    bytes_.insert(i, r.choice(b'{}[]",: 0123456789-.eE\\u\n\x00\xff\xc3\xa9\xed\xa0\x80\xf0\x9f'))
                elif what == 2 and i < len(bytes_):
                    del bytes_[i:i + r.choice([1, 1, 2, 9])]
                elif what == 3:
                    j = r.randrange(len(bytes_) + 1)
                    bytes_[i:i] = bytes_[min(i, j):max(i, j)][:200]
                else:
                    bytes_[i:i + 1] = r.choice([b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xe2\x82", b"\xf0\x9f\x98\x80", b"\x80"])
            text = bytes(bytes_)
        return text, data


def accepted(text, data):
    try:
        deserialize(struct.pack("<Q", len(text)) + text + bytes(data))
        return True
    except Exception:
        return False


def escaped(text):
    return "".join(chr(c) if 0x20 <= c < 0x7f and c != 0x5c else {0x5c: "\\\\", 9: "\\t", 10: "\\n"}.get(c, "\\x%02x" % c) for c in text)


def main():
    count = int(sys.argv[1])
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for _ in range(count):
        text, data = Case(rng).mutated()
        print("%s\t%d\t%s" % ("accept" if accepted(text, data) else "reject", data, escaped(text)))


if __name__ == "__main__":
    main()
