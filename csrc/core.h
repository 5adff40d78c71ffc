/*
** What the parts of the core share: memory, views of bytes, tasks, findings. Internal; hosts use hugh.h.
**
** A scan is a stack of tasks. A task runs one parser over one view; the parser's `step` is called again and again, keeps what it knows in
** its state, and answers
**   HUGH_DONE   finished with this view (having reported what it found),
**   HUGH_WANT   a view answered HUGH_NEED: return at once, change nothing that repeating the step would repeat,
**   HUGH_AGAIN  the slice of work is spent, or a child task was pushed that has to run first.
** Nothing recurses, nothing blocks. The pattern of every parser:
**
**     size_t length;
**     const uint8_t *p = hugh_view_get(scan, view, state->at, 8, 8, &length);
**     if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : truncated(scan, task);
**     state->count = hugh_le64(p); state->at += 8;              (commit only after the bytes were there)
**
** Memory comes from two places: hugh_resize (freed by its owner's `drop`) and hugh_arena_alloc (lives until the scan is reset). A failed
** allocation sets scan->failed, after which the scan ends with HUGH_FAIL whatever the parser returns.
*/
#ifndef HUGH_CORE_H
#define HUGH_CORE_H

#include "bytes.h"
#include "hugh.h"

/* ------------------------------------------------------------------ memory */

/* Like realloc on the scan's allocator, counted against limits.kept; NULL (and scan->failed or a budget finding) when there is none. */
void *hugh_resize(hugh_scan *, void *block, size_t old, size_t size);
/* Zeroed bytes that live as long as the report. */
void *hugh_arena_alloc(hugh_scan *, size_t size);
/* A copy in the arena, NUL-terminated for convenience; {"", 0} when there is no memory. */
hugh_text hugh_arena_copy(hugh_scan *, const void *data, size_t length);
bool hugh_may_keep(hugh_scan *, size_t more); /* ask before the arena is given what a hostile input makes long or many */

/* For tables of what the input names; differs from scan to scan. */
uint64_t hugh_hash(const hugh_scan *, const void *data, size_t length);

static inline hugh_text hugh_text_of(const char *s) { return (hugh_text){s, strlen(s)}; }
static inline bool hugh_text_equal(hugh_text a, hugh_text b) {
  return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}
static inline bool hugh_text_is(hugh_text a, const char *s) { return hugh_text_equal(a, hugh_text_of(s)); }
bool hugh_text_ends(hugh_text a, const char *suffix);   /* ASCII case-insensitive */
bool hugh_text_starts(hugh_text a, const char *prefix); /* exact */
/* Whether a path of the input may leave the directory that it belongs to: "..", absolute, a drive, or a NUL that hides its end. */
bool hugh_text_leaves(hugh_text path);

bool hugh_text_among(hugh_text a, const char *const *words, size_t count);
#define HUGH_AMONG(text, words) hugh_text_among(text, words, sizeof(words) / sizeof *(words))

/* The length of the valid UTF-8 sequence at p (1 to 4), or 0 if there is none in `length` bytes. */
size_t hugh_utf8_length(const uint8_t *p, size_t length);
/* Writes a code point, a lone surrogate too, as 1 to 4 bytes; returns how many. */
size_t hugh_utf8_put(char out[4], uint32_t code);

/* ------------------------------------------------------------------- views */

typedef enum hugh_got {
  HUGH_GOT,
  HUGH_NEED, /* the host must feed bytes first: return HUGH_WANT */
  HUGH_END   /* the view ends before that, or cannot be read there (a finding says why) */
} hugh_got;

typedef struct hugh_view hugh_view;

/*
** Bytes 0..size of something: the source, a slice of another view, a buffer, or what a decoder makes of another view. `size` is
** HUGH_UNKNOWN_SIZE until the end was met. Views need no freeing: those made in a step that pushes a child die with that child, the
** others with the task that made them.
*/
struct hugh_view {
  const uint8_t *(*get)(hugh_scan *, hugh_view *, uint64_t at, size_t min, size_t hint, size_t *length);
  void (*close)(hugh_scan *, hugh_view *); /* may be NULL */
  uint64_t size;
  hugh_got got; /* why the last get returned NULL */
};

/*
** At least `min` (>= 1) bytes from `at`, as many as are at hand, *length of them; valid until the next get on any view of this scan.
** NULL if they are not there: view->got says why. `hint` is how many the parser expects to use from here. A decoding view can go back
** (it starts over, at a price counted against limits.inflated); a `min` beyond limits.kept fails with a budget finding.
*/
static inline const uint8_t *hugh_view_get(hugh_scan *scan, hugh_view *view, uint64_t at, size_t min, size_t hint, size_t *length) {
  return view->get(scan, view, at, min, hint < min ? min : hint, length);
}

/* Whether a view has at least `size` bytes, learning its size if need be: HUGH_GOT yes, HUGH_END no, HUGH_NEED. */
hugh_got hugh_view_reaches(hugh_scan *, hugh_view *, uint64_t size);

/* Up to `most` (>= 1) bytes from `at`: fewer only if the view ends there; NULL likewise, HUGH_END if nothing is there. */
const uint8_t *hugh_view_upto(hugh_scan *, hugh_view *, uint64_t at, size_t most, size_t *length);

/* The whole source. */
hugh_view *hugh_view_root(hugh_scan *);
/* Bytes base..base+size of `parent` (clipped to it); size may be HUGH_UNKNOWN_SIZE: up to the end. */
hugh_view *hugh_view_slice(hugh_scan *, hugh_view *parent, uint64_t base, uint64_t size);
/* A buffer that outlives the view (arena, or static). */
hugh_view *hugh_view_memory(hugh_scan *, const void *data, size_t size);

/*
** A decoder turns the bytes of a parent view into others (stream.c holds those for deflate, bzip2, xz, lz4, zstd ...). `open` allocates
** `state`; `run` consumes from in/out like zlib: moves *in, *in_left, *out, *out_left; `end` says no more input follows.
*/
typedef enum hugh_decoded {
  HUGH_DECODE_MORE,  /* made progress or wants more input */
  HUGH_DECODE_END,   /* the stream is complete */
  HUGH_DECODE_ERROR, /* the stream is broken here */
  HUGH_DECODE_WINDOW /* the stream needs more memory than it may have */
} hugh_decoded;

typedef struct hugh_decoder {
  const char *name;
  void *(*open)(hugh_scan *, const void *parameters);
  hugh_decoded (*run)(void *state, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end);
  void (*close)(hugh_scan *, void *state);
  bool (*again)(hugh_scan *, void *state); /* starts over: several streams in a row decode to one. NULL: what follows is no part of it */
} hugh_decoder;

/* What `decoder` makes of `parent`. `parameters` (arena or static) goes to `open`. A broken stream ends there: view->got HUGH_END and
** a finding `stream.broken`; what was decoded before stays readable. */
hugh_view *hugh_view_decode(hugh_scan *, hugh_view *parent, const hugh_decoder *, const void *parameters);

/* Whether bytes of this view have to be decoded, so that going back costs. */
bool hugh_view_decodes(const hugh_view *);
/* Where in its parent a decoding view's input ended; HUGH_UNKNOWN_SIZE while that is not known, or if it broke off. */
uint64_t hugh_view_consumed(const hugh_view *);

/* ------------------------------------------------------------------- tasks */

typedef struct hugh_task hugh_task;

typedef struct hugh_parser {
  const char *name;
  size_t state_size; /* zeroed memory for task->state */
  hugh_next (*step)(hugh_scan *, hugh_task *);
  void (*drop)(hugh_scan *, hugh_task *); /* frees what the state holds; may be NULL; called once, however the scan ends */
} hugh_parser;

struct hugh_task {
  const hugh_parser *parser;
  hugh_view *view;
  void *state;
  hugh_text member; /* path inside the source; empty at the top; lives as long as the task */
  hugh_text name;   /* the last part of it, or the source's name: the second witness */
  hugh_class class;
  uint32_t depth;
  hugh_kind also;  /* what else the view is read as when the parser is done; HUGH_KIND_UNKNOWN: nothing */
  bool by_end;     /* and whether it may be a zip by its end */
  bool guest;      /* the view is the parent's, which reads it as what its head says */
  hugh_task *parent; /* the task below on the stack, which pushed this one */
  size_t views;      /* internal: how many views there were before this task's */
  size_t path_length; /* internal: bytes of the path behind this struct */
};

/*
** Pushes a child that classifies and scans `view`, named `name` inside the task (its member is "parent!name", or just name at the top
** level). The caller returns HUGH_AGAIN; its step is called again when the child is done. Beyond limits.nesting: a finding, nothing pushed.
*/
void hugh_task_push(hugh_scan *, hugh_task *, hugh_view *view, hugh_text name);
/* The same with a parser already chosen: for views whose kind is known. The task pushed, or NULL. */
void hugh_task_push_as(hugh_scan *, hugh_task *, hugh_view *view, hugh_text name, hugh_kind kind);
hugh_task *hugh_task_push_parser(hugh_scan *, hugh_task *, hugh_view *view, hugh_text name, hugh_kind kind, const hugh_parser *);

/* What a task is known to be now (a zip turns out to be a torch-zip); at the top this is the report's kind. */
void hugh_task_reclassify(hugh_scan *, hugh_task *, hugh_kind);

/* Counts work; true when the slice is spent and step should return HUGH_AGAIN. */
bool hugh_work(hugh_scan *, size_t units);

/* Whether `a` goes before `b`. */
typedef bool hugh_before(const void *a, const void *b);
#define HUGH_SORT_SIZE 128 /* the largest item that is sorted */
/* Sorts `count` items of `size` bytes. False: the slice is spent, call again with the same *done, which is 0 at first. */
bool hugh_sort(hugh_scan *, void *items, size_t count, size_t size, hugh_before *, size_t *done);

/* ---------------------------------------------------------------- findings */

typedef enum hugh_finding_id {
#define HUGH_FINDING(tag, id, severity, safety) HUGH_FOUND_##tag,
#include "findings.def"
#undef HUGH_FINDING
  HUGH_FINDING_COUNT
} hugh_finding_id;

/*
** Reports a finding in the task's member at `offset` of its view (or HUGH_NO_OFFSET) and makes the file at least as bad as findings.def
** says. The message is printf-like, cut at 2000 bytes; texts that come from the input are passed through hugh_show first.
*/
void hugh_find(hugh_scan *, const hugh_task *, hugh_finding_id, uint64_t offset, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 5, 6)))
#endif
    ;

/* `data` as printable ASCII: backslash escapes for the rest, "…" after `most` characters. Good for a
** message that is made now: the eighth next call reuses the buffer. */
const char *hugh_show(hugh_scan *, hugh_text, size_t most);

/* The file is at least this bad. */
void hugh_judge(hugh_scan *, hugh_safety);
/* A part of the source was not read: the report is incomplete, and says why once per reason. */
void hugh_incomplete(hugh_scan *, const hugh_task *, uint64_t offset, const char *why);

/* Adds a global, or finds the one that is there, and returns it (NULL: no memory). `called` is or-ed in. */
hugh_global *hugh_report_global(hugh_scan *, const hugh_task *, uint64_t offset, hugh_text module, hugh_text name);
/* Some member uses it in a way that is dangerous: what others do with it does not make it better. */
void hugh_global_condemn(hugh_global *);
bool hugh_global_is_condemned(const hugh_global *);

void hugh_note_number(hugh_scan *, const char *key, uint64_t);
void hugh_note_text(hugh_scan *, const char *key, hugh_text);
void hugh_note_add(hugh_scan *, const char *key, uint64_t); /* counts up */
void hugh_line_add(hugh_scan *, const hugh_task *, uint64_t offset, hugh_safety, hugh_text);

/* -------------------------------------------------------------------- scan */

#define HUGH_READ ((size_t)256 * 1024) /* how much to ask for when reading on */
#define HUGH_VOID_MOST ((uint64_t)64 << 20) /* how far to look whether something follows padding or damage: a sparse file costs nothing */

/* The parts every parser may look at; the rest is scan.c's. */
const hugh_options *hugh_scan_options(const hugh_scan *);
bool hugh_scan_failed(const hugh_scan *);
/* Spends from limits.opcodes / limits.inflated; false (and a budget finding, incomplete) when it is used up. */
bool hugh_spend_opcodes(hugh_scan *, const hugh_task *, uint64_t);
bool hugh_spend_inflated(hugh_scan *, uint64_t);
uint64_t hugh_inflated_left(const hugh_scan *);

/* The parser for a kind (kinds.def). */
const hugh_parser *hugh_parser_of(hugh_kind);
hugh_safety hugh_kind_safety(hugh_kind);

#define HUGH_KIND(tag, name, safety, parser, about) extern const hugh_parser hugh_parser_##parser;
#include "kinds.def"
#undef HUGH_KIND

#endif
