/*
** The parser of pickles: one stream after the other, again in another flavour where the machines part, and on after errors.
*/
#include "machine.h"
#include "stream.h"

#define CUT_MOST ((size_t)64 * 1024)
#define DETOURS_MOST 16

static void stream_begin(hugh_machine *m, uint64_t at) {
  m->at = m->start = at;
  m->depth = m->mark_count = 0;
  m->proto = 0;
  m->frame_end = HUGH_NO_OFFSET;
  m->behind = 0;
  m->choices = 0;
  m->min = 1;
  m->stream_opcodes = 0;
  m->error = NULL;
  m->raw = HUGH_RAW_NONE;
  m->folded_out = false;
  hugh_memo_clear(m);
}

void hugh_machine_diverge(hugh_machine *m, uint64_t offset, bool apart, const char *how) {
  if (m->flavour != HUGH_FLAVOUR_MEMORY && m->flavour != HUGH_FLAVOUR_JOBLIB) return;
  if (m->divergence == NULL && !m->resync) {
    m->divergence = how;
    m->divergence_at = offset;
  }
  if (apart && m->flavour == HUGH_FLAVOUR_MEMORY) {
    (void)hugh_machine_keeps(m);
    m->diverged = true;
    m->frame_end = HUGH_NO_OFFSET;
  }
}

bool hugh_machine_keeps(hugh_machine *m) {
  unsigned choice = m->choices++;
  if (m->choices > m->most_choices) m->most_choices = m->choices;
  return choice < HUGH_CHOICES && (m->kept >> choice & 1) != 0;
}

/* ------------------------------------------------ opcodes cut by frames */

static hugh_argument argument_of(uint8_t opcode) {
  switch (opcode) {
#define OPCODE(byte, name, argument, protocol, pops, pushes, marked) case byte: return HUGH_ARG_##argument;
#include "opcodes.def"
#undef OPCODE
    default: return HUGH_ARG_NONE;
  }
}

/* Collects the pieces of the opcode at `at` as an unpickler reads them when its frame ends in between. */
typedef struct cutter {
  hugh_machine *m;
  uint64_t at, frame_end;
  uint8_t *out;
  size_t used;
} cutter;

/* One read of `size` bytes; `into`: readinto, which C unpicklers let run across the end. */
static hugh_got piece(cutter *c, uint64_t size, bool into) {
  if (c->frame_end != HUGH_NO_OFFSET && hugh_add(c->at, size) > c->frame_end) {
    if (c->at < c->frame_end && c->m->flavour == HUGH_FLAVOUR_PURE) return HUGH_END;
    if (!into) c->at = c->frame_end;
    c->frame_end = HUGH_NO_OFFSET;
  }
  if (size > CUT_MOST - c->used) return HUGH_END;
  size_t length;
  if (size == 0) return HUGH_GOT;
  const uint8_t *p = hugh_view_get(c->m->scan, c->m->view, c->at, (size_t)size, (size_t)size, &length);
  if (p == NULL) return c->m->view->got;
  memcpy(c->out + c->used, p, (size_t)size);
  c->used += (size_t)size;
  c->at += size;
  return HUGH_GOT;
}

static hugh_got line_piece(cutter *c) {
  for (int round = 0; round < 2; round++) {
    size_t most = CUT_MOST - c->used, length;
    if (c->frame_end != HUGH_NO_OFFSET && most > c->frame_end - c->at) most = (size_t)(c->frame_end - c->at);
    const uint8_t *p = most > 0 ? hugh_view_upto(c->m->scan, c->m->view, c->at, most, &length) : NULL;
    if (p == NULL && most > 0) return c->m->view->got;
    const uint8_t *newline = p != NULL ? memchr(p, '\n', length) : NULL;
    if (newline != NULL) return piece(c, (uint64_t)(newline - p) + 1, false);
    if (c->frame_end == HUGH_NO_OFFSET) return HUGH_END;
    if (most > 0 && c->m->flavour == HUGH_FLAVOUR_PURE) return HUGH_END;
    c->at = c->frame_end;
    c->frame_end = HUGH_NO_OFFSET;
  }
  return HUGH_END;
}

/* Runs the opcode at m->at, which crosses the end of the frame, from a copy that holds the bytes this flavour reads. */
static hugh_end run_cut(hugh_machine *m) {
  if (m->cut == NULL) {
    m->cut = hugh_resize(m->scan, NULL, 0, CUT_MOST);
    m->cut_view = m->cut != NULL ? hugh_view_memory(m->scan, m->cut, CUT_MOST) : NULL;
    return m->cut_view != NULL ? HUGH_STREAM_AGAIN : HUGH_STREAM_FULL; /* in a step of its own: no child takes the view with it */
  }
  hugh_machine_diverge(m, m->at, false, "an opcode straddles the end of its frame");
  unsigned choices = m->choices;
  if (m->flavour == HUGH_FLAVOUR_FILE && hugh_machine_keeps(m)) {
    m->frame_end = HUGH_NO_OFFSET;
    return HUGH_STREAM_AGAIN;
  }
  cutter c = {m, m->at, m->frame_end, m->cut, 0};
  hugh_got got = piece(&c, 1, false);
  hugh_argument kind = got == HUGH_GOT ? argument_of(m->cut[0]) : HUGH_ARG_NONE;
  static const uint8_t widths[] = {0, 1, 2, 4, 8, 1, 4, 8, 0, 0};
  if (got == HUGH_GOT && widths[kind] > 0) got = piece(&c, widths[kind], false);
  if (got == HUGH_GOT && kind >= HUGH_ARG_C1 && kind <= HUGH_ARG_C8) {
    uint64_t size = kind == HUGH_ARG_C1 ? m->cut[1] : kind == HUGH_ARG_C4 ? hugh_le32(m->cut + 1) : hugh_le64(m->cut + 1);
    uint8_t opcode = m->cut[0];
    got = piece(&c, size, opcode == 'B' || opcode == 'C' || opcode == 0x8e || opcode == 0x96);
  }
  if (got == HUGH_GOT && kind >= HUGH_ARG_LINE) got = line_piece(&c);
  if (got == HUGH_GOT && kind == HUGH_ARG_LINE2) got = line_piece(&c);
  if (got == HUGH_NEED) {
    m->choices = choices;
    return HUGH_STREAM_WANT;
  }
  if (got == HUGH_END) {
    m->at++;
    return HUGH_STREAM_ERROR;
  }
  hugh_view *view = m->view;
  uint64_t at = m->at, frame_end = m->frame_end;
  m->view = m->cut_view;
  m->view->size = c.used;
  m->at = 0;
  m->frame_end = HUGH_NO_OFFSET;
  size_t depth = m->depth;
  hugh_end end = hugh_machine_run(m);
  bool pushes_text = (kind >= HUGH_ARG_C1 && kind <= HUGH_ARG_C8) || m->cut[0] == 'S' || m->cut[0] == 'V';
  if (pushes_text && m->depth > depth) m->stack[m->depth - 1] = hugh_value_detach(m, m->view, m->stack[m->depth - 1]);
  m->view = view;
  m->min = 1;
  if (end == HUGH_STREAM_END) {
    m->at = c.at;
    if (m->frame_end == HUGH_NO_OFFSET || m->cut[0] != 0x95) m->frame_end = c.frame_end;
    else m->frame_end = hugh_add(c.at, m->frame_end - 9); /* a frame whose own header was cut */
    return HUGH_STREAM_AGAIN;
  }
  if (end == HUGH_STREAM_WANT) { /* a text that lies elsewhere */
    m->at = at;
    m->frame_end = frame_end;
    m->choices = choices;
    return end;
  }
  m->at = c.at;
  return end;
}

/* ----------------------------------------------------------- the parser */

static void note_error(hugh_machine *m) {
  if (m->resync || m->errors > 0) {
    m->errors++;
    return;
  }
  m->errors = 1;
  m->first_error = m->error != NULL ? m->error : "";
  m->first_error_at = m->error_at;
}

/* What the whole stream came to. */
static void account(hugh_machine *m, hugh_end end) {
  if (end == HUGH_STREAM_STOP) {
    m->streams++;
    if (!m->resync) m->tail_at = m->stream_end;
    m->last_at = m->start;
    return;
  }
  if (m->stream_opcodes > 0 || end == HUGH_STREAM_ERROR) note_error(m);
  m->resync = true;
}

/* A machine reads on at `at` after a STOP: it looks for the next pickle where the first flavour may not. */
static void note_other(hugh_machine *m, uint64_t at) {
  for (size_t i = 0; i < m->other_count; i++) {
    if (m->others[i] == at) return;
  }
  if (m->other_count < HUGH_OTHERS && m->detours < DETOURS_MOST) m->others[m->other_count++] = at;
  else hugh_incomplete(m->scan, m->task, at, "unpicklers find the next pickle in more places than hugh follows");
}

/* The end of a stream, which is not the same for all who load pickle after pickle: most have read the whole frame already. */
static void note_stop(hugh_machine *m) {
  bool inside = m->frame_end != HUGH_NO_OFFSET && m->frame_end > m->at;
  if (m->resync_start) return;
  if (inside) hugh_machine_diverge(m, m->at - 1, false, "a pickle ends before its frame does");
  if (inside && m->frame_end < m->view->size) note_other(m, m->frame_end);
  if (m->flavour != HUGH_FLAVOUR_MEMORY && m->at != m->stream_end) note_other(m, m->at);
}

/* Takes the first place that the streams so far ran past without beginning there. False if there is none. */
static bool take_other(hugh_machine *m) {
  size_t first = 0, left = 0;
  for (size_t i = 0; i < m->other_count; i++) {
    if (m->others[i] != m->stream_end) m->others[left++] = m->others[i];
  }
  m->other_count = left;
  for (size_t i = 1; i < left; i++) {
    if (m->others[i] < m->others[first]) first = i;
  }
  if (left == 0 || (m->others[first] > m->stream_end && !m->exhausted)) return false;
  m->stream_end = m->others[first];
  m->others[first] = m->others[--m->other_count];
  m->detours++;
  m->exhausted = m->resync = false;
  return true;
}

/* The next way to read the stream that begins at m->start; false if it was read in all. */
static bool next_flavour(hugh_machine *m) {
  if (m->resync_start) return false;
  if (m->flavour == HUGH_FLAVOUR_FILE) { /* all kept is what the first flavour did */
    unsigned choices = m->most_choices < HUGH_CHOICES ? m->most_choices : HUGH_CHOICES;
    if (m->most_choices > HUGH_CHOICES) hugh_incomplete(m->scan, m->task, m->start, "more frames of a pickle end too soon than hugh follows");
    if (++m->kept + 1 < 1u << choices) return true;
  }
  for (unsigned next = m->flavour + 1u; next < HUGH_FLAVOURS; next++) {
    if (next == HUGH_FLAVOUR_JOBLIB ? !m->wrapped : !m->diverged) continue;
    m->flavour = (hugh_flavour)next;
    return true;
  }
  return false;
}

/* A stream ended in this flavour: the next flavour that reads it differently, or the next stream. */
static void stream_over(hugh_machine *m, hugh_end end) {
  if (m->flavour == HUGH_FLAVOUR_MEMORY) {
    if (end == HUGH_STREAM_END && m->stream_opcodes > 0) {
      m->error = "the input ends before the pickle does";
      m->error_at = m->at;
    }
    m->stream_end = m->at;
    m->exhausted = end == HUGH_STREAM_END;
    if (!m->wrapped) account(m, end);
  } else if (m->flavour == HUGH_FLAVOUR_JOBLIB) {
    if (end == HUGH_STREAM_STOP || m->at > m->stream_end) m->stream_end = m->at;
    m->exhausted = end == HUGH_STREAM_END;
    account(m, end);
  }
  if (end == HUGH_STREAM_STOP) note_stop(m);
  hugh_outer_drop(m);
  if (next_flavour(m)) {
    stream_begin(m, m->start);
    return;
  }
  m->flavour = HUGH_FLAVOUR_MEMORY;
  m->diverged = m->wrapped = false;
  m->kept = m->most_choices = 0;
  (void)take_other(m);
  m->resync_start = m->resync;
  m->padding = true;
  stream_begin(m, m->stream_end);
}

/* The array behind a wrapper: skipped, or a stream of its own. joblib reads it from the file, where a frame was read as a whole. */
static hugh_end skip_raw(hugh_machine *m) {
  bool inside = m->frame_end != HUGH_NO_OFFSET && m->at < m->frame_end;
  uint64_t at = !inside ? m->at : m->behind > 0 ? m->behind : m->frame_end;
  size_t length;
  hugh_raw raw = m->raw;
  if (raw == HUGH_RAW_ALIGNED) {
    const uint8_t *p = hugh_view_get(m->scan, m->view, at, 1, HUGH_READ, &length);
    if (p == NULL) return m->view->got == HUGH_NEED ? HUGH_STREAM_WANT : HUGH_STREAM_END;
    at += 1 + (uint64_t)*p;
  }
  m->raw = HUGH_RAW_NONE;
  if (raw == HUGH_RAW_PICKLE) return hugh_outer_enter(m, at) ? HUGH_STREAM_AGAIN : HUGH_STREAM_ERROR;
  at = hugh_add(at, m->raw_size);
  *(inside ? &m->behind : &m->at) = at;
  if (m->view->size != HUGH_UNKNOWN_SIZE && at > m->view->size) return HUGH_STREAM_END;
  return HUGH_STREAM_AGAIN;
}

/* Zeros and newlines between streams. */
static hugh_got skip_padding(hugh_machine *m) {
  for (;;) {
    size_t length;
    const uint8_t *p = hugh_view_get(m->scan, m->view, m->at, 1, HUGH_READ, &length);
    if (p == NULL) return m->view->got;
    size_t i = 0;
    while (i < length && (p[i] == 0 || p[i] == '\n')) i++;
    m->at += i;
    m->start = m->at;
    (void)hugh_work(m->scan, i / 16);
    if (i < length) return HUGH_GOT;
    if (m->at - m->stream_end > HUGH_VOID_MOST) {
      hugh_incomplete(m->scan, m->task, m->at, "what follows the pickle is empty for longer than hugh looks");
      return HUGH_END;
    }
  }
}

void hugh_machine_begin(hugh_machine *m, hugh_scan *scan, hugh_task *task) {
  m->scan = scan;
  m->task = task;
  m->view = m->texts = task->view;
  stream_begin(m, 0);
}

hugh_next hugh_pickle_step(hugh_scan *scan, hugh_task *task) {
  hugh_machine *m = task->state;
  if (m->scan == NULL) hugh_machine_begin(m, scan, task);
  m->pushed = false;
  if (!hugh_fetch_pending(m)) return HUGH_WANT;
  if (hugh_scan_options(scan)->disassemble && !m->disassembled) {
    hugh_next next = hugh_disassemble(m);
    if (next != HUGH_DONE) return next;
    m->disassembled = true;
  }
  if (m->finished) goto over;
  for (;;) {
    if (hugh_scan_failed(scan)) return HUGH_DONE;
    if (m->padding) {
      hugh_got got = skip_padding(m);
      if (got == HUGH_NEED) return HUGH_WANT;
      m->padding = false;
      if (got == HUGH_END) break;
    }
    hugh_end end = m->raw != HUGH_RAW_NONE ? HUGH_STREAM_RAW : hugh_machine_run(m);
    if (end == HUGH_STREAM_CUT) end = run_cut(m);
    if (end == HUGH_STREAM_RAW) end = skip_raw(m);
    if (end == HUGH_STREAM_STOP && m->outer != NULL) {
      hugh_outer_leave(m);
      continue;
    }
    switch (end) {
      case HUGH_STREAM_WANT: return HUGH_WANT;
      case HUGH_STREAM_AGAIN: return HUGH_AGAIN;
      case HUGH_STREAM_FULL: goto over;
      default: stream_over(m, end);
    }
    bool spent = hugh_work(scan, 16);
    bool enough = m->most_streams > 0 && m->streams >= m->most_streams && m->detours == 0 && m->other_count == 0;
    if (m->flavour == HUGH_FLAVOUR_MEMORY && (m->exhausted || enough)) break;
    if (spent) return HUGH_AGAIN;
  }
over:
  m->finished = true;
  return hugh_machine_report(m) ? HUGH_DONE : HUGH_AGAIN;
}

static void release(hugh_scan *scan, void *block, size_t size) {
  if (block != NULL) hugh_resize(scan, block, size, 0);
}

void hugh_pickle_drop(hugh_scan *scan, hugh_task *task) {
  hugh_machine *m = task->state;
  if (m->scan != NULL) hugh_outer_drop(m);
  release(scan, m->stack, m->stack_size * sizeof *m->stack);
  release(scan, m->marks, m->mark_size * sizeof *m->marks);
  release(scan, m->memo, m->memo_size * sizeof *m->memo);
  release(scan, m->sparse, m->sparse_size * 2 * sizeof *m->sparse);
  release(scan, m->ring, m->ring_size * sizeof *m->ring);
  release(scan, m->named, m->named_size * sizeof *m->named);
  release(scan, m->named_slots, m->slot_count * sizeof *m->named_slots);
  release(scan, m->strings, m->string_size * sizeof *m->strings);
  release(scan, m->made, m->made_size * sizeof *m->made);
  release(scan, m->seen, m->seen_size * sizeof *m->seen);
  release(scan, m->cut, CUT_MOST);
  hugh_disassembly_drop(m);
}

const hugh_parser hugh_parser_pickle = {"pickle", sizeof(hugh_machine), hugh_pickle_step, hugh_pickle_drop};

void hugh_pickle_push_torch(hugh_scan *scan, hugh_task *parent, hugh_view *view, hugh_text name, hugh_storages *storages) {
  hugh_task *task = hugh_task_push_parser(scan, parent, view, name, HUGH_KIND_PICKLE, &hugh_parser_pickle);
  if (task != NULL) ((hugh_machine *)task->state)->storages = storages;
}
