/* Shell commands, wherever they are found: scripts and the lines of notebooks that start with an exclamation mark. */
#ifndef HUGH_SHELL_H
#define HUGH_SHELL_H

#include "../core.h"

/* Reports what the lines of the text, which lies at `offset` of the task's view, fetch and run. */
void hugh_shell_look(hugh_scan *, const hugh_task *, uint64_t offset, hugh_text);

#endif
