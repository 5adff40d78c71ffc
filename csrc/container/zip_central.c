/*
** What a zip's central directories list, and what the local headers say about the same members.
*/
#include "zip.h"

zip_entry *hugh_zip_add(hugh_scan *scan, zip_state *state, uint64_t header) {
  if (state->count == state->capacity) {
    size_t capacity = state->capacity == 0 ? 64 : state->capacity + state->capacity / 2;
    zip_entry *grown = hugh_resize(scan, state->entries, state->capacity * sizeof *grown, capacity * sizeof *grown);
    if (grown == NULL) return NULL;
    state->entries = grown;
    state->capacity = capacity;
  }
  zip_entry *entry = &state->entries[state->count++];
  *entry = (zip_entry){.header = header};
  return entry;
}

void hugh_zip_add_structure(hugh_scan *scan, zip_state *state, uint64_t start, uint64_t length) {
  zip_entry *entry = hugh_zip_add(scan, state, start);
  if (entry == NULL) return;
  entry->data = start;
  entry->packed = length;
  entry->structure = entry->visited = true;
}

void hugh_zip_apply_extra64(const uint8_t *extra, size_t length, uint64_t *size, uint64_t *packed, uint64_t *offset) {
  while (length >= 4) {
    size_t id = hugh_le16(extra), field = hugh_le16(extra + 2);
    if (field > length - 4) return;
    if (id == 1) {
      uint64_t *values[3] = {size, packed, offset};
      const uint8_t *p = extra + 4;
      size_t left = field;
      for (size_t i = 0; i < 3 && left >= 8; i++) {
        if (values[i] == NULL || *values[i] != UINT32_MAX) continue;
        *values[i] = hugh_le64(p);
        p += 8;
        left -= 8;
      }
    }
    extra += 4 + field;
    length -= 4 + field;
  }
}

static bool names_keep(hugh_scan *scan, zip_state *state, const void *name, size_t length) {
  if (state->names_capacity - state->names_length < length) {
    size_t capacity = state->names_capacity + state->names_capacity / 2 + length + 4096;
    char *grown = hugh_resize(scan, state->names, state->names_capacity, capacity);
    if (grown == NULL) return false;
    state->names = grown;
    state->names_capacity = capacity;
  }
  if (length > 0) memcpy(state->names + state->names_length, name, length);
  state->names_length += length;
  return true;
}

static void judge_record(hugh_scan *scan, hugh_task *task, const zip_entry *entry, hugh_text name, uint32_t attributes, uint64_t at) {
  if (hugh_text_leaves(name)) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_TRAVERSAL, at, "the member \"%s\" would be written outside the directory it is unpacked to",
              hugh_show(scan, name, 200));
  }
  if ((attributes >> 16 & 0xf000) == 0xa000) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_SYMLINK, at, "the member \"%s\" is a symbolic link", hugh_show(scan, name, 200));
  }
  if (entry->flags & (ZIP_FLAG_ENCRYPTED | ZIP_FLAG_STRONG | ZIP_FLAG_MASKED | ZIP_FLAG_PATCH)) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_ENCRYPTED, at,
              "the member \"%s\" is marked as encrypted or patched (flags 0x%04x): zipfile refuses it, PyTorch ignores the mark and loads it",
              hugh_show(scan, name, 200), entry->flags);
  }
}

/* One record of the running reading; false: there are no more. */
static hugh_next read_record(hugh_scan *scan, hugh_task *task, zip_state *state, const zip_reading *reading) {
  hugh_view *view = task->view;
  uint64_t at = reading->central + state->at, left = reading->most - state->at;
  size_t length, hint = left < HUGH_READ ? (size_t)left : HUGH_READ;
  const uint8_t *p = hugh_view_get(scan, view, at, ZIP_CENTRAL_SIZE, hint, &length);
  if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  if (left < ZIP_CENTRAL_SIZE || !HUGH_STARTS(p, length, "PK\1\2")) {
    if (state->at >= reading->size) return HUGH_DONE;
    hugh_find(scan, task, HUGH_FOUND_ZIP_BROKEN, at, "the central directory is broken: no record where the next one should start");
    return HUGH_DONE;
  }
  size_t name_length = hugh_le16(p + 28), extra_length = hugh_le16(p + 30);
  size_t whole = ZIP_CENTRAL_SIZE + name_length + extra_length + hugh_le16(p + 32);
  size_t there = whole <= left ? whole : (size_t)left;
  if (length < there) {
    p = hugh_view_get(scan, view, at, there, hint, &length);
    if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  }
  if (there < whole) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_BROKEN, at, "the last record of the central directory is cut short; zipfile reads it all the same");
    size_t variable = there - ZIP_CENTRAL_SIZE;
    if (name_length > variable) name_length = variable;
    if (extra_length > variable - name_length) extra_length = variable - name_length;
  }
  uint64_t packed = hugh_le32(p + 20), size = hugh_le32(p + 24), offset = hugh_le32(p + 42);
  uint32_t attributes = hugh_le32(p + 38);
  hugh_zip_apply_extra64(p + ZIP_CENTRAL_SIZE + name_length, extra_length, &size, &packed, &offset);
  zip_entry *entry = hugh_zip_add(scan, state, offset + reading->base); /* wraps like the loaders' sums; checked when it is read */
  if (entry == NULL) return HUGH_DONE;
  entry->name = state->names_length;
  entry->packed = packed;
  entry->size = size;
  entry->crc = hugh_le32(p + 16);
  entry->method = hugh_le16(p + 10);
  entry->flags = hugh_le16(p + 8);
  entry->reading = (uint8_t)state->reading;
  if (!names_keep(scan, state, p + ZIP_CENTRAL_SIZE, name_length)) {
    state->count--;
    return HUGH_DONE;
  }
  entry->name_length = (uint16_t)name_length;
  judge_record(scan, task, entry, hugh_zip_name(state, entry), attributes, at);
  state->at += whole;
  return HUGH_AGAIN;
}

/* ------------------------------------------------------------------ order */

_Static_assert(sizeof(zip_entry) <= HUGH_SORT_SIZE, "entries are sorted");

static bool is_before(const void *one, const void *other) {
  const zip_entry *a = one, *b = other;
  if (a->header != b->header) return a->header < b->header;
  if (a->packed != b->packed) return a->packed < b->packed;
  return a->name < b->name;
}

/* Most zips are in order already. */
static bool in_order(const zip_state *state) {
  for (size_t i = 1; i < state->count; i++) {
    if (is_before(&state->entries[i], &state->entries[i - 1])) return false;
  }
  return true;
}

/* Two readings that list the same member list it once. */
static void drop_repeated(zip_state *state) {
  size_t kept = 0;
  for (size_t i = 0; i < state->count; i++) {
    const zip_entry *entry = &state->entries[i];
    bool repeated = false;
    for (size_t j = kept; j > 0 && state->entries[j - 1].header == entry->header && kept - j < ZIP_READINGS; j--) {
      const zip_entry *other = &state->entries[j - 1];
      repeated = repeated || (other->reading != entry->reading && !other->structure && !entry->structure && other->packed == entry->packed &&
                              other->size == entry->size && other->method == entry->method &&
                              hugh_text_equal(hugh_zip_name(state, other), hugh_zip_name(state, entry)));
    }
    if (!repeated) state->entries[kept++] = *entry;
  }
  state->count = kept;
}

hugh_next hugh_zip_read_central(hugh_scan *scan, hugh_task *task, zip_state *state) {
  while (state->reading < state->reading_count) {
    const zip_reading *reading = &state->readings[state->reading];
    hugh_next next = HUGH_DONE;
    if (state->at < reading->most) {
      if (state->at == 0) { /* a reading whose directory is not there fails in the loader, too */
        size_t length;
        const uint8_t *p = hugh_view_get(scan, task->view, reading->central, ZIP_CENTRAL_SIZE, (size_t)(reading->most < HUGH_READ ? reading->most : HUGH_READ), &length);
        if (p == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
        if (p == NULL || !HUGH_STARTS(p, length, "PK\1\2")) {
          state->reading_count--;
          memmove(&state->readings[state->reading], &state->readings[state->reading + 1],
                  (state->reading_count - state->reading) * sizeof *state->readings);
          continue;
        }
      }
      next = read_record(scan, task, state, reading);
    }
    if (next == HUGH_WANT) return next;
    if (next == HUGH_DONE) {
      if (reading->most > reading->size && state->at > reading->size) {
        hugh_find(scan, task, HUGH_FOUND_ZIP_BROKEN, reading->central,
                  "the central directory has more records than its size says: only readers that do not look at the size see them");
      }
      hugh_zip_add_structure(scan, state, reading->central, state->at > reading->size ? state->at : reading->size);
      state->reading++;
      state->at = 0;
    }
    if (hugh_work(scan, ZIP_CENTRAL_SIZE)) return HUGH_AGAIN;
  }
  if (!in_order(state) && !hugh_sort(scan, state->entries, state->count, sizeof *state->entries, is_before, &state->sorted)) return HUGH_AGAIN;
  if (state->reading_count > 1) drop_repeated(state);
  (void)hugh_work(scan, state->count * 8);
  return HUGH_DONE;
}

/* ---------------------------------------------------------- local headers */

hugh_got hugh_zip_read_local(hugh_scan *scan, hugh_view *view, uint64_t at, size_t hint, zip_local *local) {
  size_t length;
  const uint8_t *p = hugh_view_get(scan, view, at, ZIP_LOCAL_SIZE, hint, &length);
  if (p == NULL) return view->got;
  if (!HUGH_STARTS(p, length, "PK\3\4")) return HUGH_END;
  size_t name_length = hugh_le16(p + 26), extra_length = hugh_le16(p + 28);
  bool wide = hugh_le32(p + 18) == UINT32_MAX || hugh_le32(p + 22) == UINT32_MAX;
  size_t whole = ZIP_LOCAL_SIZE + name_length + (wide ? extra_length : 0);
  if (length < whole) {
    p = hugh_view_get(scan, view, at, whole, hint, &length);
    if (p == NULL) return view->got;
  }
  *local = (zip_local){.packed = hugh_le32(p + 18),
                       .size = hugh_le32(p + 22),
                       .data = at + ZIP_LOCAL_SIZE + name_length + extra_length,
                       .name = {(const char *)p + ZIP_LOCAL_SIZE, name_length},
                       .crc = hugh_le32(p + 14),
                       .method = hugh_le16(p + 8),
                       .flags = hugh_le16(p + 6)};
  if (wide) hugh_zip_apply_extra64(p + ZIP_LOCAL_SIZE + name_length, extra_length, &local->size, &local->packed, NULL);
  return HUGH_GOT;
}
