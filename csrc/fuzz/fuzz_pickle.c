/* The pickle machine. Inputs from seed.py start with two opcodes that cancel out, lest a mutation turns them into another format. */
#include "drive.h"

FUZZ_NAMES("x.pkl", "x.joblib", "pytorch_model.bin")
