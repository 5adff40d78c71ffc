/*
** Tables: Arrow's files and streams, Feather, Parquet. They are data but for one thing: a schema may say that a column has a type of Python's,
** with a pickle that PyArrow loaded by itself until 14.0.1. The schema lies at the start of Arrow's layouts, and at the end of files.
*/
#include "../core.h"

#define SCHEMA_MOST ((uint64_t)16 << 20)
#define OVERLAP     64 /* longer than the longest of the names looked for */

enum { START, END, OVER };

typedef struct state {
  uint8_t part;
  bool looking;
  uint64_t at, end;
} state;

/* The name of the type as it is, and as each of the three ways in which base64 spells what is inside of it: Parquet holds Arrow's schema so. */
static bool names_python(const uint8_t *p, size_t length) {
  static const char *const names[] = {"arrow.py_extension_type", "YXJyb3cucHlfZXh0ZW5zaW9uX3R5cG", "Fycm93LnB5X2V4dGVuc2lvbl90eXBl",
                                      "hcnJvdy5weV9leHRlbnNpb25fdHlwZ"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const uint8_t *at = p;
    while ((at = memchr(at, names[i][0], length - (size_t)(at - p))) != NULL) {
      hugh_text rest = {(const char *)at, length - (size_t)(at - p)};
      if (hugh_text_starts(rest, names[i])) return true;
      at++;
    }
  }
  return false;
}

/* Where the schema lies in this part, if there is one in it. */
static hugh_got find_part(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_view *view = task->view;
  bool parquet = task->class.kind == HUGH_KIND_PARQUET;
  size_t length, tail = parquet ? 8 : 10; /* a length and the mark */
  if (st->part == START) {
    if (parquet || view->size < 16) return HUGH_END;
    const uint8_t *p = hugh_view_get(scan, view, 0, 16, 16, &length);
    if (p == NULL) return view->got;
    bool file = HUGH_STARTS(p, length, "ARROW1");
    const uint8_t *message = file ? p + 8 : p;
    if (!file && !HUGH_STARTS(p, length, "FEA1") && hugh_le32(p) != UINT32_MAX) hugh_incomplete(scan, task, 0, "no schema is at the start");
    uint32_t size = hugh_le32(message) == UINT32_MAX ? hugh_le32(message + 4) : hugh_le32(message);
    st->at = 0;
    st->end = 16 + (uint64_t)size;
    return HUGH_GOT;
  }
  if (view->size < tail) return HUGH_END;
  st->end = view->size - tail;
  const uint8_t *p = hugh_view_get(scan, view, st->end, tail, tail, &length);
  if (p == NULL) return view->got;
  if (memcmp(p + 4, parquet ? "PAR1" : "ARROW1", tail - 4) != 0) return HUGH_END;
  st->at = hugh_le32(p) < st->end ? st->end - hugh_le32(p) : 0;
  return HUGH_GOT;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (hugh_view_reaches(scan, task->view, HUGH_SOURCE_MOST) == HUGH_NEED) return HUGH_WANT; /* for the size */
  while (st->part < OVER) {
    if (!st->looking) {
      hugh_got got = find_part(scan, task);
      if (got == HUGH_NEED) return HUGH_WANT;
      if (got == HUGH_END) {
        st->part++;
        continue;
      }
      st->looking = true;
      if (st->end - st->at > SCHEMA_MOST) hugh_incomplete(scan, task, st->at, "a schema is looked at up to 16 MiB");
      if (st->end - st->at > SCHEMA_MOST) st->end = st->at + SCHEMA_MOST;
    }
    size_t length, most = st->end - st->at < HUGH_READ ? (size_t)(st->end - st->at) : HUGH_READ;
    const uint8_t *p = most > 0 ? hugh_view_upto(scan, task->view, st->at, most, &length) : NULL;
    if (p == NULL && most > 0 && task->view->got == HUGH_NEED) return HUGH_WANT;
    if (p != NULL && names_python(p, length)) {
      hugh_find(scan, task, HUGH_FOUND_TABLE_PYTHON, st->at, "a column is said to have a type of Python's, with a pickle that PyArrow before 14.0.1 loads");
      return HUGH_DONE;
    }
    if (p == NULL || length < HUGH_READ) {
      st->looking = false;
      st->part++;
    } else {
      st->at += length - OVERLAP;
    }
    if (hugh_work(scan, most)) return HUGH_AGAIN;
  }
  return HUGH_DONE;
}

const hugh_parser hugh_parser_table = {"table", sizeof(state), step, NULL};
