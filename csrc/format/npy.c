/*
** npy: a magic, a version, a header that is a Python literal, then raw items; with an object dtype a pickle instead of them. Several arrays
** may stand in a row, as numpy.save writes them into an open file. Of Python's grammar only what NumPy writes is read: a header that is
** anything else may mean anything, so what follows it is read as a pickle, too.
*/
#include "../core.h"

#define HEADER_MOST 65536u /* NumPy itself refuses more than 10000 characters unless told otherwise */
#define NESTING     16     /* of structures in structures */

/* ------------------------------------------------------------- the literal */

typedef struct reader {
  const uint8_t *p, *end;
} reader;

static void skip_space(reader *r) {
  while (r->p < r->end && (*r->p == ' ' || *r->p == '\n')) r->p++;
}

static bool next_is(reader *r, char c) {
  skip_space(r);
  return r->p < r->end && *r->p == (uint8_t)c;
}

static bool take(reader *r, char c) {
  bool there = next_is(r, c);
  if (there) r->p++;
  return there;
}

/* A string; one with escapes is none that NumPy writes. */
static bool take_text(reader *r, hugh_text *text) {
  if (!next_is(r, '\'') && !next_is(r, '"')) return false;
  uint8_t quote = *r->p++;
  const uint8_t *start = r->p;
  while (r->p < r->end && *r->p != quote && *r->p != '\\' && *r->p != '\n') r->p++;
  if (r->p == r->end || *r->p != quote) return false;
  *text = (hugh_text){(const char *)start, (size_t)(r->p++ - start)};
  return true;
}

/* Digits without a zero in front. */
static bool take_number(reader *r, uint64_t *value) {
  const uint8_t *start = r->p;
  *value = 0;
  while (r->p < r->end && (uint8_t)(*r->p - '0') < 10) *value = hugh_add(hugh_mul(*value, 10), (uint64_t)(*r->p++ - '0'));
  return r->p > start && (*start != '0' || r->p == start + 1);
}

/* An integer, with the L that Python 2 wrote behind it. */
static bool take_side(reader *r, uint64_t *value) {
  skip_space(r);
  if (!take_number(r, value)) return false;
  take(r, 'L');
  return true;
}

/* How many items a shape such as (2, 3) makes; one side may stand alone. */
static bool take_shape(reader *r, uint64_t *count) {
  uint64_t side;
  if (!take(r, '(')) return take_side(r, count);
  *count = 1;
  for (size_t sides = 0; !take(r, ')'); sides++) {
    if (!take_side(r, &side) || (!take(r, ',') && (sides == 0 || !next_is(r, ')')))) return false; /* (1) is no tuple */
    *count = hugh_mul(*count, side);
  }
  return true;
}

/* [25us]: what a date or a span of time counts. */
static bool take_unit(reader *r) {
  uint64_t count;
  if (r->p == r->end) return true;
  if (*r->p++ != '[') return false;
  if (r->p < r->end && (uint8_t)(*r->p - '0') < 10 && !take_number(r, &count)) return false;
  const uint8_t *start = r->p;
  while (r->p < r->end && memchr("YMWDhmsunpfa", *r->p, 12) != NULL) r->p++;
  return r->p > start && r->p - start <= 2 && r->p < r->end && *r->p++ == ']';
}

static bool is_size(uint8_t letter, uint64_t size) {
  switch (letter) {
    case 'b': return size == 1;
    case 'i':
    case 'u': return size == 1 || size == 2 || size == 4 || size == 8;
    case 'f': return size == 1 || size == 2 || size == 4 || size == 8 || size == 12 || size == 16;
    case 'c': return size == 8 || size == 16 || size == 24 || size == 32;
    case 'm':
    case 'M': return size == 8;
    default: return true;
  }
}

/* `<f4`, `|S10`, `<M8[ns]`: a byte order, a letter, a size. */
static bool scalar_size(hugh_text type, uint64_t *size, bool *objects) {
  reader r = {(const uint8_t *)type.data, (const uint8_t *)type.data + type.length};
  if (r.p < r.end && memchr("<>|=", *r.p, 4) != NULL) r.p++;
  if (r.p == r.end || memchr("biufcmMSaUVO", *r.p, 12) == NULL) return false;
  uint8_t letter = *r.p++;
  if (letter == 'O') *objects = true;
  if ((!take_number(&r, size) && letter != 'O') || !is_size(letter, *size)) return false;
  if (letter == 'U') *size = hugh_mul(*size, 4);
  if ((letter == 'm' || letter == 'M') && !take_unit(&r)) return false;
  return r.p == r.end;
}

/* A field's name, or its title and name. */
static bool take_name(reader *r) {
  hugh_text text;
  if (!take(r, '(')) return take_text(r, &text);
  return take_text(r, &text) && take(r, ',') && take_text(r, &text) && take(r, ')');
}

/* The size of an item: 'f4', [('a', 'f4'), ('b', 'f4', (2,))], or ('f4', (2,)), each inside each. */
static bool take_type(reader *r, uint64_t *size, bool *objects) {
  struct {
    bool fields; /* a list of them; otherwise a pair of a type and a shape */
    uint64_t total;
  } levels[NESTING];
  size_t depth = 0;
  enum { TYPE, FIELD, TYPED } at = TYPE;
  for (;;) {
    hugh_text text;
    uint64_t count = 1;
    switch (at) {
      case TYPE:
        if (next_is(r, '[') || next_is(r, '(')) {
          if (depth == NESTING) return false;
          levels[depth].fields = *r->p++ == '[';
          levels[depth].total = 0;
          at = levels[depth++].fields ? FIELD : TYPE;
        } else {
          if (!take_text(r, &text) || !scalar_size(text, size, objects)) return false;
          at = TYPED;
        }
        break;
      case FIELD:
        if (take(r, ']')) {
          *size = levels[--depth].total;
          at = TYPED;
        } else {
          if (!take(r, '(') || !take_name(r) || !take(r, ',')) return false;
          at = TYPE;
        }
        break;
      case TYPED:
        if (depth == 0) return true;
        if (take(r, ',') && !take_shape(r, &count)) return false;
        if (!take(r, ')')) return false;
        *size = hugh_mul(*size, count);
        if (levels[depth - 1].fields) {
          levels[depth - 1].total = hugh_add(levels[depth - 1].total, *size);
          if (!take(r, ',') && !next_is(r, ']')) return false;
          at = FIELD;
        } else {
          depth--;
        }
        break;
    }
  }
}

typedef struct header {
  uint64_t count, item;
  bool objects;
} header;

/* {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }, the members in any order. */
static bool read_header(const uint8_t *p, size_t length, bool utf8, header *h) {
  reader r = {p, p + length};
  unsigned seen = 0;
  for (size_t at = 0, n; at < length; at += n) {
    n = utf8 ? hugh_utf8_length(p + at, length - at) : 1;
    if (n == 0 || p[at] == 0) return false;
  }
  *h = (header){.count = 1};
  if (!take(&r, '{')) return false;
  while (!take(&r, '}')) {
    hugh_text key;
    unsigned member;
    if (!take_text(&r, &key) || !take(&r, ':')) return false;
    if (hugh_text_is(key, "descr")) {
      member = 1;
      if (!take_type(&r, &h->item, &h->objects)) return false;
    } else if (hugh_text_is(key, "shape")) {
      member = 2;
      if (!next_is(&r, '(') || !take_shape(&r, &h->count)) return false;
    } else if (hugh_text_is(key, "fortran_order")) {
      member = 4;
      skip_space(&r);
      size_t left = (size_t)(r.end - r.p);
      size_t word = HUGH_STARTS(r.p, left, "False") ? 5 : HUGH_STARTS(r.p, left, "True") ? 4 : 0;
      if (word == 0) return false;
      r.p += word;
    } else {
      return false;
    }
    if ((seen & member) != 0 || (!take(&r, ',') && !next_is(&r, '}'))) return false;
    seen |= member;
  }
  skip_space(&r);
  return seen == 7 && r.p == r.end;
}

/* -------------------------------------------------------------- the arrays */

typedef struct state {
  uint64_t at; /* where the array starts */
  bool pushed;
} state;

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  hugh_find(scan, task, HUGH_FOUND_NPY_HEADER, ((state *)task->state)->at, "the header is not one that NumPy writes: %s", why);
  return HUGH_DONE;
}

static hugh_next push_pickle(hugh_scan *scan, hugh_task *task, uint64_t from) {
  ((state *)task->state)->pushed = true;
  hugh_task_push_as(scan, task, hugh_view_slice(scan, task->view, from, HUGH_UNKNOWN_SIZE), hugh_text_of("data"), HUGH_KIND_PICKLE);
  return HUGH_AGAIN;
}

/* What stands behind an array: another one, or what no reader of arrays asked for. */
static hugh_next behind(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, st->at, 6, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  if (HUGH_STARTS(p, length, "\x93NUMPY")) return HUGH_AGAIN;
  hugh_find(scan, task, HUGH_FOUND_NPY_TRAILING, st->at, "bytes follow the array that are no part of it");
  st->pushed = true;
  hugh_task_push(scan, task, hugh_view_slice(scan, task->view, st->at, HUGH_UNKNOWN_SIZE), hugh_text_of("(after the array)"));
  return HUGH_AGAIN;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (st->pushed) return HUGH_DONE;
  if (st->at > 0) {
    hugh_next next = behind(scan, task);
    if (next != HUGH_AGAIN || st->pushed) return next;
  }
  size_t length;
  const uint8_t *p = hugh_view_get(scan, task->view, st->at, 12, 256, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it is cut off");
  if (p[6] < 1 || p[6] > 3) return broken(scan, task, "its version is not 1, 2 or 3");
  size_t prefix = p[6] == 1 ? 10 : 12;
  uint32_t size = p[6] == 1 ? hugh_le16(p + 8) : hugh_le32(p + 8);
  if (size > HEADER_MOST) return broken(scan, task, "it is longer than any real one");
  p = hugh_view_get(scan, task->view, st->at, prefix + size, prefix + size, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it is cut off");
  header h;
  uint64_t data = hugh_add(st->at, prefix + size);
  if (!read_header(p + prefix, size, p[6] == 3, &h)) {
    broken(scan, task, "what follows it may be a pickle");
    return push_pickle(scan, task, data);
  }
  if (h.objects) {
    hugh_find(scan, task, HUGH_FOUND_NPY_OBJECT, st->at + prefix, "an array of Python objects: its data is a pickle, which numpy.load runs when allow_pickle is set");
    return push_pickle(scan, task, data);
  }
  uint64_t end = hugh_add(data, hugh_mul(h.count, h.item));
  hugh_got there = hugh_view_reaches(scan, task->view, end);
  if (there == HUGH_NEED) return HUGH_WANT;
  if (there == HUGH_END) {
    hugh_find(scan, task, HUGH_FOUND_SCAN_TRUNCATED, data, "the array is larger than the file");
    return HUGH_DONE;
  }
  st->at = end;
  hugh_work(scan, size); /* there may be many arrays, and nothing in them but their headers */
  return HUGH_AGAIN;
}

const hugh_parser hugh_parser_npy = {"npy", sizeof(state), step, NULL};
