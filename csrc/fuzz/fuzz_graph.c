/* Graphs in protocol buffers, and what else holds a graph: the first byte says which. */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const names[] = {"a.onnx", "a.pb", "saved_model.pb", "a.pmml", "a.h5", "a.msgpack"};
  if (size == 0) return 0;
  drive(names[data[0] % (sizeof names / sizeof *names)], data + 1, size - 1, false);
  return 0;
}
