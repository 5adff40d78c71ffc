#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MOST 64 /* directories inside each other; also bounds the open descriptors */

typedef struct level {
  DIR *dir;
  dev_t device;
  ino_t inode;
  size_t length; /* of the path of this directory, with its slash */
} level;

typedef struct walk {
  level levels[DEPTH_MOST];
  size_t depth;
  char *path;
  size_t capacity;
  hugh_entries *entries;
  bool names_only;
} walk;

static bool path_set(walk *w, size_t base, const char *name) {
  size_t length = strlen(name);
  if (base + length + 2 > w->capacity) {
    size_t capacity = (base + length + 2) * 2;
    char *grown = realloc(w->path, capacity);
    if (grown == NULL) return false;
    w->path = grown;
    w->capacity = capacity;
  }
  memcpy(w->path + base, name, length + 1);
  return true;
}

static int add(walk *w, hugh_entry_type type, bool link, const struct stat *info, int error) {
  hugh_entries *entries = w->entries;
  if (entries->count == entries->capacity) {
    size_t capacity = entries->capacity == 0 ? 64 : entries->capacity * 2;
    hugh_entry *items = realloc(entries->items, capacity * sizeof *items);
    if (items == NULL) return ENOMEM;
    entries->items = items;
    entries->capacity = capacity;
  }
  char *path = strdup(w->path);
  if (path == NULL) return ENOMEM;
  entries->items[entries->count++] = (hugh_entry){.path = path,
                                                  .type = type,
                                                  .link = link,
                                                  .size = info != NULL && info->st_size > 0 ? (uint64_t)info->st_size : 0,
                                                  .mtime = info != NULL ? (int64_t)info->st_mtime : 0,
                                                  .error = error};
  return 0;
}

/* Goes into the directory whose path is set; what keeps us out becomes an entry. */
static int enter(walk *w, int at, const char *name, size_t length, bool link) {
  struct stat info;
  if (w->depth == DEPTH_MOST) return add(w, HUGH_ENTRY_ERROR, link, NULL, ELOOP);
  int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  DIR *dir = fd >= 0 && fstat(fd, &info) == 0 ? fdopendir(fd) : NULL;
  if (dir == NULL) {
    int error = errno;
    if (fd >= 0) close(fd);
    return w->depth == 0 ? error : add(w, HUGH_ENTRY_ERROR, link, NULL, error);
  }
  for (size_t i = 0; i < w->depth; i++) {
    if (w->levels[i].device == info.st_dev && w->levels[i].inode == info.st_ino) {
      closedir(dir);
      return add(w, HUGH_ENTRY_LOOP, link, NULL, 0);
    }
  }
  w->levels[w->depth++] = (level){dir, info.st_dev, info.st_ino, length};
  return 0;
}

static int look(walk *w, const struct dirent *entry) {
  const level *here = &w->levels[w->depth - 1];
  struct stat info;
  int fd = dirfd(here->dir);
  if (!path_set(w, here->length, entry->d_name)) return ENOMEM;
  if (w->names_only && entry->d_type == DT_REG) return add(w, HUGH_ENTRY_FILE, false, NULL, 0);
  bool link = entry->d_type == DT_LNK;
  if (entry->d_type != DT_DIR) {
    if (entry->d_type == DT_UNKNOWN && fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0) link = S_ISLNK(info.st_mode);
    if (fstatat(fd, entry->d_name, &info, 0) != 0) {
      int error = errno;
      if (link && error == ENOENT) return add(w, HUGH_ENTRY_BROKEN_LINK, link, NULL, 0);
      if (link && error == ELOOP) return add(w, HUGH_ENTRY_LOOP, link, NULL, 0);
      return add(w, HUGH_ENTRY_ERROR, link, NULL, error);
    }
    if (S_ISREG(info.st_mode)) return add(w, HUGH_ENTRY_FILE, link, &info, 0);
    if (!S_ISDIR(info.st_mode)) return add(w, HUGH_ENTRY_OTHER, link, &info, 0);
  }
  size_t length = strlen(w->path);
  int error = enter(w, fd, entry->d_name, length + 1, link);
  if (error == 0 && w->levels[w->depth - 1].length == length + 1) memcpy(w->path + length, "/", 2);
  return error;
}

static int by_path(const void *a, const void *b) { return strcmp(((const hugh_entry *)a)->path, ((const hugh_entry *)b)->path); }

int hugh_walk(const char *directory, bool names_only, hugh_entries *entries) {
  walk w = {.entries = entries, .names_only = names_only};
  *entries = (hugh_entries){0};
  int error = path_set(&w, 0, "") ? enter(&w, AT_FDCWD, directory, 0, false) : ENOMEM;
  while (error == 0 && w.depth > 0) {
    errno = 0;
    const struct dirent *entry = readdir(w.levels[w.depth - 1].dir);
    if (entry == NULL) {
      if (errno != 0) {
        int why = errno;
        w.path[w.levels[w.depth - 1].length] = '\0';
        error = add(&w, HUGH_ENTRY_ERROR, false, NULL, why);
      }
      closedir(w.levels[--w.depth].dir);
    } else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      error = look(&w, entry);
    }
  }
  while (w.depth > 0) closedir(w.levels[--w.depth].dir);
  free(w.path);
  if (error != 0) hugh_entries_free(entries);
  else if (entries->count > 1) qsort(entries->items, entries->count, sizeof *entries->items, by_path);
  return error;
}

void hugh_entries_free(hugh_entries *entries) {
  for (size_t i = 0; i < entries->count; i++) free(entries->items[i].path);
  free(entries->items);
  *entries = (hugh_entries){0};
}
