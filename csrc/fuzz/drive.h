/*
** What every fuzz target does: scan the input under a name several ways, and abort where the reports contradict each other or a scan costs
** more than it may. A target is the list of names its inputs can have; the first byte of an input chooses one (seed.py writes such inputs).
*/
#ifndef HUGH_FUZZ_DRIVE_H
#define HUGH_FUZZ_DRIVE_H

#include <stddef.h>
#include <stdint.h>

void fuzz_drive(const char *const *names, size_t count, const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_NAMES(...)                                                      \
  int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {             \
    static const char *const names[] = {__VA_ARGS__};                        \
    fuzz_drive(names, sizeof names / sizeof *names, data, size);             \
    return 0;                                                                \
  }

#endif
