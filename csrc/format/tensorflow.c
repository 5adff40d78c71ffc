/*
** TensorFlow graphs: a SavedModel, or a bare GraphDef. The names of operators that reach files or Python are looked for. What is not on
** the list is not thereby proven harmless, so such a file stays of unknown safety.
*/
#include "tensorflow.h"

#include "graph.h"

enum { SAVED, META, GRAPH, LIBRARY, FUNCTION, NODE, ATTRIBUTES, VALUE, LIST, EITHER, META_OR_LIBRARY };

/*
** From tensorflow/core: saved_model.proto, meta_graph.proto, graph.proto, function.proto, node_def.proto, attr_value.proto. A GraphDef may
** begin like a SavedModel, with a number in field 1, which its readers skip: such a file is read as both.
*/
static const hugh_graph_field fields[] = {
    {EITHER, NODE | HUGH_GRAPH_OR_NUMBER, 1}, {EITHER, META_OR_LIBRARY, 2}, {META_OR_LIBRARY, FUNCTION, 1}, {META_OR_LIBRARY, GRAPH, 2},
    {SAVED, META, 2},     {META, GRAPH, 2},        {GRAPH, NODE, 1},  {GRAPH, LIBRARY, 2}, {LIBRARY, FUNCTION, 1},
    {FUNCTION, NODE, 3}, {NODE, 0, 2},      {NODE, ATTRIBUTES, 5},   {ATTRIBUTES, VALUE, 2}, {VALUE, 0, 2},  {VALUE, LIST, 1},
    {LIST, 0, 2},
};

/* Files are written. */
static const char *const dangerous[] = {"WriteFile", "SaveDataset", "SaveDatasetV2", "WriteGraphSummary", "CreateSummaryFileWriter"};

/* Files are read, or Python functions of the program around the graph are called, or other machines. */
static const char *const suspicious[] = {"PyFunc", "EagerPyFunc", "PyFuncStateless", "ReadFile", "MatchingFiles", "LoadDataset", "ImmutableConst",
                                         "WholeFileReader", "WholeFileReaderV2", "TextLineReader", "TextLineReaderV2", "TFRecordReader",
                                         "TFRecordReaderV2", "FixedLengthRecordReader", "FixedLengthRecordReaderV2", "TextLineDataset",
                                         "TFRecordDataset", "FixedLengthRecordDataset", "GeneratorDataset", "Rpc", "TryRpc", "DecodeProtoV2"};

typedef struct state {
  hugh_graph graph;
  bool started;
} state;

static bool among(hugh_text text, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (hugh_text_is(text, list[i])) return true;
  }
  return false;
}

bool hugh_tensorflow_operator(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text name) {
  if (among(name, dangerous, sizeof dangerous / sizeof *dangerous)) {
    hugh_find(scan, task, HUGH_FOUND_TF_OP_DANGEROUS, offset, "the operator %s writes files when the graph is run", hugh_show(scan, name, 60));
  } else if (among(name, suspicious, sizeof suspicious / sizeof *suspicious)) {
    hugh_find(scan, task, HUGH_FOUND_TF_OP, offset, "the operator %s reaches files, Python or the network when the graph is run", hugh_show(scan, name, 60));
  } else {
    return false;
  }
  return true;
}

static void take_text(hugh_scan *scan, hugh_task *task, uint8_t message, uint32_t number, uint64_t offset, hugh_text text) {
  (void)number;
  if (message == NODE) {
    hugh_tensorflow_operator(scan, task, offset, text);
  } else if (hugh_text_starts(text, "file:")) { /* an attribute: where PrintV2 and the debug operators write */
    hugh_find(scan, task, HUGH_FOUND_TF_OP, offset, "an operator's attribute names the file %s", hugh_show(scan, text, 100));
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!st->started) { /* a SavedModel begins with its schema's version; TensorFlow takes saved_model.pb for one whatever it begins with */
    size_t length;
    const uint8_t *p = hugh_view_get(scan, task->view, 0, 1, HUGH_READ, &length);
    if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
    bool saved = hugh_text_is(task->name, "saved_model.pb");
    st->graph.pb.stack[0].message = saved ? SAVED : p[0] == 8 ? EITHER : GRAPH;
    st->started = true;
  }
  return hugh_graph_walk(scan, task, &st->graph, fields, sizeof fields / sizeof *fields, take_text);
}

const hugh_parser hugh_parser_tensorflow = {"tensorflow", sizeof(state), step, NULL};
