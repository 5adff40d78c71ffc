/*
** Running one stream of opcodes.
*/
#ifndef HUGH_PICKLE_STREAM_H
#define HUGH_PICKLE_STREAM_H

#include "machine.h"

typedef enum hugh_end {
  HUGH_STREAM_STOP,  /* STOP */
  HUGH_STREAM_ERROR, /* no unpickler goes on; machine->at is right after the error */
  HUGH_STREAM_END,   /* the input ends */
  HUGH_STREAM_WANT,  /* bytes have to be fed */
  HUGH_STREAM_AGAIN, /* work is spent, or a child was pushed */
  HUGH_STREAM_CUT,   /* the opcode at machine->at crosses the end of its frame: the flavour decides */
  HUGH_STREAM_RAW,   /* the raw bytes of a joblib array follow: machine->raw says how they are laid out */
  HUGH_STREAM_FULL   /* a limit was hit */
} hugh_end;

hugh_end hugh_machine_run(hugh_machine *);
/* Notes that the machines read this stream differently; `apart`: from here on they are at different places. */
void hugh_machine_diverge(hugh_machine *, uint64_t offset, bool apart, const char *how);
/* In the file flavour, where a frame ends too soon: whether reading goes on in a buffer that held more than the frame, or behind the frame. */
bool hugh_machine_keeps(hugh_machine *);

#endif
