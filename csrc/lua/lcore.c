/*
** hugh.core: the C core for Lua.
*/
#include "lcore.h"

HUGH_EXPORT int luaopen_hugh_core(lua_State *);

/* core.classify(head, name [, size]) -> { kind, about, by, expected } : see hugh_classify */
static int core_classify(lua_State *L) {
  size_t length, name_length;
  const char *head = luaL_checklstring(L, 1, &length);
  const char *name = luaL_optlstring(L, 2, "", &name_length);
  uint64_t size = lua_isnoneornil(L, 3) ? HUGH_UNKNOWN_SIZE : hugh_check_size(L, 3);
  hugh_class class = hugh_classify(head, length, size, (hugh_text){name, name_length});
  lua_createtable(L, 0, 4);
  lua_pushstring(L, hugh_kind_name(class.kind));
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, hugh_kind_about(class.kind));
  lua_setfield(L, -2, "about");
  lua_pushstring(L, class.by_content ? "content" : "name");
  lua_setfield(L, -2, "by");
  if (class.name_disagrees) {
    lua_pushstring(L, hugh_kind_name(class.expected));
    lua_setfield(L, -2, "expected");
  }
  return 1;
}

/* core.kinds() -> { { kind, about }, ... } : every kind hugh knows */
static int core_kinds(lua_State *L) {
  lua_createtable(L, HUGH_KIND_COUNT, 0);
  for (int kind = 0; kind < HUGH_KIND_COUNT; kind++) {
    lua_createtable(L, 0, 2);
    lua_pushstring(L, hugh_kind_name((hugh_kind)kind));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, hugh_kind_about((hugh_kind)kind));
    lua_setfield(L, -2, "about");
    lua_rawseti(L, -2, kind + 1);
  }
  return 1;
}

/* core.score({ { weight=, value=number|nil }, ... }) -> score, coverage : see hugh_score_factors */
static int core_score(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  size_t count = lua_rawlen(L, 1);
  hugh_factor *factors = lua_newuserdata(L, (count + 1) * sizeof *factors);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 1, (int)i + 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_getfield(L, -1, "weight");
    lua_getfield(L, -2, "value");
    factors[i] = (hugh_factor){lua_tonumber(L, -2), lua_tonumber(L, -1), lua_type(L, -1) == LUA_TNUMBER};
    lua_pop(L, 3);
  }
  hugh_score score = hugh_score_factors(factors, count);
  lua_pushnumber(L, score.score);
  lua_pushnumber(L, score.coverage);
  return 2;
}

static const luaL_Reg functions[] = {{"score", core_score}, {"classify", core_classify}, {"kinds", core_kinds}, {NULL, NULL}};

int luaopen_hugh_core(lua_State *L) {
  luaL_newlib(L, functions);
  lua_pushliteral(L, HUGH_VERSION);
  lua_setfield(L, -2, "version");
  hugh_open_scan(L);
  hugh_open_files(L);
  hugh_open_sandbox(L);
  hugh_open_host(L);
  hugh_open_zip(L);
  return 1;
}
