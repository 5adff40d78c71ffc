/*
** TensorFlow Lite: a flatbuffer. Of it only the list of operators is read: those that are not built in are named there, and come from a
** native library or, as "Flex" operators, from TensorFlow itself. Every step reads one place, for the parts of a flatbuffer lie anywhere.
*/
#include "tensorflow.h"

#define CODES_MOST 4096u
#define NAME_MOST  256u
#define NEAR       ((size_t)4096)

enum { OPERATOR_CODES = 1, CUSTOM_CODE = 1 }; /* fields of Model and of OperatorCode, in schema.fbs */

typedef enum phase { AT_ROOT, AT_MODEL, AT_MODEL_FIELDS, AT_CODES, AT_COUNT, AT_CODE, AT_CODE_TABLE, AT_CODE_FIELDS, AT_NAME, AT_TEXT } phase;

typedef struct state {
  phase phase;
  uint64_t at, table;          /* the place to read next; the table whose fields are looked up */
  uint64_t codes, index, count; /* where the vector of operator codes starts; the one that is read; how many there are */
} state;

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  hugh_find(scan, task, HUGH_FOUND_GRAPH_BROKEN, ((state *)task->state)->at, "the graph is not well-formed: %s", why);
  return HUGH_DONE;
}

static hugh_next go(state *st, phase next, uint64_t at) {
  st->phase = next;
  st->at = at;
  return HUGH_AGAIN;
}

/* To the next operator code, or the end. */
static hugh_next next_code(state *st) {
  return st->index < st->count ? go(st, AT_CODE, st->codes + 4 * st->index++) : HUGH_DONE;
}

/* Where the table's field is, from the head of its list of fields; 0: it is not there. */
static uint64_t field_at(const state *st, const uint8_t *p, size_t index) {
  size_t place = 4 + 2 * index;
  uint16_t offset = hugh_le16(p) >= place + 2 ? hugh_le16(p + place) : 0;
  return offset > 0 ? st->table + offset : 0;
}

static void judge_name(hugh_scan *scan, hugh_task *task, hugh_text name) {
  state *st = task->state;
  bool flex = hugh_text_starts(name, "Flex");
  if (flex && hugh_tensorflow_operator(scan, task, st->at, (hugh_text){name.data + 4, name.length - 4})) return;
  hugh_find(scan, task, HUGH_FOUND_TFLITE_CUSTOM_OP, st->at, "the operator %s comes from %s", hugh_show(scan, name, 60),
            flex ? "TensorFlow, which must be there" : "a native library that must be loaded first");
}

static hugh_next advance(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  size_t length, least = st->phase == AT_MODEL_FIELDS || st->phase == AT_CODE_FIELDS ? 8 : 4;
  const uint8_t *p = hugh_view_get(scan, task->view, st->at, least, NEAR, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "an offset leads out of the file");
  uint32_t value = hugh_le32(p);
  switch (st->phase) {
    case AT_ROOT: st->table = value; return go(st, AT_MODEL, value);
    case AT_MODEL:
    case AT_CODE_TABLE: /* how far before the table, or behind it, the list of its fields is */
      if (value < UINT32_C(1) << 31 && value > st->table) return broken(scan, task, "an offset leads out of the file");
      return go(st, (phase)(st->phase + 1), value < UINT32_C(1) << 31 ? st->table - value : st->table + (UINT32_MAX - value + 1));
    case AT_MODEL_FIELDS: {
      uint64_t field = field_at(st, p, OPERATOR_CODES);
      return field > 0 ? go(st, AT_CODES, field) : broken(scan, task, "it has no list of operators");
    }
    case AT_CODES: return go(st, AT_COUNT, st->at + value);
    case AT_COUNT:
      if (value > CODES_MOST) return broken(scan, task, "it lists more operators than there are");
      st->codes = st->at + 4;
      st->count = value;
      return next_code(st);
    case AT_CODE: st->table = st->at + value; return go(st, AT_CODE_TABLE, st->table);
    case AT_CODE_FIELDS: {
      uint64_t field = field_at(st, p, CUSTOM_CODE);
      return field > 0 ? go(st, AT_NAME, field) : next_code(st);
    }
    case AT_NAME: return go(st, AT_TEXT, st->at + value);
    case AT_TEXT: break;
  }
  if (value > NAME_MOST) return broken(scan, task, "an operator's name is longer than any real one");
  p = hugh_view_get(scan, task->view, st->at, 4 + value, 4 + value, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "an offset leads out of the file");
  judge_name(scan, task, (hugh_text){(const char *)p + 4, value});
  return next_code(st);
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  hugh_next next;
  do {
    next = advance(scan, task);
  } while (next == HUGH_AGAIN && !hugh_work(scan, 16));
  return next;
}

const hugh_parser hugh_parser_tflite = {"tflite", sizeof(state), step, NULL};
