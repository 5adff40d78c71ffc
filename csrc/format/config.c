/*
** JSON files of a model repository: where a config asks for code (auto_map, custom pipelines, _target_, Keras Lambda layers, chat templates),
** at any depth.
*/
#include "jinja.h"
#include "json.h"

typedef enum member {
  PLAIN,
  AUTO_MAP,
  CUSTOM_PIPELINE,
  TARGET,
  CLASS_NAME,
  TEMPLATE
} member;

typedef struct state {
  bool open;
  hugh_json json;
  member member; /* the one whose value comes next */
} state;

static void drop(hugh_scan *scan, hugh_task *task) { hugh_json_close(scan, &((state *)task->state)->json); }

static member member_of(hugh_text key) {
  static const struct {
    const char *key;
    member member;
  } known[] = {{"auto_map", AUTO_MAP},  {"custom_pipelines", CUSTOM_PIPELINE}, {"_target_", TARGET},
               {"class_name", CLASS_NAME}, {"chat_template", TEMPLATE},        {"template", TEMPLATE}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (hugh_text_is(key, known[i].key)) return known[i].member;
  }
  return PLAIN;
}

static void judge(hugh_scan *scan, hugh_task *task, hugh_json_token token) {
  state *st = task->state;
  uint64_t at = st->json.start;
  hugh_text text = st->json.text;
  bool string = token == HUGH_JSON_STRING;
  switch (st->member) {
    case AUTO_MAP:
      if (token == HUGH_JSON_NULL) return;
      hugh_find(scan, task, HUGH_FOUND_CONFIG_AUTO_MAP, at, "auto_map names classes in the repository's own Python files: loading with "
                                                            "trust_remote_code=True runs them");
      return;
    case CUSTOM_PIPELINE:
      if (token == HUGH_JSON_NULL) return;
      hugh_find(scan, task, HUGH_FOUND_CONFIG_AUTO_MAP, at, "custom_pipelines names code in the repository: loading with "
                                                            "trust_remote_code=True runs it");
      return;
    case TARGET:
      if (string) {
        hugh_find(scan, task, HUGH_FOUND_CONFIG_TARGET, at, "_target_ names %s, which Hydra calls when the config is instantiated",
                  hugh_show(scan, text, 100));
      }
      return;
    case CLASS_NAME:
      if (string && (hugh_text_is(text, "Lambda") || hugh_text_is(text, "__lambda__"))) {
        hugh_find(scan, task, HUGH_FOUND_KERAS_LAMBDA, at, "a Keras Lambda layer: its function is Python bytecode inside the config");
      }
      return;
    case TEMPLATE:
      if (!string) return;
      hugh_jinja_judge(scan, task, at, text);
      if (st->json.text_cut) hugh_incomplete(scan, task, at, "a template is longer than 1 MiB");
      return;
    case PLAIN: return;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!st->open) hugh_json_open(&st->json, task->view, 0, HUGH_UNKNOWN_SIZE, false);
  st->open = true;
  for (;;) {
    uint64_t from = st->json.at;
    hugh_json_token token = hugh_json_next(scan, &st->json);
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
      default:
        judge(scan, task, token);
        st->member = PLAIN;
    }
    if (hugh_work(scan, (size_t)(st->json.at - from) + 1)) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_config = {"config", sizeof(state), step, drop};
