/*
** The schema.json of a skops archive: a tree of Python objects, each with its module, its class and the loader that builds it. skops imports
** what a node names once it is trusted: a list of its own, and what the caller adds, which is often simply everything the file asks for.
*/
#include "skops.h"

#include "../pickle/judge.h"
#include "json.h"
#include "objects.h"

typedef enum member { OTHER, MODULE, CLASS, LOADER } member;

typedef struct schema_state {
  bool open;
  hugh_json json;
  member member; /* the one whose value comes next */
  hugh_objects nodes;
} schema_state;

static void schema_drop(hugh_scan *scan, hugh_task *task) {
  schema_state *state = task->state;
  hugh_json_close(scan, &state->json);
  hugh_objects_close(scan, &state->nodes);
}

static void judge(hugh_scan *scan, hugh_task *task, uint64_t at, hugh_text module, hugh_text class) {
  hugh_judgement judgement = hugh_judge_global(module, class, 4);
  hugh_global *global = hugh_report_global(scan, task, at, module, class);
  if (global == NULL || global->called) return; /* said so before */
  global->judged = judgement.class;
  global->category = judgement.category;
  global->reason = judgement.reason;
  global->called = true;
  if (judgement.class == HUGH_GLOBAL_DANGEROUS) {
    hugh_global_condemn(global);
    hugh_find(scan, task, HUGH_FOUND_SKOPS_DANGEROUS, at, "the schema names %s.%s: %s", hugh_show(scan, module, 100), hugh_show(scan, class, 100),
              judgement.reason != NULL ? judgement.reason : "it can run code");
  } else if (judgement.class == HUGH_GLOBAL_UNKNOWN) {
    hugh_find(scan, task, HUGH_FOUND_SKOPS_TYPE, at, "the schema names %s.%s, which is not on the list of known-safe classes",
              hugh_show(scan, module, 100), hugh_show(scan, class, 100));
  }
}

static void take_string(hugh_scan *scan, hugh_task *task, schema_state *state) {
  hugh_text text = state->json.text;
  hugh_object *here = hugh_objects_at(scan, &state->nodes, state->json.depth);
  if (here == NULL) return;
  switch (state->member) {
    case MODULE: hugh_object_set_module(here, text); break;
    case CLASS: hugh_object_set_class(here, text); break;
    case LOADER:
      if (hugh_text_is(text, "MethodNode")) {
        hugh_find(scan, task, HUGH_FOUND_SKOPS_TYPE, state->json.start, "the schema takes a method of an object; hugh does not judge which");
      }
      return;
    case OTHER: return;
  }
  if (here->module_length == 0 || here->class_length == 0) return;
  judge(scan, task, state->json.start, hugh_object_module(here), hugh_object_class(here));
}

static member member_of(hugh_text key) {
  if (hugh_text_is(key, "__module__")) return MODULE;
  if (hugh_text_is(key, "__class__")) return CLASS;
  return hugh_text_is(key, "__loader__") ? LOADER : OTHER;
}

static hugh_next schema_step(hugh_scan *scan, hugh_task *task) {
  schema_state *state = task->state;
  if (!state->open) hugh_json_open(&state->json, task->view, 0, HUGH_UNKNOWN_SIZE, false);
  state->open = true;
  for (;;) {
    uint64_t from = state->json.at;
    hugh_json_token token = hugh_json_next(scan, &state->json);
    hugh_object *here;
    switch (token) {
      case HUGH_JSON_NEED: return HUGH_WANT;
      case HUGH_JSON_END: return HUGH_DONE;
      case HUGH_JSON_BROKEN:
        hugh_find(scan, task, HUGH_FOUND_JSON_BROKEN, state->json.at, "no JSON from here on: %s", state->json.problem);
        return HUGH_DONE;
      case HUGH_JSON_KEY: state->member = member_of(state->json.text); break;
      case HUGH_JSON_OBJECT:
        here = hugh_objects_at(scan, &state->nodes, state->json.depth);
        if (here != NULL) *here = (hugh_object){.reported = false};
        state->member = OTHER;
        break;
      case HUGH_JSON_STRING: take_string(scan, task, state); /* fall through */
      default: state->member = OTHER;
    }
    if (hugh_work(scan, (size_t)(state->json.at - from) + 1)) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_skops = {"skops", sizeof(schema_state), schema_step, schema_drop};
