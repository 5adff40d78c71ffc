/*
** Files for Lua: scanned in C over one reused window, directories listed, small files read.
*/
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../host/files.h"
#include "../host/walk.h"
#include "lcore.h"

#define RESULTS "hugh.results"
#define READ_MOST ((unsigned long long)16 << 20)

static const struct {
  int number;
  const char *name;
} errno_names[] = {{ENOENT, "ENOENT"}, {EACCES, "EACCES"}, {EISDIR, "EISDIR"},   {ENOTDIR, "ENOTDIR"}, {EPERM, "EPERM"},
                   {ELOOP, "ELOOP"},   {EIO, "EIO"},       {EMFILE, "EMFILE"},   {ENFILE, "ENFILE"},   {ENOMEM, "ENOMEM"},
                   {EFBIG, "EFBIG"},   {EINVAL, "EINVAL"}, {ENAMETOOLONG, "ENAMETOOLONG"}, {ENXIO, "ENXIO"}};

const char *hugh_errno_name(int error) {
  for (size_t i = 0; i < sizeof errno_names / sizeof *errno_names; i++) {
    if (errno_names[i].number == error) return errno_names[i].name;
  }
  return "EOTHER";
}

static const char *reason(int error) {
  switch (error) {
    case EISDIR: return "is a directory";
    case EINVAL:
    case ENXIO: return "is not a regular file";
    case EFBIG: return "is larger than expected";
    default: return strerror(error);
  }
}

int hugh_push_errno(lua_State *L, const char *path, int error) {
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", path, reason(error));
  lua_pushstring(L, hugh_errno_name(error));
  return 3;
}

/* ------------------------------------------------------------ one scan kept */

/* What file functions made; collected even when pushing a report throws. */
typedef struct lresults {
  hugh_scan *scan;
  hugh_files *files;
  hugh_buffer buffer;
  hugh_entries entries;
} lresults;

static lresults *results_new(lua_State *L) {
  lresults *self = lua_newuserdata(L, sizeof *self);
  memset(self, 0, sizeof *self);
  luaL_setmetatable(L, RESULTS);
  return self;
}

static int results_gc(lua_State *L) {
  lresults *self = luaL_checkudata(L, 1, RESULTS);
  hugh_scan_free(self->scan);
  hugh_files_free(self->files);
  free(self->buffer.data);
  hugh_entries_free(&self->entries);
  memset(self, 0, sizeof *self);
  return 0;
}

/* Gives the memory of the results at `index` back now, not at some later collection. */
static void results_release(lua_State *L, int index) {
  lua_pushcfunction(L, results_gc);
  lua_pushvalue(L, index);
  lua_call(L, 1, 0);
}

/* core.scan_file(path [, options]) -> report | nil, message, code */
static int files_scan_file(lua_State *L) {
  const char *path = hugh_check_path(L, 1);
  hugh_options options;
  hugh_scan_options_read(L, 2, &options);
  lresults *self = results_new(L);
  hugh_errno error = hugh_file_scan(path, &options, &self->scan, &self->buffer);
  if (error != 0) return hugh_push_errno(L, path, error);
  hugh_push_report(L, hugh_scan_report(self->scan));
  results_release(L, lua_gettop(L) - 1);
  return 1;
}

/*
** core.scan_files(paths [, options [, threads]]) -> array of reports, in the order of the paths; a file that could not be read is
** { path, error = message, code }
*/
static int files_scan_files(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  hugh_options options;
  hugh_scan_options_read(L, 2, &options);
  unsigned threads = (unsigned)luaL_optinteger(L, 3, 1);
  size_t count = lua_rawlen(L, 1);
  const char **paths = lua_newuserdata(L, (count > 0 ? count : 1) * sizeof *paths);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 1, (int)i + 1);
    size_t length;
    paths[i] = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    if (paths[i] == NULL || strlen(paths[i]) != length) return luaL_error(L, "path %d is not a path", (int)i + 1);
    lua_pop(L, 1); /* the table anchors it */
  }
  lresults *self = results_new(L);
  self->files = hugh_files_start(paths, count, &options, threads);
  if (self->files == NULL) return luaL_error(L, "not enough memory");
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    const hugh_file_result *result = hugh_files_next(self->files);
    if (result->error != 0) {
      lua_createtable(L, 0, 3);
      lua_pushstring(L, result->path);
      lua_setfield(L, -2, "path");
      lua_pushfstring(L, "%s: %s", result->path, reason(result->error));
      lua_setfield(L, -2, "error");
      lua_pushstring(L, hugh_errno_name(result->error));
      lua_setfield(L, -2, "code");
    } else {
      hugh_push_report(L, result->report);
    }
    lua_rawseti(L, -2, (int)i + 1);
  }
  results_release(L, lua_gettop(L) - 1);
  return 1;
}

/* core.head(path) -> what classification looks at, size or nil | nil, message, code */
static int files_head(lua_State *L) {
  const char *path = hugh_check_path(L, 1);
  uint8_t head[HUGH_CLASSIFY_BYTES];
  size_t length;
  uint64_t size;
  hugh_errno error = hugh_file_head(path, head, sizeof head, &length, &size);
  if (error != 0) return hugh_push_errno(L, path, error);
  lua_pushlstring(L, (const char *)head, length);
  if (size == HUGH_UNKNOWN_SIZE) lua_pushnil(L);
  else hugh_push_size(L, size);
  return 2;
}

/* core.read(path [, limit]) -> bytes | nil, message, code */
static int files_read(lua_State *L) {
  const char *path = hugh_check_path(L, 1);
  unsigned long long limit = lua_isnoneornil(L, 2) ? READ_MOST : hugh_check_size(L, 2);
  lresults *self = results_new(L);
  size_t length;
  hugh_errno error = hugh_file_read(path, (size_t)limit, &self->buffer, &length);
  if (error != 0) return hugh_push_errno(L, path, error);
  lua_pushlstring(L, (const char *)self->buffer.data, length);
  results_release(L, lua_gettop(L) - 1);
  return 1;
}

/*
** core.list(directory [, names_only]) -> entries, problems | nil, message, code; with names_only there are no sizes and times, and the
** entry of a regular file is its path
*/
static int files_list(lua_State *L) {
  static const char *const types[] = {"file", "other", "broken-link", "loop", "error"};
  const char *directory = hugh_check_path(L, 1);
  bool names_only = lua_toboolean(L, 2);
  lresults *self = results_new(L);
  hugh_entries *entries = &self->entries;
  int error = hugh_walk(directory, names_only, entries);
  if (error != 0) return hugh_push_errno(L, directory, error);
  lua_createtable(L, (int)entries->count, 0);
  lua_newtable(L);
  int listed = 0, problems = 0;
  for (size_t i = 0; i < entries->count; i++) {
    const hugh_entry *entry = &entries->items[i];
    if (names_only && entry->type == HUGH_ENTRY_FILE) {
      lua_pushstring(L, entry->path);
      lua_rawseti(L, -3, ++listed);
      continue;
    }
    lua_createtable(L, 0, names_only ? 2 : 5);
    lua_pushstring(L, entry->path);
    lua_setfield(L, -2, "path");
    if (entry->type == HUGH_ENTRY_ERROR) {
      lua_pushfstring(L, "%s/%s: %s", directory, entry->path, reason(entry->error));
      lua_setfield(L, -2, "error");
      lua_pushstring(L, hugh_errno_name(entry->error));
      lua_setfield(L, -2, "code");
      lua_rawseti(L, -2, ++problems);
      continue;
    }
    lua_pushstring(L, types[entry->type]);
    lua_setfield(L, -2, "type");
    if (!names_only) {
      hugh_push_size(L, entry->size);
      lua_setfield(L, -2, "size");
      hugh_push_size(L, (unsigned long long)(entry->mtime > 0 ? entry->mtime : 0));
      lua_setfield(L, -2, "mtime");
    }
    if (entry->link) {
      lua_pushboolean(L, 1);
      lua_setfield(L, -2, "link");
    }
    lua_rawseti(L, -3, ++listed);
  }
  results_release(L, lua_gettop(L) - 2);
  return 2;
}

static const luaL_Reg functions[] = {{"scan_file", files_scan_file}, {"scan_files", files_scan_files}, {"head", files_head}, {"read", files_read},
                                     {"list", files_list},           {NULL, NULL}};

void hugh_open_files(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  luaL_newmetatable(L, RESULTS);
  lua_pushcfunction(L, results_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}
