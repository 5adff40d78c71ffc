/*
** inside RUNS FILE: scans FILE in this process, and prints the fastest run's seconds, how often it asked for memory, the bytes of memory it
** held at most, and the bytes it read. Linked with the core; what the command line and Lua add is not in here.
*/
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../csrc/host/file.h"

typedef struct meter {
  size_t calls, held, most;
} meter;

static void *resize(void *context, void *block, size_t old, size_t size) {
  meter *m = context;
  if (size > 0) m->calls++;
  m->held += size - old;
  if (m->held > m->most) m->most = m->held;
  if (size > 0) return realloc(block, size);
  free(block);
  return NULL;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  double best = 1e9;
  meter m = {0};
  unsigned long long read = 0;
  hugh_buffer buffer = {0};
  for (int runs = atoi(argv[1]); runs > 0; runs--) {
    hugh_allocator allocator = {resize, &m};
    hugh_options options;
    hugh_scan *scan = NULL;
    m = (meter){0};
    hugh_options_init(&options);
    options.allocator = &allocator;
    double start = now();
    if (hugh_file_scan(argv[2], &options, &scan, &buffer) != 0) return 1;
    double took = now() - start;
    if (took < best) best = took;
    read = hugh_scan_report(scan)->bytes_read;
    hugh_scan_free(scan);
  }
  printf("%.6f %zu %zu %llu\n", best, m.calls, m.most, read);
  free(buffer.data);
  return 0;
}
