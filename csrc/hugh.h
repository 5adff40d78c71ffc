/*
** hugh: what would loading this file do?
**
** The public C API. The core reads bytes that a host feeds it and states facts; it does no I/O, keeps no global state, and never runs
** anything it reads. An object may be used by one thread at a time; different objects by different threads at once.
**
**     hugh_scan *scan = hugh_scan_new(&options);
**     hugh_want want;
**     for (;;) {
**       switch (hugh_scan_step(scan, HUGH_WORK_DEFAULT, &want)) {
**         case HUGH_WANT:  read want.hint bytes at want.offset; hugh_scan_feed(), or hugh_scan_eof() if there are none; break;
**         case HUGH_AGAIN: break;                       (the slice of work is spent: do something else, then call again)
**         case HUGH_DONE:  use hugh_scan_report(scan); hugh_scan_free(scan); return;
**         case HUGH_FAIL:  out of memory: there is no report; hugh_scan_free(scan); return;
**       }
**     }
*/
#ifndef HUGH_H
#define HUGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HUGH_VERSION "1.0.0"

#if defined(__GNUC__)
#define HUGH_API __attribute__((visibility("default")))
#else
#define HUGH_API
#endif

#define HUGH_UNKNOWN_SIZE UINT64_MAX /* a source whose size is not known before it ends */
#define HUGH_NO_OFFSET    UINT64_MAX /* a finding about the whole source */
#define HUGH_SOURCE_MOST  ((uint64_t)1 << 53) /* no source of unknown size is longer: what lies behind is never asked for */
#define HUGH_WORK_DEFAULT ((size_t)1 << 20)

/* ------------------------------------------------------------------ words */

/* Bytes with a length; not NUL-terminated, any byte may occur. */
typedef struct hugh_text {
  const char *data;
  size_t length;
} hugh_text;

/* How bad a finding is. The order is meaningful. */
typedef enum hugh_severity {
  HUGH_INFO,
  HUGH_LOW,
  HUGH_MEDIUM,
  HUGH_HIGH,
  HUGH_CRITICAL
} hugh_severity;

/* What loading a file can do, from best to worst; a file is as bad as its worst part. */
typedef enum hugh_safety {
  HUGH_SAFE,       /* read in full, and loading it cannot run code */
  HUGH_UNKNOWN,    /* a format hugh cannot judge, or not read in full */
  HUGH_SUSPICIOUS, /* something outside what is known to be safe */
  HUGH_DANGEROUS   /* names or calls something that runs code, or has a structure that only attacks have */
} hugh_safety;

/* What the content is; one line per kind in kinds.def. */
typedef enum hugh_kind {
#define HUGH_KIND(tag, name, safety, parser, about) HUGH_KIND_##tag,
#include "kinds.def"
#undef HUGH_KIND
  HUGH_KIND_COUNT
} hugh_kind;

HUGH_API const char *hugh_version(void);
HUGH_API const char *hugh_severity_name(hugh_severity);
HUGH_API const char *hugh_safety_name(hugh_safety);
HUGH_API const char *hugh_kind_name(hugh_kind);
HUGH_API const char *hugh_kind_about(hugh_kind); /* one sentence: what loading a file of this kind can do */

/* --------------------------------------------------------- classification */

typedef struct hugh_class {
  hugh_kind kind;
  bool by_content;    /* the bytes decided; otherwise only the name did */
  bool name_disagrees; /* the name promises something else: `expected` */
  hugh_kind expected;
} hugh_class;

/*
** What is this? `head` holds the first `length` bytes of a source of `size` bytes (HUGH_UNKNOWN_SIZE if not known); 4096 bytes are
** enough, fewer are fine at the end of a short source. `name` is the file name or path, the second witness; it may be empty.
*/
HUGH_API hugh_class hugh_classify(const void *head, size_t length, uint64_t size, hugh_text name);
#define HUGH_CLASSIFY_BYTES 4096

/* ------------------------------------------------------------------ scans */

/*
** Memory: called like realloc; `size` 0 frees, `old` is the size the block was asked for. Returns memory aligned as malloc's, or NULL when
** there is none (and always for `size` 0). NULL instead of an allocator means the C library's.
*/
typedef struct hugh_allocator {
  void *(*resize)(void *context, void *block, size_t old, size_t size);
  void *context;
} hugh_allocator;

/* Bounds of one scan. A bound that is hit gives the finding `scan.budget` and an incomplete report. 0 means the default. */
typedef struct hugh_limits {
  uint64_t kept;     /* bytes of memory for input and derived data (default 48 MiB) */
  uint64_t inflated; /* bytes that decompression may produce, all streams together (default 4 GiB) */
  uint64_t opcodes;  /* pickle opcodes run, all streams together (default 2^32) */
  uint32_t nesting;  /* sources inside sources (default 8) */
  uint32_t findings; /* findings kept; the worst are kept (default 1000) */
} hugh_limits;

typedef struct hugh_options {
  hugh_text name;      /* the path or name; copied */
  uint64_t size;       /* of the source, or HUGH_UNKNOWN_SIZE */
  bool sparse;         /* reads are expensive: ask only for bytes a loader would interpret, not for cross-checks */
  bool explain;        /* also write the program of each pickle: hugh_report.lines */
  bool disassemble;    /* also write each pickle's opcodes: hugh_report.lines */
  hugh_limits limits;
  const hugh_allocator *allocator; /* must outlive the scan */
} hugh_options;

/* All zero but for an unknown size. */
HUGH_API void hugh_options_init(hugh_options *);

/* The bytes the scan wants next: at least `min`, best `hint` (>= min), from `offset`. Fewer only if the source ends there. */
typedef struct hugh_want {
  uint64_t offset;
  size_t min, hint;
} hugh_want;

typedef enum hugh_next {
  HUGH_DONE,
  HUGH_WANT,
  HUGH_AGAIN,
  HUGH_FAIL
} hugh_next;

typedef struct hugh_scan hugh_scan;

/* A scan of one source; NULL if there is no memory. */
HUGH_API hugh_scan *hugh_scan_new(const hugh_options *);

/* Starts over on another source, reusing the memory of the last one; its report is gone. The allocator stays the first one. */
HUGH_API void hugh_scan_reset(hugh_scan *, const hugh_options *);

/* Does up to about `work` units (a unit is of the order of a byte or an opcode). HUGH_DONE and HUGH_FAIL are final. */
HUGH_API hugh_next hugh_scan_step(hugh_scan *, size_t work, hugh_want *);

/*
** Lends the scan `length` bytes of the source from `offset`: they must stay as they are until hugh_scan_step wants others, so that a host can
** read those into the same buffer. May be fewer or more than wanted, and may start earlier.
*/
HUGH_API void hugh_scan_feed(hugh_scan *, uint64_t offset, const void *bytes, size_t length);

/* There are no bytes where the scan wants some: the source ends at `size` or before. If it promised more, that becomes a finding. */
HUGH_API void hugh_scan_eof(hugh_scan *, uint64_t size);

HUGH_API void hugh_scan_free(hugh_scan *);

/* ---------------------------------------------------------------- reports */

typedef struct hugh_finding {
  const char *id; /* stable and dotted, see findings.def */
  hugh_severity severity;
  hugh_safety safety; /* what it makes of the file */
  hugh_text message;
  hugh_text member; /* path inside the source, empty for the source itself */
  uint64_t offset;  /* in the member, or HUGH_NO_OFFSET */
} hugh_finding;

typedef enum hugh_global_class {
  HUGH_GLOBAL_UNKNOWN,
  HUGH_GLOBAL_SAFE,
  HUGH_GLOBAL_DANGEROUS
} hugh_global_class;

/* Something a pickle (or another program format) names. Each (module, name) is listed once per scan. */
typedef struct hugh_global {
  hugh_text module, name;
  hugh_global_class judged;
  const char *category; /* static text, or NULL for unknown ones */
  const char *reason;
  bool called;
  hugh_text member; /* where it is first named */
  uint64_t offset;
} hugh_global;

/* A fact the format states about itself, such as gguf.architecture or safetensors.tensors. */
typedef struct hugh_note {
  const char *key;
  bool is_number;
  uint64_t number;
  hugh_text text;
} hugh_note;

/* A line of an explanation or a disassembly. */
typedef struct hugh_line {
  hugh_text member;
  uint64_t offset;
  hugh_safety safety; /* how bad what the line does is */
  hugh_text text;
} hugh_line;

typedef struct hugh_report {
  hugh_text name;
  hugh_class classified;
  hugh_safety safety;
  bool complete;       /* every byte a loader would use was read */
  uint64_t size;       /* HUGH_UNKNOWN_SIZE if never learnt */
  uint64_t bytes_read; /* fed and used */
  uint64_t opcodes, inflated, members;
  const hugh_finding *findings;
  size_t finding_count;
  uint64_t findings_dropped; /* beyond limits.findings */
  const hugh_global *globals;
  size_t global_count;
  const hugh_note *notes;
  size_t note_count;
  const hugh_line *lines;
  size_t line_count;
} hugh_report;

/* Valid after HUGH_DONE until the scan is reset or freed; NULL before. */
HUGH_API const hugh_report *hugh_scan_report(hugh_scan *);

/* ---------------------------------------------------------------- scoring */

typedef struct hugh_factor {
  double weight; /* >= 0, any scale */
  double value;  /* 0..1 of the weight */
  bool known;    /* false: inconclusive, left out of the score */
} hugh_factor;

typedef struct hugh_score {
  double score;    /* 0..100 over what is known; 0 if nothing is */
  double coverage; /* 0..100: the share of all weight that is known */
} hugh_score;

/* The weighted share of the points that could be judged. */
HUGH_API hugh_score hugh_score_factors(const hugh_factor *, size_t count);

/* The first grade whose bound the score reaches: `bounds` descend, e.g. {90, 80, 70, 60}; returns 0..count (count: below all). */
HUGH_API size_t hugh_score_grade(double score, const double *bounds, size_t count);

/* ---------------------------------------------------------------- matching */

/*
** Whether `text` matches the glob: `*` any characters but '/', `**` any, `?` one but '/', `{a,b}` either (may nest). `**` followed by '/'
** also matches nothing, so that such a glob finds a name in any directory. The time is bounded by the product of the two lengths, whatever
** the pattern. 1 or 0; -1 for a pattern that is too long (512 bytes, 64 alternatives) or leaves a brace open.
*/
HUGH_API int hugh_glob(hugh_text pattern, hugh_text text, bool ignore_case);

#ifdef __cplusplus
}
#endif
#endif
