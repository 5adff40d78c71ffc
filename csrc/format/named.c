/*
** Names in configs mean what they mean in pickles: os.system is as dangerous in a `_target_` as behind a GLOBAL.
*/
#include "named.h"

#include "../pickle/judge.h"

bool hugh_named_dangerous(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text module, hugh_text name) {
  hugh_judgement judgement = hugh_judge_global(module, name, 4);
  if (judgement.class != HUGH_GLOBAL_DANGEROUS) return false;
  hugh_global *global = hugh_report_global(scan, task, offset, module, name);
  if (global != NULL) {
    hugh_global_condemn(global);
    global->category = judgement.category;
    global->reason = judgement.reason;
    global->called = true;
  }
  return true;
}

void hugh_named_split(hugh_text path, hugh_text *module, hugh_text *name) {
  size_t dot = path.length;
  while (dot > 0 && path.data[dot - 1] != '.') dot--;
  *module = dot > 0 ? (hugh_text){path.data, dot - 1} : hugh_text_of("builtins");
  *name = (hugh_text){path.data + dot, path.length - dot};
}

static bool report_dangerous(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text path) {
  hugh_text module, name;
  hugh_named_split(path, &module, &name);
  if (!hugh_named_dangerous(scan, task, offset, module, name)) return false;
  hugh_find(scan, task, HUGH_FOUND_CONFIG_TARGET_DANGEROUS, offset, "a target is %s, which runs code when the config is instantiated",
            hugh_show(scan, path, 100));
  return true;
}

/* Letters, digits and underscores, with a dot among them: os.environ/KEY is something else. */
static bool is_path(hugh_text path) {
  bool dotted = false;
  for (size_t i = 0; i < path.length; i++) {
    char c = path.data[i];
    if (c == '.') dotted = true;
    else if (c != '_' && (c < '0' || c > '9') && ((c | 32) < 'a' || (c | 32) > 'z') && (unsigned char)c < 0x80) return false;
  }
  return dotted;
}

/* A class of the libraries whose configs have targets by design: making one builds a part of a model. */
static bool is_part(hugh_text path) {
  static const char *const packages[] = {"nemo.collections.", "nemo.core.", "torch.nn.", "torch.optim."};
  hugh_text module, name;
  hugh_named_split(path, &module, &name);
  bool class = is_path(path) && name.length > 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
  for (size_t i = 0; class && i < sizeof packages / sizeof *packages; i++) {
    if (hugh_text_starts(path, packages[i])) return true;
  }
  return false;
}

void hugh_named_target(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text path) {
  if (report_dangerous(scan, task, offset, path) || is_part(path)) return;
  hugh_find(scan, task, HUGH_FOUND_CONFIG_TARGET, offset, "_target_ names %s, which Hydra calls when the config is instantiated",
            hugh_show(scan, path, 100));
}

void hugh_named_other_target(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text path) {
  if (is_path(path)) report_dangerous(scan, task, offset, path);
}
