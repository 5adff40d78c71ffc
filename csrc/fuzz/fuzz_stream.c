/* The decoders: the input chooses which by its first bytes. */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  drive("x.gz", data, size, false);
  return 0;
}
