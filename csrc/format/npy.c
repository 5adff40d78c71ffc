/*
** npy: a magic, a version, a header that is a Python literal, then raw items; with an object dtype a pickle instead of them.
*/
#include "../core.h"

#define HEADER_MOST 65536u /* NumPy itself refuses more than 10000 characters unless told otherwise */

static bool is_letter(uint8_t c) { return (uint8_t)((c | 32) - 'a') < 26 || c == '_'; }

/* Whether the header names Python objects: an O that is no part of a longer word ('|O', 'O8', 'f4,O', [('a', 'O')]), or `object`. */
static bool has_objects(const uint8_t *p, size_t length) {
  for (size_t i = 1; i + 1 < length; i++) {
    if (p[i] == 'O' && !is_letter(p[i - 1]) && !is_letter(p[i + 1])) return true;
    if (p[i] == 'o' && !is_letter(p[i - 1]) && HUGH_STARTS(p + i, length - i, "object")) return true;
  }
  return false;
}

typedef struct state {
  bool pushed;
} state;

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  hugh_find(scan, task, HUGH_FOUND_NPY_HEADER, 0, "the header is not one that NumPy writes: %s", why);
  return HUGH_DONE;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (st->pushed) return HUGH_DONE;
  size_t length;
  const uint8_t *p = hugh_view_get(scan, task->view, 0, 12, 256, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it is cut off");
  if (p[6] < 1 || p[6] > 3) return broken(scan, task, "its version is not 1, 2 or 3");
  size_t prefix = p[6] == 1 ? 10 : 12;
  uint32_t size = p[6] == 1 ? hugh_le16(p + 8) : hugh_le32(p + 8);
  if (size > HEADER_MOST) return broken(scan, task, "it is longer than any real one");
  p = hugh_view_get(scan, task->view, 0, prefix + size, prefix + size, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it is cut off");
  const uint8_t *header = p + prefix;
  if (size < 2 || header[0] != '{') return broken(scan, task, "it is not a dictionary");
  if (memchr(header, '\\', size) != NULL) return broken(scan, task, "it spells its text with escapes, which can hide a dtype");
  if (!has_objects(header, size)) return HUGH_DONE;
  hugh_find(scan, task, HUGH_FOUND_NPY_OBJECT, prefix, "an array of Python objects: its data is a pickle, which numpy.load runs when allow_pickle is set");
  hugh_view *rest = hugh_view_slice(scan, task->view, prefix + size, HUGH_UNKNOWN_SIZE);
  st->pushed = true;
  hugh_task_push_as(scan, task, rest, hugh_text_of("data"), HUGH_KIND_PICKLE);
  return HUGH_AGAIN;
}

const hugh_parser hugh_parser_npy = {"npy", sizeof(state), step, NULL};
