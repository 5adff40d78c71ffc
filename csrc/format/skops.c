/*
** The schema.json of a skops archive: a tree of Python objects, each with its module, its class and the loader that builds it. skops imports
** what a node names once it is trusted: a list of its own, and what the caller adds, which is often simply everything the file asks for.
*/
#include "skops.h"

#include "../pickle/judge.h"
#include "json.h"

#define NAME_MOST 128 /* a longer name is cut, and then on no list */

typedef enum member { OTHER, MODULE, CLASS, LOADER } member;

/* What a node has said of itself so far, in either order. */
typedef struct node {
  uint8_t module_length, class_length;
  char module[NAME_MOST], class[NAME_MOST];
} node;

typedef struct schema_state {
  bool open;
  hugh_json json;
  member member; /* the one whose value comes next */
  node *nodes;   /* by depth */
  size_t node_count;
} schema_state;

static void schema_drop(hugh_scan *scan, hugh_task *task) {
  schema_state *state = task->state;
  hugh_json_close(scan, &state->json);
  hugh_resize(scan, state->nodes, state->node_count * sizeof *state->nodes, 0);
}

/* The node whose members are being read; NULL when there is no memory. */
static node *node_here(hugh_scan *scan, schema_state *state) {
  size_t depth = state->json.depth;
  if (depth >= state->node_count) {
    size_t count = depth + 16;
    node *grown = hugh_resize(scan, state->nodes, state->node_count * sizeof *grown, count * sizeof *grown);
    if (grown == NULL) return NULL;
    memset(grown + state->node_count, 0, (count - state->node_count) * sizeof *grown);
    state->nodes = grown;
    state->node_count = count;
  }
  return &state->nodes[depth];
}

static uint8_t keep(char *room, hugh_text text) {
  uint8_t length = (uint8_t)(text.length < NAME_MOST ? text.length : NAME_MOST);
  if (length > 0) memcpy(room, text.data, length);
  return length;
}

static void judge(hugh_scan *scan, hugh_task *task, uint64_t at, hugh_text module, hugh_text class) {
  hugh_judgement judgement = hugh_judge_global(module, class, 4);
  hugh_global *global = hugh_report_global(scan, task, at, module, class);
  if (global == NULL || global->called) return; /* said so before */
  global->class = judgement.class;
  global->category = judgement.category;
  global->reason = judgement.reason;
  global->called = true;
  if (judgement.class == HUGH_GLOBAL_DANGEROUS) {
    hugh_find(scan, task, HUGH_FOUND_SKOPS_DANGEROUS, at, "the schema names %s.%s: %s", hugh_show(scan, module, 100), hugh_show(scan, class, 100),
              judgement.reason != NULL ? judgement.reason : "it can run code");
  } else if (judgement.class == HUGH_GLOBAL_UNKNOWN) {
    hugh_find(scan, task, HUGH_FOUND_SKOPS_TYPE, at, "the schema names %s.%s, which is not on the list of known-safe classes",
              hugh_show(scan, module, 100), hugh_show(scan, class, 100));
  }
}

static void take_string(hugh_scan *scan, hugh_task *task, schema_state *state) {
  hugh_text text = state->json.text;
  node *here = node_here(scan, state);
  if (here == NULL) return;
  switch (state->member) {
    case MODULE: here->module_length = keep(here->module, text); break;
    case CLASS: here->class_length = keep(here->class, text); break;
    case LOADER:
      if (hugh_text_is(text, "MethodNode")) {
        hugh_find(scan, task, HUGH_FOUND_SKOPS_TYPE, state->json.start, "the schema takes a method of an object; hugh does not judge which");
      }
      return;
    case OTHER: return;
  }
  if (here->module_length == 0 || here->class_length == 0) return;
  judge(scan, task, state->json.start, (hugh_text){here->module, here->module_length}, (hugh_text){here->class, here->class_length});
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
    node *here;
    switch (token) {
      case HUGH_JSON_NEED: return HUGH_WANT;
      case HUGH_JSON_END: return HUGH_DONE;
      case HUGH_JSON_BROKEN:
        hugh_find(scan, task, HUGH_FOUND_JSON_BROKEN, state->json.at, "no JSON from here on: %s", state->json.problem);
        return HUGH_DONE;
      case HUGH_JSON_KEY: state->member = member_of(state->json.text); break;
      case HUGH_JSON_OBJECT:
        here = node_here(scan, state);
        if (here != NULL) here->module_length = here->class_length = 0;
        state->member = OTHER;
        break;
      case HUGH_JSON_STRING: take_string(scan, task, state); /* fall through */
      default: state->member = OTHER;
    }
    if (hugh_work(scan, (size_t)(state->json.at - from) + 1)) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_skops = {"skops", sizeof(schema_state), schema_step, schema_drop};
