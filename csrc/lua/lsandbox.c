/*
** A sandbox: a separate Lua state for policy text, with a memory cap, an instruction budget and a deadline, and no way to the host.
**
**     local box = core.sandbox { memory = 4194304, instructions = 5000000, milliseconds = 50 }
**     box:load(text, "=name")                 runs trusted text (the language itself); text chunks only
**     box:call(name, ...)                     calls a global function there: plain data in, plain data out
**     box:lend(name, facts, ...)              the same, but of the first argument only the scalars; the rest is copied when asked for
**
** Inside, Lua has no pcall that outlives its budget, no coroutines, no load, no string methods, no metatables of its own, and the JIT is off;
** the language gets what it needs beyond that as the argument of its chunk. Nothing of the host's state is hooked or touched.
*/
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lsandbox.h"
#include <lualib.h>
#ifdef LUA_JITLIBNAME
#include <luajit.h>
#endif

#if LUA_VERSION_NUM < 502
#define BASE_LIBRARY ""
#else
#define BASE_LIBRARY "_G"
#endif

#define SANDBOX "hugh.sandbox"
#define HOOK_EVERY 200 /* instructions between two looks at the budget */
#define OPTION_MOST (INT64_C(1) << 40)
#define DEPTH_MOST 24  /* of tables copied in or out */
#define ITEMS_MOST 4000000
#define GLOB_WORK_MOST ((size_t)1 << 18) /* pattern times text: one call cannot be interrupted */

static void *allocate(void *context, void *block, size_t old, size_t size) {
  lsandbox *self = context;
  if (block == NULL) old = 0; /* then it is a type, not a size */
  if (size == 0) {
    free(block);
    self->used -= old;
    return NULL;
  }
  if (size > old && self->most > 0) {
    if (self->giving != 0) self->most += size - old;
    else if (self->used + (size - old) > self->most) return NULL;
  }
  void *result = realloc(block, size);
  if (result == NULL) return NULL;
  self->used = self->used - old + size;
  return result;
}

lsandbox *hugh_sandbox_of(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, SANDBOX);
  lsandbox *self = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return self;
}

static int64_t now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Whether the time is used up. What counts is the processor's time, so that a busy machine blocks no model; the other clock is cheaper. */
static bool late(lsandbox *self) {
  int64_t wall = now(CLOCK_MONOTONIC);
  if (wall < self->deadline) return false;
  int64_t left = self->started + self->milliseconds * 1000000 - now(CLOCK_THREAD_CPUTIME_ID);
  self->deadline = wall + left;
  return left <= 0;
}

void hugh_sandbox_give(lsandbox *self, bool start) {
  int64_t wall = now(CLOCK_MONOTONIC);
  if (!start) {
    self->deadline += wall - self->giving;
    self->started += wall - self->giving;
  }
  self->giving = start ? wall : 0;
}

static void hook(lua_State *L, lua_Debug *event) {
  (void)event;
  lsandbox *self = hugh_sandbox_of(L);
  self->giving = 0; /* an error ended the copying */
  self->instructions += self->spent ? 1 : HOOK_EVERY;
  bool memory = lua_gc(L, LUA_GCCOUNT, 0) >= (int)(self->most >> 10); /* where our allocator could not be used */
  if (!self->spent && self->instructions < self->instructions_most && !memory && !late(self)) return;
  if (!self->spent) self->full = memory; /* or time, or instructions */
  self->spent = true;
  lua_sethook(L, hook, LUA_MASKCOUNT, 1); /* whoever catches the error is stopped at the next instruction */
  luaL_error(L, "the policy used up its budget");
}

/* ------------------------------------------------------------- copying data */

typedef struct copy {
  lua_State *from, *to;
  long items;
  const char *error;
} copy;

static bool copy_value(copy *c, int index, int depth);

static bool copy_table(copy *c, int index, int depth) {
  if (depth == DEPTH_MOST || !lua_checkstack(c->from, 4) || !lua_checkstack(c->to, 4)) {
    c->error = "data nested too deeply";
    return false;
  }
  lua_createtable(c->to, (int)lua_rawlen(c->from, index), 0);
  lua_pushnil(c->from);
  while (lua_next(c->from, index) != 0) {
    int type = lua_type(c->from, -2);
    int value = lua_type(c->from, -1);
    bool plain = (type == LUA_TSTRING || type == LUA_TNUMBER) && value != LUA_TFUNCTION && value != LUA_TUSERDATA && value != LUA_TLIGHTUSERDATA;
    if (plain) {
      if (!copy_value(c, lua_gettop(c->from) - 1, depth)) return false;
      if (!copy_value(c, lua_gettop(c->from), depth + 1)) return false;
      lua_rawset(c->to, -3);
    }
    lua_pop(c->from, 1);
  }
  return true;
}

bool hugh_push_scalar(lua_State *to, lua_State *from, int index) {
  size_t length;
  switch (lua_type(from, index)) {
    case LUA_TBOOLEAN: lua_pushboolean(to, lua_toboolean(from, index)); return true;
    case LUA_TNUMBER:
#if LUA_VERSION_NUM >= 503
      if (lua_isinteger(from, index)) {
        lua_pushinteger(to, lua_tointeger(from, index));
        return true;
      }
#endif
      lua_pushnumber(to, lua_tonumber(from, index));
      return true;
    case LUA_TSTRING: {
      const char *text = lua_tolstring(from, index, &length);
      lua_pushlstring(to, text, length);
      return true;
    }
    default: return false;
  }
}

static bool copy_value(copy *c, int index, int depth) {
  if (++c->items > ITEMS_MOST) {
    c->error = "too much data";
    return false;
  }
  if (lua_istable(c->from, index)) return copy_table(c, index, depth);
  if (!hugh_push_scalar(c->to, c->from, index)) lua_pushnil(c->to);
  return true;
}

/* ----------------------------------------------------- what the language gets */

/* compile(text, chunkname, environment) -> function | nil, message : text only */
static int box_compile(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  const char *name = luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  if (length > 0 && text[0] == LUA_SIGNATURE[0]) {
    lua_pushnil(L);
    lua_pushfstring(L, "%s:1: this is compiled Lua; a policy is text", *name == '=' || *name == '@' ? name + 1 : name);
    return 2;
  }
  if (luaL_loadbuffer(L, text, length, name) != 0) {
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  lua_pushvalue(L, 3);
#if LUA_VERSION_NUM < 502
  lua_setfenv(L, -2);
#else
  lua_setupvalue(L, -2, 1);
#endif
  return 1;
}

/* where([level]) -> source, line : of the statement that is running; level 1 is the function that called us */
static int box_where(lua_State *L) {
  lua_Debug info;
  if (!lua_getstack(L, (int)luaL_optinteger(L, 1, 1), &info)) return 0;
  lua_getinfo(L, "Sl", &info);
  lua_pushstring(L, info.source);
  lua_pushinteger(L, info.currentline);
  return 2;
}

/* glob(pattern, text [, ignore_case]) -> boolean | nil for a pattern that is no glob */
static int box_glob(lua_State *L) {
  size_t pattern_length, length;
  const char *pattern = luaL_checklstring(L, 1, &pattern_length);
  const char *text = luaL_checklstring(L, 2, &length);
  if (pattern_length > 0 && length > GLOB_WORK_MOST / pattern_length) {
    luaL_where(L, 2); /* of the policy, not of its language */
    lua_pushliteral(L, "glob: the text or the pattern is too long");
    lua_concat(L, 2);
    return lua_error(L);
  }
  int matches = hugh_glob((hugh_text){pattern, pattern_length}, (hugh_text){text, length}, lua_toboolean(L, 3));
  if (matches < 0) lua_pushnil(L);
  else lua_pushboolean(L, matches);
  return 1;
}

static const luaL_Reg language[] = {{"compile", box_compile}, {"where", box_where}, {"glob", box_glob}, {NULL, NULL}};

static void take(lua_State *L, const char *name) { /* moves a global into the table on top */
  lua_getglobal(L, name);
  lua_setfield(L, -2, name);
  lua_pushnil(L);
  lua_setglobal(L, name);
}

/* setup(self): opens what a sandbox may have. The table of what only the language sees is kept in the registry. */
static int setup(lua_State *L) {
  static const char *const hidden[] = {"pcall", "setmetatable", "getmetatable", "rawset", "rawget", "string", "table", "debug", NULL};
  static const char *const gone[] = {"load", "loadstring", "loadfile", "dofile", "require", "module", "collectgarbage", "print", "xpcall", "newproxy",
                                     "gcinfo", "getfenv", "setfenv", "coroutine", "rawequal", "rawlen", "warn", "jit", NULL};
  static const luaL_Reg libraries[] = {{BASE_LIBRARY, luaopen_base}, {LUA_STRLIBNAME, luaopen_string}, {LUA_TABLIBNAME, luaopen_table},
                                       {LUA_MATHLIBNAME, luaopen_math}, {LUA_DBLIBNAME, luaopen_debug}, {NULL, NULL}};
  for (const luaL_Reg *library = libraries; library->func != NULL; library++) {
#if LUA_VERSION_NUM < 502
    lua_pushcfunction(L, library->func);
    lua_pushstring(L, library->name);
    lua_call(L, 1, 0);
#else
    luaL_requiref(L, library->name, library->func, 1);
    lua_pop(L, 1);
#endif
  }
  lua_settop(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, SANDBOX);
  luaL_newlib(L, language);
  hugh_loan_open(L);
  for (size_t i = 0; hidden[i] != NULL; i++) take(L, hidden[i]);
  lua_setfield(L, LUA_REGISTRYINDEX, "hugh.language");
  for (size_t i = 0; gone[i] != NULL; i++) {
    lua_pushnil(L);
    lua_setglobal(L, gone[i]);
  }
  lua_getglobal(L, "math"); /* nothing random in a decision */
  lua_pushnil(L);
  lua_setfield(L, -2, "random");
  lua_pushnil(L);
  lua_setfield(L, -2, "randomseed");
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushnil(L);
  lua_setfield(L, -2, "__index"); /* strings have no methods; Lua 5.4 keeps "1" + 1 there, which the others have built in */
#if LUA_VERSION_NUM >= 504
  lua_gc(L, LUA_GCINC, 0, 0, 0);
#endif
  return 0;
}

/* Compiled loops never reach the hook. */
static void jit_off(lua_State *L) {
#ifdef LUA_JITLIBNAME
  luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
#else
  (void)L;
#endif
}

/* ---------------------------------------------------------------- the object */

static lsandbox *check(lua_State *L) {
  lsandbox *self = luaL_checkudata(L, 1, SANDBOX);
  if (self->L == NULL) luaL_error(L, "the sandbox is closed");
  if (self->busy) luaL_error(L, "the sandbox is at work");
  return self;
}

static void arm(lsandbox *self) {
  self->spent = self->full = false;
  self->instructions = 0;
  self->most = self->used + self->allowance;
  self->started = now(CLOCK_THREAD_CPUTIME_ID);
  self->deadline = now(CLOCK_MONOTONIC) + self->milliseconds * 1000000;
  lua_sethook(self->L, hook, LUA_MASKCOUNT, HOOK_EVERY);
}

/* After a protected call in the box failed: nil, message, code for the host; the message is copied as a string or replaced. */
static int failed(lua_State *L, lsandbox *self, int status) {
  const char *message = lua_type(self->L, -1) == LUA_TSTRING ? lua_tostring(self->L, -1) : "the policy raised an error that is not a text";
  lua_pushnil(L);
  bool full = status == LUA_ERRMEM || self->full;
  lua_pushstring(L, full ? "the policy used up its memory" : self->spent ? "the policy used up its time" : message);
  lua_pushstring(L, full || self->spent ? "BUDGET" : "ERROR");
  lua_settop(self->L, 0);
  return 3;
}

/* box:load(text, chunkname) -> true | nil, message, code */
static int box_load(lua_State *L) {
  lsandbox *self = check(L);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  const char *name = luaL_checkstring(L, 3);
  self->most = 0;
  int status = luaL_loadbuffer(self->L, text, length, name);
  if (status == 0) {
    lua_getfield(self->L, LUA_REGISTRYINDEX, "hugh.language");
    arm(self);
    status = lua_pcall(self->L, 1, 0, 0);
    lua_sethook(self->L, NULL, 0, 0);
  }
  if (status != 0) return failed(L, self, status);
  lua_pushboolean(L, 1);
  return 1;
}

typedef struct call {
  lsandbox *self;
  int arguments; /* on the host's stack from 3 on */
  const char *name;
  copy in;
} call;

/* Runs inside the box, protected: the function, and its arguments copied or lent. */
static int copy_in(lua_State *B) {
  call *c = lua_touserdata(B, 1);
  bool lent = c->self->host != NULL;
  lua_settop(B, 0);
  luaL_checkstack(B, c->arguments + LUA_MINSTACK, "too many arguments");
  lua_getglobal(B, c->name);
  if (lent) hugh_loan_push(c->self);
  for (int i = lent; i < c->arguments; i++) {
    if (!copy_value(&c->in, 3 + i, 0)) return luaL_error(B, "%s", c->in.error);
  }
  return c->arguments + 1;
}

static int call_box(lua_State *L, lsandbox *self, bool lend) {
  lua_State *B = self->L;
  call c = {.self = self, .arguments = lua_gettop(L) - 2, .name = luaL_checkstring(L, 2), .in = {.from = L, .to = B}};
  int top = lua_gettop(L);
  if (lend) hugh_loan_start(self, L);
  self->busy = true;
  self->most = 0;
  lua_settop(B, 0);
  lua_sethook(B, NULL, 0, 0);
  lua_pushcfunction(B, copy_in);
  lua_pushlightuserdata(B, &c);
  int status = lua_pcall(B, 1, LUA_MULTRET, 0);
  if (status == 0) {
    arm(self);
    status = lua_pcall(B, c.arguments, LUA_MULTRET, 0);
    lua_sethook(B, NULL, 0, 0);
  }
  self->host = NULL;
  self->busy = false;
  lua_settop(L, top);
  if (status != 0) return failed(L, self, status);
  int results = lua_gettop(B);
  luaL_checkstack(L, results + 4, "too many results");
  copy out = {.from = B, .to = L};
  for (int i = 1; i <= results; i++) {
    if (copy_value(&out, i, 0)) continue;
    lua_settop(B, 0);
    lua_settop(L, top);
    lua_pushnil(L);
    lua_pushstring(L, out.error);
    lua_pushliteral(L, "ERROR");
    return 3;
  }
  lua_settop(B, 0);
  return results;
}

/* box:call(name, ...) -> results | nil, message, "ERROR" or "BUDGET" */
static int box_call(lua_State *L) { return call_box(L, check(L), false); }

/* box:lend(name, facts, ...): the same; see lloan.c */
static int box_lend(lua_State *L) {
  lsandbox *self = check(L);
  luaL_checktype(L, 3, LUA_TTABLE);
  return call_box(L, self, true);
}

static int box_close(lua_State *L) {
  lsandbox *self = luaL_checkudata(L, 1, SANDBOX);
  if (self->busy) return luaL_error(L, "the sandbox is at work");
  if (self->L != NULL) {
    self->most = 0;
    lua_close(self->L);
  }
  self->L = NULL;
  return 0;
}

static int64_t option(lua_State *L, const char *name, int64_t missing) {
  lua_getfield(L, 1, name);
  lua_Number value = lua_isnil(L, -1) ? 0 : luaL_checknumber(L, -1);
  lua_pop(L, 1);
  return value >= 1 ? value < OPTION_MOST ? (int64_t)value : OPTION_MOST : missing;
}

/* core.sandbox{ memory = bytes, instructions = n, milliseconds = n } -> box; the time is the processor's, and memory counts what a call adds,
** not the data given to it */
static int box_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lsandbox *self = lua_newuserdata(L, sizeof *self);
  memset(self, 0, sizeof *self);
  luaL_setmetatable(L, SANDBOX);
  self->allowance = (size_t)option(L, "memory", 4 << 20);
  self->instructions_most = option(L, "instructions", 20000000);
  self->milliseconds = option(L, "milliseconds", 50);
  self->L = lua_newstate(allocate, self);
  if (self->L == NULL) self->L = luaL_newstate(); /* LuaJIT without GC64 has only its own allocator: the hook counts */
  if (self->L == NULL) return luaL_error(L, "not enough memory");
  lua_pushcfunction(self->L, setup);
  lua_pushlightuserdata(self->L, self);
  if (lua_pcall(self->L, 1, 0, 0) != 0) return luaL_error(L, "cannot set up a sandbox: %s", lua_tostring(self->L, -1));
  jit_off(self->L);
  return 1;
}

static const luaL_Reg methods[] = {{"load", box_load}, {"call", box_call}, {"lend", box_lend}, {"close", box_close}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__gc", box_close}, {"__close", box_close}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"sandbox", box_new}, {"glob", box_glob}, {NULL, NULL}};

void hugh_open_sandbox(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  luaL_newmetatable(L, SANDBOX);
  luaL_setfuncs(L, metamethods, 0);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
