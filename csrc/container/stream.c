/*
** Compressed streams: what joblib writes under its own name, and people with gzip and friends. The content is scanned as a source of its
** own, under the stream's name without the extension; what follows the stream is scanned, too.
*/
#include "decoder.h"

#define ZFILE_HEAD ((uint64_t)21) /* ZF, and a length in hexadecimal, padded with spaces */

enum { OPEN, NAME, CONTENT, REST };

typedef struct stream_state {
  int stage;
  uint64_t start; /* of the compressed bytes */
  hugh_view *content;
} stream_state;

static const hugh_decoder *decoder_of(hugh_kind kind) {
  switch (kind) {
    case HUGH_KIND_GZIP: return &hugh_decode_gzip;
    case HUGH_KIND_ZLIB:
    case HUGH_KIND_ZFILE: return &hugh_decode_zlib;
    case HUGH_KIND_BZIP2: return &hugh_decode_bzip2;
    case HUGH_KIND_XZ: return &hugh_decode_xz;
    case HUGH_KIND_LZMA: return &hugh_decode_lzma;
    case HUGH_KIND_LZ4: return &hugh_decode_lz4;
    default: return &hugh_decode_zstd;
  }
}

/* The name that unpacking gives: without the extension; a "tgz" stays, its content speaks for itself. */
static hugh_text inner_name(hugh_text name) {
  static const char *const extensions[] = {".gz", ".gzip", ".z", ".zlib", ".bz2", ".xz", ".lzma", ".lz4", ".zst", ".zstd"};
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
    if (hugh_text_ends(name, extensions[i])) return (hugh_text){name.data, name.length - strlen(extensions[i])};
  }
  return name;
}

/* A compressed pickle is what joblib.dump(..., compress=...) writes. */
static hugh_next refine(hugh_scan *scan, hugh_task *task, hugh_view *content) {
  size_t length = 0;
  const uint8_t *head = hugh_view_upto(scan, content, 0, HUGH_CLASSIFY_BYTES, &length);
  if (head == NULL) return content->got == HUGH_NEED ? HUGH_WANT : HUGH_AGAIN;
  hugh_text name = inner_name(task->name);
  hugh_kind kind = hugh_classify(head, length, content->size, name).kind;
  if (kind == HUGH_KIND_JOBLIB || (kind == HUGH_KIND_PICKLE && hugh_text_ends(name, ".joblib"))) {
    hugh_task_reclassify(scan, task, HUGH_KIND_JOBLIB);
  }
  return HUGH_AGAIN;
}

/* What follows the stream: readers ignore it, or stop with an error. */
static hugh_next push_rest(hugh_scan *scan, hugh_task *task, const stream_state *state) {
  uint64_t end = hugh_add(state->start, hugh_view_consumed(state->content));
  hugh_got more = end != HUGH_UNKNOWN_SIZE ? hugh_view_reaches(scan, task->view, end + 1) : HUGH_END;
  if (more == HUGH_NEED) return HUGH_WANT;
  if (more == HUGH_END) return HUGH_AGAIN;
  hugh_find(scan, task, HUGH_FOUND_STREAM_TRAILING, end, "bytes follow the end of the compressed stream");
  hugh_task_push(scan, task, hugh_view_slice(scan, task->view, end, HUGH_UNKNOWN_SIZE), hugh_text_of("(after the stream)"));
  return HUGH_AGAIN;
}

/* Behind the head of a ZF file; Python 2 wrote one space more. */
static hugh_next open_content(hugh_scan *scan, hugh_task *task, stream_state *state) {
  hugh_view *view = task->view;
  if (task->class.kind == HUGH_KIND_ZFILE) {
    size_t length;
    const uint8_t *p = hugh_view_get(scan, view, ZFILE_HEAD, 1, 1, &length);
    if (p == NULL && view->got == HUGH_NEED) return HUGH_WANT;
    state->start = ZFILE_HEAD + (p != NULL && *p == ' ');
    view = hugh_view_slice(scan, view, state->start, HUGH_UNKNOWN_SIZE);
  }
  if (view != NULL) state->content = hugh_view_decode(scan, view, decoder_of(task->class.kind), NULL);
  return state->content != NULL ? HUGH_AGAIN : HUGH_DONE;
}

/* Nothing came out of a stream that broke off: that is not an empty file. */
static bool came_to_nothing(const hugh_view *content) {
  return content->size == 0 && hugh_view_consumed(content) == HUGH_UNKNOWN_SIZE;
}

static hugh_next stream_step(hugh_scan *scan, hugh_task *task) {
  stream_state *state = task->state;
  hugh_next next = HUGH_AGAIN;
  switch (state->stage) {
    case OPEN: next = open_content(scan, task, state); break; /* in a step of its own: the views of one that pushes die with the child */
    case NAME: next = refine(scan, task, state->content); break;
    case CONTENT:
      if (!came_to_nothing(state->content)) hugh_task_push(scan, task, state->content, inner_name(task->name));
      break;
    case REST: next = push_rest(scan, task, state); break;
    default: return HUGH_DONE;
  }
  if (next != HUGH_WANT) state->stage++;
  return next;
}

const hugh_parser hugh_parser_stream = {"stream", sizeof(stream_state), stream_step, NULL};
