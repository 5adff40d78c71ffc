#!/usr/bin/python3
"""load.py FILE: what CPython's C unpickler takes for it, start-up included."""
import pickle, sys

with open(sys.argv[1], "rb") as f:
    pickle.load(f)
