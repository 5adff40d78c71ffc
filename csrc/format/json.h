/*
** A pull reader for JSON that may be larger than memory: bytes come from a view, tokens go out, nothing is built. Strict, it accepts what
** Rust's serde_json accepts (the safetensors header); otherwise also what Python's json module does, and several documents in a row.
*/
#ifndef HUGH_JSON_H
#define HUGH_JSON_H

#include "../core.h"

typedef enum hugh_json_token {
  HUGH_JSON_NEED,   /* the view needs bytes: return HUGH_WANT, then call again */
  HUGH_JSON_BROKEN, /* no JSON at `at`; `problem` says why. Stays so. */
  HUGH_JSON_END,    /* all read; only white space followed */
  HUGH_JSON_OBJECT,
  HUGH_JSON_ARRAY,
  HUGH_JSON_CLOSE, /* of the innermost object or array */
  HUGH_JSON_KEY,   /* text */
  HUGH_JSON_STRING, /* text */
  HUGH_JSON_INTEGER, /* one that fits uint64_t: `integer` */
  HUGH_JSON_FLOAT,   /* any other number */
  HUGH_JSON_TRUE,
  HUGH_JSON_FALSE,
  HUGH_JSON_NULL
} hugh_json_token;

#define HUGH_JSON_DEPTH_MAX 1024
#define HUGH_JSON_TEXT_MAX  ((size_t)1 << 20) /* longer strings are validated to their end, but kept only up to here */

typedef struct hugh_json {
  hugh_view *view;
  uint64_t at, end;   /* the next byte to read; where the JSON ends (HUGH_UNKNOWN_SIZE: with the view) */
  uint64_t start;     /* where the last token began */
  bool strict;
  bool skip_text;     /* the caller does not want to see strings */
  uint32_t depth, depth_max;
  const char *problem;
  hugh_text text;     /* of the last key or string, decoded; lives until the next call */
  bool text_cut;
  uint64_t integer;

  /* the rest is the reader's own */
  uint8_t expect, number_state;
  bool in_string, in_number, number_negative, number_float, exponent_negative;
  int32_t exponent, exponent_digits;
  uint8_t is_object[HUGH_JSON_DEPTH_MAX / 8];
  char *buffer;
  size_t length, capacity;
} hugh_json;

/* Reads `view` from `at` to `end`. Strict readers nest 127 deep like serde_json, others to HUGH_JSON_DEPTH_MAX. */
void hugh_json_open(hugh_json *, hugh_view *view, uint64_t at, uint64_t end, bool strict);
void hugh_json_close(hugh_scan *, hugh_json *);
hugh_json_token hugh_json_next(hugh_scan *, hugh_json *);

/* Whether the innermost container is an object, and whether a value in it was just finished. */
bool hugh_json_in_object(const hugh_json *);
bool hugh_json_after_member(const hugh_json *);

#endif
