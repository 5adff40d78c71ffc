/* Formats that are a header and numbers. */
#include "drive.h"

FUZZ_NAMES("a.safetensors", "a.npy", "a.gguf", "a.rds", "a.ubj")
