/*
** safetensors: a header length, a JSON header, and the tensors' bytes. Accepted if and only if the reference implementation in Rust accepts
** it, whose rules are serde_json's and serde's: a tensor may be an object or an array, a dtype a string or {"F32": null}, the last of
** several tensors of one name counts, unknown fields are skipped.
**
** Of a tensor 24 bytes are kept. Headers as the reference writes them take a short cut through fast_entry.
*/
#include "json.h"

#define HEADER_MAX  100000000u
#define TABLE_LEAST 1024u
#define BATCH       32u /* names whose slots are fetched ahead of the look-up */

/* A tensor's place in the data. In one that is not valid `end` < `start`: `start` is its place in the header and `end` says why. */
typedef struct tensor {
  uint64_t start, end, hash;
} tensor;

enum { BAD_SIZE, BAD_OVERFLOW, BAD_BITS, BAD_OFFSETS };
static const char *const bad_reasons[] = {"its shape and dtype do not make as many bytes as its offsets", "its shape overflows",
                                          "its bits do not fill whole bytes", "its offsets run backwards or beyond any file"};

#define REPLACED UINT64_MAX /* the start and end of a tensor that a later one of the same name replaced */

typedef struct dtype {
  const char *name;
  uint8_t length, bits;
} dtype;

#define DTYPE(name, bits) {name, sizeof(name) - 1, bits}
static const dtype dtypes[] = {
    DTYPE("F32", 32),       DTYPE("BF16", 16),       DTYPE("F16", 16),        DTYPE("I64", 64),        DTYPE("F64", 64),    DTYPE("I32", 32),
    DTYPE("U8", 8),         DTYPE("I8", 8),          DTYPE("BOOL", 8),        DTYPE("I16", 16),        DTYPE("U16", 16),    DTYPE("U32", 32),
    DTYPE("U64", 64),       DTYPE("F8_E4M3", 8),     DTYPE("F8_E5M2", 8),     DTYPE("F8_E8M0", 8),     DTYPE("F4", 4),      DTYPE("F6_E2M3", 6),
    DTYPE("F6_E3M2", 6),    DTYPE("F8_E4M3FNUZ", 8), DTYPE("F8_E5M2FNUZ", 8), DTYPE("C64", 64),
};
#define DTYPE_COUNT (sizeof dtypes / sizeof *dtypes)

enum { DTYPE_FIELD = 1, SHAPE_FIELD = 2, OFFSETS_FIELD = 4, ALL_FIELDS = 7 };

/* A tensor as it is read. */
typedef struct entry {
  uint64_t at, hash; /* in the header; of the name */
  uint64_t elements, offsets[2];
  uint32_t offset_count;
  uint8_t bits, fields;
  bool overflow;
} entry;

typedef enum where {
  IN_TOP,
  AT_METADATA,
  IN_METADATA,
  AT_ENTRY,
  IN_ENTRY,
  IN_ENTRY_ARRAY,
  AT_FIELD,
  IN_DTYPE,
  IN_DTYPE_VALUE,
  AT_DTYPE_CLOSE,
  IN_SHAPE,
  IN_OFFSETS,
  IN_SKIPPED
} where;

typedef struct state {
  bool has_length, begun, finished, full; /* full: there is no memory for another tensor */
  uint64_t header; /* its length */
  uint64_t whole;  /* where the file ends if all is well; known once the tensors were checked */
  hugh_json json;
  where where;
  bool in_array, has_metadata, is_format;
  uint8_t field;
  uint32_t skip_depth;
  entry entry;
  size_t last_dtype;

  tensor *tensors;
  size_t count, capacity, looked_up; /* of the first `looked_up` the name is in the table */
  size_t sorted;                     /* how far that is */
  uint32_t *table;                   /* open addressing; index + 1 */
  size_t table_size;
  uint64_t replaced;
} state;

static void drop(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_json_close(scan, &st->json);
  if (st->tensors != NULL) hugh_resize(scan, st->tensors, st->capacity * sizeof *st->tensors, 0);
  if (st->table != NULL) hugh_resize(scan, st->table, st->table_size * sizeof *st->table, 0);
}

static uint64_t word(const uint8_t *p) {
  uint64_t w;
  memcpy(&w, p, sizeof w);
  return w;
}

static int find_dtype(state *st, const char *name, size_t length) {
  const dtype *last = &dtypes[st->last_dtype];
  if (last->length == length && memcmp(last->name, name, length) == 0) return last->bits;
  for (size_t i = 0; i < DTYPE_COUNT; i++) {
    if (dtypes[i].length == length && memcmp(dtypes[i].name, name, length) == 0) {
      st->last_dtype = i;
      return dtypes[i].bits;
    }
  }
  return -1;
}

/* ------------------------------------------------------------ the tensors */

static uint32_t *slot_of(const state *st, uint64_t hash) {
  size_t mask = st->table_size - 1, i = (size_t)hash & mask;
  while (st->table[i] != 0 && st->tensors[st->table[i] - 1].hash != hash) i = (i + 1) & mask;
  return &st->table[i];
}

static bool table_grow(hugh_scan *scan, state *st) {
  size_t size = st->table_size == 0 ? TABLE_LEAST : st->table_size * 2;
  uint32_t *table = hugh_resize(scan, st->table, st->table_size * sizeof *table, size * sizeof *table);
  if (table == NULL) return false;
  memset(table, 0, size * sizeof *table);
  st->table = table;
  st->table_size = size;
  for (size_t i = 0; i < st->looked_up; i++) {
    if (st->tensors[i].start != REPLACED) *slot_of(st, st->tensors[i].hash) = (uint32_t)i + 1;
  }
  return true;
}

/* Enters the names of the latest tensors; one whose name was there takes the place of the older. */
static bool look_up(hugh_scan *scan, state *st) {
  while (st->table_size < st->count + st->count / 3 + BATCH) {
    if (!table_grow(scan, st)) return false;
  }
#if defined(__GNUC__)
  for (size_t i = st->looked_up; i < st->count; i++) {
    __builtin_prefetch(&st->table[(size_t)st->tensors[i].hash & (st->table_size - 1)]);
  }
#endif
  for (; st->looked_up < st->count; st->looked_up++) {
    tensor *new = &st->tensors[st->looked_up];
    uint32_t *slot = slot_of(st, new->hash);
    if (*slot == 0) {
      *slot = (uint32_t)st->looked_up + 1;
    } else {
      st->tensors[*slot - 1] = *new;
      new->start = new->end = REPLACED;
      st->replaced++;
    }
  }
  return true;
}

static bool add_tensor(hugh_scan *scan, state *st) {
  const entry *e = &st->entry;
  if (st->count == st->capacity) {
    /* Twice as many, but no more than the header will hold if it goes on like this. */
    uint64_t guess = hugh_mul(st->count, st->header) / (st->json.at - 7);
    size_t least = st->count + st->count / 64 + 64, most = st->count * 2, capacity = guess < most ? (size_t)guess : most;
    if (capacity < least) capacity = least;
    tensor *grown = hugh_resize(scan, st->tensors, st->capacity * sizeof *grown, capacity * sizeof *grown);
    if (grown == NULL) return false;
    st->tensors = grown;
    st->capacity = capacity;
  }
  int bad = -1;
  if (e->offsets[1] < e->offsets[0] || e->offsets[0] == UINT64_MAX) bad = BAD_OFFSETS;
  else if (e->overflow || (e->elements > UINT64_MAX / e->bits)) bad = BAD_OVERFLOW;
  else if (e->elements * e->bits % 8 != 0) bad = BAD_BITS;
  else if (e->elements * e->bits / 8 != e->offsets[1] - e->offsets[0]) bad = BAD_SIZE;
  tensor *t = &st->tensors[st->count++];
  *t = bad < 0 ? (tensor){e->offsets[0], e->offsets[1], e->hash} : (tensor){e->at, (uint64_t)bad, e->hash};
  return st->count - st->looked_up < BATCH || look_up(scan, st);
}

_Static_assert(sizeof(tensor) <= HUGH_SORT_SIZE, "tensors are sorted");

static bool before(const void *one, const void *other) {
  const tensor *a = one, *b = other;
  return a->start != b->start ? a->start < b->start : a->end < b->end;
}

/* -------------------------------------------------------------- the header */

/* A short cut for `,"name":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}`. */
typedef struct cursor {
  const uint8_t *p, *end;
} cursor;

static bool skip(cursor *c, size_t length) {
  c->p += length;
  if (c->p < c->end && *c->p == ' ') c->p++;
  return true;
}
/* A macro, so that the comparison is with a constant, and a few instructions. */
#define EAT(c, text) (HUGH_STARTS((c)->p, (size_t)((c)->end - (c)->p), text) && skip(c, sizeof(text) - 1))

static bool eat_number(cursor *c, uint64_t *value) {
  const uint8_t *start = c->p, *p = start;
  uint64_t n = 0;
  while (p < c->end && (uint8_t)(*p - '0') < 10 && p - start < 19) n = n * 10 + (uint64_t)(*p++ - '0');
  if (p == start || p == c->end || (*start == '0' && p - start > 1)) return false;
  if (*p != ',' && *p != ']') return false;
  c->p = p;
  *value = n;
  return true;
}

/* Up to the closing quote of a string that needs no decoding. */
static bool eat_plain(cursor *c, const uint8_t **text, size_t *length) {
  const uint8_t *p = c->p;
  const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
  while (c->end - p >= 8) { /* eight at a time: none a quote, a backslash, a control character or above ASCII */
    uint64_t w = word(p), quote = w ^ ones * '"', backslash = w ^ ones * '\\';
    if ((((quote - ones) | (backslash - ones) | (w - ones * 0x20) | w) & high) != 0) break;
    p += 8;
  }
  while (p < c->end && *p != '"' && *p != '\\' && *p >= 0x20 && *p < 0x80) p++;
  if (p == c->end || *p != '"') return false;
  *text = c->p;
  *length = (size_t)(p - c->p);
  c->p = p + 1;
  return true;
}

static bool fast_entry(hugh_scan *scan, state *st, cursor *c) {
  entry e = {.elements = 1};
  const uint8_t *text;
  size_t length;
  e.at = st->json.at;
  if (!EAT(c, ",") || c->p == c->end || *c->p++ != '"' || !eat_plain(c, &text, &length)) return false;
  if (length == 12 && memcmp(text, "__metadata__", 12) == 0) return false;
  e.hash = hugh_hash(scan, text, length);
  if (!EAT(c, ":") || !EAT(c, "{") || !EAT(c, "\"dtype\":") || c->p == c->end || *c->p++ != '"') return false;
  if (!eat_plain(c, &text, &length)) return false;
  int bits = find_dtype(st, (const char *)text, length);
  if (bits < 0 || !EAT(c, ",") || !EAT(c, "\"shape\":") || !EAT(c, "[")) return false;
  e.bits = (uint8_t)bits;
  if (c->p < c->end && *c->p != ']') {
    do {
      uint64_t n;
      if (!eat_number(c, &n)) return false;
      if (n != 0 && e.elements > UINT64_MAX / n) e.overflow = true;
      e.elements *= n;
    } while (EAT(c, ","));
  }
  if (!EAT(c, "]") || !EAT(c, ",") || !EAT(c, "\"data_offsets\":") || !EAT(c, "[")) return false;
  if (!eat_number(c, &e.offsets[0]) || !EAT(c, ",") || !eat_number(c, &e.offsets[1]) || !EAT(c, "]")) return false;
  if (c->p == c->end || *c->p++ != '}') return false;
  st->entry = e;
  return true;
}

/* Takes as many plain entries as are at hand. HUGH_AGAIN: go on with the reader of tokens. */
static hugh_next fast_entries(hugh_scan *scan, state *st) {
  hugh_json *json = &st->json;
  size_t length;
  const uint8_t *p = hugh_view_get(scan, json->view, json->at, 1, HUGH_READ, &length);
  if (p == NULL) return json->view->got == HUGH_NEED ? HUGH_WANT : HUGH_AGAIN;
  if (length > json->end - json->at) length = (size_t)(json->end - json->at);
  cursor c = {p, p + length};
  const uint8_t *done = p;
  while (fast_entry(scan, st, &c)) {
    json->at += (size_t)(c.p - done);
    done = c.p;
    if (!add_tensor(scan, st)) return HUGH_DONE;
  }
  hugh_work(scan, (size_t)(done - p));
  return HUGH_AGAIN;
}

/* Where to go on after a field's value. */
static const char *field_done(state *st) {
  st->entry.fields |= st->field;
  st->where = st->in_array ? IN_ENTRY_ARRAY : IN_ENTRY;
  return NULL;
}

static const char *take_dtype(state *st, where next) {
  int bits = st->json.text_cut ? -1 : find_dtype(st, st->json.text.data, st->json.text.length);
  if (bits < 0) return "a dtype is not one of the known ones";
  st->entry.bits = (uint8_t)bits;
  st->where = next;
  return NULL;
}

static void entry_begin(hugh_scan *scan, state *st) {
  const hugh_text *name = &st->json.text;
  st->entry = (entry){.at = st->json.start, .hash = hugh_hash(scan, name->data, name->length), .elements = 1};
  st->where = AT_ENTRY;
}

/* Takes the value of a field from its first token. */
static const char *field_begin(state *st, hugh_json_token token) {
  switch (st->field) {
    case DTYPE_FIELD:
      if (token == HUGH_JSON_STRING) {
        const char *why = take_dtype(st, IN_ENTRY);
        return why != NULL ? why : field_done(st);
      }
      if (token != HUGH_JSON_OBJECT) return "a dtype is not a string";
      st->where = IN_DTYPE;
      return NULL;
    case SHAPE_FIELD:
      if (token != HUGH_JSON_ARRAY) return "a shape is not a list";
      st->where = IN_SHAPE;
      return NULL;
    case OFFSETS_FIELD:
      if (token != HUGH_JSON_ARRAY) return "data_offsets are not a list";
      st->where = IN_OFFSETS;
      return NULL;
    default:
      if (token != HUGH_JSON_OBJECT && token != HUGH_JSON_ARRAY) return field_done(st);
      st->skip_depth = st->json.depth - 1;
      st->where = IN_SKIPPED;
      return NULL;
  }
}

/* Takes one token; why the reference would not, or NULL. */
static const char *take(hugh_scan *scan, state *st, hugh_json_token token) {
  entry *e = &st->entry;
  const hugh_text text = st->json.text;
  switch (st->where) {
    case IN_TOP:
      if (token == HUGH_JSON_OBJECT || token == HUGH_JSON_CLOSE) return NULL; /* the braces of the header */
      if (token != HUGH_JSON_KEY) return "it is not an object";
      if (st->json.text_cut) return "a name is longer than hugh keeps";
      if (hugh_text_is(text, "__metadata__")) {
        if (st->has_metadata) return "__metadata__ is there twice";
        st->has_metadata = true;
        st->where = AT_METADATA;
      } else {
        entry_begin(scan, st);
      }
      return NULL;
    case AT_METADATA:
      if (token != HUGH_JSON_NULL && token != HUGH_JSON_OBJECT) return "__metadata__ is not an object";
      st->where = token == HUGH_JSON_NULL ? IN_TOP : IN_METADATA;
      return NULL;
    case IN_METADATA:
      if (token == HUGH_JSON_CLOSE) st->where = IN_TOP;
      else if (token == HUGH_JSON_KEY) st->is_format = hugh_text_is(text, "format");
      else if (token != HUGH_JSON_STRING) return "__metadata__ holds something that is not a string";
      else if (st->is_format) hugh_note_text(scan, "safetensors.format", text);
      return NULL;
    case AT_ENTRY:
      st->in_array = token == HUGH_JSON_ARRAY;
      if (token != HUGH_JSON_OBJECT && token != HUGH_JSON_ARRAY) return "a tensor is not an object";
      st->where = st->in_array ? IN_ENTRY_ARRAY : IN_ENTRY;
      return NULL;
    case IN_ENTRY:
      if (token == HUGH_JSON_KEY) {
        st->field = hugh_text_is(text, "dtype") ? DTYPE_FIELD : hugh_text_is(text, "shape") ? SHAPE_FIELD :
                    hugh_text_is(text, "data_offsets") ? OFFSETS_FIELD : 0;
        if ((e->fields & st->field) != 0) return "a tensor has a field twice";
        st->where = AT_FIELD;
        return NULL;
      }
      break;
    case IN_ENTRY_ARRAY:
      if (token == HUGH_JSON_CLOSE) break;
      if (e->fields == ALL_FIELDS) return "a tensor is a list of more than three things";
      st->field = (uint8_t)(e->fields + 1); /* 1, 2, 4 after 0, 1, 3: dtype, shape, offsets */
      return field_begin(st, token);
    case AT_FIELD: return field_begin(st, token);
    case IN_DTYPE:
      if (token != HUGH_JSON_KEY) return "a dtype is an empty object";
      return take_dtype(st, IN_DTYPE_VALUE);
    case IN_DTYPE_VALUE:
      if (token != HUGH_JSON_NULL) return "a dtype is not a string";
      st->where = AT_DTYPE_CLOSE;
      return NULL;
    case AT_DTYPE_CLOSE:
      if (token != HUGH_JSON_CLOSE) return "a dtype is an object of several keys";
      return field_done(st);
    case IN_SHAPE:
      if (token == HUGH_JSON_CLOSE) return field_done(st);
      if (token != HUGH_JSON_INTEGER) return "a shape holds something that is not an unsigned integer";
      if (st->json.integer != 0 && e->elements > UINT64_MAX / st->json.integer) e->overflow = true;
      e->elements *= st->json.integer;
      return NULL;
    case IN_OFFSETS:
      if (token == HUGH_JSON_CLOSE) return e->offset_count == 2 ? field_done(st) : "data_offsets are not two numbers";
      if (token != HUGH_JSON_INTEGER || e->offset_count == 2) return "data_offsets are not two unsigned integers";
      e->offsets[e->offset_count++] = st->json.integer;
      return NULL;
    case IN_SKIPPED:
      return token == HUGH_JSON_CLOSE && st->json.depth == st->skip_depth ? field_done(st) : NULL;
  }
  if (e->fields != ALL_FIELDS) return "a tensor lacks its dtype, shape or data_offsets"; /* the end of a tensor */
  st->where = IN_TOP;
  st->full = !add_tensor(scan, st);
  return NULL;
}

/* ------------------------------------------------------------- the verdict */

/* Whether the tensors lie one behind the other in the order of the header, as most writers leave them; *end is where the last one ends. */
static bool are_in_order(const state *st, uint64_t *end) {
  *end = 0;
  for (size_t i = 0; i < st->count; i++) {
    if (st->tensors[i].start != *end) return false;
    *end = st->tensors[i].end;
  }
  return true;
}

/* Whether they cover the data without hole or overlap, now that they are sorted; *end is where the last one ends. */
static bool check_tiling(hugh_scan *scan, hugh_task *task, uint64_t *end) {
  state *st = task->state;
  const uint64_t data = 8 + st->header;
  size_t count = st->count - (size_t)st->replaced; /* those sort to the end */
  *end = 0;
  for (size_t i = 0; i < count; i++) {
    const tensor *t = &st->tensors[i];
    if (t->start < *end) {
      hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_OVERLAP, hugh_add(data, t->start), "two tensors share the bytes from %llu on",
                (unsigned long long)t->start);
      return false;
    }
    if (t->start > *end) {
      hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_HOLE, hugh_add(data, *end), "no tensor covers the bytes %llu to %llu of the data",
                (unsigned long long)*end, (unsigned long long)t->start);
      return false;
    }
    *end = t->end;
  }
  return true;
}

/* Whether the file ends where the last tensor does. */
static hugh_next check_end(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_got there = hugh_view_reaches(scan, task->view, st->whole);
  if (there == HUGH_NEED) return HUGH_WANT;
  if (there == HUGH_END) {
    hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_TRUNCATED, task->view->size, "the tensors end at byte %llu but the file at %llu",
              (unsigned long long)st->whole, (unsigned long long)task->view->size);
    return HUGH_DONE;
  }
  hugh_got more = hugh_view_reaches(scan, task->view, hugh_add(st->whole, 1));
  if (more == HUGH_NEED) return HUGH_WANT;
  if (more == HUGH_GOT) {
    hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_TRAILING, st->whole, "bytes that belong to no tensor follow the last one");
  }
  return HUGH_DONE;
}

/* Looks at the tensors once the header was read. */
static hugh_next finish(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!look_up(scan, st)) return HUGH_DONE;
  st->finished = true;
  hugh_note_number(scan, "safetensors.tensors", st->count - st->replaced);
  if (st->replaced > 0) {
    hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_DUPLICATE, 8,
              "%llu tensors have the name of another: which one is loaded depends on the library", (unsigned long long)st->replaced);
  }
  for (size_t i = 0; i < st->count; i++) {
    const tensor *t = &st->tensors[i];
    if (t->end >= t->start) continue;
    hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_TENSOR, t->start, "a tensor cannot be loaded: %s", bad_reasons[t->end]);
    return HUGH_DONE;
  }
  return HUGH_AGAIN;
}

static hugh_next arrange(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  uint64_t end;
  if (!are_in_order(st, &end)) {
    if (!hugh_sort(scan, st->tensors, st->count, sizeof *st->tensors, before, &st->sorted)) return HUGH_AGAIN;
    if (!check_tiling(scan, task, &end)) return HUGH_DONE;
  }
  st->whole = hugh_add(8 + st->header, end);
  return check_end(scan, task);
}

static hugh_next begin(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!st->has_length) { /* kept, so that looking at the far end of the header does not lose it */
    size_t length;
    const uint8_t *p = hugh_view_get(scan, task->view, 0, 8, HUGH_READ, &length);
    if (p == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
    if (p == NULL) {
      hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_HEADER, 0, "too short for a header length");
      return HUGH_DONE;
    }
    st->header = hugh_le64(p);
    st->has_length = true;
  }
  if (st->header > HEADER_MAX) {
    hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_HEADER, 0, "the header claims %llu bytes, more than the 100000000 that are allowed",
              (unsigned long long)st->header);
    return HUGH_DONE;
  }
  hugh_got got = hugh_view_reaches(scan, task->view, 8 + st->header);
  if (got == HUGH_NEED) return HUGH_WANT;
  if (got == HUGH_END) {
    hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_TRUNCATED, task->view->size, "the header claims %llu bytes but the file ends before that",
              (unsigned long long)st->header);
    return HUGH_DONE;
  }
  hugh_json_open(&st->json, task->view, 8, 8 + st->header, true);
  st->begun = true;
  return HUGH_AGAIN;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (st->whole > 0) return check_end(scan, task);
  if (st->finished) return arrange(scan, task);
  if (!st->begun) {
    hugh_next next = begin(scan, task);
    if (next != HUGH_AGAIN) return next;
  }
  for (;;) {
    if (st->json.depth == 1 && hugh_json_after_member(&st->json)) {
      hugh_next next = fast_entries(scan, st);
      if (next != HUGH_AGAIN) return next;
    }
    hugh_json_token token = hugh_json_next(scan, &st->json);
    if (token == HUGH_JSON_NEED) return HUGH_WANT;
    if (token == HUGH_JSON_END) return finish(scan, task);
    const char *why = token == HUGH_JSON_BROKEN ? st->json.problem : take(scan, st, token);
    if (why != NULL) {
      hugh_find(scan, task, HUGH_FOUND_SAFETENSORS_HEADER, st->json.start, "the header is not valid: %s", why);
      return HUGH_DONE;
    }
    if (st->full) return HUGH_DONE;
    if (hugh_work(scan, 8)) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_safetensors = {"safetensors", sizeof(state), step, drop};
