/*
** Jupyter notebooks: the code of their cells. A cell that says it is markdown before its source comes is text.
*/
#include "json.h"
#include "python.h"
#include "shell.h"

#define CELL_DEPTH 3 /* { "cells": [ { */

typedef enum member { OTHER, CELL_TYPE, SOURCE } member;

typedef struct state {
  bool open, text_cell, looking; /* looking: at the source in the last token */
  hugh_json json;
  hugh_python python;
  hugh_shell shell;
  bool begun, shell_cell; /* the cell has a line; it is for the shell as a whole */
  bool continued;         /* so is the next line, since a backslash ends this one */
  size_t line;            /* where in the last token the next line is */
  hugh_text part;         /* of it, for the shell */
  member member; /* whose value, or whose array of lines, is being read */
} state;

static void drop(hugh_scan *scan, hugh_task *task) { hugh_json_close(scan, &((state *)task->state)->json); }

static bool starts_any(hugh_text line, const char *const *words) {
  for (; *words != NULL; words++) {
    if (hugh_text_starts(line, *words)) return true;
  }
  return false;
}

/* What a line of a cell hands to the shell: nothing, or all behind the sign that does. */
static hugh_text shell_part(state *st, hugh_text line) {
  static const char *const cells[] = {"%%bash", "%%sh", "%%script", "%%system", "%%sx", "%%!", "%%ksh", "%%zsh", NULL};
  static const char *const lines[] = {"!", "%sx ", "%system ", NULL};
  while (line.length > 0 && (line.data[0] == ' ' || line.data[0] == '\t')) line = (hugh_text){line.data + 1, line.length - 1};
  if (!st->begun && line.length > 1) {
    st->begun = true;
    st->shell_cell = starts_any(line, cells);
    if (st->shell_cell) return (hugh_text){"", 0};
  }
  if (st->shell_cell || st->continued || starts_any(line, lines)) return line;
  const char *sign = memchr(line.data, '!', line.length), *before = sign; /* x = !command */
  while (before != NULL && before > line.data && before[-1] == ' ') before--;
  bool assigned = before != NULL && before > line.data && before[-1] == '=';
  return assigned ? (hugh_text){sign, (size_t)(line.data + line.length - sign)} : (hugh_text){"", 0};
}

/* A source, or a line of one. The offset is where its string starts. False: the work is spent. */
static bool look(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_text text = st->json.text;
  uint64_t at = st->json.start;
  while (st->line < text.length) {
    const char *start = text.data + st->line, *newline = memchr(start, '\n', text.length - st->line);
    size_t length = newline != NULL ? (size_t)(newline - start) + 1 : text.length - st->line;
    hugh_text part = st->shell.at == 0 ? shell_part(st, (hugh_text){start, length}) : st->part;
    st->part = part;
    if (part.length > 0 && !hugh_shell_look(scan, task, &st->shell, at, part)) return false;
    st->line += length;
    st->continued = part.length > 1 && memcmp(part.data + part.length - 2, "\\\n", 2) == 0;
    if (hugh_work(scan, 32 + length)) return false;
  }
  if (!hugh_python_look(scan, task, &st->python, at, text)) return false;
  if (st->json.text_cut) hugh_incomplete(scan, task, at, "a cell is longer than 1 MiB");
  st->line = 0;
  return true;
}

/* Members below a cell, such as its metadata and its output, are no source of it. */
static void take(state *st, hugh_json_token token) {
  uint32_t depth = st->json.depth;
  switch (token) {
    case HUGH_JSON_OBJECT:
      if (depth != CELL_DEPTH) return;
      st->text_cell = st->begun = st->shell_cell = st->continued = false;
      st->python.open = 0;
      return;
    case HUGH_JSON_KEY:
      if (depth > CELL_DEPTH) return;
      st->member = hugh_text_is(st->json.text, "cell_type") ? CELL_TYPE
                   : hugh_text_is(st->json.text, "source") || hugh_text_is(st->json.text, "input") ? SOURCE : OTHER;
      return;
    case HUGH_JSON_STRING:
      if (st->member == CELL_TYPE && depth == CELL_DEPTH) {
        st->text_cell = hugh_text_is(st->json.text, "markdown") || hugh_text_is(st->json.text, "raw");
      } else if (st->member == SOURCE && !st->text_cell && depth <= CELL_DEPTH + 1) {
        st->looking = true;
      }
      return;
    default: return;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!st->open) {
    hugh_json_open(&st->json, task->view, 0, HUGH_UNKNOWN_SIZE, false);
    hugh_find(scan, task, HUGH_FOUND_PYTHON_SOURCE, HUGH_NO_OFFSET, "a notebook, whose cells run when somebody runs them");
  }
  st->open = true;
  for (;;) {
    if (st->looking && !look(scan, task)) return HUGH_AGAIN;
    st->looking = false;
    uint64_t from = st->json.at;
    hugh_json_token token = hugh_json_next(scan, &st->json);
    if (token == HUGH_JSON_NEED) return HUGH_WANT;
    if (token == HUGH_JSON_END) return HUGH_DONE;
    if (token == HUGH_JSON_BROKEN) {
      hugh_find(scan, task, HUGH_FOUND_JSON_BROKEN, st->json.at, "no JSON from here on: %s", st->json.problem);
      return HUGH_DONE;
    }
    take(st, token);
    if (hugh_work(scan, (size_t)(st->json.at - from) + 1)) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_notebook = {"notebook", sizeof(state), step, drop};
