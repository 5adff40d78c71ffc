/*
** The walk that ONNX and TensorFlow share. Readers of protocol buffers skip a known field of the wrong wire type in silence, so such a
** field is a finding: what one reader skips another may read.
*/
#include "graph.h"

static hugh_next broken(hugh_scan *scan, hugh_task *task, uint64_t offset, const char *why) {
  hugh_find(scan, task, HUGH_FOUND_GRAPH_BROKEN, offset, "the graph is not well-formed: %s", why);
  return HUGH_DONE;
}

/* The outermost message is over. */
static hugh_next finish(hugh_scan *scan, hugh_task *task, const hugh_graph *graph) {
  if (!graph->known && !graph->any) return broken(scan, task, 0, "there is no graph in it");
  if (!graph->known) hugh_task_reclassify(scan, task, HUGH_KIND_UNKNOWN);
  else if (graph->odd) return broken(scan, task, graph->odd_at, "a field has another type than it must");
  return HUGH_DONE;
}

static const hugh_graph_field *find(const hugh_graph_field *fields, size_t count, uint8_t message, uint32_t number) {
  for (size_t i = 0; i < count; i++) {
    if (fields[i].message == message && fields[i].field == number) return &fields[i];
  }
  return NULL;
}

hugh_next hugh_graph_walk(hugh_scan *scan, hugh_task *task, hugh_graph *graph, const hugh_graph_field *fields, size_t count, hugh_graph_text *text) {
  hugh_protobuf *pb = &graph->pb;
  do {
    uint64_t start = pb->at;
    switch (hugh_protobuf_next(scan, task->view, pb)) {
      case HUGH_PROTOBUF_NEED: return HUGH_WANT;
      case HUGH_PROTOBUF_END: return finish(scan, task, graph);
      case HUGH_PROTOBUF_CUT: return broken(scan, task, start, "it ends in the middle");
      case HUGH_PROTOBUF_BROKEN: return broken(scan, task, start, "a field is not one of protocol buffers, or longer than what it is in");
      case HUGH_PROTOBUF_FIELD: break;
    }
    uint8_t message = hugh_protobuf_message(pb);
    const hugh_graph_field *field = find(fields, count, message, pb->field);
    if (field == NULL) continue;
    if ((field->child & HUGH_GRAPH_OR_NUMBER) != 0 && pb->wire == HUGH_WIRE_VARINT) continue;
    if (pb->wire != HUGH_WIRE_BYTES) {
      if (!graph->odd) graph->odd_at = start;
      graph->odd = true;
      continue;
    }
    graph->known = true;
    if (field->child == HUGH_GRAPH_JSON) {
      hugh_task_push_as(scan, task, hugh_view_slice(scan, task->view, pb->offset, pb->length), hugh_text_of("metadata"), HUGH_KIND_JSON);
      return HUGH_AGAIN;
    }
    if (field->child != 0) {
      if (!hugh_protobuf_enter(pb, field->child & (HUGH_GRAPH_OR_NUMBER - 1))) return broken(scan, task, start, "messages lie deeper in messages than readers go");
      continue;
    }
    size_t length = pb->length < HUGH_GRAPH_TEXT ? (size_t)pb->length : HUGH_GRAPH_TEXT, got;
    if (length == 0) continue;
    const uint8_t *p = hugh_view_get(scan, task->view, pb->offset, length, length, &got);
    if (p == NULL) {
      if (task->view->got == HUGH_END) return broken(scan, task, start, "it ends in the middle");
      pb->at = start; /* read this field again */
      return HUGH_WANT;
    }
    text(scan, task, message, pb->field, pb->offset, (hugh_text){(const char *)p, length});
  } while (!hugh_work(scan, 8));
  return HUGH_AGAIN;
}
