"""What CPython's unpicklers resolve and call in generated and mutated pickles.

    pickle_oracle.py SEED COUNT > cases

Each line: the input in hex, a tab, and for each global "module:name:called" in hex. find_class is a recorder that returns an inert
stand-in, so nothing that an input names is ever imported or run. Three machines read every input: the C unpickler on a file, the
C unpickler on a file it can peek into (which is how it reads bytes), and pickle.py; the line holds the union.
"""
import collections
import datetime
import decimal
import io
import pickle
import random
import resource
import struct
import sys
import warnings

warnings.simplefilter("ignore")


class Recorder:
    def __init__(self, as_class):
        self.seen = {}
        self.as_class = as_class

    def find_class(self, module, name):
        key = (module, name)
        self.seen.setdefault(key, False)
        seen = self.seen

        class Stub(type if self.as_class else object):
            def __call__(self, *args, **kwargs):
                seen[key] = True
                return Instance()

            def append(self, item=None):
                pass

            extend = add = __setstate__ = append

            def __setitem__(self, name, value):
                pass

        class Instance:
            def __new__(cls, *args, **kwargs):
                seen[key] = True
                return object.__new__(cls)

            def __init__(self, *args, **kwargs):
                pass

            def __call__(self, *args, **kwargs):
                return self

            def append(self, item=None):
                pass

            extend = add = __setstate__ = append

            def __setitem__(self, name, value):
                pass

        if self.as_class:
            return Stub("Instance", (Instance,), {})
        plain = object.__new__(Stub)
        return plain


class Peekable:
    """Lets the C unpickler see everything at once, as if it read from memory."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def read(self, n=-1):
        end = len(self.data) if n < 0 else min(self.at + n, len(self.data))
        part, self.at = self.data[self.at:end], end
        return part

    def readinto(self, buffer):
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def readline(self):
        end = self.data.find(b"\n", self.at)
        return self.read(len(self.data) - self.at if end < 0 else end + 1 - self.at)

    def peek(self, n):
        return self.data[self.at:]


def record(data):
    seen = {}
    for as_class in (False, True):
        for base, source in ((pickle.Unpickler, io.BytesIO), (pickle.Unpickler, Peekable), (pickle._Unpickler, io.BytesIO)):
            recorder = Recorder(as_class)
            machine = type("Machine", (base,), {"find_class": lambda self, m, n: recorder.find_class(m, n)})
            try:
                machine(source(data)).load()
            except RecursionError:
                pass
            except Exception:
                pass
            for key, called in recorder.seen.items():
                seen[key] = seen.get(key, False) or called
    return seen


class Reduce:
    def __init__(self, function, *args, state=None):
        self.function, self.args, self.state = function, args, state

    def __reduce__(self):
        if self.state is not None:
            return self.function, self.args, self.state
        return self.function, self.args


Point = collections.namedtuple("Point", "x y")


class Plain:
    pass


def values():
    plain = Plain()
    plain.a, plain.b = [1, 2], {"k": "v"}
    shared = ["shared"]
    yield from (None, True, 1, -1, 255, 65536, 2**31, 10**40, -(10**40), 1.5, "text", "t\xe9xt\u20ac\n", b"bytes", bytearray(b"array"))
    yield from ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1, [2, [3]]], {}, {"a": {"b": 1}}, {1, 2}, frozenset([1]))
    yield from (Point(1, 2), plain, datetime.datetime(2020, 1, 2), decimal.Decimal("1.5"), collections.OrderedDict(a=1), [shared, shared])
    yield from (Reduce(print, "x"), [Reduce(len, "a"), Reduce(len, "b")], {"f": len, "g": Reduce(complex, 1, 2)}, collections.defaultdict(list, a=[1]))
    yield from (Reduce(Plain, state={"a": len}), list(range(40)), {str(i): i for i in range(30)}, "x" * 300, b"y" * 300)


SYMBOLS = [b"os", b"system", b"builtins", b"eval", b"a.b", b"collections", b"OrderedDict", b"", b"x y", b"\xc3\xa9", b"A", b"__main__", b"m", b"n"]
NUMBERS = [b"0", b"1", b"-1", b"00", b"01", b" 5", b"5 ", b"+3", b"0x10", b"1_0", b"5L", b"1.5", b"1e3", b"nan", b"7\x00z", b"", b"99999999999999999999", b"5\r"]


def line(rng):
    return rng.choice(SYMBOLS) + rng.choice([b"\n"] * 12 + [b"\r\n", b""])


def opcode(rng):
    op = rng.choice(b"(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrstu)G\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8bBC\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98")
    head = bytes([op])
    size = rng.choice([0, 1, 2, 2, 3, 5])
    text = rng.choice(SYMBOLS)
    if op in b"FIL":
        return head + rng.choice(NUMBERS) + b"\n"
    if op in b"gp":
        return head + rng.choice(NUMBERS[:6] + [b"2", b"3", b"300", b"4000000000"]) + b"\n"
    if op in b"PV":
        return head + rng.choice([text, b"a\\u0041", b"os\\n"]) + b"\n"
    if op in b"S":
        return head + rng.choice([b"'%s'" % text, b'"%s"' % text, b"'\\x6fs'", b"'o\\163'", b"'", b"x"]) + b"\n"
    if op in b"ci":
        return head + line(rng) + line(rng)
    if op in b"Khq\x82":
        return head + bytes([rng.choice([0, 1, 2, 3, 255])])
    if op == 0x80:
        return head + bytes([rng.choice([0, 1, 2, 3, 4, 5, 5, 6])])
    if op in b"M\x83":
        return head + struct.pack("<H", rng.choice([0, 1, 300]))
    if op in b"Jjr\x84":
        return head + struct.pack("<I", rng.choice([0, 1, 2, 70000, 2**31, 2**32 - 1]) if op != ord("r") else rng.choice([0, 1, 2, 500]))
    if op in b"G":
        return head + bytes(rng.randrange(256) for _ in range(8))
    if op in b"UC\x8c":
        return head + bytes([len(text)]) + text
    if op in b"TXB":
        return head + struct.pack("<I", len(text)) + text
    if op in b"\x8d\x8e\x96":
        return head + struct.pack("<Q", len(text)) + text
    if op == 0x8A:
        return head + bytes([size]) + b"\x81" * size
    if op == 0x8B:
        return head + struct.pack("<i", rng.choice([size, size, -1])) + b"\x7f" * size
    if op == 0x95:
        return head + struct.pack("<Q", rng.choice([0, 1, 3, 5, 8, 13, 21, 34, 2**63]))
    return head


def program(rng):
    """Opcodes that keep the stack alive more often than not."""
    out = bytearray()
    for _ in range(rng.randrange(2, 16)):
        choice = rng.randrange(8)
        if choice == 0:
            out += b"c" + rng.choice(SYMBOLS) + b"\n" + rng.choice(SYMBOLS) + b"\n"
        elif choice == 1:
            out += b"\x8c\x02os\x8c\x06system" + rng.choice([b"", b"\x94", b"q\x05"]) + b"\x93"
        elif choice == 2:
            out += rng.choice([b")", b"(K\x01t", b"K\x01\x85", b"]", b"}", b"(", b"N", b"\x8f"])
        elif choice == 3:
            out += rng.choice([b"R", b")R", b")\x81", b")}\x92", b"b", b"o", b"(cos\nsystem\no", b"0", b"2", b"\x94", b"h\x00", b"ios\nsystem\n"])
        else:
            out += opcode(rng)
    return bytes(out + b".")


def framed(rng, data):
    at = rng.randrange(len(data) + 1)
    size = max(0, min(len(data) - at, rng.randrange(40)) + rng.choice([0, 0, 0, -1, 1, 2, 50]))
    return data[:at] + b"\x95" + struct.pack("<Q", size) + data[at:]


def mutate(rng, data, seeds):
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3, 6])):
        at = rng.randrange(len(data) + 1) if data else 0
        how = rng.randrange(8)
        if how == 0 and data:
            data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1:]
        elif how == 1:
            data = data[:at] + opcode(rng) + data[at:]
        elif how == 2:
            other = rng.choice(seeds)
            data = data[:at] + other[rng.randrange(len(other)):]
        elif how == 3:
            data = data[:at]
        elif how == 4:
            data = data[:at] + data[at + rng.randrange(4):]
        elif how == 5:
            data = framed(rng, data)
        elif how == 6:
            data = data[:at] + program(rng)[:-1] + data[at:]
        elif data:
            data = data[:at] + bytes([data[at % len(data)] ^ 1 << rng.randrange(8)]) + data[at + 1:]
    return data


def main(seed, count):
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    rng = random.Random(seed)
    seeds = [pickle.dumps(value, protocol) for value in values() for protocol in range(6)]
    seeds += [program(rng) for _ in range(400)]
    for index in range(count):
        if index < len(seeds):
            data = seeds[index]
        elif rng.randrange(3) == 0:
            data = program(rng)
        else:
            data = mutate(rng, rng.choice(seeds), seeds)
        if not data:
            continue
        cells = [data.hex()]
        for (module, name), called in record(data).items():
            text = "%s:%s:%d" % (module.encode("utf-8", "surrogatepass").hex(), name.encode("utf-8", "surrogatepass").hex(), called)
            cells.append(text)
        print("\t".join(cells))


main(int(sys.argv[1]), int(sys.argv[2]))
