/* The decoders: the first bytes of a stream choose which. */
#include "drive.h"

FUZZ_NAMES("x.gz", "x.joblib")
