/*
** A loan: facts of the host as a policy sees them. A fact is copied when it is first asked for, and what the policy gets cannot be changed.
**
** The host only iterates over its own tables meanwhile and allocates nothing, so no error of one state can pass through the other.
**
** A shape is what the language expects of a table: { fields, items, miss, count }. fields[name] is the shape of that field, items that of every
** other entry; where they hold no table but a word, the value is a scalar. Entries of another kind are left out. miss is the metatable of the
** copy, or false: its __index is asked for what is not there. count is how many fields there are.
*/
#include <string.h>

#include "lsandbox.h"

#define DEPTH_MOST 24 /* of tables in facts */
#define EMPTY "hugh.empty" /* the view of every list with nothing in it */

/* ------------------------------------------------------------------- views */

/* #view */
static int view_length(lua_State *B) {
  lua_getmetatable(B, 1);
  lua_getfield(B, -1, "__index");
  hugh_push_size(B, lua_rawlen(B, -1));
  return 1;
}

static int view_newindex(lua_State *B) { return luaL_error(B, "facts cannot be changed, nor can what stands outside of a condition"); }

/* Replaces the table on top of the stack with a view of it: a userdata, since Lua 5.1 asks no table for its length. */
static void make_view(lua_State *B) {
  lua_newuserdata(B, 0);
  lua_createtable(B, 0, 3);
  lua_pushvalue(B, -3);
  lua_setfield(B, -2, "__index");
  lua_pushcfunction(B, view_newindex);
  lua_setfield(B, -2, "__newindex");
  lua_pushcfunction(B, view_length);
  lua_setfield(B, -2, "__len");
  lua_setmetatable(B, -2);
  lua_remove(B, -2);
}

/* view(table) -> a read-only view of it */
static int box_view(lua_State *B) {
  luaL_checktype(B, 1, LUA_TTABLE);
  lua_settop(B, 1);
  make_view(B);
  return 1;
}

/* data(view) -> the table behind it */
static int box_data(lua_State *B) {
  luaL_checktype(B, 1, LUA_TUSERDATA);
  lua_getmetatable(B, 1);
  lua_getfield(B, -1, "__index");
  return 1;
}

/* ------------------------------------------------------------------ copying */

static bool push_fact(lua_State *B, lua_State *H, int shape, int depth);

/* Pushes the shape of the entry with the key on top: a table, a word or nil. */
static void push_shape(lua_State *B, int shape) {
  lua_rawgeti(B, shape, 1);
  lua_pushvalue(B, -2);
  lua_rawget(B, -2);
  lua_remove(B, -2);
  if (!lua_isnil(B, -1)) return;
  lua_pop(B, 1);
  lua_rawgeti(B, shape, 2);
}

/* Pushes a copy of the host's table on top, as a view; the host's stack stays as it is. */
static void push_table(lua_State *B, lua_State *H, int shape, int depth) {
  if (depth == DEPTH_MOST || !lua_checkstack(H, 4)) luaL_error(B, "facts nested too deeply");
  luaL_checkstack(B, 12, "facts nested too deeply");
  lua_pushnil(H);
  if (lua_next(H, -2) == 0) { /* most findings and globals of most files */
    lua_rawgeti(B, shape, 3);
    if (!lua_istable(B, -1)) {
      lua_getfield(B, LUA_REGISTRYINDEX, EMPTY);
      lua_replace(B, -2);
      return;
    }
    lua_pop(B, 1);
  } else {
    lua_pop(H, 2);
  }
  lua_rawgeti(B, shape, 4);
  int count = (int)lua_tointeger(B, -1);
  lua_createtable(B, (int)lua_rawlen(H, -1), count);
  int table = lua_gettop(B);
  for (lua_pushnil(H); lua_next(H, -2) != 0; lua_pop(H, 1)) {
    lua_settop(B, table);
    if (!hugh_push_scalar(B, H, -2)) continue;
    push_shape(B, shape);
    if (lua_isnil(B, -1) || !push_fact(B, H, lua_gettop(B), depth + 1)) continue;
    lua_replace(B, -2);
    lua_rawset(B, table);
  }
  lua_settop(B, table);
  lua_rawgeti(B, shape, 3);
  if (lua_istable(B, -1)) lua_setmetatable(B, table);
  else lua_pop(B, 1);
  make_view(B);
  lua_remove(B, -2);
}

/* Pushes the host's value on top, if it is what the shape at `shape` (a table or a word) says. */
static bool push_fact(lua_State *B, lua_State *H, int shape, int depth) {
  if (!lua_istable(H, -1)) return hugh_push_scalar(B, H, -1);
  if (!lua_istable(B, shape)) return false;
  push_table(B, H, shape, depth);
  return true;
}

/* fetch(name, shape) -> the fact of that name, which is a table of that shape | nil */
static int box_fetch(lua_State *B) {
  lsandbox *self = hugh_sandbox_of(B);
  lua_State *H = self->host;
  size_t length, other;
  const char *name = luaL_checklstring(B, 1, &length);
  luaL_checktype(B, 2, LUA_TTABLE);
  if (H == NULL) return luaL_error(B, "no facts are lent");
  lua_settop(H, self->lent);
  hugh_sandbox_give(self, true);
  for (lua_pushnil(H); lua_next(H, self->lent) != 0; lua_pop(H, 1)) {
    if (lua_type(H, -2) != LUA_TSTRING) continue;
    const char *key = lua_tolstring(H, -2, &other);
    if (other != length || memcmp(key, name, length) != 0) continue;
    if (!push_fact(B, H, 2, 0)) break;
    hugh_sandbox_give(self, false);
    return 1;
  }
  hugh_sandbox_give(self, false);
  return 0;
}

void hugh_loan_open(lua_State *B) {
  static const luaL_Reg language[] = {{"view", box_view}, {"data", box_data}, {"fetch", box_fetch}, {NULL, NULL}};
  luaL_setfuncs(B, language, 0);
  lua_newtable(B);
  make_view(B);
  lua_setfield(B, LUA_REGISTRYINDEX, EMPTY);
}

void hugh_loan_push(lsandbox *self) {
  lua_State *B = self->L, *H = self->host;
  lua_newtable(B);
  for (lua_pushnil(H); lua_next(H, self->lent) != 0; lua_pop(H, 1)) {
    if (lua_istable(H, -1) || !hugh_push_scalar(B, H, -2)) continue;
    if (hugh_push_scalar(B, H, -1)) lua_rawset(B, -3);
    else lua_pop(B, 1);
  }
}
