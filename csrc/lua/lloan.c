/*
** A loan: facts of the host as a policy sees them. A fact is copied when it is first asked for, an entry of a list too, and what the policy gets
** cannot be changed.
**
** The host finds a fact in a protected call, for it may have to be made first; beyond that it only reads its tables and allocates nothing. So no
** error of one state can pass through the other.
**
** A shape is what the language expects of a table: { fields, items, miss, count, list }. fields[name] is the shape of that field, items that of
** every other entry; where they hold no table but a word, the value is a scalar. Entries of another kind are left out. miss is the metatable of
** the copy, or false: its __index is asked for what is not there. count is how many fields there are. list is true if it has nothing but items.
*/
#include "lsandbox.h"

#define DEPTH_MOST 24 /* of tables in facts */
#define EMPTY "hugh.empty" /* the view of every list with nothing in it */

/* ------------------------------------------------------------------- views */

/* What the metatable of a list's view holds beside its events. */
enum { ITEMS = 1, LENGTH, SHAPE, SLOT, LOAN };

/* #view */
static int view_length(lua_State *B) {
  lua_getmetatable(B, 1);
  lua_rawgeti(B, -1, LENGTH);
  if (!lua_isnil(B, -1)) return 1;
  lua_getfield(B, -2, "__index");
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

/* ------------------------------------------------------------------- lists */

/* Pushes the entry `n` of the list whose metatable is at `meta`, and keeps it; nil if there is none. */
static void push_item(lua_State *B, int meta, lua_Integer n) {
  lsandbox *self = hugh_sandbox_of(B);
  lua_State *H = self->host;
  lua_rawgeti(B, meta, LOAN);
  if (H == NULL || lua_tointeger(B, -1) != self->loan) luaL_error(B, "facts are there only while a model is judged");
  lua_rawgeti(B, meta, SLOT);
  int slot = (int)lua_tointeger(B, -1);
  lua_pop(B, 2);
  lua_settop(H, self->kept);
  lua_rawgeti(B, meta, SHAPE);
  lua_rawgeti(H, slot, (int)n);
  hugh_sandbox_give(self, true);
  if (!push_fact(B, H, lua_gettop(B), 0)) lua_pushnil(B);
  lua_rawgeti(B, meta, ITEMS);
  lua_pushvalue(B, -2);
  lua_rawseti(B, -2, (int)n);
  lua_pop(B, 1);
  hugh_sandbox_give(self, false);
}

/* list[key] */
static int list_index(lua_State *B) {
  lua_getmetatable(B, 1);
  lua_rawgeti(B, 3, ITEMS);
  lua_pushvalue(B, 2);
  lua_rawget(B, -2);
  if (!lua_isnil(B, -1) || lua_type(B, 2) != LUA_TNUMBER) return 1;
  lua_rawgeti(B, 3, LENGTH);
  lua_Number key = lua_tonumber(B, 2), length = lua_tonumber(B, -1);
  if (!(key >= 1 && key <= length && key == (lua_Number)(lua_Integer)key)) return 0;
  push_item(B, 3, (lua_Integer)key);
  return 1;
}

/* Pushes a view of the host's list on top, which stays there: its entries are copied when they are asked for. The shape is at 2. */
static void push_list(lua_State *B, lsandbox *self) {
  self->kept = lua_gettop(self->host);
  lua_newtable(B);
  make_view(B);
  lua_getmetatable(B, -1);
  lua_getfield(B, -1, "__index");
  lua_rawseti(B, -2, ITEMS);
  lua_pushcfunction(B, list_index);
  lua_setfield(B, -2, "__index");
  hugh_push_size(B, lua_rawlen(self->host, -1));
  lua_rawseti(B, -2, LENGTH);
  lua_rawgeti(B, 2, 2);
  lua_rawseti(B, -2, SHAPE);
  lua_pushinteger(B, self->kept);
  lua_rawseti(B, -2, SLOT);
  lua_pushinteger(B, self->loan);
  lua_rawseti(B, -2, LOAN);
  lua_pop(B, 1);
}

/* data(view) -> the table behind it */
static int box_data(lua_State *B) {
  luaL_checktype(B, 1, LUA_TUSERDATA);
  lua_settop(B, 1);
  lua_getmetatable(B, 1);
  lua_getfield(B, 2, "__index");
  if (lua_istable(B, -1)) return 1;
  lua_rawgeti(B, 2, ITEMS);
  lua_rawgeti(B, 2, LENGTH);
  lua_Integer length = lua_tointeger(B, -1);
  for (lua_Integer n = 1; n <= length; n++) {
    lua_rawgeti(B, 4, (int)n);
    if (lua_isnil(B, -1)) push_item(B, 2, n);
    lua_settop(B, 5);
  }
  lua_settop(B, 4);
  return 1;
}

/* ------------------------------------------------------------------- facts */

typedef struct fact_name {
  const char *text;
  size_t length;
} fact_name;

/* Of the host, protected: facts, name -> the fact */
static int find_fact(lua_State *H) {
  const fact_name *name = lua_touserdata(H, 2);
  lua_pushlstring(H, name->text, name->length);
  lua_gettable(H, 1);
  return 1;
}

/* fetch(name, shape) -> the fact of that name | nil */
static int box_fetch(lua_State *B) {
  lsandbox *self = hugh_sandbox_of(B);
  lua_State *H = self->host;
  fact_name name;
  name.text = luaL_checklstring(B, 1, &name.length);
  if (H == NULL) return luaL_error(B, "no facts are lent");
  lua_settop(H, self->kept);
  if (!lua_checkstack(H, 8)) return luaL_error(B, "too many lists");
  hugh_sandbox_give(self, true);
  lua_pushvalue(H, self->lent + 1);
  lua_pushvalue(H, self->lent);
  lua_pushlightuserdata(H, &name);
  if (lua_pcall(H, 2, 1, 0) != 0) return luaL_error(B, "this fact cannot be had: %s", lua_type(H, -1) == LUA_TSTRING ? lua_tostring(H, -1) : "");
  bool list = false;
  if (lua_istable(B, 2) && lua_istable(H, -1) && lua_rawlen(H, -1) > 0) {
    lua_rawgeti(B, 2, 5);
    list = lua_toboolean(B, -1);
    lua_pop(B, 1);
  }
  if (list) push_list(B, self);
  else if (!push_fact(B, H, 2, 0)) lua_pushnil(B);
  hugh_sandbox_give(self, false);
  return 1;
}

void hugh_loan_open(lua_State *B) {
  static const luaL_Reg language[] = {{"view", box_view}, {"data", box_data}, {"fetch", box_fetch}, {NULL, NULL}};
  luaL_setfuncs(B, language, 0);
  lua_newtable(B);
  make_view(B);
  lua_setfield(B, LUA_REGISTRYINDEX, EMPTY);
}

void hugh_loan_start(lsandbox *self, lua_State *H) {
  luaL_checkstack(H, 8, "too many arguments");
  lua_pushvalue(H, 3);
  self->lent = lua_gettop(H);
  lua_pushcfunction(H, find_fact);
  self->kept = self->lent + 1;
  self->loan++;
  self->host = H;
}

void hugh_loan_push(lsandbox *self) {
  lua_State *B = self->L, *H = self->host;
  lua_createtable(B, 0, 32);
  for (lua_pushnil(H); lua_next(H, self->lent) != 0; lua_pop(H, 1)) {
    if (lua_istable(H, -1) || !hugh_push_scalar(B, H, -2)) continue;
    if (hugh_push_scalar(B, H, -1)) lua_rawset(B, -3);
    else lua_pop(B, 1);
  }
}
