/*
** The conditions under which a safe entry of globals.tsv counts as safe: docs/globals.md says what each check means.
*/
#include "machine.h"

#define LEAVES_MOST ((size_t)256)

hugh_named *hugh_named_of(hugh_machine *m, hugh_value value) {
  hugh_tag tag = hugh_tag_of(value);
  size_t index = hugh_global_of(value);
  if ((tag != HUGH_TAG_GLOBAL && tag != HUGH_TAG_CALL) || index == 0 || index >= m->named_count) return NULL;
  return &m->named[index];
}

bool hugh_is_safe(hugh_machine *m, hugh_value value, hugh_check check) {
  const hugh_named *named = hugh_tag_of(value) == HUGH_TAG_GLOBAL ? hugh_named_of(m, value) : NULL;
  return named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE &&
         (named->judgement.check == HUGH_CHECK_NONE || named->judgement.check == check);
}

bool hugh_may_be_text(hugh_machine *m, hugh_value value) {
  static const char *const objects[] = {"class", "mapping", "sequence", "storage", "dtype", "exception", "enum"};
  hugh_tag tag = hugh_tag_of(value);
  if (tag < HUGH_TAG_GLOBAL) return tag == HUGH_TAG_STRING || tag == HUGH_TAG_MADE;
  const hugh_named *named = hugh_named_of(m, value);
  if (named == NULL || named->judgement.class != HUGH_GLOBAL_SAFE) return true;
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
    if (strcmp(named->judgement.category, objects[i]) == 0) return false;
  }
  return true;
}

static bool is_safe_class(hugh_machine *m, hugh_value value) { return hugh_is_safe(m, value, HUGH_CHECK_NONE); }

bool hugh_is_made_new(hugh_check check) {
  return check == HUGH_CHECK_NO_INIT || check == HUGH_CHECK_PLAIN_STATE || check == HUGH_CHECK_TUPLE_STATE;
}

static bool is_new_class(hugh_machine *m, hugh_value value) {
  const hugh_named *named = hugh_tag_of(value) == HUGH_TAG_GLOBAL ? hugh_named_of(m, value) : NULL;
  return named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE &&
         (named->judgement.check == HUGH_CHECK_NONE || hugh_is_made_new(named->judgement.check));
}

static bool is_of(const hugh_named *named, const char *category) {
  return named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE && strcmp(named->judgement.category, category) == 0;
}

/* The class of what a call made: what was called, or what a function of copyreg's kind was given; NULL if the node was forgotten. */
static const hugh_named *class_of(hugh_machine *m, hugh_value object) {
  const hugh_named *named = hugh_tag_of(object) == HUGH_TAG_CALL ? hugh_named_of(m, object) : NULL;
  if (named == NULL || (named->judgement.check != HUGH_CHECK_COPYREG && named->judgement.check != HUGH_CHECK_KIN)) return named;
  hugh_value first = hugh_node_item(m, hugh_node_of(object), 0);
  return hugh_tag_of(first) == HUGH_TAG_GLOBAL ? hugh_named_of(m, first) : NULL;
}

/* Whether the attributes of an object may be functions or classes that are not safe in every call. */
static bool holds_callables(hugh_machine *m, hugh_value value) {
  if (hugh_tag_of(value) != HUGH_TAG_CALL) return false;
  if (hugh_node_alive(m, hugh_node_of(value))) return (hugh_node_marks(m, hugh_node_of(value)) & HUGH_NODE_HOLDS) != 0;
  const hugh_named *class = class_of(m, value);
  return class == NULL || is_of(class, "class");
}

static bool is_container(hugh_value value) { return hugh_tag_of(value) >= HUGH_TAG_TUPLE && hugh_tag_of(value) <= HUGH_TAG_SET; }

/* The value and all that it holds at any depth, containers among them; false if some of it is not known, or does not fit. */
static bool leaves(hugh_machine *m, hugh_value value, hugh_value out[LEAVES_MOST], size_t *used) {
  bool all = true;
  out[0] = value;
  *used = 1;
  for (size_t i = 0; i < *used; i++) {
    uint64_t count;
    size_t kept;
    if (!is_container(out[i])) continue;
    if (!hugh_node_size(m, hugh_node_of(out[i]), &count, &kept) || kept != count) all = false;
    for (size_t k = 0; k < kept; k++) {
      if (*used == LEAVES_MOST) return false;
      out[(*used)++] = hugh_node_item(m, hugh_node_of(out[i]), k);
    }
  }
  return all;
}

/* Whether a value holds nothing that could be called with effect: no opaque value, and no global that is not safe without a check. */
static bool is_harmless(hugh_machine *m, hugh_value value) {
  hugh_value all[LEAVES_MOST];
  size_t count;
  if (!leaves(m, value, all, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    hugh_tag tag = hugh_tag_of(all[i]);
    if (tag == HUGH_TAG_OPAQUE || (tag == HUGH_TAG_GLOBAL && !is_safe_class(m, all[i]))) return false;
  }
  return true;
}

/* Whether a callable is only kept, for whoever uses the object later: it may be a class that is safe while nothing calls it. */
static bool is_kept(hugh_machine *m, hugh_value callable, hugh_value container) {
  hugh_value all[LEAVES_MOST];
  size_t count;
  if (!is_new_class(m, callable) || !leaves(m, container, all, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (all[i] != callable && !is_container(all[i]) && !is_harmless(m, all[i])) return false;
  }
  return true;
}

/* A dict of attributes none of which is a method that the file chose, or has one. */
static bool is_plain(hugh_machine *m, hugh_value state) {
  uint64_t count;
  size_t kept;
  if (hugh_tag_of(state) != HUGH_TAG_DICT || !hugh_node_size(m, hugh_node_of(state), &count, &kept) || kept != count) return false;
  for (size_t i = 1; i < kept; i += 2) {
    hugh_value value = hugh_node_item(m, hugh_node_of(state), i);
    const hugh_named *class = class_of(m, value);
    bool array = m->flavour == HUGH_FLAVOUR_JOBLIB && class != NULL && hugh_is_array_wrapper(class); /* which joblib has put in its place */
    if (array || is_container(value) || hugh_is_safe(m, value, HUGH_CHECK_NAMED)) continue;
    if (is_of(class, "class") || holds_callables(m, value) || !is_harmless(m, value)) return false;
  }
  return true;
}

/* A member of an enum, or an attribute that has a row of its own. */
static bool is_data_attribute(hugh_machine *m, hugh_value class, hugh_text name) {
  const hugh_named *named = hugh_named_of(m, class);
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

/* Of a text that stands there as it is: what is made by a call may be something else by the time it is used. */
static hugh_got constant_text(hugh_machine *m, hugh_value value, hugh_text *text) {
  return hugh_tag_of(value) == HUGH_TAG_STRING ? hugh_value_text(m, value, text) : HUGH_END;
}

static hugh_got check_encoding(hugh_machine *m, hugh_value value, bool *fine) {
  static const char *const encodings[] = {"latin1",  "latin-1", "iso-8859-1", "ascii",   "utf-8", "utf8",
                                          "Latin1", "LATIN1",  "Latin-1",    "LATIN-1", "ASCII", "UTF-8"};
  hugh_text text;
  hugh_got got = constant_text(m, value, &text);
  for (size_t i = 0; got == HUGH_GOT && i < sizeof encodings / sizeof *encodings; i++) *fine = *fine || hugh_text_is(text, encodings[i]);
  return got;
}

/* The classes that a function may make objects of; `check` admits a condition besides none. */
static bool makes(hugh_machine *m, const hugh_value *given, size_t count, hugh_check check) {
  if (count == 0 || !(is_new_class(m, given[0]) || hugh_is_safe(m, given[0], check))) return false;
  for (size_t i = 1; i < count; i++) {
    if (hugh_tag_of(given[i]) == HUGH_TAG_GLOBAL && !hugh_is_safe(m, given[i], check)) return false;
  }
  return true;
}

/* None, Ellipsis and their like. */
static bool is_constant(hugh_machine *m, hugh_value value) {
  return hugh_tag_of(value) == HUGH_TAG_NONE || (is_safe_class(m, value) && strcmp(hugh_named_of(m, value)->judgement.category, "constant") == 0);
}

/* Whether two globals are of one package. */
static bool are_kin(const hugh_named *a, const hugh_named *b) {
  size_t length = 0;
  while (length < a->module.length && a->module.data[length] != '.') length++;
  bool whole = b->module.length == length || (b->module.length > length && b->module.data[length] == '.');
  return whole && memcmp(a->module.data, b->module.data, length) == 0;
}

static bool is_empty(hugh_machine *m, hugh_value value) {
  uint64_t count;
  size_t kept;
  return value == 0 || (is_container(value) && hugh_node_size(m, hugh_node_of(value), &count, &kept) && count == 0);
}

static bool is_function(const hugh_named *named) { return strcmp(named->judgement.category, "function") == 0; }

hugh_got hugh_check_call(hugh_machine *m, const hugh_named *callee, hugh_call how, hugh_value arguments, hugh_value keywords, bool *fine) {
  uint64_t count = 0;
  size_t kept = 0;
  hugh_text text;
  hugh_got got = HUGH_GOT;
  bool known = hugh_tag_of(arguments) == HUGH_TAG_TUPLE && hugh_node_size(m, hugh_node_of(arguments), &count, &kept) && kept == count;
  hugh_value given[HUGH_NODE_ITEMS] = {0};
  known = known && count <= HUGH_NODE_ITEMS;
  for (size_t i = 0; known && i < count; i++) given[i] = hugh_node_item(m, hugh_node_of(arguments), i);
  *fine = false;
  if (!is_empty(m, keywords)) return HUGH_GOT; /* what extension types take by keyword only may be a raw pointer */
  switch (callee->judgement.check) {
    case HUGH_CHECK_NONE: *fine = true; break;
    case HUGH_CHECK_NO_INIT:
    case HUGH_CHECK_PLAIN_STATE:
    case HUGH_CHECK_TUPLE_STATE: *fine = how == HUGH_CALL_NEW || (how == HUGH_CALL_OLD && known && count == 0 && !is_function(callee)); break;
    case HUGH_CHECK_NO_ARGUMENTS: *fine = known && count == 0; break;
    case HUGH_CHECK_ONE_ARGUMENT:
      *fine = known && count == 1 && (!hugh_text_is(callee->name, "type") || is_constant(m, given[0])) &&
              (!hugh_text_is(callee->name, "_load_type") || hugh_tag_of(given[0]) == HUGH_TAG_STRING);
      break;
    case HUGH_CHECK_CODECS_ENCODE:
      if (known && count == 2) got = check_encoding(m, given[1], fine);
      break;
    case HUGH_CHECK_GETATTR_DATA:
      if (!known || count != 2 || !(is_new_class(m, given[0]) || hugh_is_safe(m, given[0], HUGH_CHECK_ONE_ARGUMENT))) break;
      got = constant_text(m, given[1], &text);
      *fine = got == HUGH_GOT && is_data_attribute(m, given[0], text);
      break;
    case HUGH_CHECK_COPYREG:
      *fine = known && makes(m, given, count, HUGH_CHECK_NONE) && (!hugh_text_is(callee->name, "__newobj_ex__") || is_empty(m, given[2]));
      break;
    case HUGH_CHECK_KIN: *fine = known && makes(m, given, count, HUGH_CHECK_NONE) && are_kin(callee, hugh_named_of(m, given[0])); break;
    case HUGH_CHECK_RECONSTRUCT: *fine = known && makes(m, given, count, HUGH_CHECK_NAMED); break;
    case HUGH_CHECK_NAMED: break;
    case HUGH_CHECK_DEFAULTDICT:
      *fine = known && (count == 0 || hugh_tag_of(given[0]) == HUGH_TAG_NONE || is_safe_class(m, given[0]));
      break;
    case HUGH_CHECK_PARTIAL: *fine = known && count > 0 && is_kept(m, given[0], arguments); break;
    case HUGH_CHECK_REBUILD:
      *fine = known && count > 2 && is_safe_class(m, given[0]) && is_new_class(m, given[1]) && is_harmless(m, given[2]) && (count == 3 || is_harmless(m, given[3]));
      break;
    case HUGH_CHECK_DTYPE_OBJECT: /* its state decides */
    case HUGH_CHECK_SHARED: *fine = true; break;
  }
  return got == HUGH_NEED ? HUGH_NEED : HUGH_GOT;
}

void hugh_misuse(hugh_named *named, uint64_t offset, hugh_misused how) {
  if (named->misused != HUGH_MISUSED_NOT) return;
  named->misused = how;
  named->misuse_offset = offset;
}

bool hugh_holds_callables(hugh_machine *m, hugh_value state) {
  hugh_value all[LEAVES_MOST];
  uint64_t count;
  size_t kept, used;
  bool whole = leaves(m, state, all, &used);
  for (size_t i = 0; i < used; i++) {
    const hugh_named *named = hugh_tag_of(all[i]) == HUGH_TAG_GLOBAL ? hugh_named_of(m, all[i]) : NULL;
    if (named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE && named->judgement.check != HUGH_CHECK_NONE) return true;
    if (holds_callables(m, all[i])) return true;
  }
  return hugh_tag_of(state) == HUGH_TAG_DICT && (!hugh_node_size(m, hugh_node_of(state), &count, &kept) || kept != count || !whole);
}

void hugh_note_held(hugh_machine *m, hugh_value state) {
  hugh_value all[LEAVES_MOST];
  size_t used;
  (void)leaves(m, state, all, &used);
  for (size_t i = 0; i < used; i++) {
    if (is_container(all[i])) hugh_node_mark(m, hugh_node_of(all[i]), HUGH_NODE_BUILT);
  }
}

void hugh_check_late(hugh_machine *m, uint64_t offset, hugh_value container, const hugh_value *items, size_t count) {
  if ((hugh_node_marks(m, hugh_node_of(container)) & HUGH_NODE_BUILT) == 0) return;
  for (size_t i = 0; i < count; i++) {
    if (hugh_holds_callables(m, items[i])) hugh_note_special(m, offset, "puts functions or classes where an object whose state was set before holds them");
  }
}

/* Code that is handed a global may call it in ways no check sees, and what an object holds by the name of a method as well. */
void hugh_hand_over(hugh_machine *m, uint64_t offset, const hugh_named *callee, hugh_value arguments, hugh_value keywords) {
  hugh_check check = callee->judgement.check;
  static const bool admits[] = {[HUGH_CHECK_COPYREG] = true, [HUGH_CHECK_KIN] = true, [HUGH_CHECK_RECONSTRUCT] = true,
                                [HUGH_CHECK_GETATTR_DATA] = true, [HUGH_CHECK_REBUILD] = true, [HUGH_CHECK_PARTIAL] = true};
  bool admitted = (size_t)check < sizeof admits && admits[check];
  hugh_value all[LEAVES_MOST];
  size_t count = 0;
  for (int round = 0; round < 2; round++) {
    (void)leaves(m, round == 0 ? arguments : keywords, all, &count);
    for (size_t i = 0; i < count; i++) {
      if (holds_callables(m, all[i])) {
        hugh_note_special(m, offset, "hands a call an object that holds functions or classes of its own choice, which may be taken for its methods");
      }
      hugh_named *named = hugh_tag_of(all[i]) == HUGH_TAG_GLOBAL && !admitted ? hugh_named_of(m, all[i]) : NULL;
      if (named == NULL || named->judgement.class != HUGH_GLOBAL_SAFE || named->judgement.check == HUGH_CHECK_NONE) continue;
      if (check != HUGH_CHECK_DTYPE_OBJECT || !hugh_is_structure(m, all[i])) hugh_misuse(named, offset, HUGH_MISUSED_HANDED);
    }
    if (keywords == 0) return;
  }
}

/* sklearn's search trees take thirteen items from their state, its metrics two. */
static bool is_long_enough(const hugh_named *class, uint64_t count) { return count >= (hugh_text_ends(class->module, "dist_metrics") ? 2U : 13U); }

hugh_got hugh_check_state(hugh_machine *m, hugh_value object, hugh_value state, bool *fine, hugh_value learned[2]) {
  const hugh_named *class = class_of(m, object);
  uint64_t count;
  size_t kept;
  *fine = class != NULL || hugh_tag_of(object) != HUGH_TAG_CALL || hugh_named_of(m, object) == NULL || !m->states_matter;
  if (class == NULL) return HUGH_GOT;
  bool tuple = hugh_tag_of(state) == HUGH_TAG_TUPLE && hugh_node_size(m, hugh_node_of(state), &count, &kept);
  switch (class->judgement.check) {
    case HUGH_CHECK_DTYPE_OBJECT: return hugh_check_dtype(m, object, state, fine, learned) == HUGH_NEED ? HUGH_NEED : HUGH_GOT;
    case HUGH_CHECK_DEFAULTDICT: *fine = false; break; /* honest ones have no state; attributes are set by name, the factory among them */
    case HUGH_CHECK_PARTIAL: *fine = tuple && kept > 0 && is_kept(m, hugh_node_item(m, hugh_node_of(state), 0), state); break;
    case HUGH_CHECK_PLAIN_STATE: *fine = is_plain(m, state); break;
    case HUGH_CHECK_TUPLE_STATE: *fine = tuple && is_long_enough(class, count); break;
    default: break;
  }
  return HUGH_GOT;
}

/* A key that means more than data. `attribute`: it is set as an attribute, not only stored. */
static hugh_got special_key(hugh_machine *m, hugh_value key, bool attribute, const char **does) {
  static const struct { const char *key, *does; bool attribute; } keys[] = {
      {"__array_interface__", "sets __array_interface__ of an object: a raw pointer that NumPy follows when the object is used as an array", false},
      {"__array_struct__", "sets __array_struct__ of an object: a raw pointer that NumPy follows when the object is used as an array", false},
      {"__cuda_array_interface__", "sets __cuda_array_interface__ of an object: a raw pointer that is followed when it is used as an array", false},
      {"__setstate__", "gives an object a __setstate__ of its own, which is called with the next state that is set", false},
      {"__class__", "sets __class__ of an object, which makes it an object of another class", true},
      {"__dict__", "sets __dict__ of an object, which replaces all that it holds", true}};
  hugh_text text;
  hugh_got got = hugh_value_word(m, key, &text);
  if (got != HUGH_GOT || !hugh_text_starts(text, "__")) return got;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if ((attribute || !keys[i].attribute) && hugh_text_is(text, keys[i].key)) *does = keys[i].does;
  }
  return HUGH_GOT;
}

/* Whether a call returned what unpicklers take for a dict or a pair; numpy's scalars of objects are those objects. */
static bool may_be_container(hugh_machine *m, hugh_value value) {
  const hugh_named *class = class_of(m, value);
  return is_of(class, "mapping") || is_of(class, "sequence") || (class != NULL && hugh_text_is(class->name, "scalar"));
}

static hugh_got find_special(hugh_machine *m, hugh_value state, bool attributes, const char **does) {
  uint64_t count;
  size_t kept;
  if (may_be_container(m, state)) *does = "sets a state that a call made: a dict or a pair whose keys may be more than data";
  if (hugh_tag_of(state) != HUGH_TAG_DICT) return HUGH_GOT;
  (void)hugh_node_size(m, hugh_node_of(state), &count, &kept);
  if (attributes && kept != count) *does = "sets more attributes of an object than hugh keeps in view";
  for (size_t i = 0; i < kept; i += 2) {
    hugh_value key = hugh_node_item(m, hugh_node_of(state), i);
    if (special_key(m, key, attributes, does) == HUGH_NEED) return HUGH_NEED;
    if (hugh_tag_of(key) != HUGH_TAG_STRING && hugh_may_be_text(m, key)) *does = "sets an attribute whose name the pickle puts together";
  }
  return HUGH_GOT;
}

/* State is a dict of what an object holds, or a pair of that and a dict of attributes to set. */
hugh_got hugh_special_key(hugh_machine *m, hugh_value state, const char **does) {
  uint64_t count;
  size_t kept;
  if (hugh_tag_of(state) != HUGH_TAG_TUPLE) return find_special(m, state, false, does);
  if (!hugh_node_size(m, hugh_node_of(state), &count, &kept) || count != 2 || kept != 2) return HUGH_GOT;
  hugh_got got = find_special(m, hugh_node_item(m, hugh_node_of(state), 0), false, does);
  return got == HUGH_NEED ? got : find_special(m, hugh_node_item(m, hugh_node_of(state), 1), true, does);
}

/* What safe calls return whose class is one of Python's own containers: no attribute of the object takes part in what is done to it. */
static bool is_made_as(hugh_machine *m, hugh_value object, const char *const names[], size_t count) {
  const hugh_named *named = hugh_tag_of(object) == HUGH_TAG_CALL ? hugh_named_of(m, object) : NULL;
  for (size_t i = 0; named != NULL && i < count; i++) {
    if (hugh_text_is(named->name, names[i])) return true;
  }
  return false;
}

static bool is_mapping(hugh_machine *m, hugh_value value) {
  static const char *const names[] = {"OrderedDict", "defaultdict", "dict", "Counter", "UserDict"};
  return hugh_tag_of(value) == HUGH_TAG_DICT || is_made_as(m, value, names, sizeof names / sizeof *names);
}

bool hugh_takes_items(hugh_machine *m, hugh_value object, const char *how) {
  const hugh_named *class = class_of(m, object);
  if (strcmp(how, "add") == 0 || (hugh_node_marks(m, hugh_node_of(object)) & HUGH_NODE_BUILT) != 0) return false;
  return is_of(class, strcmp(how, "__setitem__") == 0 ? "mapping" : "sequence");
}

static bool has_attribute_items(hugh_machine *m, hugh_value object) {
  return hugh_tag_of(object) == HUGH_TAG_CALL && hugh_named_of(m, object) != NULL && !is_mapping(m, object);
}

bool hugh_items_matter(hugh_machine *m, const hugh_value *items, size_t count) {
  for (size_t i = 1; i < count; i += 2) {
    if (is_mapping(m, items[i])) return true;
  }
  return false;
}

hugh_got hugh_check_items(hugh_machine *m, uint64_t offset, hugh_value object, const hugh_value *items, size_t count) {
  bool attributes = has_attribute_items(m, object);
  if (m->items_at != offset) m->items_checked = 0;
  m->items_at = offset;
  for (; m->items_checked + 1 < count; m->items_checked += 2) {
    const hugh_value *item = items + m->items_checked;
    const char *does = NULL;
    if (!attributes && !is_mapping(m, item[1])) continue;
    if (special_key(m, item[0], attributes, &does) == HUGH_NEED) return HUGH_NEED;
    if (does != NULL) hugh_note_special(m, offset, does);
    if (attributes && hugh_holds_callables(m, item[1])) hugh_node_mark(m, hugh_node_of(object), HUGH_NODE_HOLDS);
  }
  m->items_at = HUGH_NO_OFFSET;
  return HUGH_GOT;
}

void hugh_note_special(hugh_machine *m, uint64_t offset, const char *does) {
  if (m->special != NULL) return;
  m->special = does;
  m->special_at = offset;
}
