/* TensorFlow's operators, wherever they are named: in graphs, and with "Flex" before them in TensorFlow Lite. */
#ifndef HUGH_TENSORFLOW_H
#define HUGH_TENSORFLOW_H

#include "../core.h"

/* Reports an operator that reaches out of the graph; false if this one does not. */
bool hugh_tensorflow_operator(hugh_scan *, const hugh_task *, uint64_t offset, hugh_text name);

#endif
