#define _POSIX_C_SOURCE 200809L
#include "files.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"

#define THREADS_MOST 64

typedef struct slot {
  hugh_file_result result;
  atomic_bool done; /* stored after `result`, which then belongs to the caller */
} slot;

/* What a thread reuses for file after file. */
typedef struct worker {
  hugh_scan *scan;
  hugh_buffer buffer;
} worker;

struct hugh_files {
  hugh_options options;
  slot *slots;
  char *paths;
  size_t count;
  size_t taken; /* slots whose results the caller has had */
  atomic_size_t begun;
  worker own;
  pthread_t threads[THREADS_MOST];
  unsigned running;
};

/* Scans one file that nobody has begun; false when there is none. */
static bool scan_one(hugh_files *files, worker *self) {
  size_t i = atomic_fetch_add(&files->begun, 1);
  if (i >= files->count) return false;
  hugh_file_result *result = &files->slots[i].result;
  result->error = hugh_file_scan(result->path, &files->options, &self->scan, &self->buffer);
  if (result->error == 0) {
    result->report = hugh_report_keep(hugh_scan_report(self->scan));
    if (result->report == NULL) result->error = ENOMEM;
  }
  atomic_store_explicit(&files->slots[i].done, true, memory_order_release);
  return true;
}

static void worker_end(worker *self) {
  hugh_scan_free(self->scan);
  free(self->buffer.data);
}

static void *work(void *context) {
  worker self = {0};
  while (scan_one(context, &self)) {}
  worker_end(&self);
  return NULL;
}

static void join(hugh_files *files) {
  while (files->running > 0) pthread_join(files->threads[--files->running], NULL);
}

hugh_files *hugh_files_start(const char *const *paths, size_t count, const hugh_options *options, unsigned threads) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += strlen(paths[i]) + 1;
  hugh_files *files = calloc(1, sizeof *files);
  if (files == NULL) return NULL;
  files->slots = calloc(count + 1, sizeof *files->slots);
  files->paths = malloc(size + 1);
  if (files->slots == NULL || files->paths == NULL) {
    hugh_files_free(files);
    return NULL;
  }
  files->options = *options;
  files->options.name = (hugh_text){0}; /* each is named by its path */
  files->count = count;
  char *place = files->paths;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(paths[i]) + 1;
    files->slots[i].result.path = memcpy(place, paths[i], length);
    place += length;
  }
  while (files->running + 1 < threads && files->running < THREADS_MOST &&
         pthread_create(&files->threads[files->running], NULL, work, files) == 0) {
    files->running++;
  }
  return files;
}

const hugh_file_result *hugh_files_next(hugh_files *files) {
  if (files->taken > 0) {
    hugh_file_result *before = &files->slots[files->taken - 1].result;
    free(before->report);
    before->report = NULL;
  }
  if (files->taken == files->count) return NULL;
  slot *next = &files->slots[files->taken++];
  while (!atomic_load_explicit(&next->done, memory_order_acquire)) {
    if (!scan_one(files, &files->own)) join(files); /* whatever was begun is then done */
  }
  return &next->result;
}

void hugh_files_free(hugh_files *files) {
  if (files == NULL) return;
  atomic_store(&files->begun, files->count);
  join(files);
  worker_end(&files->own);
  for (size_t i = 0; i < files->count; i++) free(files->slots[i].result.report);
  free(files->slots);
  free(files->paths);
  free(files);
}
