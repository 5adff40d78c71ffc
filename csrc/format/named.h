/* Python objects that configs name by import path: `_target_` of Hydra, module and class_name of Keras, tags of YAML. */
#ifndef HUGH_NAMED_H
#define HUGH_NAMED_H

#include "../core.h"

/* Whether module.name is known to be dangerous; it is then listed among the report's globals as called. */
bool hugh_named_dangerous(hugh_scan *, const hugh_task *, uint64_t offset, hugh_text module, hugh_text name);

/* Reports a `_target_`, a path with dots, which Hydra imports and calls. */
void hugh_named_target(hugh_scan *, const hugh_task *, uint64_t offset, hugh_text path);

/* Reports the path under a key such as `target` or `class_path`, which other loaders import and call, if it is dangerous. */
void hugh_named_other_target(hugh_scan *, const hugh_task *, uint64_t offset, hugh_text path);

/* Splits a path at its last dot; without one the module is builtins. */
void hugh_named_split(hugh_text path, hugh_text *module, hugh_text *name);

#endif
