/*
** What the command line asks of its surroundings: is this a terminal, and where does this path really lead?
*/
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <stdlib.h>
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

static const luaL_Reg functions[] = {{"is_terminal", host_is_terminal}, {"realpath", host_realpath}, {NULL, NULL}};

void hugh_open_host(lua_State *L) { luaL_setfuncs(L, functions, 0); }
