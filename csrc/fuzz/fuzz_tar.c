/* The tar reader. Mutations leave the checksums of headers right: without that hardly any would get past the first member. */
#include "drive.h"

#include <stdio.h>
#include <string.h>

FUZZ_NAMES("x.tar")

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed) {
  (void)seed;
  size = LLVMFuzzerMutate(data, size, most);
  for (size_t at = 1; at + 512 <= size; at += 512) { /* behind the byte that chooses the name */
    uint8_t *header = data + at;
    if (memcmp(header + 257, "ustar", 5) != 0) continue;
    unsigned sum = 0;
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) sum += header[i];
    char digits[8];
    snprintf(digits, sizeof digits, "%06o", sum);
    memcpy(header + 148, digits, 7);
  }
  return size;
}
