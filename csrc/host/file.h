/*
** Files for the core: read through one reused window of pread, so that memory stays small and a file that shrinks while it is read is a
** finding instead of a SIGBUS. POSIX, no Lua.
*/
#ifndef HUGH_FILE_H
#define HUGH_FILE_H

#include "../hugh.h"

/* Why the world failed: an errno value, or 0. */
typedef int hugh_errno;

/* A reusable buffer for reading; zero it before the first use, free `data` after the last. */
typedef struct hugh_buffer {
  uint8_t *data;
  size_t size;
} hugh_buffer;

/*
** Opens `path` (regular files only: EISDIR, EINVAL otherwise, and a FIFO never blocks), and scans it with *scan, which is created when NULL
** and reset otherwise. 0 and a finished report, or an errno value (ENOMEM included).
*/
hugh_errno hugh_file_scan(const char *path, const hugh_options *, hugh_scan **scan, hugh_buffer *);

/* One of many files: its report, to be freed with free(), or why there is none. */
typedef struct hugh_file_result {
  hugh_report *report;
  hugh_errno error;
} hugh_file_result;

/* Scans `count` files on `threads` threads (1: the caller's own); results in the order of the paths. 0 or ENOMEM. */
hugh_errno hugh_files_scan(const char *const *paths, size_t count, const hugh_options *, unsigned threads, hugh_file_result *);

/* The whole of a file of at most `limit` bytes (EFBIG beyond), into the buffer. */
hugh_errno hugh_file_read(const char *path, size_t limit, hugh_buffer *, size_t *length);

#endif
