/*
** Judging a global: is it known to be safe, known to be dangerous, or neither? The knowledge is globals.tsv.
*/
#ifndef HUGH_PICKLE_JUDGE_H
#define HUGH_PICKLE_JUDGE_H

#include "../core.h"

/* What has to hold of a call before a safe entry counts as safe; docs/globals.md says what each means. */
typedef enum hugh_check {
  HUGH_CHECK_NONE,
  HUGH_CHECK_NO_INIT,
  HUGH_CHECK_PLAIN_STATE,
  HUGH_CHECK_TUPLE_STATE,
  HUGH_CHECK_NO_ARGUMENTS,
  HUGH_CHECK_ONE_ARGUMENT,
  HUGH_CHECK_CODECS_ENCODE,
  HUGH_CHECK_GETATTR_DATA,
  HUGH_CHECK_NAMED,
  HUGH_CHECK_COPYREG,
  HUGH_CHECK_KIN,
  HUGH_CHECK_RECONSTRUCT,
  HUGH_CHECK_DEFAULTDICT,
  HUGH_CHECK_PARTIAL,
  HUGH_CHECK_REBUILD,
  HUGH_CHECK_SHARED,
  HUGH_CHECK_DTYPE_OBJECT
} hugh_check;

typedef struct hugh_judgement {
  hugh_global_class class;
  hugh_check check;
  const char *category, *reason; /* static */
} hugh_judgement;

/* `protocol` below 3 also judges what Python 3 turns the Python 2 name into: the worse of the two. */
hugh_judgement hugh_judge_global(hugh_text module, hugh_text name, unsigned protocol);

#endif
