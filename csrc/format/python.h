/* Python source, wherever it is found: files and the cells of notebooks. */
#ifndef HUGH_PYTHON_H
#define HUGH_PYTHON_H

#include "../core.h"

#define HUGH_PYTHON_ALIASES 64
#define HUGH_PYTHON_CALLS   160
#define HUGH_PYTHON_STRINGS 8 /* in the braces of each other */

typedef struct hugh_python_alias {
  hugh_text name, means; /* in the arena */
} hugh_python_alias;

/* A string that is open; of a formatted one the braces hold code. */
typedef struct hugh_python_string {
  char quote;
  bool triple, format, in_braces;
  uint32_t nested; /* braces inside those */
} hugh_python_string;

/* What is known of the source so far; zeroed at first. It may come in pieces, which end at line ends. */
typedef struct hugh_python {
  hugh_python_alias aliases[HUGH_PYTHON_ALIASES];
  size_t alias_count;
  bool reported[HUGH_PYTHON_CALLS];
  unsigned hidden; /* the ways to hide that were reported, a bit each */
  hugh_python_string strings[HUGH_PYTHON_STRINGS];
  size_t open; /* how many of them */

  size_t at;   /* where in the piece to go on */
  char before; /* the last character that is no space */
  bool defining;
  size_t assigned, assigned_length; /* the name to the left of the last equals sign */
} hugh_python;

/* Reports what the piece at `offset` of the task's view calls. False: the work is spent; call again with the same piece. */
bool hugh_python_look(hugh_scan *, const hugh_task *, hugh_python *, uint64_t offset, hugh_text piece);

#endif
