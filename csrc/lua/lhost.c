/*
** What the command line asks of its surroundings: is this a terminal, and where does this path really lead?
*/
#define _GNU_SOURCE /* realpath, mkostemp */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lcore.h"

/* core.is_terminal(fd) -> boolean */
static int host_is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* core.realpath(path) -> the absolute path without links | nil, message, code */
static int host_realpath(lua_State *L) {
  const char *path = hugh_check_path(L, 1);
  char real[PATH_MAX];
  if (realpath(path, real) == NULL) return hugh_push_errno(L, path, errno);
  lua_pushstring(L, real);
  return 1;
}

/* core.make_directory(path): it and those above it, for the owner alone -> true | nil, message, code */
static int host_make_directory(lua_State *L) {
  const char *path = hugh_check_path(L, 1);
  size_t length = strlen(path);
  char *part = lua_newuserdata(L, length + 1);
  memcpy(part, path, length + 1);
  for (char *at = part + 1; length > 0; at++) {
    if (*at != '/' && *at != '\0') continue;
    char end = *at;
    *at = '\0';
    if (mkdir(part, 0700) != 0 && errno != EEXIST) return hugh_push_errno(L, part, errno);
    if (end == '\0') break;
    *at = end;
  }
  lua_pushboolean(L, 1);
  return 1;
}

static bool write_all(int file, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(file, bytes, length);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes += written, length -= (size_t)written;
  }
  return true;
}

/*
** core.write(path, bytes): the file is there at once and whole, for the owner alone, or not at all, whoever else writes it and however the
** program is interrupted -> true | nil, message, code
*/
static int host_write(lua_State *L) {
  size_t length;
  const char *path = hugh_check_path(L, 1), *bytes = luaL_checklstring(L, 2, &length);
  static const char ending[] = ".XXXXXX";
  size_t path_length = strlen(path);
  char *temporary = lua_newuserdata(L, path_length + sizeof ending);
  memcpy(temporary, path, path_length);
  memcpy(temporary + path_length, ending, sizeof ending);
  int file = mkostemp(temporary, O_CLOEXEC), error = 0;
  if (file < 0) return hugh_push_errno(L, path, errno);
  if (!write_all(file, bytes, length)) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary, path) != 0) error = errno;
  if (error != 0) {
    unlink(temporary);
    return hugh_push_errno(L, path, error);
  }
  lua_pushboolean(L, 1);
  return 1;
}

static const luaL_Reg functions[] = {{"is_terminal", host_is_terminal}, {"make_directory", host_make_directory}, {"realpath", host_realpath},
                                     {"write", host_write}, {NULL, NULL}};

void hugh_open_host(lua_State *L) { luaL_setfuncs(L, functions, 0); }
