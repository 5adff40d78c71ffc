/*
** Universal Binary JSON, as XGBoost writes its models: numbers, names and arrays. It is data if every value is one and nothing follows.
** Containers are kept on a stack, for some end with a bracket and some after a count.
*/
#include "../core.h"

#define DEPTH_MOST 64 /* XGBoost's own go nine deep */

#define NO_COUNT UINT64_MAX

typedef struct state {
  uint64_t at;
  size_t depth;
  bool named, done; /* named: the name of the next value was read */
  struct {
    bool object;
    uint64_t left; /* values that follow; NO_COUNT: up to a bracket */
  } levels[DEPTH_MOST];
} state;

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  hugh_find(scan, task, HUGH_FOUND_XGBOOST_BROKEN, ((state *)task->state)->at, "this is no model as XGBoost writes it: %s", why);
  return HUGH_DONE;
}

/* Bytes of a value of this type that has no length of its own; 0 for the constants, -1 for what is no such type. */
static int width_of(uint8_t type) {
  switch (type) {
    case 'Z':
    case 'N':
    case 'T':
    case 'F': return 0;
    case 'i':
    case 'U':
    case 'C': return 1;
    case 'I': return 2;
    case 'l':
    case 'd': return 4;
    case 'L':
    case 'D': return 8;
    default: return -1;
  }
}

/* A length at p[*at], which holds one of at most nine bytes: its type and a number that is not negative. */
static bool read_length(const uint8_t *p, size_t length, size_t *at, uint64_t *value) {
  int width = *at < length && strchr("iUIlL", p[*at]) != NULL && p[*at] != 0 ? width_of(p[*at]) : -1;
  if (width < 0 || length - *at < 1 + (size_t)width) return false;
  bool is_signed = p[*at] != 'U';
  const uint8_t *number = p + *at + 1;
  *value = 0;
  for (int i = 0; i < width; i++) *value = *value << 8 | number[i];
  *at += 1 + (size_t)width;
  return !is_signed || (number[0] & 0x80) == 0;
}

/* A value is complete: so is what is full by that. */
static void finish(state *st) {
  st->named = false;
  while (st->depth > 0 && st->levels[st->depth - 1].left != NO_COUNT && --st->levels[st->depth - 1].left == 0) st->depth--;
  st->done = st->depth == 0;
}

/* Past `count` bytes of a value that starts `head` bytes from here. */
static hugh_next skip(hugh_scan *scan, hugh_task *task, size_t head, uint64_t count) {
  state *st = task->state;
  uint64_t end = hugh_add(st->at + head, count);
  hugh_got there = hugh_view_reaches(scan, task->view, end);
  if (there != HUGH_GOT) return there == HUGH_NEED ? HUGH_WANT : broken(scan, task, "a value is longer than the file");
  st->at = end;
  return HUGH_AGAIN;
}

/* `[` or `{`, with `$` and a type, and `#` and a count, or neither. Numbers of one type follow as they are. */
static hugh_next container(hugh_scan *scan, hugh_task *task, const uint8_t *p, size_t length) {
  state *st = task->state;
  bool object = p[0] == '{', typed = length > 2 && p[1] == '$';
  size_t at = typed ? 3 : 1;
  uint64_t count = NO_COUNT;
  int width = typed ? width_of(p[2]) : 0;
  if (at < length && p[at] == '#') {
    at++;
    if (!read_length(p, length, &at, &count)) return broken(scan, task, "a count is none");
  }
  if (typed && (object || count == NO_COUNT || width <= 0)) return broken(scan, task, "an array is of a type that XGBoost does not use");
  hugh_next next = skip(scan, task, at, typed ? hugh_mul(count, (uint64_t)width) : 0);
  if (next != HUGH_AGAIN) return next;
  if (typed || count == 0) {
    finish(st);
    return HUGH_AGAIN;
  }
  if (st->depth == DEPTH_MOST) return broken(scan, task, "it is nested deeper than any model");
  st->levels[st->depth].object = object;
  st->levels[st->depth++].left = count;
  st->named = false;
  return HUGH_AGAIN;
}

/* One name, value or closing bracket. */
static hugh_next item(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  size_t length, at = 0;
  const uint8_t *p = hugh_view_upto(scan, task->view, st->at, 16, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it ends in the middle");
  bool object = st->depth > 0 && st->levels[st->depth - 1].object, open = st->depth > 0 && st->levels[st->depth - 1].left == NO_COUNT;
  uint64_t count;
  if (open && !st->named && p[0] == (object ? '}' : ']')) {
    st->at++;
    st->depth--;
    finish(st);
    return HUGH_AGAIN;
  }
  if (object && !st->named) {
    if (!read_length(p, length, &at, &count)) return broken(scan, task, "a name has no length");
    hugh_next next = skip(scan, task, at, count);
    st->named = next == HUGH_AGAIN;
    return next;
  }
  if (p[0] == '[' || p[0] == '{') return container(scan, task, p, length);
  int width = width_of(p[0]);
  at = 1;
  if (p[0] == 'S') {
    if (!read_length(p, length, &at, &count)) return broken(scan, task, "a text has no length");
  } else if (width >= 0) {
    count = (uint64_t)width;
  } else {
    return broken(scan, task, "a value has a type that does not exist");
  }
  hugh_next next = skip(scan, task, at, count);
  if (next == HUGH_AGAIN) finish(st);
  return next;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  size_t length;
  if (st->at == 0) {
    const uint8_t *p = hugh_view_get(scan, task->view, 0, 1, HUGH_READ, &length);
    if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
    if (p[0] != '{') {
      hugh_incomplete(scan, task, 0, "the binary format of old versions of XGBoost is not read");
      return HUGH_DONE;
    }
  }
  while (!st->done) {
    hugh_next next = item(scan, task);
    if (next != HUGH_AGAIN) return next;
    if (hugh_work(scan, 8)) return HUGH_AGAIN;
  }
  hugh_got more = hugh_view_reaches(scan, task->view, st->at + 1);
  if (more == HUGH_NEED) return HUGH_WANT;
  return more == HUGH_GOT ? broken(scan, task, "bytes follow the model") : HUGH_DONE;
}

const hugh_parser hugh_parser_ubjson = {"ubjson", sizeof(state), step, NULL};
