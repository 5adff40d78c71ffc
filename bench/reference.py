#!/usr/bin/python3
"""reference.py RUNS FILE: seconds of the fastest run in which the reference implementation of safetensors opens FILE."""
import sys, time
from safetensors import safe_open

best = 1e9
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    with safe_open(sys.argv[2], framework="numpy"):
        best = min(best, time.perf_counter() - start)
print("%.6f" % best)
