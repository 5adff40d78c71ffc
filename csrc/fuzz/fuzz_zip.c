/* The zip reader, and what its members are. */
#include "drive.h"

FUZZ_NAMES("x.zip", "x.pt", "x.npz", "x.keras")
