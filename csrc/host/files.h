/*
** Many files at once: threads scan them, the caller takes the reports in the order of the paths while the rest is still being scanned.
*/
#ifndef HUGH_FILES_H
#define HUGH_FILES_H

#include "file.h"

typedef struct hugh_files hugh_files;

/* One of many files: its report, or why there is none. */
typedef struct hugh_file_result {
  const char *path;
  hugh_report *report;
  hugh_errno error;
} hugh_file_result;

/* Starts to scan `count` files on `threads` threads, the caller's own among them. Paths and options are copied. NULL: no memory. */
hugh_files *hugh_files_start(const char *const *paths, size_t count, const hugh_options *, unsigned threads);

/* The next file's result, valid until the next call; NULL after the last. Scans what nobody has begun for as long as it is not there. */
const hugh_file_result *hugh_files_next(hugh_files *);

/* Ends the threads, each after its present file, and frees everything. NULL is fine. */
void hugh_files_free(hugh_files *);

#endif
