/*
** The walk over protocol buffers. Nothing is kept but where each open message ends.
*/
#include "protobuf.h"

/* Reads a varint at p[*at]; false if it is not complete, or longer than ten bytes. */
static bool varint(const uint8_t *p, size_t length, size_t *at, uint64_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 70 && *at < length; shift += 7) {
    uint8_t byte = p[(*at)++];
    *value |= (uint64_t)(byte & 127) << (shift < 64 ? shift : 63);
    if (byte < 128) return true;
  }
  return false;
}

hugh_protobuf_got hugh_protobuf_next(hugh_scan *scan, hugh_view *view, hugh_protobuf *pb) {
  while (pb->depth > 0 && pb->at == pb->stack[pb->depth].end) pb->depth--;
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, view, pb->at, 20, &length); /* a tag and a number of ten bytes each */
  if (p == NULL) return view->got == HUGH_NEED ? HUGH_PROTOBUF_NEED : pb->depth == 0 ? HUGH_PROTOBUF_END : HUGH_PROTOBUF_CUT;
  size_t at = 0;
  uint64_t tag, value = 0;
  if (!varint(p, length, &at, &tag)) return length < 10 ? HUGH_PROTOBUF_CUT : HUGH_PROTOBUF_BROKEN;
  if (tag >> 3 == 0 || tag > UINT32_MAX) return HUGH_PROTOBUF_BROKEN;
  pb->field = (uint32_t)(tag >> 3);
  pb->wire = (hugh_wire)(tag & 7);
  switch (pb->wire) {
    case HUGH_WIRE_FIXED64: value = 8; break;
    case HUGH_WIRE_FIXED32: value = 4; break;
    case HUGH_WIRE_VARINT:
    case HUGH_WIRE_BYTES:
      if (!varint(p, length, &at, &value)) return length < 20 ? HUGH_PROTOBUF_CUT : HUGH_PROTOBUF_BROKEN;
      if (pb->wire == HUGH_WIRE_VARINT) value = 0;
      break;
    default: return HUGH_PROTOBUF_BROKEN; /* groups: no writer of graphs makes them */
  }
  pb->offset = pb->at + at;
  pb->length = value;
  uint64_t end = hugh_add(pb->offset, value);
  if (pb->depth > 0) {
    if (end > pb->stack[pb->depth].end) return HUGH_PROTOBUF_BROKEN;
  } else {
    hugh_got there = hugh_view_reaches(scan, view, end);
    if (there != HUGH_GOT) return there == HUGH_NEED ? HUGH_PROTOBUF_NEED : HUGH_PROTOBUF_CUT;
  }
  pb->at = end;
  return HUGH_PROTOBUF_FIELD;
}

bool hugh_protobuf_enter(hugh_protobuf *pb, uint8_t message) {
  if (pb->depth == HUGH_PROTOBUF_DEPTH) return false;
  pb->depth++;
  pb->stack[pb->depth].end = pb->at;
  pb->stack[pb->depth].message = message;
  pb->at = pb->offset;
  return true;
}
