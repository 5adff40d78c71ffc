/*
** Bytes of a zip that no central directory explains: data descriptors, padding, members that only a reader from the front would see, and
** whatever else somebody put there.
*/
#include "zip.h"

#define FAR "bytes that belong to no member of the zip go on for longer than hugh looks"
#define LEAST       32   /* bytes that tell what a gap starts with: a local header, a data descriptor */
#define SPARSE_LOOK 4096 /* how far into a gap a scan looks for which reads are expensive */

/* The length of the data descriptor at `p` for a member; 0 if there is none. */
static size_t descriptor_length(const uint8_t *p, size_t length, const zip_entry *entry) {
  size_t mark = HUGH_STARTS(p, length, "PK\7\10") ? 4 : 0;
  if (length < mark + 12 || (mark == 0 && hugh_le32(p) != entry->crc)) return 0;
  const uint8_t *sizes = p + mark + 4;
  size_t left = length - mark - 4;
  if (left >= 16 && hugh_le64(sizes) == entry->packed && hugh_le64(sizes + 8) == entry->size) return mark + 20;
  if (hugh_le32(sizes) == (uint32_t)entry->packed && hugh_le32(sizes + 4) == (uint32_t)entry->size) return mark + 12;
  return mark > 0 ? mark + 12 : 0;
}

/* The next place in p where a local header seems to start, or `length`. */
static size_t find_local(const uint8_t *p, size_t length) {
  for (size_t at = 0; at + 4 <= length;) {
    const uint8_t *hit = memchr(p + at, 'P', length - 3 - at);
    if (hit == NULL) break;
    if (memcmp(hit, "PK\3\4", 4) == 0) return (size_t)(hit - p);
    at = (size_t)(hit - p) + 1;
  }
  return length;
}

enum { DESCRIPTOR, PADDING, SEARCH, MEMBER_END };

/* A member without an entry in the central directory: a reader that starts at the front sees it. */
static hugh_next hidden_member(hugh_scan *scan, hugh_task *task, zip_state *state) {
  zip_local local;
  hugh_got got = hugh_zip_read_local(scan, task->view, state->gap, HUGH_READ, &local);
  if (got == HUGH_NEED) return HUGH_WANT;
  uint64_t limit = state->phase == MEMBER_END ? state->look : state->gap_end;
  if (got == HUGH_END || local.data > state->gap_end) { /* a signature and no more */
    state->gap = state->gap_end;
    return HUGH_DONE;
  }
  bool sized = !(local.flags & ZIP_FLAG_DESCRIPTOR) && local.packed <= state->gap_end - local.data;
  if (!sized && state->phase != MEMBER_END) { /* it ends where the next one starts */
    state->look = local.data;
    state->phase = SEARCH;
    return HUGH_AGAIN;
  }
  uint64_t packed = sized ? local.packed : limit - local.data;
  if (state->end_count > 0) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_HIDDEN, state->gap,
              "the member \"%s\" is not in the central directory: unzipping from the front shows it, zipfile and PyTorch do not",
              hugh_show(scan, local.name, 200));
  }
  state->gap = local.data + packed;
  state->phase = PADDING;
  hugh_zip_push_member(scan, task, local.name, local.method, local.data, packed, packed);
  return HUGH_AGAIN;
}

/* From state->look on, where does the next local header start? Then: the stretch before it is a hidden member, or foreign bytes. */
static hugh_next search(hugh_scan *scan, hugh_task *task, zip_state *state) {
  hugh_view *view = task->view;
  uint64_t stop = state->gap_end;
  uint64_t most = hugh_scan_options(scan)->sparse ? SPARSE_LOOK : HUGH_VOID_MOST;
  bool far = stop - state->gap > most;
  if (far) stop = state->gap + most;
  size_t length = 0;
  if (state->look < stop) {
    uint64_t left = stop - state->look;
    size_t hint = left < HUGH_READ ? (size_t)left : HUGH_READ;
    const uint8_t *p = hugh_view_get(scan, view, state->look, hint < LEAST ? hint : LEAST, hint, &length);
    if (p == NULL && view->got == HUGH_NEED) return HUGH_WANT;
    if (p == NULL) stop = state->look;
    else {
      if (length > left) length = (size_t)left;
      size_t found = find_local(p, length);
      (void)hugh_work(scan, length / 16);
      if (found == length && length < left) { /* the last bytes may be the first ones of a signature */
        state->look += length - 3;
        return HUGH_AGAIN;
      }
      state->look += found;
    }
  }
  if (state->look >= stop) {
    if (far && most == HUGH_VOID_MOST) hugh_incomplete(scan, task, stop, FAR);
    state->look = state->gap_end;
  }
  state->phase = MEMBER_END;
  return HUGH_AGAIN;
}

/* What starts with `p` and is no member: scanned for what it is. */
static hugh_next foreign_bytes(hugh_scan *scan, hugh_task *task, zip_state *state, const uint8_t *p, size_t known) {
  uint64_t from = state->gap, length = state->look - from;
  if (HUGH_STARTS(p, known, "PK\1\2") || HUGH_STARTS(p, known, "PK\5\6")) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_TWO_ENDS, from,
              "here is another central directory, which the end record does not point to: loaders may see different members");
  } else if (state->end_count > 0) {
    bool front = from == 0, back = state->gap_end == task->view->size;
    hugh_find(scan, task, back ? HUGH_FOUND_ZIP_TRAILING : HUGH_FOUND_ZIP_GAP, from, "%llu bytes %s", (unsigned long long)length,
              front ? "before the first member belong to no member" : back ? "follow the end of the zip" : "between the members belong to none");
  }
  state->gap = state->look;
  state->phase = PADDING;
  if (length == task->view->size) return HUGH_AGAIN; /* nothing of a zip is here: looking again would find the same */
  if (from == 0 && task->guest) return HUGH_AGAIN;    /* what the file starts as, which the parent read */
  hugh_task_push(scan, task, hugh_view_slice(scan, task->view, from, length), hugh_text_of("(unlisted bytes)"));
  return HUGH_AGAIN;
}

hugh_next hugh_zip_look_at_gap(hugh_scan *scan, hugh_task *task, zip_state *state) {
  hugh_view *view = task->view;
  if (state->gap >= state->gap_end) return HUGH_DONE;
  uint64_t left = state->gap_end - state->gap;
  bool sparse = hugh_scan_options(scan)->sparse;
  size_t length = 0;
  if (state->phase == SEARCH) return search(scan, task, state);
  size_t most = sparse ? SPARSE_LOOK : HUGH_READ;
  if (most > left) most = (size_t)left;
  const uint8_t *p = hugh_view_get(scan, view, state->gap, most < LEAST ? most : LEAST, most, &length);
  if (p == NULL) {
    if (view->got == HUGH_NEED) return HUGH_WANT;
    state->gap = state->gap_end;
    return HUGH_DONE;
  }
  if (length > left) length = (size_t)left;
  if (state->phase == DESCRIPTOR) {
    if (state->gap > 0 && (state->entries[state->previous].flags & ZIP_FLAG_DESCRIPTOR)) {
      size_t descriptor = descriptor_length(p, length, &state->entries[state->previous]);
      state->gap += descriptor < left ? descriptor : left;
    }
    state->phase = PADDING;
    return HUGH_AGAIN;
  }
  if (state->phase == PADDING) {
    size_t zeros = 0;
    while (zeros < length && p[zeros] == 0) zeros++;
    state->gap += zeros;
    state->padding += zeros;
    if (state->padding > HUGH_VOID_MOST) {
      hugh_incomplete(scan, task, state->gap, FAR);
      state->gap = state->gap_end;
    }
    if (zeros == length && sparse) state->gap = state->gap_end;
    if (hugh_work(scan, 16 + zeros / 8) || zeros > 0) return HUGH_AGAIN;
    if (HUGH_STARTS(p, length, "PK\3\4")) return hidden_member(scan, task, state);
    state->look = state->gap + 1;
    state->phase = SEARCH;
    return HUGH_AGAIN;
  }
  if (HUGH_STARTS(p, length, "PK\3\4")) return hidden_member(scan, task, state);
  return foreign_bytes(scan, task, state, p, length);
}
