/*
** What every fuzz target does: scan the bytes under a name, fed in pieces whose size the input's length decides, with small limits, and
** walk the report.
*/
#ifndef HUGH_FUZZ_DRIVE_H
#define HUGH_FUZZ_DRIVE_H

#include <stdlib.h>
#include <string.h>

#include "hugh.h"

static void drive(const char *name, const uint8_t *data, size_t size, bool explain) {
  hugh_options options;
  hugh_options_init(&options);
  options.name = (hugh_text){name, strlen(name)};
  options.size = size;
  options.explain = options.disassemble = explain;
  options.limits = (hugh_limits){.kept = 8 << 20, .inflated = 8 << 20, .opcodes = 1 << 20};
  hugh_scan *scan = hugh_scan_new(&options);
  if (scan == NULL) return;
  size_t piece = size % 3 == 0 ? SIZE_MAX : size % 3 == 1 ? 7 : 1000;
  uint8_t *lent = NULL; /* a fresh block each time, so that a stale pointer is seen */
  hugh_want want;
  hugh_next next;
  while ((next = hugh_scan_step(scan, 1000, &want)) == HUGH_WANT || next == HUGH_AGAIN) {
    if (next == HUGH_AGAIN) continue;
    if (want.min == 0 || want.hint < want.min) abort();
    size_t left = want.offset < size ? size - (size_t)want.offset : 0;
    size_t length = want.hint < left ? want.hint : left;
    if (length > piece) length = piece;
    if (length == 0) {
      hugh_scan_eof(scan, size < want.offset ? size : want.offset);
      continue;
    }
    uint8_t *fresh = malloc(length);
    if (fresh == NULL) abort();
    memcpy(fresh, data + want.offset, length);
    hugh_scan_feed(scan, want.offset, fresh, length);
    free(lent);
    lent = fresh;
  }
  const hugh_report *report = hugh_scan_report(scan);
  if (report != NULL && !report->complete && report->safety == HUGH_SAFE) abort();
  hugh_scan_free(scan);
  free(lent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
