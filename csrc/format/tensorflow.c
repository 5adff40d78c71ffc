/*
** TensorFlow graphs: a SavedModel, or a bare GraphDef. The names of operators that reach files or Python are looked for, and the configs from
** which Keras makes layers, Lambda among them. What is not on the list is not thereby proven harmless, so such a file stays of unknown safety.
*/
#include "tensorflow.h"

#include "graph.h"

enum { SAVED, META, GRAPH, LIBRARY, FUNCTION, NODE, ATTRIBUTES, VALUE, LIST, OBJECTS, OBJECT, USER, KERAS, LAYER, EITHER, META_OR_LIBRARY };

/*
** From tensorflow/core: saved_model.proto, meta_graph.proto, graph.proto, function.proto, node_def.proto, attr_value.proto,
** saved_object_graph.proto; from Keras 2: saved_metadata.proto. A GraphDef may begin like a SavedModel, with a number in field 1, which its
** readers skip: such a file is read as both.
*/
static const hugh_graph_field fields[] = {
    {EITHER, NODE | HUGH_GRAPH_OR_NUMBER, 1}, {EITHER, META_OR_LIBRARY, 2}, {META_OR_LIBRARY, FUNCTION, 1}, {META_OR_LIBRARY, GRAPH, 2},
    {SAVED, META, 2},     {META, GRAPH, 2},        {GRAPH, NODE, 1},  {GRAPH, LIBRARY, 2}, {LIBRARY, FUNCTION, 1},
    {FUNCTION, NODE, 3}, {NODE, 0, 2},      {NODE, ATTRIBUTES, 5},   {ATTRIBUTES, VALUE, 2}, {VALUE, 0, 2},  {VALUE, LIST, 1},
    {LIST, 0, 2},
    {META_OR_LIBRARY, OBJECTS, 7}, {META, OBJECTS, 7}, {OBJECTS, OBJECT, 1}, {OBJECT, USER, 4}, {USER, HUGH_GRAPH_JSON, 3},
    {KERAS, LAYER, 1},   {LAYER, HUGH_GRAPH_JSON, 5},
};

/* Files are written. Here and below without the "Experimental" before and the version behind a name. */
static const char *const dangerous[] = {"WriteFile",         "SaveDataset",             "DatasetToTFRecord",     "SnapshotDataset", "DistributedSave",
                                        "WriteGraphSummary", "CreateSummaryFileWriter", "CreateSummaryDbWriter"};

/* Files are read, or Python functions of the program around the graph are called, or other machines. */
static const char *const suspicious[] = {
    "PyFunc", "EagerPyFunc", "PyFuncStateless", "GeneratorDataset", "ReadFile", "MatchingFiles", "MatchingFilesDataset", "LoadDataset", "ImmutableConst",
    "WholeFileReader", "TextLineReader", "TFRecordReader", "FixedLengthRecordReader", "LMDBReader", "TextLineDataset", "TFRecordDataset",
    "FixedLengthRecordDataset", "CSVDataset", "SqlDataset", "LMDBDataset", "CacheDataset", "SnapshotDatasetReader", "SnapshotNestedDatasetReader",
    "SnapshotChunkDataset", "ListSnapshotChunksDataset", "GenerateVocabRemapping", "LoadAndRemapMatrix", "FileSystemSetConfiguration",
    "DataServiceDataset", "RegisterDataset", "Rpc", "TryRpc", "DecodeProto"};

typedef struct state {
  hugh_graph graph;
  bool started;
  bool text;
  uint64_t at; /* in the text */
} state;

static hugh_text plain_name(hugh_text name) {
  if (hugh_text_starts(name, "Experimental")) name = (hugh_text){name.data + 12, name.length - 12};
  size_t n = name.length;
  if (n > 2 && name.data[n - 2] == 'V' && name.data[n - 1] >= '2' && name.data[n - 1] <= '9') name.length = n - 2;
  return name;
}

bool hugh_tensorflow_operator(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text name) {
  hugh_text plain = plain_name(name);
  if (HUGH_AMONG(plain, dangerous)) {
    hugh_find(scan, task, HUGH_FOUND_TF_OP_DANGEROUS, offset, "the operator %s writes files when the graph is run", hugh_show(scan, name, 60));
  } else if (HUGH_AMONG(plain, suspicious)) {
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
  } else if (hugh_text_starts(text, "file:") || hugh_text_starts(text, "grpc:")) { /* an attribute: where PrintV2 and the debug operators write */
    hugh_find(scan, task, HUGH_FOUND_TF_OP, offset, "an operator's attribute names %s", hugh_show(scan, text, 100));
  }
}

/* Whether what stands before `at` is the name of the field that holds an operator: op: "Add". */
static bool is_operator_field(const uint8_t *p, size_t at) {
  while (at > 0 && (p[at - 1] == ' ' || p[at - 1] == '\t')) at--;
  if (at == 0 || p[--at] != ':') return false;
  while (at > 0 && (p[at - 1] == ' ' || p[at - 1] == '\t')) at--;
  return at >= 2 && p[at - 2] == 'o' && p[at - 1] == 'p' && (at == 2 || p[at - 3] <= ' ' || p[at - 3] == '{' || p[at - 3] == ';' || p[at - 3] == ',');
}

/* A graph in protocol buffers' form as text, which TensorFlow loads too: its operators, where they are spelt plainly. */
static hugh_next text_step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  for (;;) {
    size_t length;
    const uint8_t *p = hugh_view_upto(scan, task->view, st->at, HUGH_READ, &length);
    if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
    for (size_t i = 0; i < length; i++) {
      if ((p[i] != '"' && p[i] != '\'') || !is_operator_field(p, i)) continue;
      const uint8_t *end = memchr(p + i + 1, p[i], length - i - 1);
      if (end != NULL) hugh_tensorflow_operator(scan, task, st->at + i, (hugh_text){(const char *)p + i + 1, (size_t)(end - p) - i - 1});
    }
    if (length < HUGH_READ) return HUGH_DONE;
    st->at += length - HUGH_GRAPH_TEXT; /* a field may lie across the seam */
    if (hugh_work(scan, length)) return HUGH_AGAIN;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (st->text) return text_step(scan, task);
  if (!st->started) { /* a SavedModel begins with its schema's version; some names are taken for what they say whatever the file begins with */
    size_t length;
    const uint8_t *p = hugh_view_get(scan, task->view, 0, 1, HUGH_READ, &length);
    if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
    bool saved = hugh_text_is(task->name, "saved_model.pb"), keras = hugh_text_is(task->name, "keras_metadata.pb");
    st->graph.pb.stack[0].message = saved ? SAVED : keras ? KERAS : p[0] == 8 ? EITHER : GRAPH;
    st->graph.any = !saved;
    st->started = true;
    st->text = !hugh_text_ends(task->name, ".pb") && (p[0] > ' ' || hugh_text_ends(task->name, ".pbtxt")); /* what .pb is called is read as one */
    if (st->text) return HUGH_AGAIN;
  }
  return hugh_graph_walk(scan, task, &st->graph, fields, sizeof fields / sizeof *fields, take_text);
}

const hugh_parser hugh_parser_tensorflow = {"tensorflow", sizeof(state), step, NULL};
