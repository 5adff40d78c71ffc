#include "keep.h"

#include <stdlib.h>
#include <string.h>

static size_t texts_size(const hugh_report *report) {
  size_t size = report->name.length;
  for (size_t i = 0; i < report->finding_count; i++) size += report->findings[i].message.length + report->findings[i].member.length;
  for (size_t i = 0; i < report->global_count; i++) {
    const hugh_global *global = &report->globals[i];
    size += global->module.length + global->name.length + global->member.length;
  }
  for (size_t i = 0; i < report->note_count; i++) size += report->notes[i].text.length;
  for (size_t i = 0; i < report->line_count; i++) size += report->lines[i].member.length + report->lines[i].text.length;
  return size;
}

static void *move(char **place, const void *data, size_t size) {
  void *copy = *place;
  if (size > 0) memcpy(copy, data, size);
  *place += size;
  return copy;
}

static void move_text(char **place, hugh_text *text) { text->data = move(place, text->data, text->length); }

/* The arrays first, in the order that keeps each aligned, then the texts. */
hugh_report *hugh_report_keep(const hugh_report *report) {
  size_t findings = report->finding_count * sizeof *report->findings, globals = report->global_count * sizeof *report->globals;
  size_t notes = report->note_count * sizeof *report->notes, lines = report->line_count * sizeof *report->lines;
  hugh_report *kept = malloc(sizeof *kept + findings + globals + notes + lines + texts_size(report));
  if (kept == NULL) return NULL;
  *kept = *report;
  char *place = (char *)(kept + 1);
  hugh_finding *finding = move(&place, report->findings, findings);
  hugh_global *global = move(&place, report->globals, globals);
  hugh_note *note = move(&place, report->notes, notes);
  hugh_line *line = move(&place, report->lines, lines);
  kept->findings = finding;
  kept->globals = global;
  kept->notes = note;
  kept->lines = line;
  move_text(&place, &kept->name);
  for (size_t i = 0; i < kept->finding_count; i++) {
    move_text(&place, &finding[i].message);
    move_text(&place, &finding[i].member);
  }
  for (size_t i = 0; i < kept->global_count; i++) {
    move_text(&place, &global[i].module);
    move_text(&place, &global[i].name);
    move_text(&place, &global[i].member);
  }
  for (size_t i = 0; i < kept->note_count; i++) move_text(&place, &note[i].text);
  for (size_t i = 0; i < kept->line_count; i++) {
    move_text(&place, &line[i].member);
    move_text(&place, &line[i].text);
  }
  return kept;
}
