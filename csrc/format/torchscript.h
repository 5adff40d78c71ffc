/* The source in a TorchScript archive. */
#ifndef HUGH_TORCHSCRIPT_H
#define HUGH_TORCHSCRIPT_H

#include "../core.h"

extern const hugh_parser hugh_parser_torchscript;

#endif
