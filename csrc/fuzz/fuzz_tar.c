/* The tar reader. */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  drive("x.tar", data, size, false);
  return 0;
}
