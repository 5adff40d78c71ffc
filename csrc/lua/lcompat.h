/*
** One source for Lua 5.3, 5.4 and LuaJIT: written for 5.3, with what LuaJIT lacks of it made from the API of 5.1. (Not for Lua 5.1 itself, whose
** sandbox would be another one.)
*/
#ifndef HUGH_LCOMPAT_H
#define HUGH_LCOMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#if defined(__GNUC__)
#define HUGH_EXPORT __attribute__((visibility("default")))
#else
#define HUGH_EXPORT
#endif

#if LUA_VERSION_NUM < 502
#undef luaL_newlib
#define luaL_newlib(L, functions) (lua_newtable(L), luaL_register(L, NULL, functions))
#undef luaL_setfuncs
#define luaL_setfuncs(L, functions, upvalues) luaL_register(L, NULL, functions)
#undef luaL_setmetatable
#define luaL_setmetatable(L, name) (luaL_getmetatable(L, name), lua_setmetatable(L, -2))
#undef lua_rawlen
#define lua_rawlen(L, index) lua_objlen(L, index)
#define lua_setuservalue(L, index) lua_setfenv(L, index)
#define lua_getuservalue(L, index) lua_getfenv(L, index)
#endif

/* Counts, sizes and offsets: integers where Lua has them. The core refuses offsets above 2^53, so a LuaJIT double holds them all. */
static inline void hugh_push_size(lua_State *L, unsigned long long value) {
#if LUA_VERSION_NUM >= 503
  lua_pushinteger(L, (lua_Integer)value);
#else
  lua_pushnumber(L, (lua_Number)value);
#endif
}

#define HUGH_SIZE_MOST 9007199254740992.0 /* 2^53 */

/* A size or offset argument: a whole number in 0..2^53. */
static inline unsigned long long hugh_check_size(lua_State *L, int argument) {
  lua_Number value = luaL_checknumber(L, argument);
  luaL_argcheck(L, value >= 0 && value <= HUGH_SIZE_MOST && value == (lua_Number)(unsigned long long)value, argument,
                "a whole number from 0 to 2^53 expected");
  return (unsigned long long)value;
}

/* A path argument: what follows a NUL would be ignored, so there is none. */
static inline const char *hugh_check_path(lua_State *L, int argument) {
  size_t length;
  const char *path = luaL_checklstring(L, argument, &length);
  luaL_argcheck(L, strlen(path) == length, argument, "a path cannot contain NUL");
  return path;
}

#endif
