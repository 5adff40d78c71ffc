/* The readers of text. */
#include "drive.h"

FUZZ_NAMES("config.json", "x.yaml", "x.py", "x.ipynb", "x.jinja", "x.sh", "x.txt")
