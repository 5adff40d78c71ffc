/*
** Tar archives: ustar, GNU and pax. Every member is scanned as a source of its own. In PyTorch's oldest layout the members `pickle`,
** `storages`, `tensors` and `sys_info` are read by the unpickler whatever they look like.
*/
#include "tar.h"

#include "../pickle/pickle.h"

#define BLOCK      512
#define NAME_MOST  4096      /* of a long name; longer ones are cut */
#define PAX_MOST   (1 << 20) /* of a pax header: real ones are a few hundred bytes */

typedef struct tar_state {
  uint64_t at;
  uint64_t pax_size;  /* of the next member, if a pax header said so */
  bool has_pax_size, has_long_name, ended;
  char name[NAME_MOST];
  size_t name_length; /* of the next member's long name */
} tar_state;

/* A number field: octal digits, or base 256 when the top bit is set. False: neither. */
static bool read_number(const uint8_t *p, size_t length, uint64_t *value) {
  *value = 0;
  if (p[0] == 0x80) {
    for (size_t i = 1; i < length; i++) {
      if (*value >> 55 != 0) return false;
      *value = *value << 8 | p[i];
    }
    return true;
  }
  size_t i = 0;
  while (i < length && p[i] == ' ') i++;
  for (; i < length && p[i] >= '0' && p[i] <= '7'; i++) *value = *value << 3 | (uint64_t)(p[i] - '0');
  return i == length || p[i] == ' ' || p[i] == '\0';
}

/* The sum of all bytes with the checksum field as spaces; old writers summed signed bytes. */
static bool has_checksum(const uint8_t *p) {
  uint64_t stored;
  int64_t plain = 8 * ' ', with_sign = 8 * ' ';
  for (size_t i = 0; i < BLOCK; i++) {
    if (i >= 148 && i < 156) continue;
    plain += p[i];
    with_sign += p[i] < 128 ? p[i] : p[i] - 256;
  }
  return read_number(p + 148, 8, &stored) && ((int64_t)stored == plain || (int64_t)stored == with_sign);
}

bool hugh_tar_starts(const uint8_t *head, size_t length) { return length >= BLOCK && has_checksum(head); }

static size_t field_length(const uint8_t *p, size_t most) {
  const uint8_t *end = memchr(p, 0, most);
  return end != NULL ? (size_t)(end - p) : most;
}

static void keep_name(tar_state *state, const void *data, size_t length) {
  if (length > NAME_MOST) length = NAME_MOST;
  memcpy(state->name, data, length);
  state->name_length = length;
  state->has_long_name = true;
}

/* Records of "length key=value\n": the path and the size of the next member matter here. */
static void read_pax(tar_state *state, const uint8_t *p, size_t length) {
  while (length > 0) {
    size_t size = 0, digits = 0;
    while (digits < length && digits < 8 && p[digits] >= '0' && p[digits] <= '9') size = size * 10 + (size_t)(p[digits++] - '0');
    if (digits == 0 || size > length || size < digits + 3 || p[digits] != ' ') return;
    const uint8_t *key = p + digits + 1;
    size_t left = size - digits - 2; /* without the space and the newline */
    if (HUGH_STARTS(key, left, "path=")) {
      keep_name(state, key + 5, left - 5);
    } else if (HUGH_STARTS(key, left, "size=")) {
      state->pax_size = 0;
      for (size_t i = 5; i < left && key[i] >= '0' && key[i] <= '9'; i++) {
        state->pax_size = hugh_add(hugh_mul(state->pax_size, 10), (uint64_t)(key[i] - '0'));
      }
      state->has_pax_size = true;
    }
    p += size;
    length -= size;
  }
}

static void take_short_name(tar_state *state, const uint8_t *header) {
  size_t prefix = HUGH_STARTS(header + 257, 6, "ustar\0") ? field_length(header + 345, 155) : 0;
  size_t name = field_length(header, 100), at = 0;
  if (prefix > 0) {
    memcpy(state->name, header + 345, prefix);
    state->name[prefix] = '/';
    at = prefix + 1;
  }
  memcpy(state->name + at, header, name);
  state->name_length = at + name;
}

static bool leaves_directory(hugh_text name) {
  if (name.length > 0 && (name.data[0] == '/' || name.data[0] == '\\')) return true;
  for (size_t i = 0; i + 2 <= name.length; i++) {
    bool starts = i == 0 || name.data[i - 1] == '/' || name.data[i - 1] == '\\';
    bool ends = i + 2 == name.length || name.data[i + 2] == '/' || name.data[i + 2] == '\\';
    if (starts && ends && name.data[i] == '.' && name.data[i + 1] == '.') return true;
  }
  return false;
}

static bool is_torch_name(hugh_text name) {
  return hugh_text_is(name, "pickle") || hugh_text_is(name, "storages") || hugh_text_is(name, "tensors") || hugh_text_is(name, "sys_info");
}

static hugh_next broken(hugh_scan *scan, hugh_task *task, uint64_t at, const char *what) {
  hugh_find(scan, task, HUGH_FOUND_TAR_BROKEN, at, "%s", what);
  hugh_incomplete(scan, task, at, "the tar is broken or not all there");
  return HUGH_DONE;
}

/* A member whose header is known: pushes the content of a file, names what is not one. */
static void take_member(hugh_scan *scan, hugh_task *task, tar_state *state, uint8_t type, uint64_t at, uint64_t size) {
  hugh_text name = {state->name, state->name_length};
  if (leaves_directory(name)) {
    hugh_find(scan, task, HUGH_FOUND_TAR_TRAVERSAL, at, "the member \"%s\" would be written outside the directory it is unpacked to",
              hugh_show(scan, name, 200));
  }
  if (type == '1' || type == '2') {
    hugh_find(scan, task, HUGH_FOUND_TAR_LINK, at, "the member \"%s\" is a link", hugh_show(scan, name, 200));
  } else if (type == 'S') {
    hugh_incomplete(scan, task, at, "sparse members of a tar are not read");
  } else if (size > 0) {
    hugh_view *view = hugh_view_slice(scan, task->view, at + BLOCK, size);
    if (hugh_text_is(name, "storages")) hugh_task_reclassify(scan, task, HUGH_KIND_TORCH_TAR);
    if (is_torch_name(name)) hugh_pickle_push_torch(scan, task, view, name, hugh_storages_new(scan));
    else hugh_task_push(scan, task, view, name);
  }
}

static hugh_next tar_step(hugh_scan *scan, hugh_task *task) {
  tar_state *state = task->state;
  hugh_view *view = task->view;
  size_t length;
  const uint8_t *p = hugh_view_get(scan, view, state->at, BLOCK, BLOCK, &length);
  if (p == NULL) {
    if (view->got == HUGH_NEED) return HUGH_WANT;
    return state->ended ? HUGH_DONE : broken(scan, task, state->at, "the tar ends without its end mark");
  }
  size_t zeros = 0;
  while (zeros < BLOCK && p[zeros] == 0) zeros++;
  if (zeros == BLOCK) { /* the end mark; tar -i reads on behind it, and so does hugh */
    state->ended = true;
    state->at += BLOCK;
    return HUGH_AGAIN;
  }
  uint64_t size, at = state->at;
  if (!has_checksum(p) || !read_number(p + 124, 12, &size)) return broken(scan, task, at, "here should be the header of a member");
  if (state->ended) hugh_find(scan, task, HUGH_FOUND_TAR_TRAILING, at, "more members follow the end mark: some readers see them");
  state->ended = false;
  uint8_t type = p[156];
  bool describes = type == 'L' || type == 'x';
  if (describes) { /* the content of this one is about the next one */
    size_t most = size < PAX_MOST ? (size_t)size : PAX_MOST;
    p = hugh_view_get(scan, view, at, BLOCK + most, BLOCK + most, &length);
    if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, at, "the last member is cut short");
    if (type == 'L') keep_name(state, p + BLOCK, field_length(p + BLOCK, most));
    else read_pax(state, p + BLOCK, most);
  } else {
    if (state->has_pax_size) size = state->pax_size;
    if (!state->has_long_name) take_short_name(state, p);
    state->has_pax_size = state->has_long_name = false;
  }
  if (type == '1' || type == '2' || type == '5') size = 0; /* links and directories have no content, whatever they say */
  uint64_t next = hugh_add(at, hugh_add(BLOCK, hugh_add(size, BLOCK - 1) / BLOCK * BLOCK));
  state->at = next;
  /* that the content is all there shows when the next header is read: looking ahead would decode a compressed tar once per member */
  if (!describes && type != 'g' && type != 'K') take_member(scan, task, state, type, at, size);
  (void)hugh_work(scan, BLOCK);
  return HUGH_AGAIN;
}

const hugh_parser hugh_parser_tar = {"tar", sizeof(tar_state), tar_step, NULL};
