/*
** JSON files of a model repository: where a config asks for code (auto_map, custom pipelines, _target_, Keras layers that are code or come
** from any module, chat templates) or for files that lie elsewhere, at any depth.
*/
#include "jinja.h"
#include "json.h"
#include "named.h"
#include "objects.h"

typedef enum member {
  PLAIN,
  AUTO_MAP,
  CUSTOM_PIPELINE,
  PIPELINE_CLASS,
  TRUST,
  TARGET,
  OTHER_TARGET,
  MODULE,
  CLASS_NAME,
  REGISTERED_NAME,
  CONFIG,
  TEMPLATE,
  TEMPLATES,
  SHARDS,
  MODULE_TYPE,
  FUNCTION,
  VOCABULARY
} member;

typedef struct state {
  bool open;
  hugh_json json;
  member member;        /* the one whose value comes next */
  member inside;        /* every text in the object that is `inside_depth` deep is such a value */
  uint32_t inside_depth;
  hugh_objects objects; /* Keras takes `class_name` from `module`, wherever that is in the object */
} state;

static void drop(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  hugh_json_close(scan, &st->json);
  hugh_objects_close(scan, &st->objects);
}

static member member_of(hugh_text key) {
  static const struct {
    const char *key;
    member member;
  } known[] = {{"auto_map", AUTO_MAP},     {"custom_pipelines", CUSTOM_PIPELINE}, {"custom_pipeline", CUSTOM_PIPELINE},
               {"_class_name", PIPELINE_CLASS}, {"trust_remote_code", TRUST},     {"_target_", TARGET},
               {"target", OTHER_TARGET},   {"class_path", OTHER_TARGET},          {"module", MODULE},
               {"()", OTHER_TARGET},       {"py/object", OTHER_TARGET},           {"py/type", OTHER_TARGET},
               {"py/function", OTHER_TARGET}, {"py/class", OTHER_TARGET},         {"type", MODULE_TYPE},
               {"function", FUNCTION},     {"vocabulary", VOCABULARY},            {"weight_map", SHARDS},
               {"class_name", CLASS_NAME}, {"config", CONFIG},                    {"registered_name", REGISTERED_NAME},
               {"chat_template", TEMPLATES}, {"template", TEMPLATE}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (hugh_text_is(key, known[i].key)) return known[i].member;
  }
  return PLAIN;
}

/* Functions and classes of Keras itself that reach beyond the model: files, the network, pickles, the switch of safe mode. */
static bool reaches_out(hugh_text name) {
  static const char *const names[] = {"get_file",     "enable_unsafe_deserialization", "load_model", "load_weights", "load_img",
                                      "extract_archive", "TorchModuleWrapper",         "model_from_json", "TFSMLayer",  "read_file", "write_file",
                                      "py_function",  "numpy_function",                "load_op_library"};
  return HUGH_AMONG(name, names);
}

/* Functions of TensorFlow that a TFOpLambda layer may name and that reach beyond the model. */
static bool is_op_outside(hugh_text function) {
  static const char *const names[] = {"raw_ops.", "io.read_file", "io.write_file", "io.matching_files", "io.gfile.", "py_function", "numpy_function",
                                      "compat.v1.py_func", "load_op_library", "saved_model.load", "keras.utils.get_file"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (hugh_text_starts(function, names[i])) return true;
  }
  return false;
}

static bool is_of_keras(hugh_text module) {
  static const char *const packages[] = {"keras", "tf_keras", "tensorflow", "keras_hub", "keras_nlp", "keras_cv"};
  size_t root = 0;
  while (root < module.length && module.data[root] != '.') root++;
  hugh_text package = {module.data, root};
  /* builtins is how Keras writes a function by name: its own are looked for first, what else that can be is seen in `config`. */
  return HUGH_AMONG(package, packages) || hugh_text_is(module, "builtins");
}

/* Whether a module, or one that it imports and that is had through it (keras.backend.os), has a dangerous function of this name. */
static bool is_dangerous(hugh_scan *scan, hugh_task *task, uint64_t at, hugh_text module, hugh_text name) {
  for (;;) {
    if (hugh_named_dangerous(scan, task, at, module, name)) return true;
    const char *dot = memchr(module.data, '.', module.length);
    if (dot == NULL) return false;
    module = (hugh_text){dot + 1, (size_t)(module.data + module.length - dot) - 1};
  }
}

/* Keras imports `module` and calls what `name` is there. */
static void judge_import(hugh_scan *scan, hugh_task *task, hugh_object *here, uint64_t at, hugh_text name) {
  hugh_text module = hugh_object_module(here);
  if (is_dangerous(scan, task, at, module, name)) {
    hugh_find(scan, task, HUGH_FOUND_KERAS_CALL, at, "a Keras config calls %s.%s", hugh_show(scan, module, 100), hugh_show(scan, name, 100));
  } else if (!here->reported && !is_of_keras(module)) {
    hugh_find(scan, task, HUGH_FOUND_KERAS_MODULE, at, "a Keras config imports %s, which is no part of Keras, for %s",
              hugh_show(scan, module, 100), hugh_show(scan, name, 100));
    here->reported = true;
  }
}

/* A string member of something Keras would deserialize. */
static void judge_keras(hugh_scan *scan, hugh_task *task, hugh_object *here, uint64_t at) {
  state *st = task->state;
  hugh_text text = st->json.text;
  if (st->member == MODULE) {
    hugh_object_set_module(here, text);
    if (here->class_length > 0) judge_import(scan, task, here, at, hugh_object_class(here));
    return;
  }
  if (hugh_text_is(text, "Lambda") || hugh_text_is(text, "__lambda__")) {
    hugh_find(scan, task, HUGH_FOUND_KERAS_LAMBDA, at, "a Keras Lambda layer: its function is Python bytecode inside the config");
  }
  if (reaches_out(text)) {
    hugh_find(scan, task, HUGH_FOUND_KERAS_CALL, at, "a Keras config names %s, which reaches files, the network or pickles",
              hugh_show(scan, text, 100));
  }
  if (st->member == CLASS_NAME) hugh_object_set_class(here, text);
  if (here->module_length > 0) judge_import(scan, task, here, at, text);
}

/* The file that a value names. */
static void judge_path(hugh_scan *scan, hugh_task *task, uint64_t at, hugh_text path, const char *what) {
  const char *colon = memchr(path.data, ':', path.length);
  bool address = colon != NULL && HUGH_STARTS(colon, (size_t)(path.data + path.length - colon), "://");
  if (!address && !hugh_text_leaves(path)) return;
  hugh_find(scan, task, HUGH_FOUND_CONFIG_PATH, at, "the config takes %s from %s, outside the repository", what, hugh_show(scan, path, 100));
}

/* A value under a name that is known. True if that pushed a task. */
static bool judge(hugh_scan *scan, hugh_task *task, hugh_json_token token) {
  state *st = task->state;
  uint64_t at = st->json.start;
  hugh_text text = st->json.text;
  bool string = token == HUGH_JSON_STRING;
  hugh_object *here;
  switch (st->inside_depth > 0 ? st->inside : st->member) {
    case AUTO_MAP:
      if (token == HUGH_JSON_NULL) return false;
      hugh_find(scan, task, HUGH_FOUND_CONFIG_AUTO_MAP, at, "auto_map names classes in the repository's own Python files: loading with "
                                                            "trust_remote_code=True runs them");
      return false;
    case CUSTOM_PIPELINE:
      if (token == HUGH_JSON_NULL) return false;
      hugh_find(scan, task, HUGH_FOUND_CONFIG_AUTO_MAP, at, "custom_pipelines names code in the repository: loading with "
                                                            "trust_remote_code=True runs it");
      return false;
    case PIPELINE_CLASS: /* a name, or for diffusers a file of the repository and a name */
      if (token != HUGH_JSON_ARRAY) return false;
      hugh_find(scan, task, HUGH_FOUND_CONFIG_AUTO_MAP, at, "_class_name names a file in the repository: diffusers runs it when "
                                                            "trust_remote_code=True is passed");
      return false;
    case TRUST:
      if (token != HUGH_JSON_TRUE) return false;
      hugh_find(scan, task, HUGH_FOUND_CONFIG_AUTO_MAP, at, "trust_remote_code is set: tools that take it from here run the repository's code");
      return false;
    case TARGET:
      if (string) hugh_named_target(scan, task, at, text);
      return false;
    case OTHER_TARGET: /* words with other meanings as well: only a name that runs code counts */
      if (string) hugh_named_other_target(scan, task, at, text);
      return false;
    case MODULE:
    case CLASS_NAME:
    case REGISTERED_NAME:
    case CONFIG:
      here = string ? hugh_objects_at(scan, &st->objects, st->json.depth) : NULL;
      if (here != NULL) judge_keras(scan, task, here, at);
      return false;
    case SHARDS:
      if (string) judge_path(scan, task, at, text, "tensors");
      return false;
    case VOCABULARY:
      if (string) judge_path(scan, task, at, text, "a vocabulary");
      return false;
    case MODULE_TYPE: /* of sentence-transformers, whose list of modules is a file of this name */
      if (!string || !hugh_text_is(task->name, "modules.json") || memchr(text.data, '.', text.length) == NULL) return false;
      if (hugh_text_starts(text, "sentence_transformers.")) return false;
      hugh_find(scan, task, HUGH_FOUND_CONFIG_AUTO_MAP, at, "the model is made of %s, which is no part of sentence-transformers: loading the model "
                                                            "imports it, from the repository if that is trusted", hugh_show(scan, text, 100));
      return false;
    case FUNCTION:
      if (!string || !is_op_outside(text)) return false;
      hugh_find(scan, task, HUGH_FOUND_KERAS_CALL, at, "a Keras config calls tf.%s, which reaches files, Python or native code",
                hugh_show(scan, text, 100));
      return false;
    case TEMPLATES:
    case TEMPLATE:
      if (!string) return false;
      hugh_jinja_push(scan, task, hugh_view_memory(scan, text.data, text.length), "chat_template"); /* the text stays until the next token */
      if (st->json.text_cut) hugh_incomplete(scan, task, at, "a template is longer than 1 MiB");
      return true;
    case PLAIN: break;
  }
  return false;
}

/* An object was opened or closed: are the texts in it templates, or names of files? (Templates in an array have a name of their own.) */
static void look_around(state *st, hugh_json_token token) {
  uint32_t depth = st->json.depth;
  if (token == HUGH_JSON_OBJECT && st->inside_depth == 0 && (st->member == TEMPLATES || st->member == SHARDS)) {
    st->inside = st->member;
    st->inside_depth = depth;
  } else if (depth < st->inside_depth) {
    st->inside_depth = 0;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!st->open) {
    size_t length;
    const uint8_t *p = hugh_view_upto(scan, task->view, 0, 3, &length);
    if (p == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
    hugh_json_open(&st->json, task->view, p != NULL && HUGH_STARTS(p, length, "\xef\xbb\xbf") ? 3 : 0, HUGH_UNKNOWN_SIZE, false);
  }
  st->open = true;
  for (;;) {
    uint64_t from = st->json.at;
    bool pushed = false;
    hugh_json_token token = hugh_json_next(scan, &st->json);
    look_around(st, token);
    switch (token) {
      case HUGH_JSON_NEED: return HUGH_WANT;
      case HUGH_JSON_END: return HUGH_DONE;
      case HUGH_JSON_BROKEN:
        if (task->class.expected == HUGH_KIND_JSON) {
          hugh_find(scan, task, HUGH_FOUND_JSON_BROKEN, st->json.at, "no JSON from here on: %s", st->json.problem);
        } else {
          hugh_task_reclassify(scan, task, HUGH_KIND_TEXT); /* it only began like JSON */
        }
        return HUGH_DONE;
      case HUGH_JSON_KEY: st->member = member_of(st->json.text); break;
      case HUGH_JSON_OBJECT: {
        judge(scan, task, token);
        st->member = PLAIN;
        hugh_object *here = hugh_objects_at(scan, &st->objects, st->json.depth);
        if (here != NULL) *here = (hugh_object){.reported = false};
        break;
      }
      default:
        pushed = judge(scan, task, token);
        st->member = PLAIN;
    }
    if (hugh_work(scan, (size_t)(st->json.at - from) + 4) || pushed) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_config = {"config", sizeof(state), step, drop};
