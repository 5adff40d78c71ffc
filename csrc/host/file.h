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

/* The first bytes of a file, at most `length`, and its size (HUGH_UNKNOWN_SIZE where files do not say). */
hugh_errno hugh_file_head(const char *path, uint8_t *data, size_t length, size_t *got, uint64_t *size);

/* The whole of a file of at most `limit` bytes (EFBIG beyond), into the buffer. */
hugh_errno hugh_file_read(const char *path, size_t limit, hugh_buffer *, size_t *length);

#endif
