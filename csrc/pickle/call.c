/*
** What opcodes do to objects: calls, state, items of things that are no containers, persistent ids.
*/
#include <stdio.h>

#include "machine.h"

#define SHOWN_MOST 700

/* What a safe call returned: nothing else warns of it, and its state may have been set since. */
static bool is_safe_result(hugh_machine *m, hugh_value value) {
  const hugh_named *named = hugh_tag_of(value) == HUGH_TAG_CALL ? hugh_named_of(m, value) : NULL;
  return named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE && named->misused == HUGH_MISUSED_NOT;
}

hugh_got hugh_machine_call(hugh_machine *m, uint64_t offset, hugh_call how, hugh_value callee, hugh_value arguments, hugh_value keywords,
                           hugh_value *result) {
  hugh_named *named = hugh_tag_of(callee) == HUGH_TAG_GLOBAL ? hugh_named_of(m, callee) : NULL;
  size_t index = hugh_tag_of(callee) == HUGH_TAG_GLOBAL ? hugh_global_of(callee) : 0;
  uint64_t node = hugh_tag_of(arguments) == HUGH_TAG_TUPLE ? hugh_node_of(arguments) : hugh_node_add(m, &arguments, 1);
  hugh_value folded = 0;
  hugh_got got = hugh_fold(m, offset, callee, arguments, &folded);
  if (got == HUGH_NEED) return got;
  named = index > 0 ? hugh_named_of(m, callee) : NULL; /* folding may have met others, and moved them */
  if (named == NULL) {
    got = hugh_explain_call(m, offset, HUGH_SUSPICIOUS, how, callee, arguments, keywords);
    if (got == HUGH_NEED) return got;
    if (hugh_tag_of(callee) >= HUGH_TAG_GLOBAL) { /* anything else is not callable: every machine raises */
      bool known = folded != 0 && !is_safe_result(m, callee);
      if (!known && !m->resync_start && m->opaque_calls++ == 0) m->opaque_at = offset;
    }
    *result = folded != 0 ? folded : hugh_value_node(HUGH_TAG_OPAQUE, 0);
    return HUGH_GOT;
  }
  bool fine = true;
  if (named->judgement.class == HUGH_GLOBAL_SAFE && (named->judgement.check != HUGH_CHECK_NONE || keywords != 0)) {
    got = hugh_check_call(m, named, how, arguments, keywords, &fine);
    if (got == HUGH_NEED) return got;
  }
  bool first_misuse = !fine && named->misused == HUGH_MISUSED_NOT;
  if ((named->shown == NULL && named->judgement.class != HUGH_GLOBAL_SAFE) || first_misuse) {
    char text[SHOWN_MOST];
    hugh_writer writer = {text, sizeof text - 4, 0};
    got = hugh_write_arguments(m, &writer, arguments, keywords);
    if (got == HUGH_NEED) return got;
    if (writer.length >= writer.size) {
      memcpy(text + writer.size, "…", 3);
      writer.length = writer.size + 3;
    }
    hugh_text kept = hugh_arena_copy(m->scan, text, writer.length);
    named = &m->named[index];
    named->shown = kept.data;
  }
  hugh_inside inside = {.view = NULL};
  if (named->judgement.category != NULL && strcmp(named->judgement.category, "nested-load") == 0) {
    got = hugh_look_inside(m, named, arguments, &inside);
    if (got == HUGH_NEED) return got;
    inside.whole = inside.whole && how == HUGH_CALL_REDUCE && keywords == 0;
  }
  static const hugh_safety safeties[] = {HUGH_SUSPICIOUS, HUGH_SAFE, HUGH_DANGEROUS};
  hugh_safety safety = !fine ? HUGH_SUSPICIOUS : inside.whole ? HUGH_SAFE : safeties[named->judgement.class];
  got = hugh_explain_call(m, offset, safety, how, callee, arguments, keywords);
  if (got == HUGH_NEED) return got;
  hugh_push_inside(m, offset, &inside);
  named->looked_inside += inside.whole;
  if (!fine) hugh_misuse(named, offset, HUGH_MISUSED_CALL);
  hugh_hand_over(m, offset, named, arguments, keywords);
  named = &m->named[index];
  if (named->calls++ == 0) named->call_offset = offset;
  named->global->called = true;
  if (named->judgement.check == HUGH_CHECK_DTYPE_OBJECT) { /* a node of its own, for what its state will say */
    hugh_value first = hugh_node_item(m, node, 0);
    node = hugh_node_add(m, &first, 1);
  }
  *result = folded != 0 ? folded : hugh_value_call(HUGH_TAG_CALL, index, node);
  if (named->judgement.check == HUGH_CHECK_PARTIAL && hugh_holds_callables(m, arguments)) hugh_node_mark(m, node, HUGH_NODE_HOLDS);
  return HUGH_GOT;
}

/* Whether an object belongs to the program: a class, a module, a function, or what a call finds there. */
static bool is_shared(hugh_machine *m, hugh_value object) {
  hugh_tag tag = hugh_tag_of(object);
  if (tag != HUGH_TAG_CALL) return tag == HUGH_TAG_GLOBAL || tag == HUGH_TAG_MODULE;
  const hugh_named *named = hugh_named_of(m, object);
  hugh_check check = named != NULL ? named->judgement.check : HUGH_CHECK_NONE;
  return check == HUGH_CHECK_ONE_ARGUMENT || check == HUGH_CHECK_GETATTR_DATA || check == HUGH_CHECK_SHARED;
}

/* Setting state or items of what belongs to the program changes what it does. */
static void changed(hugh_machine *m, uint64_t offset, hugh_value object, const char *how) {
  if (m->resync_start || m->flavour != HUGH_FLAVOUR_MEMORY) return;
  if (hugh_tag_of(object) == HUGH_TAG_MODULE) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_STATE_GLOBAL, offset, "%s the module %s, which belongs to the program that loads the file", how,
              hugh_show(m->scan, m->made[hugh_offset_of(object)], 150));
  } else if (is_shared(m, object)) {
    hugh_named *named = hugh_named_of(m, object);
    if (named == NULL || named->changed) return;
    named->changed = true;
    bool call = hugh_tag_of(object) == HUGH_TAG_CALL;
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_STATE_GLOBAL, offset, "%s %s%s.%s%s, which belongs to the program that loads the file", how,
              call ? "what " : "", hugh_show(m->scan, named->module, 150), hugh_show(m->scan, named->name, 150), call ? " returns" : "");
  } else if (hugh_tag_of(object) == HUGH_TAG_OPAQUE || hugh_tag_of(object) == HUGH_TAG_PERSISTENT) {
    if (m->opaque_changes++ > 0) return;
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_STATE_OPAQUE, offset, "%s an object that hugh cannot name", how);
  }
}

/* Lists and bytes are only ever appended to by picklers, and what calls made of them is taken for constant. */
static void rewrite(hugh_machine *m, uint64_t offset, hugh_value object) {
  hugh_tag tag = hugh_tag_of(object);
  const hugh_named *named = tag == HUGH_TAG_CALL ? hugh_named_of(m, object) : NULL;
  if (named != NULL ? named->known == NULL : tag != HUGH_TAG_LIST && tag != HUGH_TAG_MADE && tag != HUGH_TAG_BYTES) return;
  m->folded_out = true;
  if (named == NULL) hugh_note_special(m, offset, "changes a list or bytes that it made before: what it makes of them then is not what they seem");
}

/* Whether items come to an object that this program made, and that is made to take them. */
static bool takes_items(hugh_machine *m, hugh_value object, const char *how) {
  return hugh_tag_of(object) == HUGH_TAG_DICT || (is_safe_result(m, object) && hugh_takes_items(m, object, how));
}

/* Unpicklers look append, extend and add up in the object itself before its class, and classes that are no containers run code of their own. */
static void mutate(hugh_machine *m, uint64_t offset, hugh_value object, const char *how) {
  if (is_safe_result(m, object) && !takes_items(m, object, how)) {
    hugh_note_special(m, offset, "gives items to an object that takes none while it is loaded: a method that its state may have replaced would be called with them");
  }
  rewrite(m, offset, object);
  changed(m, offset, object, strcmp(how, "__setitem__") == 0 ? "sets items of" : "adds items to");
}

hugh_got hugh_machine_items(hugh_machine *m, uint64_t offset, uint8_t code, hugh_value object, const hugh_value *items, size_t count) {
  const char *how = code == 'a' ? "append" : code == 'e' ? "extend" : code == 0x90 ? "add" : "__setitem__";
  bool pairs = strcmp(how, "__setitem__") == 0;
  if (pairs && hugh_check_items(m, offset, object, items, count) == HUGH_NEED) return HUGH_NEED;
  if (code == 'd' || count == 0) return HUGH_GOT;
  hugh_safety safety = is_shared(m, object) ? HUGH_DANGEROUS : HUGH_SUSPICIOUS;
  if (!takes_items(m, object, how) && hugh_explain_items(m, offset, safety, object, how, items, count) == HUGH_NEED) return HUGH_NEED;
  hugh_check_late(m, offset, object, items, count);
  if (hugh_tag_of(object) == HUGH_TAG_DICT && pairs) hugh_node_extend(m, hugh_node_of(object), items, count);
  else mutate(m, offset, object, how);
  return HUGH_GOT;
}

hugh_got hugh_machine_build(hugh_machine *m, uint64_t offset, hugh_value object, hugh_value state) {
  hugh_named *named = hugh_tag_of(object) == HUGH_TAG_CALL ? hugh_named_of(m, object) : NULL;
  hugh_value learned[2] = {0};
  bool fine = true, wrapper = named != NULL && hugh_is_array_wrapper(named);
  const char *special = NULL;
  m->raw = HUGH_RAW_NONE;
  if (wrapper) {
    m->wrapped = true;
    if (m->flavour == HUGH_FLAVOUR_JOBLIB && hugh_array_layout(m, state, &m->raw, &m->raw_size) == HUGH_NEED) return HUGH_NEED;
  }
  if (hugh_check_state(m, object, state, &fine, learned) == HUGH_NEED || hugh_special_key(m, state, &special) == HUGH_NEED) return HUGH_NEED;
  bool place = named != NULL && hugh_tag_of(state) == HUGH_TAG_INT; /* of an iterator */
  hugh_safety safety = is_shared(m, object) && !place ? HUGH_DANGEROUS : fine && special == NULL ? HUGH_SAFE : HUGH_SUSPICIOUS;
  if (hugh_explain_build(m, offset, safety, object, state) == HUGH_NEED) return HUGH_NEED;
  if (is_safe_result(m, object)) {
    if (hugh_node_marks(m, hugh_node_of(object)) & HUGH_NODE_BUILT) {
      hugh_note_special(m, offset, "sets the state of one object twice: a __setstate__ among its attributes would be called with the second");
    }
    bool holds = !wrapper && hugh_holds_callables(m, state); /* joblib puts the array in the wrapper's place */
    hugh_node_mark(m, hugh_node_of(object), HUGH_NODE_BUILT | (holds ? HUGH_NODE_HOLDS : 0));
    hugh_note_held(m, state);
  }
  if (place) rewrite(m, offset, object);
  if (learned[0] != 0) hugh_node_extend(m, hugh_node_of(object), learned, 2);
  if (!place) changed(m, offset, object, "sets the state of");
  if (!fine) hugh_misuse(named, offset, HUGH_MISUSED_STATE);
  if (special != NULL) hugh_note_special(m, offset, special);
  return HUGH_GOT;
}

/* ('storage', torch.FloatStorage, '0', 'cpu', 16): how torch names its raw storages. */
static hugh_got torch_storage(hugh_machine *m, hugh_value id, bool *is) {
  static const struct { const char *name; uint64_t size; } types[] = {
      {"DoubleStorage", 8}, {"FloatStorage", 4},    {"HalfStorage", 2},  {"LongStorage", 8},          {"IntStorage", 4},
      {"ShortStorage", 2},  {"CharStorage", 1},     {"ByteStorage", 1},  {"BoolStorage", 1},          {"BFloat16Storage", 2},
      {"QInt8Storage", 1},  {"QUInt8Storage", 1},   {"QInt32Storage", 4}, {"ComplexDoubleStorage", 16}, {"ComplexFloatStorage", 8},
      {"UntypedStorage", 1}};
  uint64_t count, items = 0, size = UINT64_MAX;
  size_t kept;
  hugh_text word, key;
  *is = false;
  if (hugh_tag_of(id) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(id), &count, &kept) || kept < 5) return HUGH_GOT;
  hugh_got got = hugh_value_text(m, hugh_node_item(m, hugh_node_of(id), 0), &word);
  if (got == HUGH_NEED) return got;
  hugh_got other = hugh_value_text(m, hugh_node_item(m, hugh_node_of(id), 2), &key);
  if (other == HUGH_NEED) return other;
  hugh_value type = hugh_node_item(m, hugh_node_of(id), 1), numel = hugh_node_item(m, hugh_node_of(id), 4);
  const hugh_named *named = hugh_named_of(m, type);
  if (got != HUGH_GOT || other != HUGH_GOT || !hugh_text_is(word, "storage") || !hugh_is_safe(m, type, HUGH_CHECK_NAMED) ||
      strcmp(named->judgement.category, "storage") != 0) {
    return HUGH_GOT;
  }
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (hugh_text_is(named->name, types[i].name) && hugh_tag_of(numel) == HUGH_TAG_INT && hugh_int_of(numel) >= 0) {
      items = (uint64_t)hugh_int_of(numel);
      size = hugh_mul(items, types[i].size);
    }
  }
  if (m->storages != NULL) hugh_storages_add(m->scan, m->storages, key, items, size);
  *is = true;
  return HUGH_GOT;
}

hugh_got hugh_machine_persistent(hugh_machine *m, uint64_t offset, hugh_value id, hugh_value *result) {
  bool storage;
  hugh_text word;
  uint64_t count;
  size_t kept;
  if (torch_storage(m, id, &storage) == HUGH_NEED) return HUGH_NEED;
  if (!storage && hugh_tag_of(id) == HUGH_TAG_TUPLE && hugh_node_size(m, hugh_node_of(id), &count, &kept) && count == 4 && kept == 4) {
    /* ('module', class, file, source): torch's old layout stands for a class by its id, and gives the class back */
    hugh_got got = hugh_value_text(m, hugh_node_item(m, hugh_node_of(id), 0), &word);
    if (got == HUGH_NEED) return got;
    if (got == HUGH_GOT && hugh_text_is(word, "module")) {
      *result = hugh_node_item(m, hugh_node_of(id), 1);
      return HUGH_GOT;
    }
  }
  if (!storage && m->persistent++ == 0) m->persistent_at = offset;
  *result = hugh_value_node(HUGH_TAG_PERSISTENT, hugh_node_add(m, &id, 1));
  return HUGH_GOT;
}
