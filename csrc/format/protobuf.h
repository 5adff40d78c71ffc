/*
** Protocol buffers without recursion: one field after the other, messages inside messages on an explicit stack. Which fields are messages
** the reader says, by entering them; the others are skipped without being read.
*/
#ifndef HUGH_PROTOBUF_H
#define HUGH_PROTOBUF_H

#include "../core.h"

#define HUGH_PROTOBUF_DEPTH 100 /* protobuf's own readers stop there too */

typedef enum hugh_wire { HUGH_WIRE_VARINT = 0, HUGH_WIRE_FIXED64 = 1, HUGH_WIRE_BYTES = 2, HUGH_WIRE_FIXED32 = 5 } hugh_wire;

typedef enum hugh_protobuf_got {
  HUGH_PROTOBUF_FIELD, /* field, wire, offset and length say what it is; enter it, or call next to skip it */
  HUGH_PROTOBUF_END,   /* the outermost message ends */
  HUGH_PROTOBUF_NEED,  /* return HUGH_WANT */
  HUGH_PROTOBUF_CUT,   /* the file ends inside a field */
  HUGH_PROTOBUF_BROKEN /* these are no protocol buffers */
} hugh_protobuf_got;

/* Zeroed to begin; `message` is the reader's own number for the kind of message. */
typedef struct hugh_protobuf {
  uint64_t at;
  uint32_t field;
  hugh_wire wire;
  uint64_t offset, length; /* of the contents of a bytes field */
  uint32_t depth;
  struct {
    uint64_t end;
    uint8_t message;
  } stack[HUGH_PROTOBUF_DEPTH + 1];
} hugh_protobuf;

hugh_protobuf_got hugh_protobuf_next(hugh_scan *, hugh_view *, hugh_protobuf *);
/* The fields inside the current one come next; false if that is deeper than HUGH_PROTOBUF_DEPTH. */
bool hugh_protobuf_enter(hugh_protobuf *, uint8_t message);

static inline uint8_t hugh_protobuf_message(const hugh_protobuf *p) { return p->stack[p->depth].message; }

#endif
