#define _POSIX_C_SOURCE 200809L
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_LEAST ((size_t)16 * 1024)

static hugh_errno open_regular(const char *path, int *fd, uint64_t *size) {
  struct stat info;
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* O_NONBLOCK: a FIFO must not hang us */
  if (*fd < 0) return errno;
  hugh_errno error = fstat(*fd, &info) != 0 ? errno : S_ISREG(info.st_mode) ? 0 : S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
  if (error != 0) close(*fd);
  else *size = (uint64_t)info.st_size;
  return error;
}

static bool buffer_reserve(hugh_buffer *buffer, size_t size) {
  if (size <= buffer->size) return true;
  uint8_t *data = realloc(buffer->data, size);
  if (data == NULL) return false;
  *buffer = (hugh_buffer){data, size};
  return true;
}

/* Reads what is wanted; *got is less than `least` only at the end of the file. */
static hugh_errno read_at(int fd, uint64_t offset, uint8_t *data, size_t size, size_t least, size_t *got) {
  *got = 0;
  while (*got < least) {
    ssize_t n = pread(fd, data + *got, size - *got, (off_t)(offset + *got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) break;
    *got += (size_t)n;
  }
  return 0;
}

static hugh_errno drive(hugh_scan *scan, int fd, hugh_buffer *buffer) {
  for (;;) {
    hugh_want want;
    size_t got;
    hugh_errno error;
    switch (hugh_scan_step(scan, HUGH_WORK_DEFAULT, &want)) {
      case HUGH_DONE: return 0;
      case HUGH_FAIL: return ENOMEM;
      case HUGH_AGAIN: break;
      case HUGH_WANT:
        if (!buffer_reserve(buffer, want.hint > READ_LEAST ? want.hint : READ_LEAST)) return ENOMEM;
        error = read_at(fd, want.offset, buffer->data, want.hint, want.min, &got);
        if (error != 0) return error;
        if (got > 0) hugh_scan_feed(scan, want.offset, buffer->data, got);
        if (got < want.min) hugh_scan_eof(scan, want.offset + got);
        break;
    }
  }
}

/* The files of /proc say that they are empty, whatever they hold. */
static hugh_errno open_source(const char *path, int *fd, uint64_t *size) {
  hugh_errno error = open_regular(path, fd, size);
  if (error == 0 && *size == 0) *size = HUGH_UNKNOWN_SIZE;
  return error;
}

hugh_errno hugh_file_head(const char *path, uint8_t *data, size_t length, size_t *got, uint64_t *size) {
  int fd;
  hugh_errno error = open_source(path, &fd, size);
  if (error != 0) return error;
  error = read_at(fd, 0, data, length, length, got);
  close(fd);
  return error;
}

hugh_errno hugh_file_scan(const char *path, const hugh_options *base, hugh_scan **scan, hugh_buffer *buffer) {
  hugh_options options = *base;
  int fd;
  hugh_errno error = open_source(path, &fd, &options.size);
  if (error != 0) return error;
  if (options.name.length == 0) options.name = (hugh_text){path, strlen(path)};
  if (*scan == NULL) *scan = hugh_scan_new(&options);
  else hugh_scan_reset(*scan, &options);
  error = *scan == NULL ? ENOMEM : drive(*scan, fd, buffer);
  close(fd);
  return error;
}

hugh_errno hugh_file_read(const char *path, size_t limit, hugh_buffer *buffer, size_t *length) {
  int fd;
  uint64_t size;
  hugh_errno error = open_regular(path, &fd, &size);
  if (error != 0) return error;
  *length = 0;
  if (size > limit) error = EFBIG;
  while (error == 0) { /* up to its end: a file may grow, and those of /proc do not say how long they are */
    size_t got, most = *length == 0 ? (size_t)size + 1 : buffer->size * 2;
    error = buffer_reserve(buffer, most) ? read_at(fd, *length, buffer->data + *length, most - *length, most - *length, &got) : ENOMEM;
    if (error != 0) break;
    *length += got;
    if (*length > limit) error = EFBIG;
    else if (*length < most) break;
  }
  close(fd);
  return error;
}
