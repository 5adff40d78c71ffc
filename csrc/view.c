/*
** Views: the source as the host feeds it, slices, buffers, and what decoders make of them.
*/
#include "scan.h"

#define DECODE_BACK ((size_t)72 * 1024) /* decoded bytes kept behind those asked for: where the end record of a zip is searched */
#define BOMB_LEAST ((uint64_t)64 << 20) /* inflated bytes from which on the ratio matters */
#define BOMB_RATIO 1000                 /* deflate reaches 1032 on zeros */

typedef struct slice_part {
  hugh_view *parent;
  uint64_t base;
} slice_part;

typedef struct memory_part {
  const uint8_t *data;
} memory_part;

typedef struct decode_part {
  hugh_view *parent;
  const hugh_decoder *decoder;
  const void *parameters;
  void *state;
  uint64_t consumed;    /* of the parent */
  uint64_t finished;    /* what it was when the last stream was complete; HUGH_UNKNOWN_SIZE if none ever was */
  uint8_t *buffer;      /* what was decoded last: bytes start..start+length */
  size_t capacity, length;
  uint64_t start;
  uint64_t goal;        /* decoding goes on up to here, however the input arrives: what is seen must not depend on that */
  bool ended, fresh;    /* fresh: nothing came out of the current one of several concatenated streams */
  bool several;
  uint64_t stream;      /* where in the parent the current stream starts */
  uint64_t idle;        /* bytes eaten since one was made */
  bool bomb, broken;    /* said so */
} decode_part;

/* Every view is allocated as one of these, so that a stack of them can be reused. */
typedef struct any_view {
  hugh_view view;
  union {
    slice_part slice;
    memory_part memory;
    decode_part decode;
  } u;
} any_view;

static any_view *any_of(hugh_view *view) { return (any_view *)view; }

static const uint8_t *stop(hugh_view *view, hugh_got why) {
  view->got = why;
  return NULL;
}

static any_view *view_new(hugh_scan *scan) {
  if (scan->view_count == scan->view_made) {
    if (scan->view_made == scan->view_capacity) {
      size_t capacity = scan->view_capacity == 0 ? 16 : scan->view_capacity * 2;
      hugh_view **views = hugh_raw_resize(scan, scan->views, scan->view_capacity * sizeof *views, capacity * sizeof *views);
      if (views == NULL) return NULL;
      scan->views = views;
      scan->view_capacity = capacity;
    }
    any_view *made = hugh_raw_resize(scan, NULL, 0, sizeof *made);
    if (made == NULL) return NULL;
    scan->views[scan->view_made++] = &made->view;
  }
  any_view *view = any_of(scan->views[scan->view_count++]);
  *view = (any_view){.view = {.got = HUGH_GOT}};
  return view;
}

void hugh_views_rewind(hugh_scan *scan, size_t count) {
  while (scan->view_count > count) {
    hugh_view *view = scan->views[--scan->view_count];
    if (view->close != NULL) view->close(scan, view);
  }
}

void hugh_views_free(hugh_scan *scan) {
  hugh_views_rewind(scan, 0);
  for (size_t i = 0; i < scan->view_made; i++) hugh_raw_resize(scan, scan->views[i], sizeof(any_view), 0);
  if (scan->views != NULL) hugh_raw_resize(scan, scan->views, scan->view_capacity * sizeof *scan->views, 0);
  scan->views = NULL;
  scan->view_made = scan->view_capacity = 0;
}

/* -------------------------------------------------------------- the source */

#define KEPT_LEAST ((size_t)4 * 1024)
#define KEPT_MOST  ((size_t)64 * 1024)
#define LOOK_BACK  ((size_t)1024) /* read again with the next window: a pickle names strings that came just before */

static const uint8_t *root_get(hugh_scan *scan, hugh_view *view, uint64_t at, size_t min, size_t hint, size_t *length) {
  hugh_window *window = &scan->window;
  uint64_t end = hugh_add(at, min);
  if (view->size != HUGH_UNKNOWN_SIZE && end > view->size) return stop(view, HUGH_END);
  if (at >= window->offset && end <= window->offset + window->length) {
    size_t skip = (size_t)(at - window->offset);
    *length = window->length - skip;
    return window->data + skip;
  }
  uint64_t carried = window->carry_offset + window->carry_length;
  bool in_carry = window->carry_length > 0 && at >= window->carry_offset && at < carried + LOOK_BACK;
  if (in_carry && end <= carried) {
    *length = (size_t)(carried - at);
    return window->carry + (at - window->carry_offset);
  }
  for (size_t i = 0; i < HUGH_KEPT; i++) {
    const hugh_kept *kept = &window->kept[i];
    if (at < kept->offset || end > kept->offset + kept->length) continue;
    *length = (size_t)(kept->offset + kept->length - at);
    return kept->data + (at - kept->offset);
  }
  if (min > scan->options.limits.kept) {
    hugh_incomplete(scan, scan->top, at, "one item is larger than the memory a scan may keep");
    return stop(view, HUGH_END);
  }
  if (end > window->barren) { /* where does it end? halve the room for doubt */
    window->carry_length = 0;
    scan->want = (hugh_want){window->reached + (window->barren - window->reached) / 2, 1, 1};
  } else if (in_carry) {
    scan->want = (hugh_want){carried, (size_t)(end - carried), (size_t)(end - carried) + (hint - min)}; /* go on from what is here */
  } else {
    size_t back = hint < HUGH_READ ? 0 : at < LOOK_BACK ? (size_t)at : LOOK_BACK;
    window->carry_length = 0;
    window->carry_offset = at - back;
    scan->want = (hugh_want){at - back, min + back, hint + back};
  }
  if (view->size != HUGH_UNKNOWN_SIZE && scan->want.hint > view->size - scan->want.offset) {
    scan->want.hint = (size_t)(view->size - scan->want.offset);
  }
  scan->wanting = true;
  return stop(view, HUGH_NEED);
}

/* Keeps what was fed of an unfinished want, so that the next feed can go on after it. */
static void carry(hugh_scan *scan, uint64_t offset, const uint8_t *bytes, size_t length) {
  hugh_window *window = &scan->window;
  uint64_t from = scan->want.offset;
  if (offset > from || offset + length <= from) return; /* not what was asked for */
  bytes += from - offset;
  length -= (size_t)(from - offset);
  if (length > scan->want.min) length = scan->want.min;
  if (window->carry_length + length > window->carry_capacity) {
    size_t capacity = window->carry_length + (scan->want.min > 4096 ? scan->want.min : 4096);
    uint8_t *grown = hugh_raw_resize(scan, window->carry, window->carry_capacity, capacity);
    if (grown == NULL) return;
    window->carry = grown;
    window->carry_capacity = capacity;
  }
  memcpy(window->carry + window->carry_length, bytes, length);
  window->carry_length += length;
  scan->want.offset += length; /* the host may feed more before the next step */
  scan->want.min -= length;
  scan->wanting = scan->want.min > 0;
}

/* Keeps what a parser went back for, if it is little. */
static void keep(hugh_scan *scan, uint64_t offset, const uint8_t *bytes, size_t length) {
  hugh_window *window = &scan->window;
  hugh_kept *kept = &window->kept[window->kept_next++ % HUGH_KEPT];
  if (length > KEPT_LEAST) length = scan->want.min > KEPT_LEAST ? scan->want.min : KEPT_LEAST;
  kept->length = 0;
  if (kept->capacity < length) {
    uint8_t *grown = hugh_raw_resize(scan, kept->data, kept->capacity, length);
    if (grown == NULL) return;
    kept->data = grown;
    kept->capacity = length;
  }
  memcpy(kept->data, bytes, length);
  kept->offset = offset;
  kept->length = length;
}

/* A source whose size nobody told is as long as what was fed, once it is known that nothing follows. */
static void settle_size(hugh_scan *scan) {
  hugh_view *root = scan->views[0];
  if (root->size == HUGH_UNKNOWN_SIZE && scan->window.barren <= scan->window.reached) root->size = scan->window.barren;
}

void hugh_scan_feed(hugh_scan *scan, uint64_t offset, const void *bytes, size_t length) {
  scan->window.length = 0; /* what was lent before is the host's again, even if these bytes are of no use */
  if (length == 0 || scan->done || scan->failed) return;
  hugh_view *root = scan->views[0];
  if (root->size != HUGH_UNKNOWN_SIZE) { /* a source that grew: what it promised is what is judged */
    if (offset >= root->size) return;
    if (length > root->size - offset) length = (size_t)(root->size - offset);
  }
  scan->report.bytes_read += length;
  bool back = offset == scan->want.offset && length >= scan->want.min && offset + scan->want.min <= scan->window.reached &&
              scan->want.min <= KEPT_MOST;
  if (scan->wanting && back) keep(scan, offset, bytes, length);
  if (offset + length > scan->window.reached) scan->window.reached = offset + length;
  settle_size(scan);
  if (scan->wanting && (scan->window.carry_length > 0 || offset > scan->want.offset ||
                        offset + length < scan->want.offset + scan->want.min)) {
    carry(scan, offset, bytes, length);
  }
  scan->window.data = bytes;
  scan->window.offset = offset;
  scan->window.length = length;
}

void hugh_scan_eof(hugh_scan *scan, uint64_t size) {
  if (scan->done || scan->failed) return;
  hugh_view *root = scan->views[0];
  if (root->size != HUGH_UNKNOWN_SIZE && size >= root->size) return;
  if (root->size == HUGH_UNKNOWN_SIZE) {
    if (size < scan->window.barren) scan->window.barren = size;
    settle_size(scan);
  } else {
    hugh_find(scan, NULL, HUGH_FOUND_SCAN_SHRUNK, size,
              "the source ends at byte %llu although %llu were promised; it changed while it was read, or is not all there",
              (unsigned long long)size, (unsigned long long)root->size);
    scan->report.complete = false;
    root->size = size;
  }
}

bool hugh_views_open(hugh_scan *scan) {
  any_view *root = view_new(scan);
  if (root == NULL) return false;
  root->view.get = root_get;
  root->view.size = scan->options.size;
  return true;
}

hugh_view *hugh_view_root(hugh_scan *scan) { return scan->views[0]; }

/* ------------------------------------------------------------------ slices */

static const uint8_t *slice_get(hugh_scan *scan, hugh_view *view, uint64_t at, size_t min, size_t hint, size_t *length) {
  slice_part *slice = &any_of(view)->u.slice;
  if (view->size != HUGH_UNKNOWN_SIZE) {
    if (hugh_add(at, min) > view->size) return stop(view, HUGH_END);
    if (hint > view->size - at) hint = (size_t)(view->size - at);
  }
  const uint8_t *p = hugh_view_get(scan, slice->parent, hugh_add(slice->base, at), min, hint, length);
  if (p == NULL) {
    if (slice->parent->got == HUGH_END && slice->parent->size != HUGH_UNKNOWN_SIZE) {
      uint64_t most = slice->parent->size > slice->base ? slice->parent->size - slice->base : 0;
      if (view->size > most) view->size = most; /* the parent turned out shorter */
    }
    return stop(view, slice->parent->got);
  }
  if (view->size != HUGH_UNKNOWN_SIZE && *length > view->size - at) *length = (size_t)(view->size - at);
  return p;
}

hugh_view *hugh_view_slice(hugh_scan *scan, hugh_view *parent, uint64_t base, uint64_t size) {
  any_view *view = view_new(scan);
  if (view == NULL) return NULL;
  view->view.get = slice_get;
  view->u.slice = (slice_part){parent, base};
  if (parent->size != HUGH_UNKNOWN_SIZE) {
    uint64_t most = parent->size > base ? parent->size - base : 0;
    if (size > most) size = most; /* HUGH_UNKNOWN_SIZE is larger than any */
  }
  view->view.size = size;
  return &view->view;
}

/* ----------------------------------------------------------------- buffers */

static const uint8_t *memory_get(hugh_scan *scan, hugh_view *view, uint64_t at, size_t min, size_t hint, size_t *length) {
  (void)scan;
  (void)hint;
  if (hugh_add(at, min) > view->size) return stop(view, HUGH_END);
  *length = (size_t)(view->size - at);
  return any_of(view)->u.memory.data + at;
}

hugh_view *hugh_view_memory(hugh_scan *scan, const void *data, size_t size) {
  any_view *view = view_new(scan);
  if (view == NULL) return NULL;
  view->view.get = memory_get;
  view->view.size = size;
  view->u.memory.data = data;
  return &view->view;
}

/* ---------------------------------------------------------------- decoders */

static bool decode_open(hugh_scan *scan, decode_part *part) {
  part->state = part->decoder->open(scan, part->parameters);
  part->fresh = true;
  part->stream = part->consumed;
  return part->state != NULL;
}

static void decode_close(hugh_scan *scan, hugh_view *view) {
  decode_part *part = &any_of(view)->u.decode;
  if (part->state != NULL) part->decoder->close(scan, part->state);
  if (part->buffer != NULL) hugh_resize(scan, part->buffer, part->capacity, 0);
  part->state = NULL;
  part->buffer = NULL;
  part->capacity = part->length = 0;
}

static void decode_end(hugh_view *view, decode_part *part) {
  part->ended = true;
  view->size = part->start + part->length;
}

/* Makes room for decoded bytes up to the goal, keeping those from a little before `at` on. */
static bool decode_room(hugh_scan *scan, decode_part *part, uint64_t at, size_t min) {
  uint64_t end = part->start + part->length, from = at > DECODE_BACK ? at - DECODE_BACK : 0;
  if (from >= end) {
    part->start = end;
    part->length = 0;
  } else if (from > part->start && part->goal - part->start > part->capacity) {
    size_t skip = (size_t)(from - part->start);
    memmove(part->buffer, part->buffer + skip, part->length - skip);
    part->start = from;
    part->length -= skip;
  }
  size_t need = DECODE_BACK + (min > HUGH_READ ? min : HUGH_READ);
  if (part->capacity < need) {
    uint8_t *grown = hugh_resize(scan, part->buffer, part->capacity, need);
    if (grown == NULL) return false;
    part->buffer = grown;
    part->capacity = need;
  }
  return part->length < part->capacity;
}

/* A model is numbers: those that compress to a thousandth are a few, not tens of megabytes of them. */
static void check_ratio(hugh_scan *scan, decode_part *part) {
  uint64_t made = part->start + part->length;
  if (part->bomb || made < BOMB_LEAST || made / BOMB_RATIO < part->consumed) return;
  part->bomb = true;
  hugh_find(scan, scan->top, HUGH_FOUND_STREAM_BOMB, HUGH_NO_OFFSET, "%llu bytes of this %s stream expand to %llu and more",
            (unsigned long long)part->consumed, part->decoder->name, (unsigned long long)made);
}

/* One run of the decoder; HUGH_GOT: look again, HUGH_END: no more will come. */
static hugh_got decode_more(hugh_scan *scan, hugh_view *view, decode_part *part) {
  size_t available = 0;
  const uint8_t *in = hugh_view_get(scan, part->parent, part->consumed, 1, HUGH_READ, &available);
  if (in == NULL && part->parent->got == HUGH_NEED) return HUGH_NEED;
  static const uint8_t nothing[1];
  bool end = in == NULL;
  if (end) in = nothing; /* decoders add to it */
  size_t in_left = available, room = part->capacity - part->length;
  uint64_t wanted = part->goal - part->start - part->length, most = hugh_add(hugh_inflated_left(scan), 1); /* one more than may be tells */
  if (wanted > most) wanted = most;
  if (room > wanted) room = (size_t)wanted;
  size_t out_left = room;
  uint8_t *out = part->buffer + part->length;
  hugh_decoded status = part->decoder->run(part->state, &in, &in_left, &out, &out_left, end);
  size_t eaten = available - in_left, made = room - out_left;
  part->consumed += eaten;
  part->length += made;
  if (made > 0) part->fresh = false;
  part->idle = made > 0 ? 0 : part->idle + eaten;
  if (part->idle > HUGH_VOID_MOST) status = HUGH_DECODE_ERROR;
  (void)hugh_work(scan, made / 4 + eaten / 4 + 64);
  check_ratio(scan, part);
  if (!hugh_spend_inflated(scan, made)) {
    decode_end(view, part);
    return HUGH_END;
  }
  if (status == HUGH_DECODE_END) {
    size_t left = 0;
    if (part->decoder->again != NULL) {
      if (hugh_view_get(scan, part->parent, part->consumed, 1, HUGH_READ, &left) != NULL || part->parent->got == HUGH_NEED) {
        part->several = part->fresh = true;
        part->stream = part->consumed;
        if (part->decoder->again(scan, part->state)) return HUGH_GOT;
      }
    }
    part->finished = part->consumed;
    decode_end(view, part);
    return HUGH_END;
  }
  if (status == HUGH_DECODE_WINDOW) {
    hugh_find(scan, scan->top, HUGH_FOUND_STREAM_WINDOW, part->consumed,
              "this %s stream needs a window of more memory than the %llu bytes a scan may keep; it was not read", part->decoder->name,
              (unsigned long long)scan->options.limits.kept);
    scan->report.complete = false;
    decode_end(view, part);
    return HUGH_END;
  }
  if (status == HUGH_DECODE_ERROR || (end && made == 0 && eaten == 0)) {
    if (part->several && part->fresh) { /* what follows the last stream is not another one */
      part->finished = part->stream;
    } else if (!part->broken) {
      part->broken = true;
      hugh_find(scan, scan->top, HUGH_FOUND_STREAM_BROKEN, part->stream, "the %s stream %s after %llu bytes of output",
                part->decoder->name, end ? "ends too early," : "is broken", (unsigned long long)(part->start + part->length));
      scan->report.complete = false;
    }
    decode_end(view, part);
    return HUGH_END;
  }
  return HUGH_GOT;
}

static const uint8_t *decode_get(hugh_scan *scan, hugh_view *view, uint64_t at, size_t min, size_t hint, size_t *length) {
  decode_part *part = &any_of(view)->u.decode;
  uint64_t least = hugh_add(at, min);
  if (view->size != HUGH_UNKNOWN_SIZE && least > view->size) return stop(view, HUGH_END);
  if (at < part->start) { /* back: decode once more from the start */
    if (hugh_inflated_left(scan) == 0) return stop(view, HUGH_END);
    if (part->state != NULL) part->decoder->close(scan, part->state);
    part->start = part->consumed = part->goal = 0;
    part->length = 0;
    part->ended = part->several = false;
    if (!decode_open(scan, part)) return stop(view, HUGH_END);
  }
  if (part->start + part->length < least) part->goal = hugh_add(at, min > HUGH_READ ? min : hint > HUGH_READ ? HUGH_READ : hint);
  while (part->start + part->length < part->goal && !part->ended) {
    if (part->state == NULL || !decode_room(scan, part, at, min)) break;
    hugh_got got = decode_more(scan, view, part);
    if (got == HUGH_NEED) return stop(view, HUGH_NEED);
    if (scan->failed) return stop(view, HUGH_END);
    if (scan->work == 0 && part->start + part->length < part->goal && !part->ended) return stop(view, HUGH_NEED);
  }
  if (part->start + part->length < least) return stop(view, HUGH_END);
  size_t skip = (size_t)(at - part->start);
  *length = part->length - skip;
  return part->buffer + skip;
}

hugh_view *hugh_view_decode(hugh_scan *scan, hugh_view *parent, const hugh_decoder *decoder, const void *parameters) {
  any_view *view = view_new(scan);
  if (view == NULL) return NULL;
  view->view.get = decode_get;
  view->view.close = decode_close;
  view->view.size = HUGH_UNKNOWN_SIZE;
  view->u.decode = (decode_part){.parent = parent, .decoder = decoder, .parameters = parameters, .finished = HUGH_UNKNOWN_SIZE};
  if (!decode_open(scan, &view->u.decode)) decode_end(&view->view, &view->u.decode);
  return &view->view;
}

bool hugh_view_decodes(const hugh_view *view) {
  while (view->get == slice_get) view = ((const any_view *)view)->u.slice.parent;
  return view->get == decode_get;
}

uint64_t hugh_view_consumed(const hugh_view *view) { return ((const any_view *)view)->u.decode.finished; }

/* ---------------------------------------------------------------- helpers */

hugh_got hugh_view_reaches(hugh_scan *scan, hugh_view *view, uint64_t size) {
  size_t length;
  if (size == 0) return HUGH_GOT;
  if (view->size != HUGH_UNKNOWN_SIZE) return size <= view->size ? HUGH_GOT : HUGH_END;
  return hugh_view_get(scan, view, size - 1, 1, 1, &length) != NULL ? HUGH_GOT : view->got;
}

const uint8_t *hugh_view_upto(hugh_scan *scan, hugh_view *view, uint64_t at, size_t most, size_t *length) {
  const uint8_t *p = NULL;
  if (view->size == HUGH_UNKNOWN_SIZE) p = hugh_view_get(scan, view, at, most, most, length);
  if (p == NULL && view->size != HUGH_UNKNOWN_SIZE) {
    if (at >= view->size) return stop(view, HUGH_END);
    size_t there = view->size - at < most ? (size_t)(view->size - at) : most;
    p = hugh_view_get(scan, view, at, there, there, length);
  }
  if (p != NULL && *length > most) *length = most;
  return p;
}
