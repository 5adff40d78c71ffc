/*
** What the command line asks of its surroundings: is this a terminal, and where does this path really lead?
*/
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
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
  const char *path = luaL_checkstring(L, 1);
  char *real = realpath(path, NULL);
  if (real == NULL) return hugh_push_errno(L, path, errno);
  lua_pushstring(L, real);
  free(real);
  return 1;
}

/* core.make_directory(path): it and those above it, for the owner alone -> true | nil, message, code */
static int host_make_directory(lua_State *L) {
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
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

/* core.process_id() -> a number that no other running process has */
static int host_process_id(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)getpid());
  return 1;
}

static const luaL_Reg functions[] = {{"make_directory", host_make_directory}, {"process_id", host_process_id}, {"is_terminal", host_is_terminal}, {"realpath", host_realpath}, {NULL, NULL}};

void hugh_open_host(lua_State *L) { luaL_setfuncs(L, functions, 0); }
