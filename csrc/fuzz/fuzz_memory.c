/* Out of memory at any point: the first two bytes say which allocation fails, and none succeeds after it. Nothing may crash or leak. */
#include "hugh.h"

#include <stdlib.h>
#include <string.h>

typedef struct meter {
  size_t left, held;
} meter;

static void *resize(void *context, void *block, size_t old, size_t size) {
  meter *m = context;
  if (size > old) {
    if (m->left == 0) return NULL;
    m->left--;
  }
  m->held += size - old;
  if (size == 0) {
    free(block);
    return NULL;
  }
  void *result = realloc(block, size);
  if (result == NULL) abort();
  return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const names[] = {"a.pkl", "a.pt", "a.safetensors", "a.joblib", "a.json", "a.npy", "a.gguf", "a.tar"};
  if (size < 3) return 0;
  meter m = {.left = (size_t)data[0] | (size_t)(data[1] & 3) << 8};
  hugh_allocator allocator = {resize, &m};
  hugh_options options;
  hugh_options_init(&options);
  const char *name = names[data[2] % (sizeof names / sizeof *names)];
  options.name = (hugh_text){name, strlen(name)};
  data += 3;
  size -= 3;
  options.size = size;
  options.explain = size % 2 == 0;
  options.limits = (hugh_limits){.kept = 4 << 20, .inflated = 4 << 20, .opcodes = 1 << 18};
  options.allocator = &allocator;
  hugh_scan *scan = hugh_scan_new(&options);
  if (scan != NULL) {
    hugh_want want;
    hugh_next next;
    while ((next = hugh_scan_step(scan, 100000, &want)) == HUGH_WANT || next == HUGH_AGAIN) {
      if (next == HUGH_AGAIN) continue;
      if (want.offset < size) hugh_scan_feed(scan, want.offset, data + want.offset, size - (size_t)want.offset);
      else hugh_scan_eof(scan, size);
    }
    const hugh_report *report = hugh_scan_report(scan);
    if (next == HUGH_FAIL ? report != NULL : report == NULL) abort();
    if (m.left == 0 && report != NULL && report->safety == HUGH_SAFE && !report->complete) abort();
    hugh_scan_free(scan);
  }
  if (m.held != 0) abort();
  return 0;
}
