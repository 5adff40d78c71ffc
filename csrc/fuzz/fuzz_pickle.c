/* The pickle machine, with and without the explanation. Two opcodes that cancel out come first, lest the bytes look like another format. */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t *pickle = malloc(size + 2);
  if (pickle == NULL) return 0;
  memcpy(pickle, "N0", 2);
  if (size > 0) memcpy(pickle + 2, data, size);
  drive(size % 2 == 0 ? "x.pkl" : "x.joblib", pickle, size + 2, size % 5 == 0);
  free(pickle);
  return 0;
}
