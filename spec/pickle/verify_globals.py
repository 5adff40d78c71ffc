#!/usr/bin/env python3
"""Checks csrc/pickle/globals.tsv against the libraries that are installed here.

Prints a line for each row whose module imports but lacks the name (a typing mistake, or a name of another version), and for each safe
class one that has hooks a reviewer should read: __del__, __new__, __setstate__ and the like, except those named in REVIEWED.
Imports libraries, so it is a tool for people, not a test. Usage: verify_globals.py [prefix of module]...
"""
import importlib
import inspect
import sys
import warnings

HOOKS = ("__new__", "__del__", "__setstate__", "__setattr__", "__getattribute__", "__getattr__", "__setitem__", "append", "extend", "add")
# Where a hook that was read and found harmless is defined.
REVIEWED = ("builtins", "collections", "datetime", "decimal", "enum", "fractions", "numpy", "pathlib", "typing", "uuid", "abc", "_io", "random", "_random",
            "torch._C", "torch.nn.modules", "torch.optim", "torch._tensor", "torch.ao.nn", "sklearn.base", "pandas")
# Importing these has effects (a window, a browser, a message of the day), or is not possible twice.
NEVER = {"antigravity", "this", "idlelib.idle", "turtle"}


def rows():
    with open("csrc/pickle/globals.tsv", encoding="utf-8") as table:
        next(table)
        for line in table:
            yield line.rstrip("\n").split("\t")


def resolve(module, name):
    value = importlib.import_module(module)
    for part in name.split("."):
        value = getattr(value, part)
    return value


def hooks(cls):
    for hook in HOOKS:
        owner = next((base for base in cls.__mro__ if hook in vars(base)), None)
        if owner is not None and not any(owner.__module__ == known or owner.__module__.startswith(known + ".") for known in REVIEWED):
            yield f"{hook} of {owner.__module__}.{owner.__qualname__}"


def main(prefixes):
    warnings.simplefilter("ignore")
    seen = missing = absent = 0
    for module, name, judged, check, category, _ in rows():
        if prefixes and not any(module.startswith(prefix) for prefix in prefixes):
            continue
        if module in NEVER:
            continue
        try:
            importlib.import_module(module)
        except BaseException:  # an absent library, or one whose import fails here, shows nothing either way
            absent += 1
            continue
        if name == "*":
            continue
        seen += 1
        try:
            value = resolve(module, name)
        except AttributeError:
            missing += 1
            print(f"missing\t{module}\t{name}\t{judged}")
            continue
        if judged == "safe" and inspect.isclass(value):
            found = list(hooks(value))
            if found:
                print(f"hooks\t{module}\t{name}\t{check}\t{', '.join(found)}")
            if category == "enum" and not hasattr(value, "__members__"):
                print(f"not an enum\t{module}\t{name}")
    print(f"{seen} names looked up, {missing} missing; {absent} rows of modules that are not here", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
