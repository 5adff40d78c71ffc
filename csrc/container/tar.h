/*
** What others may ask of the tar parser.
*/
#ifndef HUGH_TAR_H
#define HUGH_TAR_H

#include "../core.h"

/* Whether the bytes start with the header of a member: its checksum is all that readers of old tars have to go by. */
bool hugh_tar_starts(const uint8_t *head, size_t length);

#endif
