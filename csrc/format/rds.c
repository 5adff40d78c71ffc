/*
** What R's saveRDS and save write, in R's binary form. Reading data runs nothing, but the format also holds functions, and promises that
** are evaluated when a value is first looked at (CVE-2024-27322). Items are counted, not nested, as in MessagePack: an item owes those
** inside it.
*/
#include "../core.h"

/* Types of items, from R's Rinternals.h and serialize.c; those not named here are constants without contents. */
enum {
  SYMBOL = 1, PAIRS = 2, CLOSURE = 3, ENVIRONMENT = 4, PROMISE = 5, LANGUAGE = 6, SPECIAL = 7, BUILTIN = 8, CHARACTERS = 9, LOGICAL = 10,
  INTEGER = 13, REAL = 14, COMPLEX = 15, STRINGS = 16, DOTS = 17, LIST = 19, EXPRESSION = 20, BYTECODE = 21, POINTER = 22, WEAK = 23,
  RAW = 24, OBJECT = 25, ALTERNATIVE = 238, ATTRIBUTE_PAIRS = 239, ATTRIBUTE_LANGUAGE = 240, BASE_ENVIRONMENT = 241, EMPTY_ENVIRONMENT = 242,
  PERSISTENT = 247, PACKAGE = 248, NAMESPACE = 249, BASE_NAMESPACE = 250, NULL_VALUE = 254, REFERENCE = 255
};
#define HAS_ATTRIBUTES 0x200u
#define HAS_TAG        0x400u

typedef struct state {
  uint64_t at, owed;
  bool started, code; /* code: a function or promise was reported */
} state;

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  hugh_find(scan, task, HUGH_FOUND_RDS_BROKEN, ((state *)task->state)->at, "these are no objects that R can read: %s", why);
  return HUGH_DONE;
}

static const uint8_t *get(hugh_scan *scan, hugh_task *task, size_t count) {
  size_t length;
  return hugh_view_get(scan, task->view, ((state *)task->state)->at, count, HUGH_READ, &length);
}

static hugh_next missing(hugh_scan *scan, hugh_task *task) {
  return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it ends in the middle");
}

/* [RDX3\n] X\n, the format's version, those of R that wrote it and can read it, and from version 3 on the name of an encoding. */
static hugh_next start(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p = get(scan, task, 7);
  if (p == NULL) return missing(scan, task);
  size_t head = p[0] == 'R' ? 7 : 2;
  if (p[head - 2] != 'X') {
    hugh_incomplete(scan, task, 0, "R objects are read in R's binary form only");
    return HUGH_DONE;
  }
  p = get(scan, task, head + 16);
  if (p == NULL) return missing(scan, task);
  uint32_t version = hugh_be32(p + head), encoding = version == 3 ? hugh_be32(p + head + 12) : 0;
  if (version != 2 && version != 3) return broken(scan, task, "its version is not 2 or 3");
  if (encoding > 64) return broken(scan, task, "its encoding has no name");
  st->at = head + 12 + (version == 3 ? 4 + encoding : 0);
  st->owed = 1;
  st->started = true;
  return HUGH_AGAIN;
}

static void report_code(hugh_scan *scan, hugh_task *task, uint32_t type) {
  state *st = task->state;
  if (type == PROMISE) {
    hugh_find(scan, task, HUGH_FOUND_RDS_PROMISE, st->at, "a promise: R evaluates what is in it when the value is first looked at");
  } else if (!st->code) {
    hugh_find(scan, task, HUGH_FOUND_RDS_CODE, st->at, "a function of R, which runs when it is called");
    st->code = true;
  }
}

/* One item; what is inside it is added to what is owed. */
static hugh_next item(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p = get(scan, task, 4);
  if (p == NULL) return missing(scan, task);
  uint32_t flags = hugh_be32(p), type = flags & 0xff;
  uint64_t head = 4, bytes = 0, owed = 0, width = 0;
  bool attributes = (flags & HAS_ATTRIBUTES) != 0, tag = (flags & HAS_TAG) != 0;
  switch (type) {
    case CLOSURE:
    case PROMISE:
    case PAIRS:
    case LANGUAGE:
    case DOTS: owed = 2u + attributes + tag; break;
    case ATTRIBUTE_PAIRS:
    case ATTRIBUTE_LANGUAGE: owed = 3u + tag; break;
    case ENVIRONMENT:
      head = 8;
      owed = 4;
      break;
    case SYMBOL: owed = 1; break;
    case ALTERNATIVE: owed = 3; break;
    case POINTER: owed = 2u + attributes; break;
    case WEAK:
    case OBJECT: owed = attributes; break;
    case REFERENCE: head = flags >> 8 == 0 ? 8 : 4; break;
    case PERSISTENT:
    case PACKAGE:
    case NAMESPACE: /* a zero, a count and that many strings */
      p = get(scan, task, 12);
      if (p == NULL) return missing(scan, task);
      head = 12;
      owed = hugh_be32(p + 8);
      break;
    case SPECIAL:
    case BUILTIN:
    case CHARACTERS:
    case RAW: width = 1; break;
    case LOGICAL:
    case INTEGER: width = 4; break;
    case REAL: width = 8; break;
    case COMPLEX: width = 16; break;
    case STRINGS:
    case LIST:
    case EXPRESSION: break;
    case BYTECODE:
      report_code(scan, task, type);
      hugh_incomplete(scan, task, st->at, "R's bytecode is not read");
      return HUGH_DONE;
    default:
      if (type != 0 && (type < BASE_ENVIRONMENT || type > NULL_VALUE)) return broken(scan, task, "an item has a type that does not exist");
  }
  if (width > 0 || type == STRINGS || type == LIST || type == EXPRESSION) { /* these have a length */
    p = get(scan, task, 8);
    if (p == NULL) return missing(scan, task);
    uint64_t count = hugh_be32(p + 4);
    head = 8;
    if (count == UINT32_MAX && type == CHARACTERS) count = 0; /* NA */
    if (count == UINT32_MAX) { /* a long one */
      p = get(scan, task, 16);
      if (p == NULL) return missing(scan, task);
      count = hugh_be64(p + 8);
      head = 16;
    }
    bytes = hugh_mul(count, width);
    owed = (width > 0 ? 0 : count) + attributes;
  }
  uint64_t end = hugh_add(st->at + head, bytes);
  hugh_got there = hugh_view_reaches(scan, task->view, end);
  if (there != HUGH_GOT) return there == HUGH_NEED ? HUGH_WANT : broken(scan, task, "an item is longer than the file");
  if (type == CLOSURE || type == PROMISE) report_code(scan, task, type);
  st->at = end;
  st->owed = hugh_add(st->owed - 1, owed);
  return HUGH_AGAIN;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!st->started) return start(scan, task);
  while (st->owed > 0) {
    hugh_next next = item(scan, task);
    if (next != HUGH_AGAIN) return next;
    if (hugh_work(scan, 8)) return HUGH_AGAIN;
  }
  hugh_got more = hugh_view_reaches(scan, task->view, st->at + 1);
  if (more == HUGH_NEED) return HUGH_WANT;
  return more == HUGH_GOT ? broken(scan, task, "bytes follow the value") : HUGH_DONE;
}

const hugh_parser hugh_parser_rds = {"rds", sizeof(state), step, NULL};
