/*
** Tar archives: ustar, GNU and pax. Every member is scanned as a source of its own. In PyTorch's oldest layout the members `pickle`,
** `storages`, `tensors` and `sys_info` are read by the unpickler whatever they look like.
*/
#include "tar.h"

#include "../pickle/pickle.h"

#define BLOCK      512
#define NAME_MOST  4096      /* of a long name; longer ones are cut */
#define NOT_ALL    "the tar is broken or not all there"
#define PAX_MOST   (1 << 20) /* of a pax header: real ones are a few hundred bytes */

typedef struct tar_state {
  uint64_t at;
  uint64_t pax_size;  /* of the next member, if a pax header said so */
  bool has_pax_size, has_long_name, has_link, link_leaves;
  uint64_t sound;     /* where the last member ended: what follows may be empty or damaged */
  bool ended;         /* the end mark was met */
  bool lost;          /* the next header has to be searched */
  char name[NAME_MOST];
  size_t name_length; /* of the next member's long name */
} tar_state;

static bool is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/* A number field: octal digits, or base 256 when the top bit is set. False: neither. Python allows for signs, "0o" and underscores. */
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
  while (i < length && is_space(p[i])) i++;
  if (i < length && p[i] == '+') i++;
  if (i + 2 < length && p[i] == '0' && (p[i + 1] | 32) == 'o') i += 2;
  for (; i < length && ((p[i] >= '0' && p[i] <= '7') || p[i] == '_'); i++) {
    if (p[i] != '_') *value = *value << 3 | (uint64_t)(p[i] - '0');
  }
  return i == length || is_space(p[i]) || p[i] == '\0';
}

/* The sum of all bytes with the checksum field as spaces; old writers summed signed bytes. */
static bool has_checksum(const uint8_t *p) {
  uint64_t stored;
  int64_t plain = 8 * ' ', with_sign = 8 * ' ';
  if (!read_number(p + 148, 8, &stored)) return false;
  for (size_t i = 0; i < BLOCK; i++) {
    if (i >= 148 && i < 156) continue;
    plain += p[i];
    with_sign += p[i] < 128 ? p[i] : p[i] - 256;
  }
  return (int64_t)stored == plain || (int64_t)stored == with_sign;
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

static void keep_link(tar_state *state, const void *data, size_t length) {
  state->link_leaves = hugh_text_leaves((hugh_text){data, length});
  state->has_link = true;
}

/* Records of "length key=value\n". False: one of them says where content lies in a way that is not followed. */
static bool read_pax(tar_state *state, const uint8_t *p, size_t length, bool global) {
  while (length > 0) {
    size_t size = 0, digits = 0;
    while (digits < length && digits < 8 && p[digits] >= '0' && p[digits] <= '9') size = size * 10 + (size_t)(p[digits++] - '0');
    if (digits == 0 || digits == length || p[digits] != ' ') return true;
    if (size > length || size < digits + 3) return false;
    const uint8_t *key = p + digits + 1;
    size_t left = size - digits - 2, at = 5; /* without the space and the newline */
    if (HUGH_STARTS(key, left, "GNU.sparse.")) return false;
    if (HUGH_STARTS(key, left, "path=")) {
      keep_name(state, key + 5, left - 5);
    } else if (HUGH_STARTS(key, left, "linkpath=")) {
      keep_link(state, key + 9, left - 9);
    } else if (HUGH_STARTS(key, left, "size=")) {
      state->pax_size = 0;
      while (at < left && key[at] >= '0' && key[at] <= '9') {
        state->pax_size = hugh_add(hugh_mul(state->pax_size, 10), (uint64_t)(key[at++] - '0'));
      }
      if (global || at < left || left == 5) return false;
      state->has_pax_size = true;
    }
    p += size;
    length -= size;
  }
  return true;
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

static bool is_torch_name(hugh_text name) {
  return hugh_text_is(name, "pickle") || hugh_text_is(name, "storages") || hugh_text_is(name, "tensors") || hugh_text_is(name, "sys_info");
}

/* A member whose header is known: pushes the content of a file, names what is not one. */
static void take_member(hugh_scan *scan, hugh_task *task, tar_state *state, uint8_t type, uint64_t at, uint64_t size) {
  hugh_text name = {state->name, state->name_length};
  if (hugh_text_leaves(name)) {
    hugh_find(scan, task, HUGH_FOUND_TAR_TRAVERSAL, at, "the member \"%s\" would be written outside the directory it is unpacked to",
              hugh_show(scan, name, 200));
  }
  if ((type == '1' || type == '2') && state->link_leaves) {
    hugh_find(scan, task, HUGH_FOUND_TAR_TRAVERSAL, at, "the member \"%s\" is a link that leads outside the directory it is unpacked to",
              hugh_show(scan, name, 200));
  } else if (type == '1' || type == '2') {
    hugh_find(scan, task, HUGH_FOUND_TAR_LINK, at, "the member \"%s\" is a link", hugh_show(scan, name, 200));
  } else if (type == '3' || type == '4' || type == '6') {
    hugh_find(scan, task, HUGH_FOUND_TAR_DEVICE, at, "the member \"%s\" is a device or a pipe, which unpacking creates",
              hugh_show(scan, name, 200));
  } else if (size > 0) {
    hugh_view *view = hugh_view_slice(scan, task->view, at + BLOCK, size);
    if (hugh_text_is(name, "storages")) hugh_task_reclassify(scan, task, HUGH_KIND_TORCH_TAR);
    if (is_torch_name(name)) hugh_pickle_push_torch(scan, task, view, name, hugh_storages_new(scan));
    else hugh_task_push(scan, task, view, name);
  }
}

/* Links, devices and directories have no content, whatever they say. */
static bool has_content(const tar_state *state, uint8_t type) {
  bool old_directory = type == '\0' && state->name_length > 0 && state->name[state->name_length - 1] == '/';
  return !old_directory && memchr("123456", type, 6) == NULL;
}

/* A block that is neither a header nor empty. What a reader that skips it would find behind is looked for, unless reads are expensive. */
static hugh_next lose(hugh_scan *scan, hugh_task *task, tar_state *state) {
  if (state->ended && !state->lost) {
    hugh_find(scan, task, HUGH_FOUND_TAR_TRAILING, state->at, "bytes follow the end mark that are no member");
  } else if (!state->lost) {
    hugh_find(scan, task, HUGH_FOUND_TAR_BROKEN, state->at, "here should be the header of a member");
  }
  if (!state->lost && !state->ended) hugh_incomplete(scan, task, state->at, NOT_ALL);
  state->lost = true;
  if (hugh_scan_options(scan)->sparse) return HUGH_DONE;
  state->at += BLOCK;
  (void)hugh_work(scan, BLOCK / 8);
  return HUGH_AGAIN;
}

/* A header whose content is about the next member, or about all that follow. HUGH_END: its content is not all there. */
static hugh_got take_description(hugh_scan *scan, hugh_task *task, tar_state *state, uint8_t type, uint64_t size) {
  size_t length, most = size < PAX_MOST ? (size_t)size : PAX_MOST;
  const uint8_t *p = hugh_view_get(scan, task->view, state->at, BLOCK + most, BLOCK + most, &length);
  if (p == NULL) return task->view->got;
  p += BLOCK;
  if (type == 'L') {
    keep_name(state, p, field_length(p, most));
  } else if (type == 'K') {
    keep_link(state, p, field_length(p, most));
  } else if (!read_pax(state, p, most, type == 'g')) {
    hugh_incomplete(scan, task, state->at, "a pax header says where content lies in a way that is not followed");
  }
  return HUGH_GOT;
}

static hugh_next cut_short(hugh_scan *scan, hugh_task *task, uint64_t at, const char *what) {
  hugh_find(scan, task, HUGH_FOUND_TAR_BROKEN, at, "%s", what);
  hugh_incomplete(scan, task, at, NOT_ALL);
  return HUGH_DONE;
}

static hugh_next tar_step(hugh_scan *scan, hugh_task *task) {
  tar_state *state = task->state;
  hugh_view *view = task->view;
  size_t length, zeros = 0;
  const uint8_t *p = hugh_view_get(scan, view, state->at, BLOCK, state->lost ? HUGH_READ : BLOCK, &length);
  if (p == NULL && view->got == HUGH_NEED) return HUGH_WANT;
  if (p == NULL) return state->ended || state->lost ? HUGH_DONE : cut_short(scan, task, state->at, "the tar ends without its end mark");
  (void)hugh_work(scan, BLOCK / 4);
  if (state->at > hugh_add(state->sound, HUGH_VOID_MOST)) {
    hugh_incomplete(scan, task, state->at, "what follows the last member of the tar is empty or damaged for longer than hugh looks");
    return HUGH_DONE;
  }
  while (zeros < BLOCK && p[zeros] == 0) zeros++;
  if (zeros == BLOCK) { /* the end mark; tar -i reads on behind it, and so does hugh */
    state->ended = state->ended || !state->lost;
    state->at += BLOCK;
    return HUGH_AGAIN;
  }
  uint64_t size, content, at = state->at;
  uint8_t type = p[156];
  if (!has_checksum(p) || !read_number(p + 124, 12, &size)) return lose(scan, task, state);
  content = size;
  bool describes = memchr("LKxXg", type, 5) != NULL;
  if (describes) {
    hugh_got got = take_description(scan, task, state, type, size);
    if (got == HUGH_NEED) return HUGH_WANT;
    if (got == HUGH_END) return cut_short(scan, task, at, "the last member is cut short");
  } else {
    if (state->has_pax_size) size = state->pax_size;
    if (content < size) content = size; /* Python goes by the header's in sparse members */
    if (!state->has_long_name) take_short_name(state, p);
    if (!state->has_link) keep_link(state, p + 157, field_length(p + 157, 100));
    state->has_pax_size = state->has_long_name = state->has_link = false;
    if (!has_content(state, type)) size = content = 0;
  }
  if (state->ended) hugh_find(scan, task, HUGH_FOUND_TAR_TRAILING, at, "more members follow the end mark: some readers see them");
  state->ended = false;
  state->lost = type == 'S'; /* where the next header is stands in one that is not read */
  if (type == 'S') {
    hugh_incomplete(scan, task, at, "sparse members of a tar are not read");
    size = content = 0;
  }
  /* that the content is all there shows when the next header is read: looking ahead would decode a compressed tar once per member */
  state->at = hugh_add(at, hugh_add(BLOCK, hugh_add(size, BLOCK - 1) / BLOCK * BLOCK));
  state->sound = state->at;
  if (!describes) take_member(scan, task, state, type, at, content);
  return HUGH_AGAIN;
}

const hugh_parser hugh_parser_tar = {"tar", sizeof(tar_state), tar_step, NULL};
