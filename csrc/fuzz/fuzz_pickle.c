/* The pickle machine, with and without the explanation. */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  drive(size % 2 == 0 ? "x.pkl" : "x.joblib", data, size, size % 5 == 0);
  return 0;
}
