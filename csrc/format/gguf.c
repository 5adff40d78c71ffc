/*
** GGUF: a header, key-value pairs, tensor descriptions, then aligned data. Every count, length and place is checked as ggml does, which
** refuses a file whose tensors do not follow each other without gap or overlap; the chat template goes to the Jinja judge. All numbers are
** little-endian, or all are big-endian.
*/
#include "jinja.h"
#include "json.h"

#define KEY_MOST   65535u
#define NAME_MOST  63u /* bytes of a tensor's name, as in ggml */
#define NAMES_MOST ((size_t)1 << 16)
#define TEXT_MOST  ((uint64_t)1 << 20)

enum { TYPE_UINT32 = 4, TYPE_STRING = 8, TYPE_ARRAY = 9, TYPE_COUNT = 13 };
static const uint8_t sizes[TYPE_COUNT] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

/* Tensor types by number: so many elements make a block of so many bytes. The others were given up or are not made yet. */
static const struct {
  uint16_t elements, bytes;
} blocks[] = {
    [0] = {1, 4},      [1] = {1, 2},      [2] = {32, 18},    [3] = {32, 20},    [6] = {32, 22},    [7] = {32, 24},   [8] = {32, 34},
    [9] = {32, 40},    [10] = {256, 84},  [11] = {256, 110}, [12] = {256, 144}, [13] = {256, 176}, [14] = {256, 210}, [15] = {256, 292},
    [16] = {256, 66},  [17] = {256, 74},  [18] = {256, 98},  [19] = {256, 50},  [20] = {32, 18},   [21] = {256, 110}, [22] = {256, 82},
    [23] = {256, 136}, [24] = {1, 1},     [25] = {1, 2},     [26] = {1, 4},     [27] = {1, 8},     [28] = {1, 8},     [29] = {256, 56},
    [30] = {1, 2},     [34] = {256, 54},  [35] = {256, 66},  [39] = {32, 17},   [40] = {64, 36},   [41] = {128, 18},
};

typedef enum phase { AT_START, AT_PAIR, IN_ARRAY, AT_TENSOR, AT_DATA } phase;

typedef struct state {
  phase phase;
  bool big_endian, pushed; /* pushed: a task that has to run before the next step */
  uint64_t at, tensors, pairs, elements; /* the next byte; how many are left */
  uint64_t alignment;
  uint64_t used, padded; /* bytes of the data section up to the last tensor's end, and up to where the next one must start */
  uint64_t *names;       /* hashes of those seen, open addressing, 0 for none */
  size_t name_count, name_slots;
} state;

static void drop(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (st->names != NULL) hugh_resize(scan, st->names, st->name_slots * sizeof *st->names, 0);
}

static uint32_t number32(const state *st, const uint8_t *p) { return st->big_endian ? hugh_be32(p) : hugh_le32(p); }
static uint64_t number64(const state *st, const uint8_t *p) { return st->big_endian ? hugh_be64(p) : hugh_le64(p); }

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  state *st = task->state;
  hugh_find(scan, task, HUGH_FOUND_GGUF_HEADER, st->at, "the header is not valid: %s", why);
  return HUGH_DONE;
}

static hugh_next not_read(hugh_scan *scan, hugh_task *task, const char *why) {
  hugh_incomplete(scan, task, ((state *)task->state)->at, why);
  return HUGH_DONE;
}

static hugh_next missing(hugh_scan *scan, hugh_task *task) {
  return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it claims more than the file holds");
}

static const uint8_t *get(hugh_scan *scan, hugh_task *task, uint64_t skip, uint64_t count) {
  state *st = task->state;
  size_t length;
  if (count > TEXT_MOST * 2) { /* nothing that is looked at is this long */
    task->view->got = HUGH_END;
    return NULL;
  }
  return hugh_view_get(scan, task->view, hugh_add(st->at, skip), (size_t)count, HUGH_READ, &length);
}

/* ------------------------------------------------------------------- names */

static uint64_t *slot_of(uint64_t *slots, size_t count, uint64_t hash) {
  size_t at = (size_t)hash & (count - 1);
  while (slots[at] != 0 && slots[at] != hash) at = (at + 1) & (count - 1);
  return &slots[at];
}

static bool names_grow(hugh_scan *scan, state *st) {
  size_t count = st->name_slots == 0 ? 1024 : st->name_slots * 2;
  uint64_t *slots = hugh_resize(scan, NULL, 0, count * sizeof *slots);
  if (slots == NULL) return false;
  memset(slots, 0, count * sizeof *slots);
  for (size_t i = 0; i < st->name_slots; i++) {
    if (st->names[i] != 0) *slot_of(slots, count, st->names[i]) = st->names[i];
  }
  if (st->names != NULL) hugh_resize(scan, st->names, st->name_slots * sizeof *st->names, 0);
  st->names = slots;
  st->name_slots = count;
  return true;
}

/* Enters a key or, apart from those, a tensor's name: HUGH_AGAIN, or the end of the scan when it was there or there are too many. */
static hugh_next enter(hugh_scan *scan, hugh_task *task, const uint8_t *name, size_t length) {
  state *st = task->state;
  uint64_t hash = UINT64_C(14695981039346656037) + st->phase; /* FNV-1a */
  for (size_t i = 0; i < length; i++) hash = (hash ^ name[i]) * UINT64_C(1099511628211);
  for (size_t at = 0, n; at < length; at += n) {
    n = hugh_utf8_length(name + at, length - at);
    if (n == 0) return broken(scan, task, "a name is not UTF-8");
  }
  if (hash == 0) hash = 1;
  if (st->name_count == NAMES_MOST) return not_read(scan, task, "it has more than 65536 keys and tensors");
  if (st->name_count * 2 >= st->name_slots && !names_grow(scan, st)) return HUGH_DONE;
  uint64_t *slot = slot_of(st->names, st->name_slots, hash);
  if (*slot != 0) return broken(scan, task, st->phase == AT_PAIR ? "a key occurs twice" : "two tensors have the same name");
  *slot = hash;
  st->name_count++;
  hugh_work(scan, length);
  return HUGH_AGAIN;
}

/* ------------------------------------------------------------------- pairs */

static void take_text(hugh_scan *scan, hugh_text key, hugh_text text) {
  if (hugh_text_is(key, "general.architecture")) hugh_note_text(scan, "gguf.architecture", text);
  else if (hugh_text_is(key, "general.name")) hugh_note_text(scan, "gguf.name", text);
  else if (hugh_text_is(key, "general.license")) hugh_note_text(scan, "gguf.license", text);
}

static hugh_next pair(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p = get(scan, task, 0, 8);
  if (p == NULL) return missing(scan, task);
  uint64_t key = number64(st, p);
  if (key > KEY_MOST) return broken(scan, task, "a key is longer than 65535 bytes");
  p = get(scan, task, 8, key + 4);
  if (p == NULL) return missing(scan, task);
  uint32_t type = number32(st, p + key);
  uint64_t value = 8 + key + 4, end;
  bool template = false;
  if (type >= TYPE_COUNT) return broken(scan, task, "a value has a type that does not exist");
  p = get(scan, task, 8, key + 4 + (type == TYPE_ARRAY ? 12 : type == TYPE_STRING ? 8 : sizes[type]));
  if (p == NULL) return missing(scan, task);
  if (type == TYPE_ARRAY) {
    uint32_t element = number32(st, p + key + 4);
    uint64_t count = number64(st, p + key + 8);
    if (element >= TYPE_COUNT || element == TYPE_ARRAY) return broken(scan, task, "an array holds a type that it cannot");
    st->elements = element == TYPE_STRING ? count : 0;
    end = hugh_add(st->at + value + 12, hugh_mul(count, sizes[element]));
  } else if (type == TYPE_STRING) {
    uint64_t length = number64(st, p + key + 4);
    hugh_text name = {(const char *)p, (size_t)key};
    end = hugh_add(st->at + value + 8, length);
    if (length <= TEXT_MOST) {
      p = get(scan, task, 8, key + 12 + length);
      if (p == NULL) return missing(scan, task);
      name.data = (const char *)p;
      take_text(scan, name, (hugh_text){(const char *)p + key + 12, (size_t)length});
    }
    template = hugh_text_starts(name, "tokenizer.chat_template");
  } else {
    end = st->at + value + sizes[type];
  }
  if (hugh_text_is((hugh_text){(const char *)p, (size_t)key}, "general.alignment")) {
    st->alignment = type == TYPE_UINT32 ? number32(st, p + key + 4) : 0;
  }
  hugh_next next = enter(scan, task, p, (size_t)key);
  if (next != HUGH_AGAIN) return next;
  if (template) {
    uint64_t start = st->at + value + 8;
    hugh_jinja_push(scan, task, hugh_view_slice(scan, task->view, start, end - start), "chat_template");
    st->pushed = true;
  }
  st->at = end;
  if (type == TYPE_ARRAY) st->phase = IN_ARRAY;
  else st->pairs--;
  return HUGH_AGAIN;
}

/* ----------------------------------------------------------------- tensors */

static hugh_next tensor(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p = get(scan, task, 0, 8);
  if (p == NULL) return missing(scan, task);
  uint64_t name = number64(st, p);
  if (name > NAME_MOST) return broken(scan, task, "a tensor's name is longer than 63 bytes");
  p = get(scan, task, 8, name + 4);
  if (p == NULL) return missing(scan, task);
  uint32_t dimensions = number32(st, p + name);
  if (dimensions > 4) return broken(scan, task, "a tensor has more than four dimensions");
  uint64_t shape = name + 4, rest = shape + (uint64_t)dimensions * 8;
  p = get(scan, task, 8, rest + 12);
  if (p == NULL) return missing(scan, task);
  uint64_t elements = 1, bound = 1, row = dimensions > 0 ? number64(st, p + shape) : 1;
  for (uint32_t i = 0; i < dimensions; i++) {
    uint64_t side = number64(st, p + shape + 8 * i);
    elements = hugh_mul(elements, side);
    bound = hugh_mul(bound, side > 0 ? side : 1); /* a zero does not excuse the other sides */
  }
  uint32_t type = number32(st, p + rest);
  uint64_t offset = number64(st, p + rest + 4);
  if (type >= sizeof blocks / sizeof *blocks || blocks[type].elements == 0) return not_read(scan, task, "a tensor has a type that hugh does not know");
  uint64_t bytes = hugh_mul(elements / blocks[type].elements, blocks[type].bytes);
  if (bound > INT64_MAX || bytes > INT64_MAX) return broken(scan, task, "a tensor is larger than any memory");
  if (row % blocks[type].elements != 0) return broken(scan, task, "a tensor's rows are no whole blocks of its type");
  if (offset != st->padded) return broken(scan, task, "a tensor does not start where the one before it ends");
  hugh_next next = enter(scan, task, p, (size_t)name);
  if (next != HUGH_AGAIN) return next;
  st->used = hugh_add(offset, bytes);
  st->padded = hugh_mul(st->used / st->alignment + (st->used % st->alignment != 0), st->alignment);
  st->at += 8 + rest + 12;
  st->tensors--;
  return HUGH_AGAIN;
}

/* The data section: its end, and what lies behind it. */
static hugh_next data(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  uint64_t start = hugh_mul(st->at / st->alignment + (st->at % st->alignment != 0), st->alignment);
  uint64_t end = st->used > 0 ? hugh_add(start, st->used) : st->at, most = hugh_add(start, st->padded);
  hugh_got there = hugh_view_reaches(scan, task->view, end);
  if (there == HUGH_NEED) return HUGH_WANT;
  if (there == HUGH_END) {
    hugh_find(scan, task, HUGH_FOUND_SCAN_TRUNCATED, st->at, "the tensors are larger than the file");
    return HUGH_DONE;
  }
  hugh_got more = hugh_view_reaches(scan, task->view, hugh_add(most, 1));
  if (more == HUGH_NEED) return HUGH_WANT;
  if (more == HUGH_END) return HUGH_DONE;
  st->phase = AT_DATA;
  hugh_find(scan, task, HUGH_FOUND_GGUF_TRAILING, most, "bytes follow the last tensor");
  hugh_task_push(scan, task, hugh_view_slice(scan, task->view, most, HUGH_UNKNOWN_SIZE), hugh_text_of("(after the tensors)"));
  st->pushed = true;
  return HUGH_AGAIN;
}

static hugh_next start(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p = get(scan, task, 0, 24);
  if (p == NULL) return missing(scan, task);
  if (memcmp(p, "GGUF", 4) != 0) return broken(scan, task, "it does not begin with GGUF"); /* only its name says that it is one */
  st->big_endian = hugh_le16(p + 4) == 0;
  uint32_t version = number32(st, p + 4);
  if (version != 2 && version != 3) return not_read(scan, task, "GGUF is read in versions 2 and 3");
  st->tensors = number64(st, p + 8);
  st->pairs = number64(st, p + 16);
  hugh_note_number(scan, "gguf.tensors", st->tensors);
  st->alignment = 32;
  st->at = 24;
  st->phase = AT_PAIR;
  return HUGH_AGAIN;
}

static hugh_next advance(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p;
  switch (st->phase) {
    case AT_START: return start(scan, task);
    case AT_PAIR:
      if (st->pairs > 0) return pair(scan, task);
      if (st->alignment == 0 || (st->alignment & (st->alignment - 1)) != 0) return broken(scan, task, "its alignment is no power of two");
      st->phase = AT_TENSOR;
      return HUGH_AGAIN;
    case IN_ARRAY:
      if (st->elements == 0) {
        st->pairs--;
        st->phase = AT_PAIR;
        return HUGH_AGAIN;
      }
      p = get(scan, task, 0, 8);
      if (p == NULL) return missing(scan, task);
      st->at = hugh_add(st->at, hugh_add(8, number64(st, p)));
      st->elements--;
      return HUGH_AGAIN;
    case AT_TENSOR: return st->tensors > 0 ? tensor(scan, task) : data(scan, task);
    default: return HUGH_DONE;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_next next;
  st->pushed = false;
  do {
    next = advance(scan, task);
  } while (next == HUGH_AGAIN && !st->pushed && !hugh_work(scan, 16));
  return next;
}

const hugh_parser hugh_parser_gguf = {"gguf", sizeof(state), step, drop};
