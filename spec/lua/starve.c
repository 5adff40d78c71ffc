/* For memory_spec.lua: lets the allocations of a Lua state fail. starve.from(n): the n-th from now on and all after it; starve.stop() -> did one? */
#include <lauxlib.h>
#include <lua.h>

static lua_Alloc allocate;
static void *context;
static long left;
static int failed;

static void *starve(void *unused, void *block, size_t old, size_t size) {
  (void)unused;
  if (size > (block != NULL ? old : 0) && --left <= 0) {
    failed = 1;
    return NULL;
  }
  return allocate(context, block, old, size);
}

static int from(lua_State *L) {
  left = (long)luaL_checkinteger(L, 1);
  failed = 0;
  lua_setallocf(L, starve, NULL);
  return 0;
}

static int stop(lua_State *L) {
  lua_setallocf(L, allocate, context);
  lua_pushboolean(L, failed);
  return 1;
}

int luaopen_starve(lua_State *L);
int luaopen_starve(lua_State *L) {
  allocate = lua_getallocf(L, &context);
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, from);
  lua_setfield(L, -2, "from");
  lua_pushcfunction(L, stop);
  lua_setfield(L, -2, "stop");
  return 1;
}
