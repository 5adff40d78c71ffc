/*
** Scans for Lua: the want/feed machine, and reports as tables.
*/
#include <string.h>

#include "../pickle/judge.h"
#include "lcore.h"

#define SCAN "hugh.scan"

typedef struct lscan {
  hugh_scan *scan; /* NULL once closed */
} lscan;

/* ----------------------------------------------------------------- options */

static const char *const option_names[] = {"name", "size", "sparse", "explain", "disassemble", "limits", NULL};
static const char *const limit_names[] = {"kept", "inflated", "opcodes", "nesting", "findings", NULL};

/* The number of letters to change, add or drop; counts up to `most`. */
static size_t distance(const char *a, const char *b, size_t most) {
  size_t row[32], n = strlen(b);
  if (n >= 32 || strlen(a) >= 32) return most;
  for (size_t j = 0; j <= n; j++) row[j] = j;
  for (size_t i = 1; a[i - 1] != '\0'; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= n; j++) {
      size_t best = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      if (row[j] + 1 < best) best = row[j] + 1;
      row[j] = best;
    }
  }
  return row[n] < most ? row[n] : most;
}

static void check_names(lua_State *L, int index, const char *const *names, const char *what) {
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    const char *nearest = NULL;
    size_t best = 3;
    for (size_t i = 0; names[i] != NULL; i++) {
      size_t d = distance(key, names[i], 3);
      if (d == 0) {
        nearest = key;
        best = 0;
        break;
      }
      if (d < best) {
        best = d;
        nearest = names[i];
      }
    }
    if (best > 0) {
      if (nearest != NULL) luaL_error(L, "unknown %s '%s': did you mean '%s'?", what, key, nearest);
      luaL_error(L, "unknown %s '%s'", what, key);
    }
    lua_pop(L, 1);
  }
}

static uint64_t size_field(lua_State *L, int index, const char *name, uint64_t missing) {
  lua_getfield(L, index, name);
  uint64_t value = missing;
  if (!lua_isnil(L, -1)) {
    lua_Number number = lua_tonumber(L, -1);
    if (lua_type(L, -1) != LUA_TNUMBER || !(number >= 0 && number <= HUGH_SIZE_MOST) || number != (lua_Number)(uint64_t)number) {
      luaL_error(L, "option '%s' must be a whole number from 0 to 2^53", name);
    }
    value = (uint64_t)number;
  }
  lua_pop(L, 1);
  return value;
}

static bool flag_field(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  if (!lua_isnil(L, -1) && !lua_isboolean(L, -1)) luaL_error(L, "option '%s' must be true or false", name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

static uint32_t limit_field(lua_State *L, int index, const char *name) {
  uint64_t value = size_field(L, index, name, 0);
  return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

void hugh_scan_options_read(lua_State *L, int index, hugh_options *options) {
  hugh_options_init(options);
  if (lua_isnoneornil(L, index)) return;
  luaL_checktype(L, index, LUA_TTABLE);
  check_names(L, index, option_names, "option");
  lua_getfield(L, index, "name");
  if (!lua_isnil(L, -1)) {
    if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "option 'name' must be a string");
    options->name.data = lua_tolstring(L, -1, &options->name.length);
  } /* it stays on the stack: only a metamethod may have it */
  options->size = size_field(L, index, "size", HUGH_UNKNOWN_SIZE);
  options->sparse = flag_field(L, index, "sparse");
  options->explain = flag_field(L, index, "explain");
  options->disassemble = flag_field(L, index, "disassemble");
  lua_getfield(L, index, "limits");
  if (!lua_isnil(L, -1)) {
    if (!lua_istable(L, -1)) luaL_error(L, "option 'limits' must be a table");
    int limits = lua_gettop(L);
    check_names(L, limits, limit_names, "limit");
    options->limits = (hugh_limits){.kept = size_field(L, limits, "kept", 0),
                                    .inflated = size_field(L, limits, "inflated", 0),
                                    .opcodes = size_field(L, limits, "opcodes", 0),
                                    .nesting = limit_field(L, limits, "nesting"),
                                    .findings = limit_field(L, limits, "findings")};
  }
  lua_pop(L, 1);
}

/* ----------------------------------------------------------------- reports */

static void set_text(lua_State *L, const char *key, hugh_text text) {
  hugh_push_text(L, text);
  lua_setfield(L, -2, key);
}

static void set_string(lua_State *L, const char *key, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, key);
}

static void set_size(lua_State *L, const char *key, uint64_t value) {
  hugh_push_size(L, value);
  lua_setfield(L, -2, key);
}

static void set_flag(lua_State *L, const char *key, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, key);
}

static void set_place(lua_State *L, hugh_text member, uint64_t offset) {
  if (member.length > 0) set_text(L, "member", member);
  if (offset != HUGH_NO_OFFSET) set_size(L, "offset", offset);
}

static void push_findings(lua_State *L, const hugh_report *report) {
  lua_createtable(L, (int)report->finding_count, 0);
  for (size_t i = 0; i < report->finding_count; i++) {
    const hugh_finding *finding = &report->findings[i];
    lua_createtable(L, 0, 6);
    set_string(L, "id", finding->id);
    set_string(L, "severity", hugh_severity_name(finding->severity));
    set_string(L, "safety", hugh_safety_name(finding->safety));
    set_text(L, "message", finding->message);
    set_place(L, finding->member, finding->offset);
    lua_rawseti(L, -2, (int)i + 1);
  }
}

static const char *const classes[] = {"unknown", "safe", "dangerous"};

static void push_globals(lua_State *L, const hugh_report *report) {
  lua_createtable(L, (int)report->global_count, 0);
  for (size_t i = 0; i < report->global_count; i++) {
    const hugh_global *global = &report->globals[i];
    lua_createtable(L, 0, 8);
    set_text(L, "module", global->module);
    set_text(L, "name", global->name);
    set_string(L, "class", classes[global->judged]);
    if (global->category != NULL) set_string(L, "category", global->category);
    if (global->reason != NULL) set_string(L, "reason", global->reason);
    set_flag(L, "called", global->called);
    set_place(L, global->member, global->offset);
    lua_rawseti(L, -2, (int)i + 1);
  }
}

static void push_notes(lua_State *L, const hugh_report *report) {
  lua_createtable(L, 0, (int)report->note_count);
  for (size_t i = 0; i < report->note_count; i++) {
    const hugh_note *note = &report->notes[i];
    if (note->is_number) set_size(L, note->key, note->number);
    else set_text(L, note->key, note->text);
  }
}

static void push_lines(lua_State *L, const hugh_report *report) {
  lua_createtable(L, (int)report->line_count, 0);
  for (size_t i = 0; i < report->line_count; i++) {
    const hugh_line *line = &report->lines[i];
    lua_createtable(L, 0, 4);
    set_text(L, "text", line->text);
    set_string(L, "safety", hugh_safety_name(line->safety));
    set_place(L, line->member, line->offset);
    lua_rawseti(L, -2, (int)i + 1);
  }
}

void hugh_push_report(lua_State *L, const hugh_report *report) {
  lua_createtable(L, 0, 16);
  set_text(L, "path", report->name);
  set_string(L, "kind", hugh_kind_name(report->classified.kind));
  set_string(L, "by", report->classified.by_content ? "content" : "name");
  if (report->size != HUGH_UNKNOWN_SIZE) set_size(L, "size", report->size);
  set_string(L, "safety", hugh_safety_name(report->safety));
  set_flag(L, "complete", report->complete);
  set_size(L, "bytes_read", report->bytes_read);
  if (report->opcodes > 0) set_size(L, "opcodes", report->opcodes);
  if (report->inflated > 0) set_size(L, "inflated", report->inflated);
  if (report->members > 0) set_size(L, "members", report->members);
  if (report->findings_dropped > 0) set_size(L, "findings_dropped", report->findings_dropped);
  push_findings(L, report);
  lua_setfield(L, -2, "findings");
  push_globals(L, report);
  lua_setfield(L, -2, "globals");
  if (report->note_count > 0) {
    push_notes(L, report);
    lua_setfield(L, -2, "notes");
  }
  if (report->line_count > 0) {
    push_lines(L, report);
    lua_setfield(L, -2, "lines");
  }
}

/* ------------------------------------------------------------------- scans */

static lscan *check_scan(lua_State *L) {
  lscan *self = luaL_checkudata(L, 1, SCAN);
  if (self->scan == NULL) luaL_error(L, "the scan is closed");
  return self;
}

/* core.scan([options]) -> scan */
static int scan_new(lua_State *L) {
  hugh_options options;
  hugh_scan_options_read(L, 1, &options);
  lscan *self = lua_newuserdata(L, sizeof *self);
  memset(self, 0, sizeof *self);
  luaL_setmetatable(L, SCAN);
  lua_createtable(L, 1, 0); /* holds the bytes fed last */
  lua_setuservalue(L, -2);
  self->scan = hugh_scan_new(&options);
  if (self->scan == NULL) return luaL_error(L, "not enough memory");
  return 1;
}

/* scan:need() -> offset, length: the bytes wanted next; nil when the scan is finished */
static int scan_need(lua_State *L) {
  lscan *self = check_scan(L);
  hugh_want want;
  for (;;) {
    switch (hugh_scan_step(self->scan, HUGH_WORK_DEFAULT, &want)) {
      case HUGH_AGAIN: break;
      case HUGH_WANT:
        hugh_push_size(L, want.offset);
        hugh_push_size(L, want.hint);
        hugh_push_size(L, want.min);
        return 3;
      default: lua_pushnil(L); return 1;
    }
  }
}

/* scan:step([work]) -> "want", offset, length | "again" | "done": one slice of work, for hosts that must not be held up */
static int scan_step(lua_State *L) {
  lscan *self = check_scan(L);
  size_t work = lua_isnoneornil(L, 2) ? HUGH_WORK_DEFAULT : (size_t)hugh_check_size(L, 2);
  hugh_want want;
  switch (hugh_scan_step(self->scan, work, &want)) {
    case HUGH_AGAIN: lua_pushliteral(L, "again"); return 1;
    case HUGH_WANT:
      lua_pushliteral(L, "want");
      hugh_push_size(L, want.offset);
      hugh_push_size(L, want.hint);
      hugh_push_size(L, want.min);
      return 4;
    default: lua_pushliteral(L, "done"); return 1;
  }
}

/* scan:feed(offset, bytes): an empty string says that there is nothing from there on */
static int scan_feed(lua_State *L) {
  lscan *self = check_scan(L);
  uint64_t offset = hugh_check_size(L, 2);
  size_t length;
  luaL_checktype(L, 3, LUA_TSTRING); /* a number is no bytes, though Lua would make some */
  const char *bytes = lua_tolstring(L, 3, &length);
  if (length == 0) {
    hugh_scan_eof(self->scan, offset);
    return 0;
  }
  hugh_scan_feed(self->scan, offset, bytes, length);
  lua_getuservalue(L, 1);
  lua_pushvalue(L, 3);
  lua_rawseti(L, -2, 1);
  return 0;
}

/* scan:eof(size): the source ends at `size` or before */
static int scan_eof(lua_State *L) {
  lscan *self = check_scan(L);
  hugh_scan_eof(self->scan, hugh_check_size(L, 2));
  return 0;
}

/* scan:report() -> report | nil, message, code */
static int scan_report(lua_State *L) {
  lscan *self = check_scan(L);
  hugh_want want;
  const hugh_report *report = hugh_scan_report(self->scan);
  if (report != NULL) {
    hugh_push_report(L, report);
    return 1;
  }
  lua_pushnil(L);
  if (hugh_scan_step(self->scan, 1, &want) == HUGH_FAIL) {
    lua_pushliteral(L, "not enough memory");
    lua_pushliteral(L, "ENOMEM");
  } else {
    lua_pushliteral(L, "the scan is not finished: it still needs bytes");
    lua_pushliteral(L, "UNFINISHED");
  }
  return 3;
}

static int scan_close(lua_State *L) {
  lscan *self = luaL_checkudata(L, 1, SCAN);
  hugh_scan_free(self->scan);
  self->scan = NULL;
  return 0;
}

/* core.judge(module, name) -> class : what is known of a name that pickles may ask for */
static int core_judge(lua_State *L) {
  hugh_text module, name;
  module.data = luaL_checklstring(L, 1, &module.length);
  name.data = luaL_checklstring(L, 2, &name.length);
  lua_pushstring(L, classes[hugh_judge_global(module, name, 4).class]);
  return 1;
}

static const luaL_Reg methods[] = {{"need", scan_need},     {"step", scan_step},   {"feed", scan_feed}, {"eof", scan_eof},
                                   {"report", scan_report}, {"close", scan_close}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__gc", scan_close}, {"__close", scan_close}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"scan", scan_new}, {"judge", core_judge}, {NULL, NULL}};

void hugh_open_scan(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  luaL_newmetatable(L, SCAN);
  luaL_setfuncs(L, metamethods, 0);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
