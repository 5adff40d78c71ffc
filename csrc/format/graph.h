/* Graphs in protocol buffers: a table says which fields lead on, the walk calls the judge of texts. */
#ifndef HUGH_GRAPH_H
#define HUGH_GRAPH_H

#include "protobuf.h"

/* In `message`, `field` holds a message of kind `child`, a text (0) or JSON (HUGH_GRAPH_JSON). It must be of the wire type bytes. */
typedef struct hugh_graph_field {
  uint8_t message, child;
  uint16_t field;
} hugh_graph_field;

#define HUGH_GRAPH_JSON      0x7f /* a config, if it is JSON at all */
#define HUGH_GRAPH_OR_NUMBER 0x80 /* added to a child: the field may be a number as well, which is skipped */

#define HUGH_GRAPH_TEXT ((size_t)4096) /* longer names than this are cut */

typedef struct hugh_graph {
  hugh_protobuf pb;
  bool known;  /* a field of the table was met */
  bool any;    /* set by the reader: without a graph it is some other message, which is no finding */
  bool odd;    /* a field of the outermost message has another type than the table says */
  uint64_t odd_at;
} hugh_graph;

typedef void hugh_graph_text(hugh_scan *, hugh_task *, uint8_t message, uint32_t field, uint64_t offset, hugh_text);

/* Runs or goes on with the walk; `text` is called with every text of the table. */
hugh_next hugh_graph_walk(hugh_scan *, hugh_task *, hugh_graph *, const hugh_graph_field *, size_t count, hugh_graph_text *);

#endif
