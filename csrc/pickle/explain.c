/*
** The program of a pickle as lines of Python: one per import, call and change of state.
*/
#include "machine.h"

#define LINE_MOST 900

/* Whether this pass writes lines: not the second reading of a stream, not what lies behind an error. */
static bool wanted(const hugh_machine *m) {
  return hugh_scan_options(m->scan)->explain && m->flavour == HUGH_FLAVOUR_MEMORY && !m->resync_start && m->fold_depth == 0;
}

static void emit(hugh_machine *m, uint64_t offset, hugh_safety safety, hugh_writer *writer) {
  hugh_line_add(m->scan, m->task, offset, safety, (hugh_text){writer->data, writer->length});
}

hugh_got hugh_explain_call(hugh_machine *m, uint64_t offset, hugh_safety safety, hugh_call how, hugh_value callee, hugh_value arguments,
                           hugh_value keywords) {
  if (!wanted(m)) return HUGH_GOT;
  char line[LINE_MOST];
  hugh_writer writer = {line, sizeof line, 0};
  hugh_got got = hugh_write_value(m, &writer, callee);
  if (got == HUGH_GOT && how == HUGH_CALL_NEW) hugh_write(&writer, ".__new__");
  if (got == HUGH_GOT) got = hugh_write_arguments(m, &writer, arguments, keywords);
  if (got == HUGH_NEED) return got;
  emit(m, offset, safety, &writer);
  return HUGH_GOT;
}

hugh_got hugh_explain_build(hugh_machine *m, uint64_t offset, hugh_safety safety, hugh_value object, hugh_value state) {
  if (!wanted(m)) return HUGH_GOT;
  char line[LINE_MOST];
  hugh_writer writer = {line, sizeof line, 0};
  hugh_got got = hugh_write_value(m, &writer, object);
  hugh_write(&writer, ".__setstate__(");
  if (got == HUGH_GOT) got = hugh_write_value(m, &writer, state);
  if (got == HUGH_NEED) return got;
  hugh_write(&writer, ")");
  emit(m, offset, safety, &writer);
  return HUGH_GOT;
}

hugh_got hugh_explain_items(hugh_machine *m, uint64_t offset, hugh_safety safety, hugh_value object, const char *how, const hugh_value *items,
                            size_t count) {
  if (!wanted(m)) return HUGH_GOT;
  char line[LINE_MOST];
  hugh_writer writer = {line, sizeof line, 0};
  bool pairs = strcmp(how, "__setitem__") == 0;
  hugh_got got = hugh_write_value(m, &writer, object);
  if (pairs && count == 2) {
    hugh_write(&writer, "[");
    if (got == HUGH_GOT) got = hugh_write_value(m, &writer, items[0]);
    hugh_write(&writer, "] = ");
    if (got == HUGH_GOT) got = hugh_write_value(m, &writer, items[1]);
  } else {
    hugh_tag tag = pairs ? HUGH_TAG_DICT : HUGH_TAG_LIST;
    hugh_write(&writer, ".");
    hugh_write(&writer, pairs ? "update" : how);
    hugh_write(&writer, "(");
    if (got == HUGH_GOT) got = hugh_write_value(m, &writer, count == 1 ? items[0] : hugh_value_node(tag, hugh_node_add(m, items, count)));
    hugh_write(&writer, ")");
  }
  if (got == HUGH_NEED) return got;
  emit(m, offset, safety, &writer);
  return HUGH_GOT;
}

/* An import of a name that cannot be followed: the expressions that it is made of. */
hugh_got hugh_explain_computed(hugh_machine *m, uint64_t offset, hugh_value module, hugh_value name) {
  if (!wanted(m)) return HUGH_GOT;
  char line[LINE_MOST];
  hugh_writer writer = {line, sizeof line, 0};
  hugh_write(&writer, "from ");
  hugh_got got = hugh_write_value(m, &writer, module);
  hugh_write(&writer, " import ");
  if (got == HUGH_GOT) got = hugh_write_value(m, &writer, name);
  if (got == HUGH_NEED) return got;
  emit(m, offset, HUGH_DANGEROUS, &writer);
  return HUGH_GOT;
}

void hugh_explain_import(hugh_machine *m, uint64_t offset, const hugh_named *named) {
  if (!wanted(m)) return;
  char line[LINE_MOST];
  hugh_writer writer = {line, sizeof line, 0};
  hugh_write(&writer, "from ");
  hugh_write(&writer, hugh_show(m->scan, named->module, 200));
  hugh_write(&writer, " import ");
  hugh_write(&writer, hugh_show(m->scan, named->name, 200));
  static const hugh_safety safeties[] = {HUGH_SUSPICIOUS, HUGH_SAFE, HUGH_DANGEROUS};
  emit(m, offset, safeties[named->judgement.class], &writer);
}

/* The value that the program returns; left out if a text of it is not at hand. */
void hugh_explain_return(hugh_machine *m, uint64_t offset, hugh_value value) {
  if (!wanted(m)) return;
  char line[LINE_MOST];
  hugh_writer writer = {line, sizeof line, 0};
  hugh_write(&writer, "return ");
  if (hugh_write_value(m, &writer, value) != HUGH_GOT) writer.length = sizeof "return" - 1;
  emit(m, offset, HUGH_SAFE, &writer);
}
