/*
** GGUF: a header, key-value pairs, tensor descriptions, then aligned data. Every count and length is checked against what is there; the
** chat template goes to the Jinja judge.
*/
#include "jinja.h"

#define KEPT_MOST 65535u /* of a key */
#define TEXT_MOST ((uint64_t)1 << 20)

enum { TYPE_STRING = 8, TYPE_ARRAY = 9, TYPE_COUNT = 13 };
static const uint8_t sizes[TYPE_COUNT] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

typedef enum phase { AT_START, AT_PAIR, IN_ARRAY, AT_TENSOR, AT_DATA } phase;

typedef struct state {
  phase phase;
  uint64_t at, tensors, pairs, elements; /* the next byte; how many are left */
  uint64_t alignment, last_offset;       /* last_offset: the furthest start of a tensor in the data */
} state;

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  state *st = task->state;
  hugh_find(scan, task, HUGH_FOUND_GGUF_HEADER, st->at, "the header is not valid: %s", why);
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

static void take_text(hugh_scan *scan, hugh_task *task, uint64_t offset, hugh_text key, hugh_text text) {
  if (hugh_text_is(key, "general.architecture")) hugh_note_text(scan, "gguf.architecture", text);
  else if (hugh_text_is(key, "general.name")) hugh_note_text(scan, "gguf.name", text);
  else if (hugh_text_is(key, "general.license")) hugh_note_text(scan, "gguf.license", text);
  else if (hugh_text_starts(key, "tokenizer.chat_template")) hugh_jinja_judge(scan, task, offset, text);
}

static hugh_next pair(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p = get(scan, task, 0, 8);
  if (p == NULL) return missing(scan, task);
  uint64_t key = hugh_le64(p);
  if (key > KEPT_MOST) return broken(scan, task, "a key is longer than 65535 bytes");
  p = get(scan, task, 8, key + 4);
  if (p == NULL) return missing(scan, task);
  uint32_t type = hugh_le32(p + key);
  uint64_t value = 8 + key + 4;
  if (type >= TYPE_COUNT) return broken(scan, task, "a value has a type that does not exist");
  if (type == TYPE_ARRAY) {
    p = get(scan, task, value, 12);
    if (p == NULL) return missing(scan, task);
    uint32_t element = hugh_le32(p);
    uint64_t count = hugh_le64(p + 4);
    if (element >= TYPE_COUNT || element == TYPE_ARRAY) return broken(scan, task, "an array holds a type that it cannot");
    st->at += value + 12;
    st->elements = element == TYPE_STRING ? count : 0;
    if (element != TYPE_STRING) st->at = hugh_add(st->at, hugh_mul(count, sizes[element]));
    st->phase = IN_ARRAY;
    return HUGH_AGAIN;
  }
  if (type == TYPE_STRING) {
    p = get(scan, task, value, 8);
    if (p == NULL) return missing(scan, task);
    uint64_t length = hugh_le64(p);
    if (length <= TEXT_MOST) {
      p = get(scan, task, 8, key + 12 + length);
      if (p == NULL) return missing(scan, task);
      const char *text = (const char *)p;
      take_text(scan, task, st->at + value + 8, (hugh_text){text, (size_t)key}, (hugh_text){text + key + 12, (size_t)length});
    } else {
      hugh_incomplete(scan, task, st->at, "a text is longer than 1 MiB");
    }
    st->at = hugh_add(st->at, hugh_add(value + 8, length));
  } else {
    p = get(scan, task, 8, key + 4 + sizes[type]);
    if (p == NULL) return missing(scan, task);
    if (type == 4 && hugh_text_is((hugh_text){(const char *)p, (size_t)key}, "general.alignment")) st->alignment = hugh_le32(p + key + 4);
    st->at += value + sizes[type];
  }
  st->pairs--;
  return HUGH_AGAIN;
}

static hugh_next tensor(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p = get(scan, task, 0, 8);
  if (p == NULL) return missing(scan, task);
  uint64_t name = hugh_le64(p);
  if (name > KEPT_MOST) return broken(scan, task, "a tensor's name is longer than 65535 bytes");
  p = get(scan, task, 8, name + 4);
  if (p == NULL) return missing(scan, task);
  uint32_t dimensions = hugh_le32(p + name);
  if (dimensions > 4) return broken(scan, task, "a tensor has more than four dimensions");
  uint64_t rest = 8 + name + 4 + (uint64_t)dimensions * 8;
  p = get(scan, task, rest, 12);
  if (p == NULL) return missing(scan, task);
  uint64_t offset = hugh_le64(p + 4);
  if (offset % st->alignment != 0) return broken(scan, task, "a tensor does not start at a multiple of the alignment");
  if (offset > st->last_offset) st->last_offset = offset;
  st->at += rest + 12;
  st->tensors--;
  return HUGH_AGAIN;
}

static hugh_next advance(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  const uint8_t *p;
  switch (st->phase) {
    case AT_START:
      p = get(scan, task, 0, 24);
      if (p == NULL) return missing(scan, task);
      if (hugh_le32(p + 4) < 2 || hugh_le32(p + 4) > 3) return broken(scan, task, "its version is not 2 or 3");
      st->tensors = hugh_le64(p + 8);
      st->pairs = hugh_le64(p + 16);
      hugh_note_number(scan, "gguf.tensors", st->tensors);
      st->alignment = 32;
      st->at = 24;
      st->phase = AT_PAIR;
      return HUGH_AGAIN;
    case AT_PAIR:
      if (st->pairs > 0) return pair(scan, task);
      if (st->alignment == 0) return broken(scan, task, "its alignment is zero");
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
      st->at = hugh_add(st->at, hugh_add(8, hugh_le64(p)));
      st->elements--;
      return HUGH_AGAIN;
    case AT_TENSOR:
      if (st->tensors > 0) return tensor(scan, task);
      st->at = hugh_mul(st->at / st->alignment + (st->at % st->alignment != 0), st->alignment); /* where the data starts */
      st->phase = AT_DATA;
      return HUGH_AGAIN;
    case AT_DATA: break;
  }
  hugh_got there = hugh_view_reaches(scan, task->view, hugh_add(st->at, st->last_offset));
  if (there == HUGH_NEED) return HUGH_WANT;
  if (there == HUGH_END && st->last_offset > 0) return broken(scan, task, "a tensor starts behind the end of the file");
  return HUGH_DONE;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  hugh_next next;
  do {
    next = advance(scan, task);
  } while (next == HUGH_AGAIN && !hugh_work(scan, 16));
  return next;
}

const hugh_parser hugh_parser_gguf = {"gguf", sizeof(state), step, NULL};
