/* Anything under any name: classification and whatever it leads to. */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const names[] = {"a", "a.pkl", "a.pt", "a.safetensors", "a.joblib", "a.json", "a.npz", "a.keras", "a.onnx", "a.py", "a.gz", "a.yaml"};
  if (size == 0) return 0;
  drive(names[data[0] % (sizeof names / sizeof *names)], data + 1, size - 1, false);
  return 0;
}
