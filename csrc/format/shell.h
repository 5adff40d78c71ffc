/* Shell commands, wherever they are found: scripts and the lines of notebooks that start with an exclamation mark. */
#ifndef HUGH_SHELL_H
#define HUGH_SHELL_H

#include "../core.h"

/* Where in the text to go on, and what is known of the command there; zeroed at first. */
typedef struct hugh_shell {
  size_t at, command;
  bool source, runner, joined;
} hugh_shell;

/* Reports what the commands of the text, which lies at `offset` of the task's view, fetch and run. False: the work is spent; call again. */
bool hugh_shell_look(hugh_scan *, const hugh_task *, hugh_shell *, uint64_t offset, hugh_text);

#endif
