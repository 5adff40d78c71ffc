/*
** What a directory holds, whatever its names are: loops of symbolic links end, unreadable directories are reported, nothing recurses.
*/
#ifndef HUGH_WALK_H
#define HUGH_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum hugh_entry_type {
  HUGH_ENTRY_FILE,
  HUGH_ENTRY_OTHER,       /* a socket, a device, a FIFO */
  HUGH_ENTRY_BROKEN_LINK,
  HUGH_ENTRY_LOOP,        /* a link to a directory that contains it */
  HUGH_ENTRY_ERROR        /* could not be looked at: error */
} hugh_entry_type;

typedef struct hugh_entry {
  char *path; /* relative to the directory walked */
  hugh_entry_type type;
  bool link; /* reached through a symbolic link of its own */
  uint64_t size;
  int64_t mtime;
  int error; /* errno */
} hugh_entry;

typedef struct hugh_entries {
  hugh_entry *items;
  size_t count, capacity;
} hugh_entries;

/*
** Everything below `directory` but directories themselves, sorted by path (bytewise). With `names_only`, size and mtime of plain files stay
** 0: looking them up is a third of the work. 0 or an errno value; free with hugh_entries_free.
*/
int hugh_walk(const char *directory, bool names_only, hugh_entries *);
void hugh_entries_free(hugh_entries *);

#endif
