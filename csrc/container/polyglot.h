/*
** Files that are two things at once. Every loader goes by a sign of its own: most by the first bytes, Python's tarfile by a checksum over the
** first block, zipfile and torch.jit.load by the last bytes. So bytes that mean one thing to hugh may mean another to a loader, and all of
** what they may mean is read.
*/
#ifndef HUGH_POLYGLOT_H
#define HUGH_POLYGLOT_H

#include "../core.h"

/* Decides from the head of a view that was classified what else it has to be read as: task->also and task->by_end. */
void hugh_polyglot_glance(hugh_task *, const uint8_t *head, size_t length);

/* Runs when the task's own parser is done: reads the view as those, too. */
extern const hugh_parser hugh_parser_polyglot;

#endif
