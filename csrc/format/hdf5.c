/*
** HDF5, for what Keras and others leave in it. Not a reader of HDF5: one pass over the bytes finds the JSON texts (an attribute is stored in
** one piece, uncompressed), each of which is judged like a config of its own, and the messages by which a file reads other files.
*/
#include "../core.h"

#define LINK_MOST ((size_t)1024) /* the longest external link that is recognised */
#define LISTS_MOST 64 /* places looked up because a message may name them: each is a read elsewhere and one back */
#define TEXT_LEAST 64 /* bytes; what breaks off before that only looked like JSON */

typedef struct state {
  uint64_t at;
  uint64_t base;  /* addresses count from here: where the superblock is */
  unsigned width; /* their bytes */
  uint64_t text; /* where the JSON text that is being measured starts */
  uint32_t nesting, lists;
  bool measuring, quoted, escaped;
} state;

static size_t skip_space(const uint8_t *p, size_t length, size_t at) {
  while (at < length && (p[at] == ' ' || p[at] == '\n' || p[at] == '\r' || p[at] == '\t')) at++;
  return at;
}

/* Whether an object of JSON starts at `p`: a brace, a name in quotes, a colon; or something so far like it that the bytes do not tell. */
static bool is_object(const uint8_t *p, size_t length) {
  size_t at = skip_space(p, length, 1);
  if (at < length && p[at++] != '"') return false;
  while (at < length && p[at] != '"' && p[at] >= ' ') at += p[at] == '\\' ? 2 : 1;
  if (at < length && p[at++] != '"') return false;
  at = skip_space(p, length, at);
  return at < length ? p[at] == ':' : length >= LINK_MOST;
}

/*
** A message that makes a dataset of other files, and names the place where it lists them. External File List: version 1, how many slots there
** are and are used, a local heap. Data Layout: version 4 or later, class 3 for virtual, a collection of the global heap.
*/
static const char *list_of_files(const uint8_t *p, size_t length, unsigned width, uint64_t *address) {
  if (length < 16) return NULL;
  bool external = hugh_le32(p) == 1 && hugh_le16(p + 4) > 0 && hugh_le16(p + 6) > 0 && hugh_le16(p + 6) <= hugh_le16(p + 4);
  bool virtual = (p[0] == 4 || p[0] == 5) && p[1] == 3;
  if (!external && !virtual) return NULL;
  p += external ? 8 : 2;
  *address = width == 2 ? hugh_le16(p) : width == 4 ? hugh_le32(p) : hugh_le64(p);
  return external ? "HEAP" : "GCOL";
}

/* Link message: version 1, flags, type 64, [creation order], [charset], the name's length, the name, and two texts that fill the rest. */
static bool is_external_link(const uint8_t *p, size_t length) {
  if (length < 8 || p[0] != 1 || (p[1] & 0xe8) != 8 || p[2] != 64) return false;
  size_t at = 3 + (p[1] & 4 ? 8u : 0u) + (p[1] & 16 ? 1u : 0u), width = (size_t)1 << (p[1] & 3), name = 0;
  if (at + width > length) return false;
  for (size_t i = 0; i < width && i < 4; i++) name |= (size_t)p[at + i] << (8 * i);
  at += width;
  if (name == 0 || name > length || length - name < at + 2) return false;
  at += name;
  size_t value = hugh_le16(p + at);
  at += 2;
  if (value < 4 || value > length - at || p[at] != 0 || p[at + value - 1] != 0) return false;
  const uint8_t *file = p + at + 1, *end = p + at + value - 1, *zero = memchr(file, 0, (size_t)(end - file));
  return zero != NULL && zero > file && zero + 1 < end && memchr(zero + 1, 0, (size_t)(end - zero - 1)) == NULL;
}

/* The header of a heap of attributes or links: version 0, the length of their ids, and that of the filters, which packs what would be found. */
static bool is_packed_heap(const uint8_t *p, size_t length) { return HUGH_STARTS(p, length, "FRHP\0") && length >= 9 && hugh_le16(p + 7) > 0; }

static hugh_next judge(hugh_scan *scan, hugh_task *task, uint64_t end) {
  state *st = task->state;
  uint64_t start = st->text;
  st->at = end;
  st->measuring = false;
  hugh_task_push_as(scan, task, hugh_view_slice(scan, task->view, start, end - start), hugh_text_of("config"), HUGH_KIND_JSON);
  return HUGH_AGAIN;
}

/* Goes on through a JSON text to its last brace. One that breaks off is judged as well: something may follow that it hides. */
static hugh_next measure(hugh_scan *scan, hugh_task *task, const uint8_t *p, size_t length) {
  state *st = task->state;
  for (size_t i = 0; i < length; i++) {
    uint8_t c = p[i];
    if (c < ' ' && c != '\n' && c != '\r' && c != '\t') {
      if (st->at + i - st->text >= TEXT_LEAST) return judge(scan, task, st->at + i);
      st->at = st->text + 1;
      st->measuring = false;
      return HUGH_DONE;
    }
    if (st->quoted) {
      st->quoted = st->escaped || c != '"';
      st->escaped = !st->escaped && c == '\\';
    } else if (c == '"') {
      st->quoted = true;
    } else if (c == '{') {
      st->nesting++;
    } else if (c == '}' && --st->nesting == 0) {
      return judge(scan, task, st->at + i + 1);
    }
  }
  st->at += length;
  return HUGH_DONE;
}

/* Looks through `p` for what starts in its first `most` bytes; moves st->at behind what was looked at, or to what was found. */
static hugh_next look(hugh_scan *scan, hugh_task *task, const uint8_t *p, size_t length, size_t most) {
  state *st = task->state;
  uint64_t base = st->at;
  for (size_t i = 0; i < most; i++) {
    if (p[i] == '{' && is_object(p + i, length - i)) {
      st->at = st->text = base + i;
      st->nesting = 0;
      st->measuring = true;
      st->quoted = st->escaped = false;
      return HUGH_DONE;
    }
    if (is_packed_heap(p + i, length - i)) hugh_incomplete(scan, task, base + i, "attributes or links are stored compressed");
    if (p[i] != 1 && p[i] != 4 && p[i] != 5) continue;
    if (is_external_link(p + i, length - i)) {
      hugh_find(scan, task, HUGH_FOUND_HDF5_EXTERNAL, base + i, "a link leads into another file");
      continue;
    }
    uint64_t address;
    const char *mark = list_of_files(p + i, length - i, st->width, &address);
    if (mark == NULL || address == 0 || (address = hugh_add(address, st->base)) >= task->view->size) continue;
    if (st->lists == LISTS_MOST) {
      hugh_incomplete(scan, task, base + i, "more places than hugh looks up may be lists of other files");
      continue;
    }
    st->at = base + i;
    size_t got;
    const uint8_t *list = hugh_view_get(scan, task->view, address, 4, 4, &got);
    if (list == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
    if (list != NULL && memcmp(list, mark, 4) == 0) {
      hugh_find(scan, task, HUGH_FOUND_HDF5_EXTERNAL, base + i, "a dataset's values are read from other files");
    }
    st->lists++;
    st->at = base + i + 1; /* `p` is gone */
    return HUGH_DONE;
  }
  st->at = base + most;
  return HUGH_DONE;
}

/* At the start, or behind a block of the user's own whose size is a power of two from 512 on. False if there is none of a known version. */
static bool read_superblock(state *st, const uint8_t *p, size_t length) {
  for (size_t at = 0; at + 14 < length; at = at == 0 ? 512 : at * 2) {
    if (memcmp(p + at, "\x89HDF\r\n\x1a\n", 8) != 0) continue;
    st->base = at;
    st->width = p[at + 8] < 2 ? p[at + 13] : p[at + 9];
    return p[at + 8] <= 3 && (st->width == 2 || st->width == 4 || st->width == 8);
  }
  return false;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  while (!hugh_scan_failed(scan)) {
    size_t length;
    const uint8_t *p = hugh_view_upto(scan, task->view, st->at, HUGH_READ, &length);
    if (p == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
    if (p == NULL) return st->measuring ? judge(scan, task, st->at) : HUGH_DONE;
    if (st->width == 0 && !read_superblock(st, p, length)) {
      hugh_incomplete(scan, task, 0, "no HDF5 superblock of a known form is at the start");
      return HUGH_DONE;
    }
    hugh_next next;
    if (st->measuring) {
      next = measure(scan, task, p, length);
    } else {
      bool last = length < HUGH_READ;
      next = look(scan, task, p, length, last ? length : length - LINK_MOST);
    }
    if (next != HUGH_DONE) return next;
    if (hugh_work(scan, length / 32)) return HUGH_AGAIN;
  }
  return HUGH_DONE;
}

const hugh_parser hugh_parser_hdf5 = {"hdf5", sizeof(state), step, NULL};
