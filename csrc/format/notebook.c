/*
** Jupyter notebooks: the code of their cells. A cell that says it is markdown before its source comes is text.
*/
#include "json.h"
#include "python.h"
#include "shell.h"

#define CELL_DEPTH 3 /* { "cells": [ { */

typedef enum member { OTHER, CELL_TYPE, SOURCE } member;

typedef struct state {
  bool open, text_cell;
  hugh_json json;
  hugh_python python;
  member member; /* whose value, or whose array of lines, is being read */
} state;

static void drop(hugh_scan *scan, hugh_task *task) { hugh_json_close(scan, &((state *)task->state)->json); }

/* A source, or a line of one. The offset is where its string starts. */
static void look(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_text text = st->json.text;
  uint64_t at = st->json.start;
  if (text.length > 0 && (text.data[0] == '!' || HUGH_STARTS(text.data, text.length, "%%bash") || HUGH_STARTS(text.data, text.length, "%%sh"))) {
    hugh_shell_look(scan, task, at, text);
  }
  hugh_python_look(scan, task, &st->python, at, text);
  if (st->json.text_cut) hugh_incomplete(scan, task, at, "a cell is longer than 1 MiB");
}

/* Members below a cell, such as its metadata and its output, are no source of it. */
static void take(hugh_scan *scan, hugh_task *task, hugh_json_token token) {
  state *st = task->state;
  uint32_t depth = st->json.depth;
  switch (token) {
    case HUGH_JSON_OBJECT:
      if (depth != CELL_DEPTH) return;
      st->text_cell = false;
      st->python.triple = 0;
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
        look(scan, task);
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
    uint64_t from = st->json.at;
    hugh_json_token token = hugh_json_next(scan, &st->json);
    if (token == HUGH_JSON_NEED) return HUGH_WANT;
    if (token == HUGH_JSON_END) return HUGH_DONE;
    if (token == HUGH_JSON_BROKEN) {
      hugh_find(scan, task, HUGH_FOUND_JSON_BROKEN, st->json.at, "no JSON from here on: %s", st->json.problem);
      return HUGH_DONE;
    }
    take(scan, task, token);
    if (hugh_work(scan, (size_t)(st->json.at - from) + 1)) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_notebook = {"notebook", sizeof(state), step, drop};
