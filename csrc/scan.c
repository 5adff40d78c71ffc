/*
** The scan: a stack of tasks, run in slices of work.
*/
#include <stdlib.h>

#include "container/polyglot.h"
#include "pickle/pickle.h"
#include "scan.h"

#define DEFAULT_KEPT     ((uint64_t)48 << 20)
#define DEFAULT_INFLATED ((uint64_t)4 << 30)
#define DEFAULT_OPCODES  ((uint64_t)1 << 32)
#define DEFAULT_NESTING  8
#define DEFAULT_FINDINGS 1000
#define WORK_LEAST       ((size_t)1000) /* more than a parser counts before it gets anywhere */

typedef struct kind_facts {
  const char *name, *about;
  hugh_safety safety;
  const hugh_parser *parser;
} kind_facts;

static const kind_facts kind_table[HUGH_KIND_COUNT] = {
#define HUGH_KIND(tag, name, safety, parser, about) {name, about, HUGH_##safety, &hugh_parser_##parser},
#include "kinds.def"
#undef HUGH_KIND
};

const char *hugh_version(void) { return HUGH_VERSION; }
const char *hugh_kind_name(hugh_kind kind) { return kind_table[kind].name; }
const char *hugh_kind_about(hugh_kind kind) { return kind_table[kind].about; }
const hugh_parser *hugh_parser_of(hugh_kind kind) { return kind_table[kind].parser; }
hugh_safety hugh_kind_safety(hugh_kind kind) { return kind_table[kind].safety; }

static hugh_next nothing_step(hugh_scan *scan, hugh_task *task) {
  (void)scan;
  (void)task;
  return HUGH_DONE;
}

const hugh_parser hugh_parser_none = {"none", 0, nothing_step, NULL};

/* ------------------------------------------------------------------- tasks */

static hugh_text last_part(hugh_text path) {
  for (size_t i = path.length; i > 0; i--) {
    if (path.data[i - 1] == '/') return (hugh_text){path.data + i, path.length - i};
  }
  return path;
}

typedef struct glance {
  bool looked;
  uint64_t reach; /* how far a source of unknown size has to go to be a pickle */
} glance;

/* Looks at the head of a view, decides its kind, and becomes the task of that kind's parser. */
static hugh_next classify_step(hugh_scan *, hugh_task *);
static const hugh_parser parser_classify = {"classify", sizeof(glance), classify_step, NULL};

static bool task_start(hugh_scan *scan, hugh_task *task, const hugh_parser *parser) {
  void *state = NULL;
  if (parser->state_size > 0) {
    state = hugh_resize(scan, NULL, 0, parser->state_size);
    if (state == NULL) return false;
    memset(state, 0, parser->state_size);
  }
  task->parser = parser;
  task->state = state;
  return true;
}

static void task_stop(hugh_scan *scan, hugh_task *task) {
  if (task->parser->drop != NULL) task->parser->drop(scan, task);
  if (task->state != NULL) hugh_resize(scan, task->state, task->parser->state_size, 0);
  task->state = NULL;
}

static void pop(hugh_scan *scan) {
  hugh_task *task = scan->top;
  task_stop(scan, task);
  scan->top = task->parent;
  hugh_views_rewind(scan, task->views);
  hugh_resize(scan, task, sizeof *task + task->path_length, 0);
}

/* Puts a task on the stack; the member's path lies behind it in memory. */
static void push(hugh_scan *scan, hugh_task *parent, hugh_view *view, hugh_text name, hugh_kind kind, const hugh_parser *parser) {
  if (view == NULL || scan->failed) return;
  if (parent != NULL && parent->depth + 1 >= scan->options.limits.nesting) {
    hugh_find(scan, parent, HUGH_FOUND_SCAN_NESTING, HUGH_NO_OFFSET,
              "%s lies deeper than %u sources inside each other and was not read", hugh_show(scan, name, 100),
              (unsigned)scan->options.limits.nesting);
    scan->report.complete = false;
    goto none;
  }
  size_t prefix = parent != NULL && parent->member.length > 0 ? parent->member.length + 1 : 0;
  size_t path_length = prefix + name.length;
  hugh_task *task = hugh_resize(scan, NULL, 0, sizeof *task + path_length);
  if (task == NULL) goto none;
  char *path = (char *)(task + 1);
  if (prefix > 0) {
    memcpy(path, parent->member.data, prefix - 1);
    path[prefix - 1] = '!';
  }
  if (name.length > 0) memcpy(path + prefix, name.data, name.length);
  *task = (hugh_task){.view = view,
                      .member = {path, parent != NULL ? path_length : 0},
                      .name = last_part((hugh_text){path + prefix, name.length}),
                      .class = {.kind = kind, .by_content = true, .expected = kind},
                      .depth = parent != NULL ? parent->depth + 1 : 0,
                      .parent = parent,
                      .views = scan->step_views,
                      .path_length = path_length};
  if (!task_start(scan, task, parser)) {
    hugh_resize(scan, task, sizeof *task + path_length, 0);
    goto none;
  }
  scan->top = task;
  return;
none: /* as if the child had been and gone */
  hugh_views_rewind(scan, scan->step_views);
}

hugh_task *hugh_task_push_parser(hugh_scan *scan, hugh_task *parent, hugh_view *view, hugh_text name, hugh_kind kind,
                                 const hugh_parser *parser) {
  push(scan, parent, view, name, kind, parser);
  return scan->top != parent ? scan->top : NULL;
}

void hugh_task_push_as(hugh_scan *scan, hugh_task *parent, hugh_view *view, hugh_text name, hugh_kind kind) {
  hugh_judge(scan, hugh_kind_safety(kind));
  push(scan, parent, view, name, kind, hugh_parser_of(kind));
}

void hugh_task_push(hugh_scan *scan, hugh_task *parent, hugh_view *view, hugh_text name) {
  push(scan, parent, view, name, HUGH_KIND_UNKNOWN, &parser_classify);
}

void hugh_task_reclassify(hugh_scan *scan, hugh_task *task, hugh_kind kind) {
  task->class.kind = kind;
  hugh_judge(scan, hugh_kind_safety(kind));
  if (task->depth == 0) scan->report.classified.kind = kind;
}

/* What huggingface_hub, browsers and others call a file while it comes. */
static bool is_partial(hugh_text name) {
  return hugh_text_ends(name, ".incomplete") || hugh_text_ends(name, ".part") || hugh_text_ends(name, ".partial") ||
         hugh_text_ends(name, ".crdownload");
}

/* Words such as "The" begin a pickle whose first text has half a gigabyte: whether it is there tells the two apart. */
static hugh_got learn_reach(hugh_scan *scan, hugh_task *task) {
  glance *st = task->state;
  if (!st->looked) {
    size_t length = 0;
    const uint8_t *head = hugh_view_upto(scan, task->view, 0, HUGH_CLASSIFY_BYTES, &length);
    if (head == NULL) return task->view->got;
    uint64_t reach = length > 0 && head[0] != 0x80 ? hugh_pickle_reach(head, length) : 0; /* PROTO needs no second witness */
    st->reach = reach > length ? reach : 0;
    st->looked = true;
  }
  return hugh_view_reaches(scan, task->view, st->reach);
}

static hugh_next classify_step(hugh_scan *scan, hugh_task *task) {
  size_t length = 0;
  if (task->view->size == HUGH_UNKNOWN_SIZE && learn_reach(scan, task) == HUGH_NEED) return HUGH_WANT;
  const uint8_t *head = hugh_view_upto(scan, task->view, 0, HUGH_CLASSIFY_BYTES, &length);
  if (head == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
  hugh_class class = hugh_classify(head, head != NULL ? length : 0, task->view->size, task->name);
  hugh_judge(scan, hugh_kind_safety(class.kind));
  task->class = class;
  if (task->depth == 0) scan->report.classified = class;
  if (class.name_disagrees) {
    hugh_find(scan, task, HUGH_FOUND_FILE_KIND_MISMATCH, HUGH_NO_OFFSET, "%s is named like %s but its content is %s",
              hugh_show(scan, task->name, 100), hugh_kind_name(class.expected), hugh_kind_name(class.kind));
  }
  if (class.kind == HUGH_KIND_EMPTY) {
    hugh_find(scan, task, HUGH_FOUND_FILE_EMPTY, HUGH_NO_OFFSET, "the file is empty");
  } else if (class.kind == HUGH_KIND_LFS_POINTER) {
    hugh_find(scan, task, HUGH_FOUND_FILE_LFS_POINTER, HUGH_NO_OFFSET,
              "this is a Git LFS pointer, not the file itself: run `git lfs pull` and scan again");
    scan->report.complete = false;
  }
  if (is_partial(task->name)) {
    hugh_find(scan, task, HUGH_FOUND_FILE_PARTIAL, HUGH_NO_OFFSET,
              "this is named like a download that is not finished: what is there was scanned, finish it and scan again");
    scan->report.complete = false;
  }
  hugh_polyglot_glance(task, head, head != NULL ? length : 0);
  task_stop(scan, task);
  return task_start(scan, task, hugh_parser_of(class.kind)) ? HUGH_AGAIN : HUGH_DONE;
}

/* -------------------------------------------------------------------- work */

bool hugh_work(hugh_scan *scan, size_t units) {
  scan->work = units < scan->work ? scan->work - units : 0;
  return scan->work == 0;
}

bool hugh_spend_opcodes(hugh_scan *scan, const hugh_task *task, uint64_t count) {
  scan->report.opcodes += count;
  if (scan->report.opcodes <= scan->options.limits.opcodes) return true;
  scan->report.complete = false;
  hugh_find(scan, task, HUGH_FOUND_SCAN_BUDGET, HUGH_NO_OFFSET, "more than %llu pickle opcodes; the rest was not read",
            (unsigned long long)scan->options.limits.opcodes);
  return false;
}

bool hugh_spend_inflated(hugh_scan *scan, uint64_t bytes) {
  scan->report.inflated += bytes;
  if (scan->report.inflated <= scan->options.limits.inflated) return true;
  scan->report.complete = false;
  hugh_find(scan, scan->top, HUGH_FOUND_SCAN_BUDGET, HUGH_NO_OFFSET, "unpacks to more than %llu bytes; the rest was not read",
            (unsigned long long)scan->options.limits.inflated);
  return false;
}

uint64_t hugh_inflated_left(const hugh_scan *scan) {
  uint64_t limit = scan->options.limits.inflated;
  return scan->report.inflated < limit ? limit - scan->report.inflated : 0;
}

const hugh_options *hugh_scan_options(const hugh_scan *scan) { return &scan->options; }
bool hugh_scan_failed(const hugh_scan *scan) { return scan->failed; }

/* -------------------------------------------------------------- public API */

static void *default_resize(void *context, void *block, size_t old, size_t size) {
  (void)context;
  (void)old;
  if (size == 0) {
    free(block);
    return NULL;
  }
  return realloc(block, size);
}

void hugh_options_init(hugh_options *options) { *options = (hugh_options){.size = HUGH_UNKNOWN_SIZE}; }

static void start(hugh_scan *scan, const hugh_options *options) {
  scan->options = *options;
  hugh_limits *limits = &scan->options.limits;
  if (limits->kept == 0) limits->kept = DEFAULT_KEPT;
  if (limits->inflated == 0) limits->inflated = DEFAULT_INFLATED;
  if (limits->opcodes == 0) limits->opcodes = DEFAULT_OPCODES;
  if (limits->nesting == 0) limits->nesting = DEFAULT_NESTING;
  if (limits->findings == 0) limits->findings = DEFAULT_FINDINGS;
  scan->options.name = hugh_arena_copy(scan, options->name.data, options->name.length);
  hugh_report_reset(scan);
  scan->window.data = NULL;
  scan->window.length = scan->window.carry_length = 0;
  scan->window.reached = 0;
  scan->window.barren = HUGH_SOURCE_MOST;
  for (size_t i = 0; i < HUGH_KEPT; i++) scan->window.kept[i].length = 0;
  scan->wanting = scan->done = false;
  if (!hugh_views_open(scan)) return;
  scan->step_views = 1;
  push(scan, NULL, scan->views[0], scan->options.name, HUGH_KIND_UNKNOWN, &parser_classify);
}

hugh_scan *hugh_scan_new(const hugh_options *options) {
  hugh_allocator allocator = options->allocator != NULL ? *options->allocator : (hugh_allocator){default_resize, NULL};
  hugh_scan *scan = allocator.resize(allocator.context, NULL, 0, sizeof *scan);
  if (scan == NULL) return NULL;
  *scan = (hugh_scan){.allocator = allocator};
  hugh_hash_seed(scan);
  start(scan, options);
  return scan;
}

static void stop(hugh_scan *scan) {
  while (scan->top != NULL) pop(scan);
  hugh_views_rewind(scan, 0);
}

void hugh_scan_reset(hugh_scan *scan, const hugh_options *options) {
  stop(scan);
  hugh_arena_reset(scan, false);
  scan->failed = false;
  start(scan, options);
}

void hugh_scan_free(hugh_scan *scan) {
  if (scan == NULL) return;
  stop(scan);
  hugh_views_free(scan);
  hugh_report_free(scan);
  if (scan->window.carry != NULL) hugh_raw_resize(scan, scan->window.carry, scan->window.carry_capacity, 0);
  for (size_t i = 0; i < HUGH_KEPT; i++) {
    hugh_kept *kept = &scan->window.kept[i];
    if (kept->data != NULL) hugh_raw_resize(scan, kept->data, kept->capacity, 0);
  }
  hugh_arena_reset(scan, true);
  scan->allocator.resize(scan->allocator.context, scan, sizeof *scan, 0);
}

hugh_next hugh_scan_step(hugh_scan *scan, size_t work, hugh_want *want) {
  scan->work = work > WORK_LEAST ? work : WORK_LEAST;
  while (scan->top != NULL && !scan->failed) {
    hugh_task *task = scan->top;
    scan->wanting = false;
    scan->step_views = scan->view_count;
    hugh_next next = task->parser->step(scan, task);
    if (scan->failed) break;
    if (next == HUGH_DONE && (task->also != HUGH_KIND_UNKNOWN || task->by_end)) {
      task_stop(scan, task);
      (void)task_start(scan, task, &hugh_parser_polyglot);
    } else if (next == HUGH_DONE) {
      pop(scan);
    } else if (next == HUGH_WANT && scan->wanting) {
      *want = scan->want;
      scan->window.length = 0; /* the host may read what is wanted into the same buffer */
      return HUGH_WANT;
    } else if (scan->work == 0) {
      return HUGH_AGAIN;
    }
    if (hugh_work(scan, 16) && scan->top != NULL) return HUGH_AGAIN;
  }
  if (!scan->done && !scan->failed) {
    hugh_report_finish(scan);
    scan->done = true;
  }
  return scan->failed ? HUGH_FAIL : HUGH_DONE;
}

const hugh_report *hugh_scan_report(hugh_scan *scan) { return scan->done && !scan->failed ? &scan->report : NULL; }
