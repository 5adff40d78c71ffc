/*
** Where a zip's central directories are. Readers search the end record from the end of the file, and disagree on what follows: Python's
** zipfile takes the directory to lie right before the record and corrects all offsets by the difference (data put in front of a zip), miniz
** takes the offset in the record as it stands. A zip64 record is found by its place (zipfile) or by the locator (miniz).
*/
#include "zip.h"

#define TAIL (ZIP_END_SIZE + 65535 + 4096) /* an end record, the longest comment, and the block more that miniz looks at */
#define BRIEF_TAIL (ZIP_END_SIZE + ZIP_LOCATOR_SIZE + ZIP_END64_SIZE)
#define SPARSE_TAIL ((size_t)16 * 1024)

enum { MEASURE, BRIEF, SEARCH, RECORD };

static void add_reading(hugh_scan *scan, hugh_task *task, zip_state *state, uint64_t central, uint64_t size, uint64_t before,
                        uint64_t base) {
  uint64_t most = before > central && before - central > size ? before - central : size;
  if (central >= task->view->size || most < ZIP_CENTRAL_SIZE) return;
  if (size > task->view->size - central) most = size = task->view->size - central;
  for (size_t i = 0; i < state->reading_count; i++) {
    zip_reading *known = &state->readings[i];
    if (known->central == central && known->base == base) {
      if (known->size < size) known->size = size;
      if (known->most < most) known->most = most;
      return;
    }
  }
  if (state->reading_count == ZIP_READINGS) {
    hugh_incomplete(scan, task, central, "the zip can be read in more ways than hugh follows");
    return;
  }
  state->readings[state->reading_count++] = (zip_reading){central, size, base, most};
}

/* The two places of a directory of `size` bytes that a record says is at `offset` and that ends, by its place, at `before`. */
static void add_both(hugh_scan *scan, hugh_task *task, zip_state *state, uint64_t offset, uint64_t size, uint64_t before) {
  if (size <= before) add_reading(scan, task, state, before - size, size, before, before - size - offset);
  add_reading(scan, task, state, offset, size, before, 0);
}

static void add_end64(hugh_scan *scan, hugh_task *task, zip_state *state, const uint8_t *record, uint64_t at) {
  add_both(scan, task, state, hugh_le64(record + 48), hugh_le64(record + 40), at);
  hugh_zip_add_structure(scan, state, at, ZIP_END64_SIZE);
}

/* One end record, with the zip64 records that go with it. */
static hugh_next read_end(hugh_scan *scan, hugh_task *task, zip_state *state, uint64_t end) {
  hugh_view *view = task->view;
  size_t length;
  uint8_t record[ZIP_END_SIZE];
  uint64_t locator = end >= ZIP_LOCATOR_SIZE ? end - ZIP_LOCATOR_SIZE : end;
  uint64_t start = locator >= ZIP_END64_SIZE ? locator - ZIP_END64_SIZE : locator;
  size_t before = (size_t)(end - start);
  const uint8_t *p;
  if (!state->has_tail) { /* kept, because the locator may point to a place that is read next, and back again */
    p = hugh_view_get(scan, view, start, before + ZIP_END_SIZE, before + ZIP_END_SIZE, &length);
    if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
    memcpy(state->tail, p, before + ZIP_END_SIZE);
    state->has_tail = true;
  }
  p = state->tail;
  memcpy(record, p + before, sizeof record);
  bool has_locator = locator < end && HUGH_STARTS(p + (locator - start), ZIP_LOCATOR_SIZE, "PK\6\7");
  uint64_t pointed = has_locator ? hugh_le64(p + (locator - start) + 8) : 0;
  bool placed = has_locator && start < locator && HUGH_STARTS(p, ZIP_END64_SIZE, "PK\6\6");
  uint8_t placed_record[ZIP_END64_SIZE] = {0};
  if (placed) memcpy(placed_record, p, sizeof placed_record);
  bool has_record = placed;
  if (has_locator && !(placed && pointed == start)) {
    p = hugh_view_get(scan, view, pointed, ZIP_END64_SIZE, ZIP_END64_SIZE, &length);
    if (p == NULL && view->got == HUGH_NEED) return HUGH_WANT;
    if (p != NULL && HUGH_STARTS(p, length, "PK\6\6")) {
      has_record = true;
      add_end64(scan, task, state, p, pointed);
    }
  }
  if (placed) add_end64(scan, task, state, placed_record, start);
  if (has_locator) hugh_zip_add_structure(scan, state, locator, ZIP_LOCATOR_SIZE);
  uint64_t size = hugh_le32(record + 12), offset = hugh_le32(record + 16);
  bool elsewhere = size == UINT32_MAX || offset == UINT32_MAX || hugh_le16(record + 10) == UINT16_MAX;
  if (!(has_record && elsewhere)) add_both(scan, task, state, offset, size, placed ? start : end);
  uint64_t rest = view->size - end - ZIP_END_SIZE, comment = hugh_le16(record + 20);
  hugh_zip_add_structure(scan, state, end, ZIP_END_SIZE + (comment < rest ? comment : rest));
  return HUGH_DONE;
}

/* Reads on until the end, for sources whose size nobody knows yet. */
static hugh_next measure(hugh_scan *scan, hugh_view *view, zip_state *state) {
  size_t length;
  while (view->size == HUGH_UNKNOWN_SIZE) {
    if (hugh_view_get(scan, view, state->at, 1, HUGH_READ, &length) == NULL) {
      if (view->got == HUGH_NEED) return HUGH_WANT;
      if (view->size == HUGH_UNKNOWN_SIZE) view->size = state->at;
      break;
    }
    state->at += length;
    if (hugh_work(scan, length / 16)) return HUGH_AGAIN;
  }
  return HUGH_DONE;
}

/* The record at the very end, without a comment: what every loader finds first, and nearly every zip has. */
static hugh_next look_at_end(hugh_scan *scan, hugh_view *view, zip_state *state) {
  size_t length, brief = view->size < BRIEF_TAIL ? (size_t)view->size : BRIEF_TAIL;
  if (brief < ZIP_END_SIZE) return HUGH_DONE;
  size_t want = hugh_scan_options(scan)->sparse ? SPARSE_TAIL : brief;
  if (want > view->size) want = (size_t)view->size;
  const uint8_t *p = hugh_view_get(scan, view, view->size - want, want, want, &length);
  if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  const uint8_t *record = p + (want - ZIP_END_SIZE);
  if (HUGH_STARTS(record, ZIP_END_SIZE, "PK\5\6") && hugh_le16(record + 20) == 0) {
    state->ends[state->end_count++] = view->size - ZIP_END_SIZE;
  }
  return HUGH_DONE;
}

/* Every record in the part of the file that readers search, the last one first. */
static hugh_next search_tail(hugh_scan *scan, hugh_task *task, zip_state *state) {
  hugh_view *view = task->view;
  size_t length, tail = view->size < TAIL ? (size_t)view->size : TAIL;
  if (tail < ZIP_END_SIZE) return HUGH_DONE;
  const uint8_t *p = hugh_view_get(scan, view, view->size - tail, tail, tail, &length);
  if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  (void)hugh_work(scan, tail / 16);
  for (size_t i = tail - ZIP_END_SIZE + 1; i > 0; i--) {
    if (p[i - 1] != 'P' || !HUGH_STARTS(p + i - 1, ZIP_END_SIZE, "PK\5\6")) continue;
    if (state->end_count == ZIP_READINGS) {
      hugh_incomplete(scan, task, view->size - tail + i - 1, "the zip has more end records than hugh follows");
      break;
    }
    state->ends[state->end_count++] = view->size - tail + i - 1;
  }
  return HUGH_DONE;
}

hugh_next hugh_zip_find_ends(hugh_scan *scan, hugh_task *task, zip_state *state) {
  hugh_next next = HUGH_DONE;
  switch (state->phase) {
    case MEASURE: next = measure(scan, task->view, state); break;
    case BRIEF:
      if (!task->guest) next = look_at_end(scan, task->view, state);
      break;
    case SEARCH:
      if (state->end_count == 0) next = search_tail(scan, task, state);
      break;
    default:
      if (state->end == state->end_count) return HUGH_DONE;
      next = read_end(scan, task, state, state->ends[state->end]);
      if (next == HUGH_DONE) {
        state->end++;
        state->has_tail = false;
      }
      return next == HUGH_DONE ? HUGH_AGAIN : next;
  }
  if (next != HUGH_DONE) return next;
  state->phase++;
  return HUGH_AGAIN;
}
