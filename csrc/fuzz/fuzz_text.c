/* The readers of text: the first byte chooses the name, and with it the reader. */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const names[] = {"config.json", "x.yaml", "x.py", "x.ipynb", "x.jinja", "x.sh"};
  if (size == 0) return 0;
  drive(names[data[0] % (sizeof names / sizeof *names)], data + 1, size - 1, false);
  return 0;
}
