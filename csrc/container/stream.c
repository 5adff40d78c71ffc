/*
** Compressed streams: what joblib writes under its own name, and people with gzip and friends. The content is scanned as a source of its
** own, under the stream's name without the extension; what follows the stream is scanned, too.
*/
#include "decoder.h"

enum { OPEN, NAME, CONTENT, REST };

typedef struct stream_state {
  int stage;
  hugh_view *content;
} stream_state;

static const hugh_decoder *decoder_of(hugh_kind kind) {
  switch (kind) {
    case HUGH_KIND_GZIP: return &hugh_decode_gzip;
    case HUGH_KIND_ZLIB: return &hugh_decode_zlib;
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
  if (head == NULL && content->got == HUGH_NEED) return HUGH_WANT;
  if (head == NULL) return HUGH_DONE;
  hugh_text name = inner_name(task->name);
  hugh_kind kind = hugh_classify(head, length, content->size, name).kind;
  if (kind == HUGH_KIND_JOBLIB || (kind == HUGH_KIND_PICKLE && hugh_text_ends(name, ".joblib"))) {
    hugh_task_reclassify(scan, task, HUGH_KIND_JOBLIB);
  }
  return HUGH_DONE;
}

/* What follows the stream: readers ignore it, or stop with an error. */
static void push_rest(hugh_scan *scan, hugh_task *task, hugh_view *content) {
  uint64_t end = hugh_view_consumed(content);
  if (end >= task->view->size || task->view->size == HUGH_UNKNOWN_SIZE) return;
  hugh_find(scan, task, HUGH_FOUND_STREAM_TRAILING, end, "%llu bytes follow the end of the compressed stream",
            (unsigned long long)(task->view->size - end));
  hugh_task_push(scan, task, hugh_view_slice(scan, task->view, end, HUGH_UNKNOWN_SIZE), hugh_text_of("(after the stream)"));
}

static hugh_next stream_step(hugh_scan *scan, hugh_task *task) {
  stream_state *state = task->state;
  switch (state->stage++) {
    case OPEN: /* in a step of its own: a view made by the step that pushes would die with the child */
      state->content = hugh_view_decode(scan, task->view, decoder_of(task->class.kind), NULL);
      return state->content != NULL ? HUGH_AGAIN : HUGH_DONE;
    case NAME:
      if (refine(scan, task, state->content) == HUGH_WANT) {
        state->stage = NAME;
        return HUGH_WANT;
      }
      return HUGH_AGAIN;
    case CONTENT: hugh_task_push(scan, task, state->content, inner_name(task->name)); return HUGH_AGAIN;
    case REST: push_rest(scan, task, state->content); return HUGH_AGAIN;
    default: return HUGH_DONE;
  }
}

const hugh_parser hugh_parser_stream = {"stream", sizeof(stream_state), stream_step, NULL};
