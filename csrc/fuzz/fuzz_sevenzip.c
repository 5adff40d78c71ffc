/* The 7z reader. */
#include "drive.h"

FUZZ_NAMES("x.7z")
