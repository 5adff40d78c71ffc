/*
** ONNX: a ModelProto. A graph is data; what can hurt is a path to external weights that leaves the model's directory, an operator that
** runs Python, or a domain whose operators only a native library brings.
*/
#include "graph.h"

#define DOMAINS_MOST 16

enum { MODEL, GRAPH, NODE, ATTRIBUTE, TENSOR, SPARSE, ENTRY, OPSET, TRAINING, FUNCTION };

/* onnx.proto; child 0 is a text, and no message contains a model. */
static const hugh_graph_field fields[] = {
    {MODEL, GRAPH, 7},      {MODEL, OPSET, 8},        {MODEL, TRAINING, 20},  {MODEL, FUNCTION, 25},   {GRAPH, NODE, 1},      {GRAPH, TENSOR, 5},
    {GRAPH, SPARSE, 15},    {NODE, 0, 4},             {NODE, ATTRIBUTE, 5},   {NODE, 0, 7},            {ATTRIBUTE, TENSOR, 5}, {ATTRIBUTE, GRAPH, 6},
    {ATTRIBUTE, TENSOR, 10}, {ATTRIBUTE, GRAPH, 11},  {ATTRIBUTE, SPARSE, 22}, {ATTRIBUTE, SPARSE, 23}, {TENSOR, ENTRY, 13},   {ENTRY, 0, 2},
    {SPARSE, TENSOR, 1},    {SPARSE, TENSOR, 2},      {OPSET, 0, 1},          {TRAINING, GRAPH, 1},    {TRAINING, GRAPH, 2},  {FUNCTION, NODE, 7},
    {FUNCTION, OPSET, 9},   {FUNCTION, 0, 10},        {FUNCTION, ATTRIBUTE, 11},
};

typedef struct state {
  hugh_graph graph;
  bool external; /* an external file was noted */
  size_t domains, defined;
  hugh_text domain[DOMAINS_MOST], by_function[DOMAINS_MOST]; /* used, and defined by functions of the model itself */
} state;

static bool known_domain(hugh_text domain) {
  static const char *const known[] = {"ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training", "com.microsoft",
                                      "com.microsoft.nchwc", "com.microsoft.experimental", "com.ms.internal.nhwc", "org.pytorch.aten"};
  return HUGH_AMONG(domain, known);
}

/* Keeps `text` in a list, once; false when the list is full. */
static bool keep(hugh_scan *scan, hugh_text *list, size_t *count, hugh_text text) {
  for (size_t i = 0; i < *count; i++) {
    if (hugh_text_equal(list[i], text)) return true;
  }
  if (*count == DOMAINS_MOST) return false;
  list[(*count)++] = hugh_arena_copy(scan, text.data, text.length);
  return true;
}

static void take_text(hugh_scan *scan, hugh_task *task, uint8_t message, uint32_t number, uint64_t offset, hugh_text text) {
  state *st = task->state;
  if (message == ENTRY) {
    if (hugh_text_starts(text, "*/_ORT_MEM_ADDR_/*")) { /* then the offset is an address */
      hugh_find(scan, task, HUGH_FOUND_ONNX_EXTERNAL_DATA, offset, "a tensor's data is said to be in the memory of the program that loads the model");
    } else if (hugh_text_leaves(text)) {
      hugh_find(scan, task, HUGH_FOUND_ONNX_EXTERNAL_DATA, offset, "a tensor's data is said to be at %s, outside the model's directory", hugh_show(scan, text, 100));
    } else if (!st->external) {
      hugh_note_text(scan, "onnx.external_data", text);
      st->external = true;
    }
  } else if (message == NODE && number == 4) {
    if (hugh_text_is(text, "EPContext")) {
      hugh_find(scan, task, HUGH_FOUND_ONNX_CUSTOM_DOMAIN, offset, "the operator EPContext holds, or names a file with, a program compiled for an accelerator");
    } else if (hugh_text_starts(text, "PyOp") || hugh_text_starts(text, "PythonOp") || hugh_text_is(text, "PyCustomOp")) {
      hugh_find(scan, task, HUGH_FOUND_ONNX_PYTHON_OP, offset, "the operator %s calls Python when the graph is run", hugh_show(scan, text, 60));
    }
  } else if (message == FUNCTION) {
    keep(scan, st->by_function, &st->defined, text);
  } else if (!known_domain(text) && !keep(scan, st->domain, &st->domains, text)) {
    hugh_incomplete(scan, task, offset, "a model uses more operator domains than hugh keeps");
  }
}

/* Domains that neither the runtimes nor the model's own functions define. */
static void judge_domains(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  for (size_t i = 0; i < st->domains; i++) {
    bool defined = false;
    for (size_t k = 0; k < st->defined; k++) defined = defined || hugh_text_equal(st->domain[i], st->by_function[k]);
    if (defined) continue;
    hugh_find(scan, task, HUGH_FOUND_ONNX_CUSTOM_DOMAIN, HUGH_NO_OFFSET, "operators of the domain %s come from a native library that must be loaded first",
              hugh_show(scan, st->domain[i], 100));
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_next next = hugh_graph_walk(scan, task, &st->graph, fields, sizeof fields / sizeof *fields, take_text);
  if (next == HUGH_DONE) judge_domains(scan, task);
  return next;
}

const hugh_parser hugh_parser_onnx = {"onnx", sizeof(state), step, NULL};
