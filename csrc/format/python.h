/* Python source, wherever it is found: files and the cells of notebooks. */
#ifndef HUGH_PYTHON_H
#define HUGH_PYTHON_H

#include "../core.h"

#define HUGH_PYTHON_ALIASES 64
#define HUGH_PYTHON_CALLS   96

typedef struct hugh_python_alias {
  hugh_text name, means; /* in the arena */
} hugh_python_alias;

/* What is known of the source so far; zeroed at first. Pieces of it end at line ends. */
typedef struct hugh_python {
  hugh_python_alias aliases[HUGH_PYTHON_ALIASES];
  size_t alias_count;
  bool reported[HUGH_PYTHON_CALLS];
  char triple; /* the quote of the string that the last piece left open, or 0 */
} hugh_python;

/* Reports what the piece at `offset` of the task's view calls. */
void hugh_python_look(hugh_scan *, const hugh_task *, hugh_python *, uint64_t offset, hugh_text piece);

#endif
