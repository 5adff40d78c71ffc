/*
** The nouns of `hugh.core`: each binding file adds its functions to the module table on top of the stack.
*/
#ifndef HUGH_LCORE_H
#define HUGH_LCORE_H

#include "../hugh.h"
#include "lcompat.h"

void hugh_open_scan(lua_State *);
void hugh_open_files(lua_State *);
void hugh_open_sandbox(lua_State *);
void hugh_open_host(lua_State *);
void hugh_open_zip(lua_State *);

/*
** Reads the table of scan options at `index` (or nothing there) into *options; throws on unknown or ill-typed ones, naming the likely one. What
** they refer to is left on the stack.
*/
void hugh_scan_options_read(lua_State *, int index, hugh_options *);
/* Pushes a report as a table: one entry of files[] in hugh.report/1. */
void hugh_push_report(lua_State *, const hugh_report *);
/* Pushes nil, "path: reason", "ENOENT" and returns 3. */
int hugh_push_errno(lua_State *, const char *path, int error);
const char *hugh_errno_name(int error);

static inline void hugh_push_text(lua_State *L, hugh_text text) { lua_pushlstring(L, text.data, text.length); }

#endif
