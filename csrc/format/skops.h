/* The schema in a skops archive. */
#ifndef HUGH_SKOPS_H
#define HUGH_SKOPS_H

#include "../core.h"

extern const hugh_parser hugh_parser_skops;

#endif
