/*
** What a scan found: findings, globals, notes and lines, and the report made of them.
*/
#include <stdarg.h>
#include <stdio.h>

#include "scan.h"

#define MESSAGE_MOST 2000
#define GLOBALS_MOST 16384 /* a model names tens; each becomes a kilobyte of Lua tables */

typedef struct finding_facts {
  const char *id;
  hugh_severity severity;
  hugh_safety safety;
} finding_facts;

static const finding_facts finding_table[] = {
#define HUGH_FINDING(tag, id, severity, safety) {id, HUGH_##severity, HUGH_##safety},
#include "findings.def"
#undef HUGH_FINDING
};

const char *hugh_severity_name(hugh_severity severity) {
  static const char *const names[] = {"info", "low", "medium", "high", "critical"};
  return names[severity];
}

const char *hugh_safety_name(hugh_safety safety) {
  static const char *const names[] = {"safe", "unknown", "suspicious", "dangerous"};
  return names[safety];
}

void hugh_judge(hugh_scan *scan, hugh_safety safety) {
  if (safety > scan->report.safety) scan->report.safety = safety;
}

/* The member's path, copied once for a run of findings in the same member. */
static hugh_text member_of(hugh_scan *scan, const hugh_task *task) {
  if (task == NULL || task->member.length == 0) return (hugh_text){"", 0};
  if (!hugh_text_equal(task->member, scan->last_member)) {
    scan->last_member = hugh_arena_copy(scan, task->member.data, task->member.length);
  }
  return scan->last_member;
}

/* A place for a finding: a new one, or that of the mildest when the list is full and this one is worse. */
static hugh_finding *finding_place(hugh_scan *scan, hugh_severity severity) {
  if (scan->findings.count < scan->options.limits.findings) return hugh_list_add(scan, &scan->findings, sizeof(hugh_finding));
  scan->report.findings_dropped++;
  if (severity <= scan->mildest) return NULL;
  hugh_finding *items = scan->findings.items;
  size_t mildest = 0;
  for (size_t i = 1; i < scan->findings.count; i++) {
    if (items[i].severity < items[mildest].severity) mildest = i;
  }
  if (scan->findings.count == 0) return NULL;
  scan->mildest = items[mildest].severity;
  return scan->mildest < severity ? &items[mildest] : NULL;
}

void hugh_find(hugh_scan *scan, const hugh_task *task, hugh_finding_id tag, uint64_t offset, const char *format, ...) {
  const finding_facts *facts = &finding_table[tag];
  hugh_judge(scan, facts->safety);
  hugh_finding *finding = finding_place(scan, facts->severity);
  if (finding == NULL) return;
  char message[MESSAGE_MOST];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  size_t used = length < 0 ? 0 : (size_t)length < sizeof message ? (size_t)length : sizeof message - 1;
  *finding = (hugh_finding){.id = facts->id,
                            .severity = facts->severity,
                            .safety = facts->safety,
                            .message = hugh_arena_copy(scan, message, used),
                            .member = member_of(scan, task),
                            .offset = offset};
}

void hugh_incomplete(hugh_scan *scan, const hugh_task *task, uint64_t offset, const char *why) {
  scan->report.complete = false;
  for (size_t i = 0; i < scan->reason_count; i++) {
    if (scan->reasons[i] == why) return;
  }
  if (scan->reason_count == sizeof scan->reasons / sizeof *scan->reasons) return;
  scan->reasons[scan->reason_count++] = why;
  hugh_find(scan, task, HUGH_FOUND_SCAN_INCOMPLETE, offset, "not read in full: %s", why);
}

/* One of a few buffers that take turns, so that texts which end up in no finding cost nothing. */
static char *shown_buffer(hugh_scan *scan, size_t size) {
  hugh_shown *shown = &scan->shown[scan->shown_next++ % HUGH_SHOWN];
  if (shown->size < size) {
    char *grown = hugh_raw_resize(scan, shown->data, shown->size, size);
    if (grown == NULL) return NULL;
    *shown = (hugh_shown){grown, size};
  }
  return shown->data;
}

const char *hugh_show(hugh_scan *scan, hugh_text text, size_t most) {
  static const char hex[] = "0123456789abcdef";
  if (most > MESSAGE_MOST) most = MESSAGE_MOST;
  size_t shown = text.length < most ? text.length : most;
  char *out = shown_buffer(scan, shown * 4 + sizeof "…");
  if (out == NULL) return "";
  char *p = out;
  for (size_t i = 0; i < shown; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c == '\\' || c < 0x20 || c >= 0x7f) {
      *p++ = '\\';
      switch (c) {
        case '\\': *p++ = '\\'; break;
        case '\n': *p++ = 'n'; break;
        case '\r': *p++ = 'r'; break;
        case '\t': *p++ = 't'; break;
        default: *p++ = 'x'; *p++ = hex[c >> 4]; *p++ = hex[c & 15];
      }
    } else {
      *p++ = (char)c;
    }
  }
  memcpy(p, shown < text.length ? "…" : "", shown < text.length ? sizeof "…" : 1);
  return out;
}

/* ----------------------------------------------------------------- globals */

static size_t hash_global(const hugh_scan *scan, hugh_text module, hugh_text name) {
  return (size_t)(hugh_hash(scan, module.data, module.length) * 3 + hugh_hash(scan, name.data, name.length));
}

/* A global, and what only the core needs to know of it. */
typedef struct listed {
  hugh_global global; /* first: parsers hold a pointer to it */
  bool condemned;
} listed;

void hugh_global_condemn(hugh_global *global) {
  global->judged = HUGH_GLOBAL_DANGEROUS;
  ((listed *)global)->condemned = true;
}

bool hugh_global_is_condemned(const hugh_global *global) { return ((const listed *)global)->condemned; }

static hugh_global **global_at(hugh_scan *scan, size_t index) { return (hugh_global **)scan->globals.items + index; }

static bool globals_grow(hugh_scan *scan) {
  size_t count = scan->global_slot_count == 0 ? 64 : scan->global_slot_count * 2;
  uint32_t *slots = hugh_raw_resize(scan, NULL, 0, count * sizeof *slots);
  if (slots == NULL) return false;
  memset(slots, 0, count * sizeof *slots);
  for (size_t i = 0; i < scan->globals.count; i++) {
    const hugh_global *global = *global_at(scan, i);
    size_t at = hash_global(scan, global->module, global->name) & (count - 1);
    while (slots[at] != 0) at = (at + 1) & (count - 1);
    slots[at] = (uint32_t)i + 1;
  }
  if (scan->global_slots != NULL) hugh_raw_resize(scan, scan->global_slots, scan->global_slot_count * sizeof *slots, 0);
  scan->global_slots = slots;
  scan->global_slot_count = count;
  return true;
}

hugh_global *hugh_report_global(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text module, hugh_text name) {
  if (scan->globals.count * 2 >= scan->global_slot_count && !globals_grow(scan)) return NULL;
  size_t at = hash_global(scan, module, name) & (scan->global_slot_count - 1);
  for (; scan->global_slots[at] != 0; at = (at + 1) & (scan->global_slot_count - 1)) {
    hugh_global *global = *global_at(scan, scan->global_slots[at] - 1);
    if (hugh_text_equal(global->module, module) && hugh_text_equal(global->name, name)) return global;
  }
  if (scan->globals.count == GLOBALS_MOST || scan->kept + module.length + name.length > scan->options.limits.kept) {
    hugh_incomplete(scan, task, offset, "the source names more globals than a scan may keep");
    return NULL;
  }
  hugh_global *global = hugh_arena_alloc(scan, sizeof(listed));
  hugh_global **place = global != NULL ? hugh_list_add(scan, &scan->globals, sizeof *place) : NULL;
  if (place == NULL) return NULL;
  *global = (hugh_global){.module = hugh_arena_copy(scan, module.data, module.length),
                          .name = hugh_arena_copy(scan, name.data, name.length),
                          .member = member_of(scan, task),
                          .offset = offset};
  *place = global;
  scan->global_slots[at] = (uint32_t)scan->globals.count;
  return global;
}

/* ------------------------------------------------------- notes and lines */

static hugh_note *note_of(hugh_scan *scan, const char *key) {
  hugh_note *notes = scan->notes.items;
  for (size_t i = 0; i < scan->notes.count; i++) {
    if (strcmp(notes[i].key, key) == 0) return &notes[i];
  }
  hugh_note *note = hugh_list_add(scan, &scan->notes, sizeof *note);
  if (note != NULL) note->key = key;
  return note;
}

void hugh_note_number(hugh_scan *scan, const char *key, uint64_t number) {
  hugh_note *note = note_of(scan, key);
  if (note == NULL) return;
  note->is_number = true;
  note->number = number;
}

void hugh_note_add(hugh_scan *scan, const char *key, uint64_t number) {
  hugh_note *note = note_of(scan, key);
  if (note == NULL) return;
  note->is_number = true;
  note->number = hugh_add(note->number, number);
}

void hugh_note_text(hugh_scan *scan, const char *key, hugh_text text) {
  hugh_note *note = note_of(scan, key);
  if (note == NULL) return;
  note->is_number = false;
  note->text = hugh_arena_copy(scan, text.data, text.length);
}

void hugh_line_add(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_safety safety, hugh_text text) {
  if (hugh_add(scan->kept, text.length) > scan->options.limits.kept) {
    hugh_incomplete(scan, task, offset, "the explanation is longer than the memory a scan may keep");
    return;
  }
  hugh_line *line = hugh_list_add(scan, &scan->lines, sizeof *line);
  if (line == NULL) return;
  *line = (hugh_line){.member = member_of(scan, task),
                      .offset = offset,
                      .safety = safety,
                      .text = hugh_arena_copy(scan, text.data, text.length)};
}

/* ------------------------------------------------------------- the report */

void hugh_report_reset(hugh_scan *scan) {
  scan->findings.count = scan->globals.count = scan->notes.count = scan->lines.count = 0;
  if (scan->global_slots != NULL) memset(scan->global_slots, 0, scan->global_slot_count * sizeof *scan->global_slots);
  scan->last_member = (hugh_text){"", 0};
  scan->reason_count = 0;
  scan->out_of_room = false;
  scan->mildest = HUGH_INFO;
  scan->report = (hugh_report){.complete = true, .size = scan->options.size, .name = scan->options.name};
}

void hugh_report_finish(hugh_scan *scan) {
  hugh_report *report = &scan->report;
  hugh_global *globals = hugh_arena_alloc(scan, scan->globals.count * sizeof *globals + 1);
  if (globals == NULL) return;
  for (size_t i = 0; i < scan->globals.count; i++) globals[i] = **global_at(scan, i);
  if (!report->complete) hugh_judge(scan, HUGH_UNKNOWN);
  report->size = scan->views[0]->size;
  report->globals = globals;
  report->global_count = scan->globals.count;
  report->findings = scan->findings.items;
  report->finding_count = scan->findings.count;
  report->notes = scan->notes.items;
  report->note_count = scan->notes.count;
  report->lines = scan->lines.items;
  report->line_count = scan->lines.count;
}

void hugh_report_free(hugh_scan *scan) {
  for (size_t i = 0; i < HUGH_SHOWN; i++) {
    if (scan->shown[i].data != NULL) hugh_raw_resize(scan, scan->shown[i].data, scan->shown[i].size, 0);
    scan->shown[i] = (hugh_shown){0};
  }
  hugh_list_free(scan, &scan->findings, sizeof(hugh_finding));
  hugh_list_free(scan, &scan->globals, sizeof(hugh_global *));
  hugh_list_free(scan, &scan->notes, sizeof(hugh_note));
  hugh_list_free(scan, &scan->lines, sizeof(hugh_line));
  if (scan->global_slots != NULL) hugh_raw_resize(scan, scan->global_slots, scan->global_slot_count * sizeof(uint32_t), 0);
  scan->global_slots = NULL;
  scan->global_slot_count = 0;
}
