#include "polyglot.h"

#include "../pickle/pickle.h"
#include "tar.h"

#define LEAST_ZIP 98 /* a local header, a record of the directory and an end record */

static bool is_zip(hugh_kind kind) {
  return kind == HUGH_KIND_ZIP || kind == HUGH_KIND_NPZ || kind == HUGH_KIND_KERAS;
}

static bool is_pickle(hugh_kind kind) {
  return kind == HUGH_KIND_PICKLE || kind == HUGH_KIND_JOBLIB || kind == HUGH_KIND_TORCH_LEGACY;
}

/*
** Whether some reader may take the view for a zip by its end. A name that promises what the head says leads to a reader that goes by the
** head; the readers of pickles stop at STOP and share their names with torch's zips.
*/
static bool may_end_as_zip(const hugh_class *class, uint64_t size) {
  if (size < LEAST_ZIP || is_zip(class->kind)) return false;
  return class->expected != class->kind || class->kind == HUGH_KIND_UNKNOWN || !class->by_content || is_pickle(class->kind);
}

void hugh_polyglot_glance(hugh_task *task, const uint8_t *head, size_t length) {
  hugh_kind kind = task->class.kind;
  if (kind != HUGH_KIND_TAR && hugh_tar_starts(head, length)) task->also = HUGH_KIND_TAR;
  else if (!is_pickle(kind) && hugh_pickle_glance(head, length, task->view->size)) task->also = HUGH_KIND_PICKLE;
  task->by_end = may_end_as_zip(&task->class, task->view->size);
}

static void push(hugh_scan *scan, hugh_task *task, hugh_kind kind, const char *name) {
  hugh_task *guest = hugh_task_push_parser(scan, task, task->view, hugh_text_of(name), kind, hugh_parser_of(kind));
  if (guest != NULL) guest->guest = true;
}

static hugh_next polyglot_step(hugh_scan *scan, hugh_task *task) {
  hugh_kind also = task->also;
  if (also != HUGH_KIND_UNKNOWN) {
    task->also = HUGH_KIND_UNKNOWN;
    hugh_find(scan, task, HUGH_FOUND_FILE_POLYGLOT, 0, "the file can be read as %s and as %s: what is loaded depends on the loader",
              hugh_kind_name(task->class.kind), hugh_kind_name(also));
    push(scan, task, also, also == HUGH_KIND_TAR ? "(as tar)" : "(as pickle)");
    return HUGH_AGAIN;
  }
  bool by_end = task->by_end;
  task->by_end = false;
  bool decoded = task->view->size != HUGH_UNKNOWN_SIZE || task->depth == 0;
  if (!by_end || (!decoded && task->class.kind == HUGH_KIND_UNKNOWN)) return HUGH_DONE; /* what is not safe anyway is not decoded for this */
  push(scan, task, HUGH_KIND_ZIP, "(as zip)"); /* which ends at once if there is none */
  return HUGH_AGAIN;
}

const hugh_parser hugh_parser_polyglot = {"polyglot", 0, polyglot_step, NULL};
