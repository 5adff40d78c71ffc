"""What pickletools.dis makes of generated pickles.

    pickletools_oracle.py > cases

For each case a line with the input in hex, the lines of the disassembly, and an empty line.
"""
import collections
import datetime
import io
import pickle
import pickletools
import random
import struct

VALUES = [
    None, True, False, 0, 1, -1, 255, 256, 65535, 65536, -(2**31), 2**31, 10**40, -(10**40), -(2**63), 2**2000, -(2**13000), 10**9, 0.0, -0.0, 1.5, 1e16, 1e15, 1e-5, 0.0001,
    123456789.125, 1e300, 5e-324, float("inf"), float("-inf"), float("nan"), "", "text", "it's", 'say "x"', "it's \"both\"", "t\xe9\u20ac\U0001f600",
    "a\nb\tc\\d\x00\x7f\x85", b"", b"by'tes\x00\xff", bytearray(b"array"), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [[[[]]]], {"a": {"b": [1, (2,)]}},
    {1}, frozenset([1]), datetime.datetime(2020, 1, 2), collections.OrderedDict(a=1), collections.deque([1, 2]), complex(1, 2), range(3), "x" * 300,
]
BY_HAND = [b"(I1\nI2\n0001.", b"((lp0\n0N.", b"I01\n.", b"L123L\n.", b"F1.5\n.", b"F1_0.5\n.", b"I1_0\n.", b"I \t-07 \n.", b"L+0_0L\n.", b"Np-0\n0g 0\r\n.", b"S'a\\x41'\n.", b"(cos\nsystem\no.", b"(ios\nsystem\n.", b"Pid\n.", b"NQ.",
           b"\x82\x01.", b"\x83\x01\x02.", b"\x84\x01\x00\x00\x00.", b"T\x03\x00\x00\x00a\xe9b.", b"U\x02hi.", b"N2\x86.", b"\x97\x98.", b"(K\x011N."]


def main():
    rng = random.Random(3)
    cases = [pickle.dumps(value, protocol) for value in VALUES for protocol in range(6)] + BY_HAND
    for _ in range(300):
        number = struct.unpack("<d", rng.randbytes(8))[0]
        cases.append(pickle.dumps([number, rng.getrandbits(rng.randrange(1, 500)) - 2**200], rng.randrange(6)))
    for data in cases:
        out = io.StringIO()
        try:
            pickletools.dis(data, out)
        except Exception:
            continue
        print(data.hex())
        print(out.getvalue())


main()
