/*
** What opcodes do to objects: calls, state, items of things that are no containers, persistent ids.
*/
#include <stdio.h>

#include "machine.h"

#define SHOWN_MOST 700
#define TAR_MAGIC_END 262

static hugh_named *named_of(hugh_machine *m, hugh_value value) {
  hugh_tag tag = hugh_tag_of(value);
  size_t index = hugh_global_of(value);
  if ((tag != HUGH_TAG_GLOBAL && tag != HUGH_TAG_CALL) || index == 0 || index >= m->named_count) return NULL;
  return &m->named[index];
}

static bool text_in(hugh_text text, const char *const *list) {
  for (; *list != NULL; list++) {
    if (hugh_text_is(text, *list)) return true;
  }
  return false;
}

/* Whether a value is a global that is safe under `check`, or without any. */
static bool is_safe(hugh_machine *m, hugh_value value, hugh_check check) {
  const hugh_named *named = hugh_tag_of(value) == HUGH_TAG_GLOBAL ? named_of(m, value) : NULL;
  return named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE &&
         (named->judgement.check == HUGH_CHECK_NONE || named->judgement.check == check);
}

static bool is_safe_class(hugh_machine *m, hugh_value value) { return is_safe(m, value, HUGH_CHECK_NONE); }

/* A member of an enum, or an attribute that has a row of its own. */
static bool is_data_attribute(hugh_machine *m, hugh_value class, hugh_text name) {
  const hugh_named *named = named_of(m, class);
  char path[256];
  if (named == NULL || name.length == 0) return false;
  if (named->judgement.class == HUGH_GLOBAL_SAFE && strcmp(named->judgement.category, "enum") == 0) {
    bool word = name.data[0] != '_' && !(name.data[0] >= '0' && name.data[0] <= '9');
    for (size_t i = 0; i < name.length; i++) {
      uint8_t c = (uint8_t)name.data[i];
      word = word && (c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
    }
    if (word) return true;
  }
  if (named->name.length + 1 + name.length > sizeof path) return false;
  memcpy(path, named->name.data, named->name.length);
  path[named->name.length] = '.';
  memcpy(path + named->name.length + 1, name.data, name.length);
  hugh_judgement judgement = hugh_judge_global(named->module, (hugh_text){path, named->name.length + 1 + name.length}, m->proto);
  return judgement.class == HUGH_GLOBAL_SAFE;
}

/* Whether the arguments keep a safe entry safe. */
static hugh_got check_call(hugh_machine *m, hugh_check check, hugh_call how, hugh_value arguments, hugh_value keywords, bool *fine) {
  static const char *const encodings[] = {"latin1",  "latin-1", "iso-8859-1", "ascii", "utf-8", "utf8", "Latin1",
                                          "LATIN1", "Latin-1", "LATIN-1",    "ASCII", "UTF-8", NULL};
  uint64_t count = 0;
  size_t kept = 0;
  hugh_text text;
  hugh_got got = HUGH_GOT;
  bool known = hugh_tag_of(arguments) == HUGH_TAG_TUPLE && hugh_node_size(m, hugh_node_of(arguments), &count, &kept) && kept == count;
  hugh_value first = known && count > 0 ? hugh_node_item(m, hugh_node_of(arguments), 0) : 0;
  hugh_value second = known && count > 1 ? hugh_node_item(m, hugh_node_of(arguments), 1) : 0;
  *fine = false;
  switch (check) {
    case HUGH_CHECK_NONE: *fine = true; break;
    case HUGH_CHECK_NO_INIT: *fine = how == HUGH_CALL_NEW || (how == HUGH_CALL_OLD && known && count == 0); break;
    case HUGH_CHECK_ONE_ARGUMENT: *fine = known && count == 1 && keywords == 0; break;
    case HUGH_CHECK_CODECS_ENCODE:
      if (!known || count != 2) break;
      got = hugh_value_text(m, second, &text);
      *fine = got == HUGH_GOT && text_in(text, encodings);
      break;
    case HUGH_CHECK_GETATTR_DATA:
      if (!known || count != 2 || !is_safe(m, first, HUGH_CHECK_NO_INIT)) break;
      got = hugh_value_text(m, second, &text);
      *fine = got == HUGH_GOT && is_data_attribute(m, first, text);
      break;
    case HUGH_CHECK_COPYREG:
      *fine = known && count > 0 && is_safe(m, first, HUGH_CHECK_NO_INIT);
      for (size_t i = 1; *fine && i < kept; i++) {
        hugh_value value = hugh_node_item(m, hugh_node_of(arguments), i);
        *fine = hugh_tag_of(value) != HUGH_TAG_GLOBAL || is_safe_class(m, value);
      }
      break;
    case HUGH_CHECK_DEFAULTDICT:
      *fine = known && (count == 0 || hugh_tag_of(first) == HUGH_TAG_NONE || is_safe_class(m, first));
      break;
    case HUGH_CHECK_PARTIAL: *fine = known && count > 0 && is_safe_class(m, first); break;
    case HUGH_CHECK_DTYPE_OBJECT: *fine = true; break; /* its state decides */
  }
  return got == HUGH_NEED ? HUGH_NEED : HUGH_GOT;
}

static void misuse(hugh_named *named, uint64_t offset) {
  if (named->misused) return;
  named->misused = true;
  named->misuse_offset = offset;
}

/* Code that is handed a global may call it in ways no check sees. */
static void hand_over(hugh_machine *m, uint64_t offset, const hugh_named *callee, hugh_value arguments) {
  uint64_t count;
  size_t kept;
  if (callee->judgement.check == HUGH_CHECK_COPYREG || callee->judgement.check == HUGH_CHECK_GETATTR_DATA ||
      hugh_tag_of(arguments) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(arguments), &count, &kept)) {
    return;
  }
  for (size_t i = 0; i < kept; i++) {
    hugh_value value = hugh_node_item(m, hugh_node_of(arguments), i);
    hugh_named *named = hugh_tag_of(value) == HUGH_TAG_GLOBAL ? named_of(m, value) : NULL;
    if (named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE && named->judgement.check != HUGH_CHECK_NONE) misuse(named, offset);
  }
}

/* Bytes that go to a loader are scanned as a source of their own. */
static hugh_got look_inside(hugh_machine *m, uint64_t offset, hugh_named *named, hugh_value arguments) {
  uint64_t count, from, length;
  size_t kept;
  if (m->flavour != HUGH_FLAVOUR_MEMORY || hugh_tag_of(arguments) != HUGH_TAG_TUPLE ||
      !hugh_node_size(m, hugh_node_of(arguments), &count, &kept)) {
    return HUGH_GOT;
  }
  for (size_t i = 0; i < kept && i < 2; i++) {
    hugh_value value = hugh_node_item(m, hugh_node_of(arguments), i);
    hugh_got got = hugh_value_extent(m, value, &from, &length);
    hugh_view *view = NULL;
    hugh_text text;
    if (got == HUGH_NEED) return got;
    if (got == HUGH_GOT && length > 0) {
      view = hugh_view_slice(m->scan, m->view, from, length);
    } else if (got == HUGH_END && (got = hugh_value_text(m, value, &text)) != HUGH_END) {
      if (got == HUGH_NEED) return got;
      view = hugh_view_memory(m->scan, text.data, text.length);
    }
    if (view == NULL) continue;
    char name[64];
    (void)snprintf(name, sizeof name, "bytes@%llu.pkl", (unsigned long long)offset);
    size_t there;
    bool torch = hugh_text_is(named->module, "torch.storage") && hugh_text_is(named->name, "_load_from_bytes");
    const uint8_t *head = torch ? hugh_view_upto(m->scan, view, 0, TAR_MAGIC_END, &there) : NULL;
    if (torch && head == NULL && view->got == HUGH_NEED) return HUGH_NEED;
    bool archive = head != NULL && (HUGH_STARTS(head, there, "PK\3\4") || (there == TAR_MAGIC_END && memcmp(head + 257, "ustar", 5) == 0));
    m->pushed = true;
    hugh_text member = hugh_arena_copy(m->scan, name, strlen(name));
    if (torch && !archive) hugh_task_push_as(m->scan, m->task, view, member, HUGH_KIND_TORCH_LEGACY);
    else hugh_task_push(m->scan, m->task, view, member);
    if (torch) named->looked_inside++;
    return HUGH_GOT;
  }
  return HUGH_GOT;
}

hugh_got hugh_machine_call(hugh_machine *m, uint64_t offset, hugh_call how, hugh_value callee, hugh_value arguments, hugh_value keywords,
                           hugh_value *result) {
  hugh_named *named = hugh_tag_of(callee) == HUGH_TAG_GLOBAL ? named_of(m, callee) : NULL;
  size_t index = hugh_tag_of(callee) == HUGH_TAG_GLOBAL ? hugh_global_of(callee) : 0;
  uint64_t node = hugh_tag_of(arguments) == HUGH_TAG_TUPLE ? hugh_node_of(arguments) : hugh_node_add(m, &arguments, 1);
  hugh_value folded = 0;
  hugh_got got = hugh_fold(m, offset, callee, arguments, &folded);
  if (got == HUGH_NEED) return got;
  named = index > 0 ? named_of(m, callee) : NULL; /* folding may have met others, and moved them */
  if (named == NULL) {
    got = hugh_explain_call(m, offset, HUGH_SUSPICIOUS, how, callee, arguments, keywords);
    if (got == HUGH_NEED) return got;
    if (hugh_tag_of(callee) >= HUGH_TAG_GLOBAL) { /* anything else is not callable: every machine raises */
      if (folded == 0 && !m->resync_start && m->opaque_calls++ == 0) m->opaque_at = offset;
    }
    *result = folded != 0 ? folded : hugh_value_node(HUGH_TAG_OPAQUE, 0);
    return HUGH_GOT;
  }
  bool fine = true;
  if (named->judgement.class == HUGH_GLOBAL_SAFE && named->judgement.check != HUGH_CHECK_NONE) {
    got = check_call(m, named->judgement.check, how, arguments, keywords, &fine);
    if (got == HUGH_NEED) return got;
  }
  bool first_misuse = !fine && !named->misused;
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
  static const hugh_safety safeties[] = {HUGH_SUSPICIOUS, HUGH_SAFE, HUGH_DANGEROUS};
  got = hugh_explain_call(m, offset, fine ? safeties[named->judgement.class] : HUGH_SUSPICIOUS, how, callee, arguments, keywords);
  if (got == HUGH_NEED) return got;
  if (named->judgement.category != NULL && strcmp(named->judgement.category, "nested-load") == 0) {
    got = look_inside(m, offset, named, arguments);
    if (got == HUGH_NEED) return got;
  }
  if (!fine) misuse(named, offset);
  hand_over(m, offset, named, arguments);
  named = &m->named[index];
  if (named->calls++ == 0) named->call_offset = offset;
  named->global->called = true;
  *result = folded != 0 ? folded : hugh_value_call(HUGH_TAG_CALL, index, node);
  return HUGH_GOT;
}

/* Setting state or items of a class, a module or a function changes the program that loads the pickle. */
static void changed(hugh_machine *m, uint64_t offset, hugh_value object, const char *how) {
  if (m->resync_start || m->flavour != HUGH_FLAVOUR_MEMORY) return;
  if (hugh_tag_of(object) == HUGH_TAG_GLOBAL) {
    hugh_named *named = named_of(m, object);
    if (named == NULL || named->changed) return;
    named->changed = true;
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_STATE_GLOBAL, offset, "%s %s.%s, which belongs to the program that loads the file", how,
              hugh_show(m->scan, named->module, 150), hugh_show(m->scan, named->name, 150));
  } else if (hugh_tag_of(object) == HUGH_TAG_OPAQUE || hugh_tag_of(object) == HUGH_TAG_PERSISTENT) {
    if (m->opaque_changes++ > 0) return;
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_STATE_OPAQUE, offset, "%s an object that hugh cannot name", how);
  }
}

void hugh_machine_mutate(hugh_machine *m, uint64_t offset, hugh_value object, const char *how) {
  changed(m, offset, object, strcmp(how, "__setitem__") == 0 ? "sets items of" : "adds items to");
}

static bool is_object_type(hugh_machine *m, hugh_value dtype) {
  uint64_t count;
  size_t kept;
  hugh_text text;
  if (hugh_tag_of(dtype) != HUGH_TAG_CALL || !hugh_node_size(m, hugh_node_of(dtype), &count, &kept) || kept == 0) return true;
  if (hugh_value_text(m, hugh_node_item(m, hugh_node_of(dtype), 0), &text) != HUGH_GOT) return true;
  return text.length > 0 && memchr(text.data, 'O', text.length) != NULL;
}

/* numpy.dtype's state: (version, order, subtype, names, fields, size, alignment, flags[, metadata]). */
static bool dtype_is_fine(hugh_machine *m, hugh_value dtype, hugh_value state) {
  uint64_t count;
  size_t kept;
  if (hugh_tag_of(state) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(state), &count, &kept) || kept != count || count < 8) return false;
  hugh_value flags = hugh_node_item(m, hugh_node_of(state), 7), subtype = hugh_node_item(m, hugh_node_of(state), 2);
  hugh_value fields = hugh_node_item(m, hugh_node_of(state), 4), size = hugh_node_item(m, hugh_node_of(state), 5);
  bool object = is_object_type(m, dtype);
  uint64_t pairs, parts;
  size_t there, part;
  if (hugh_tag_of(flags) != HUGH_TAG_INT) return false;
  if (hugh_tag_of(subtype) != HUGH_TAG_NONE) {
    if (hugh_tag_of(subtype) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(subtype), &parts, &part) || part == 0) return false;
    object = object || is_object_type(m, hugh_node_item(m, hugh_node_of(subtype), 0));
  }
  if (hugh_tag_of(fields) != HUGH_TAG_NONE) {
    if (hugh_tag_of(fields) != HUGH_TAG_DICT || !hugh_node_size(m, hugh_node_of(fields), &pairs, &there) || there != pairs) return false;
    for (size_t i = 1; i < there; i += 2) {
      hugh_value field = hugh_node_item(m, hugh_node_of(fields), i);
      if (hugh_tag_of(field) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(field), &parts, &part) || part < 2) return false;
      hugh_value at = hugh_node_item(m, hugh_node_of(field), 1);
      if (hugh_tag_of(at) != HUGH_TAG_INT || hugh_tag_of(size) != HUGH_TAG_INT || hugh_int_of(at) < 0 || hugh_int_of(at) >= hugh_int_of(size)) {
        return false;
      }
      object = object || is_object_type(m, hugh_node_item(m, hugh_node_of(field), 0));
    }
  }
  return !object || (hugh_int_of(flags) & 1) != 0;
}

hugh_got hugh_machine_build(hugh_machine *m, uint64_t offset, hugh_value object, hugh_value state) {
  hugh_named *named = hugh_tag_of(object) == HUGH_TAG_CALL ? named_of(m, object) : NULL;
  m->raw = HUGH_RAW_NONE;
  if (named != NULL && hugh_is_array_wrapper(named)) {
    m->wrapped = true;
    if (m->flavour == HUGH_FLAVOUR_JOBLIB && hugh_array_layout(m, state, &m->raw, &m->raw_size) == HUGH_NEED) return HUGH_NEED;
  }
  if (hugh_explain_build(m, offset, object, state) == HUGH_NEED) return HUGH_NEED;
  changed(m, offset, object, "sets the state of");
  if (named == NULL) return HUGH_GOT;
  uint64_t count;
  size_t kept;
  bool fine = true;
  if (named->judgement.check == HUGH_CHECK_DTYPE_OBJECT) {
    hugh_text text; /* feeds what is_object_type looks at */
    if (hugh_node_size(m, hugh_node_of(object), &count, &kept) && kept > 0 &&
        hugh_value_text(m, hugh_node_item(m, hugh_node_of(object), 0), &text) == HUGH_NEED) {
      return HUGH_NEED;
    }
    fine = dtype_is_fine(m, object, state);
  } else if (named->judgement.check == HUGH_CHECK_PARTIAL) {
    fine = hugh_tag_of(state) == HUGH_TAG_TUPLE && hugh_node_size(m, hugh_node_of(state), &count, &kept) && kept > 0 &&
           is_safe_class(m, hugh_node_item(m, hugh_node_of(state), 0));
  }
  if (!fine) misuse(named, offset);
  return HUGH_GOT;
}

/* ('storage', torch.FloatStorage, '0', 'cpu', 16): how torch names its raw storages. */
static hugh_got torch_storage(hugh_machine *m, hugh_value id, bool *is) {
  static const struct { const char *name; uint64_t size; } types[] = {
      {"DoubleStorage", 8}, {"FloatStorage", 4},    {"HalfStorage", 2},  {"LongStorage", 8},          {"IntStorage", 4},
      {"ShortStorage", 2},  {"CharStorage", 1},     {"ByteStorage", 1},  {"BoolStorage", 1},          {"BFloat16Storage", 2},
      {"QInt8Storage", 1},  {"QUInt8Storage", 1},   {"QInt32Storage", 4}, {"ComplexDoubleStorage", 16}, {"ComplexFloatStorage", 8},
      {"UntypedStorage", 1}};
  uint64_t count, size = UINT64_MAX;
  size_t kept;
  hugh_text word, key;
  *is = false;
  if (hugh_tag_of(id) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(id), &count, &kept) || kept < 5) return HUGH_GOT;
  hugh_got got = hugh_value_text(m, hugh_node_item(m, hugh_node_of(id), 0), &word);
  if (got == HUGH_NEED) return got;
  hugh_got other = hugh_value_text(m, hugh_node_item(m, hugh_node_of(id), 2), &key);
  if (other == HUGH_NEED) return other;
  hugh_value type = hugh_node_item(m, hugh_node_of(id), 1), numel = hugh_node_item(m, hugh_node_of(id), 4);
  if (got != HUGH_GOT || other != HUGH_GOT || !hugh_text_is(word, "storage") || !is_safe(m, type, HUGH_CHECK_NO_INIT)) return HUGH_GOT;
  const hugh_named *named = named_of(m, type);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (hugh_text_is(named->name, types[i].name) && hugh_tag_of(numel) == HUGH_TAG_INT && hugh_int_of(numel) >= 0) {
      size = hugh_mul((uint64_t)hugh_int_of(numel), types[i].size);
    }
  }
  if (m->storages != NULL) hugh_storages_add(m->scan, m->storages, key, size);
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
