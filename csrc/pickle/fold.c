/*
** What calls of known functions on constants return: names that are put together, modules and attributes that are looked up.
*/
#include <stdio.h>

#include "machine.h"

#define FOLDED_MOST ((size_t)4096)
#define FOLDS_DEEP  8  /* calls that a call makes, inside each other */
#define FOLDS_MOST  16 /* and altogether */

typedef enum fold {
  FOLD_NONE, FOLD_IMPORT, FOLD_RESOLVE, FOLD_GETATTR, FOLD_VARS, FOLD_JOIN, FOLD_ENCODE, FOLD_DECODE, FOLD_UNPACK, FOLD_BYTES, FOLD_CHR,
  FOLD_REPLACE, FOLD_LOWER, FOLD_UPPER, FOLD_STRIP, FOLD_CONCAT, FOLD_GETITEM, FOLD_ATTRGETTER, FOLD_ITEMGETTER, FOLD_METHODCALLER,
  FOLD_PARTIAL, FOLD_CALL, FOLD_REDUCE, FOLD_REVERSED, FOLD_MAP, FOLD_SLICE, FOLD_SEQUENCE, FOLD_TYPE
} fold;

struct hugh_known {
  const char *module, *name;
  fold fold;
  hugh_packing packing;
};

/* The modules are those of Python 3; those of Python 2 and the C modules behind them are made the same first. */
static const hugh_known functions[] = {
    {"builtins", "__import__", FOLD_IMPORT, 0},
    {"importlib", "import_module", FOLD_IMPORT, 0},
    {"importlib", "__import__", FOLD_IMPORT, 0},
    {"importlib._bootstrap", "_gcd_import", FOLD_IMPORT, 0},
    {"importlib._bootstrap", "_find_and_load", FOLD_IMPORT, 0},
    {"sys", "modules.get", FOLD_IMPORT, 0},
    {"sys", "modules.__getitem__", FOLD_IMPORT, 0},
    {"pkgutil", "resolve_name", FOLD_RESOLVE, 0},
    {"pydoc", "locate", FOLD_RESOLVE, 0},
    {"dill._dill", "_load_type", FOLD_TYPE, 0},
    {"builtins", "getattr", FOLD_GETATTR, 0},
    {"inspect", "getattr_static", FOLD_GETATTR, 0},
    {"builtins", "vars", FOLD_VARS, 0},
    {"builtins", "str.join", FOLD_JOIN, 0},
    {"builtins", "bytes.join", FOLD_JOIN, 0},
    {"builtins", "str.encode", FOLD_ENCODE, 0},
    {"codecs", "encode", FOLD_ENCODE, 0},
    {"codecs", "utf_8_encode", FOLD_ENCODE, 0},
    {"builtins", "str", FOLD_DECODE, 0},
    {"builtins", "bytes.decode", FOLD_DECODE, 0},
    {"codecs", "decode", FOLD_DECODE, 0},
    {"builtins", "bytes", FOLD_BYTES, 0},
    {"builtins", "bytearray", FOLD_BYTES, 0},
    {"builtins", "chr", FOLD_CHR, 0},
    {"builtins", "str.replace", FOLD_REPLACE, 0},
    {"builtins", "bytes.replace", FOLD_REPLACE, 0},
    {"builtins", "str.lower", FOLD_LOWER, 0},
    {"builtins", "str.upper", FOLD_UPPER, 0},
    {"builtins", "str.strip", FOLD_STRIP, 0},
    {"builtins", "bytes.fromhex", FOLD_UNPACK, HUGH_PACKED_HEX},
    {"builtins", "bytearray.fromhex", FOLD_UNPACK, HUGH_PACKED_HEX},
    {"base64", "b64decode", FOLD_UNPACK, HUGH_PACKED_BASE64},
    {"base64", "standard_b64decode", FOLD_UNPACK, HUGH_PACKED_BASE64},
    {"base64", "urlsafe_b64decode", FOLD_UNPACK, HUGH_PACKED_BASE64},
    {"base64", "decodebytes", FOLD_UNPACK, HUGH_PACKED_BASE64},
    {"base64", "decodestring", FOLD_UNPACK, HUGH_PACKED_BASE64},
    {"base64", "b32decode", FOLD_UNPACK, HUGH_PACKED_BASE32},
    {"base64", "b16decode", FOLD_UNPACK, HUGH_PACKED_HEX},
    {"binascii", "a2b_base64", FOLD_UNPACK, HUGH_PACKED_BASE64},
    {"binascii", "a2b_hex", FOLD_UNPACK, HUGH_PACKED_HEX},
    {"binascii", "unhexlify", FOLD_UNPACK, HUGH_PACKED_HEX},
    {"zlib", "decompress", FOLD_UNPACK, HUGH_PACKED_DEFLATE},
    {"gzip", "decompress", FOLD_UNPACK, HUGH_PACKED_DEFLATE},
    {"bz2", "decompress", FOLD_UNPACK, HUGH_PACKED_BZIP2},
    {"lzma", "decompress", FOLD_UNPACK, HUGH_PACKED_LZMA},
    {"operator", "concat", FOLD_CONCAT, 0},
    {"operator", "add", FOLD_CONCAT, 0},
    {"builtins", "str.__add__", FOLD_CONCAT, 0},
    {"operator", "getitem", FOLD_GETITEM, 0},
    {"builtins", "dict.get", FOLD_GETITEM, 0},
    {"builtins", "dict.__getitem__", FOLD_GETITEM, 0},
    {"operator", "attrgetter", FOLD_ATTRGETTER, 0},
    {"operator", "itemgetter", FOLD_ITEMGETTER, 0},
    {"operator", "methodcaller", FOLD_METHODCALLER, 0},
    {"operator", "call", FOLD_CALL, 0},
    {"functools", "partial", FOLD_PARTIAL, 0},
    {"functools", "reduce", FOLD_REDUCE, 0},
    {"builtins", "reduce", FOLD_REDUCE, 0},
    {"builtins", "reversed", FOLD_REVERSED, 0},
    {"builtins", "map", FOLD_MAP, 0},
    {"builtins", "slice", FOLD_SLICE, 0},
    {"builtins", "list", FOLD_SEQUENCE, 0},
    {"builtins", "tuple", FOLD_SEQUENCE, 0},
    {"builtins", "iter", FOLD_SEQUENCE, 0}};

static hugh_text public_module(hugh_text module) {
  static const char *const names[][2] = {{"__builtin__", "builtins"},      {"_operator", "operator"}, {"_functools", "functools"},
                                         {"_codecs", "codecs"},            {"_bz2", "bz2"},           {"_lzma", "lzma"},
                                         {"_frozen_importlib", "importlib._bootstrap"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (hugh_text_is(module, names[i][0])) return hugh_text_of(names[i][1]);
  }
  return module;
}

const hugh_known *hugh_fold_known(hugh_text module, hugh_text name) {
  module = public_module(module);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (hugh_text_is(name, functions[i].name) && hugh_text_is(module, functions[i].module)) return &functions[i];
  }
  return NULL;
}

static const hugh_known *known_of(hugh_machine *m, hugh_value callee) {
  hugh_tag tag = hugh_tag_of(callee);
  size_t index = hugh_global_of(callee);
  return (tag == HUGH_TAG_GLOBAL || tag == HUGH_TAG_CALL) && index > 0 && index < m->named_count ? m->named[index].known : NULL;
}

static fold fold_of(hugh_machine *m, hugh_value callee) {
  const hugh_known *known = known_of(m, callee);
  return known != NULL ? known->fold : FOLD_NONE;
}

/* The arguments of a call; a count of 0 if they were forgotten. */
static size_t arguments_of(hugh_machine *m, hugh_value tuple, hugh_value *out, size_t most) {
  uint64_t count;
  size_t kept;
  hugh_tag tag = hugh_tag_of(tuple);
  if ((tag != HUGH_TAG_TUPLE && tag != HUGH_TAG_CALL && tag != HUGH_TAG_LIST) || !hugh_node_size(m, hugh_node_of(tuple), &count, &kept)) return 0;
  size_t used = kept < most ? kept : most;
  for (size_t i = 0; i < used; i++) out[i] = hugh_node_item(m, hugh_node_of(tuple), i);
  return used;
}

static hugh_value global_value(hugh_machine *m, uint64_t offset, hugh_text module, hugh_text name) {
  return hugh_value_call(HUGH_TAG_GLOBAL, hugh_machine_name(m, offset, module, name), 0);
}

static hugh_value made(hugh_machine *m, hugh_tag tag, hugh_text text) {
  hugh_value value = hugh_value_make(m, text);
  return hugh_tag_of(value) == HUGH_TAG_MADE ? hugh_value_at(tag, hugh_offset_of(value)) : value;
}

static hugh_got attribute(hugh_machine *m, uint64_t offset, hugh_value object, hugh_value attribute_name, hugh_value *result) {
  hugh_text name;
  hugh_got got = hugh_value_text(m, attribute_name, &name);
  if (got != HUGH_GOT) return got;
  if (hugh_tag_of(object) == HUGH_TAG_MODULE) {
    *result = global_value(m, offset, m->made[hugh_offset_of(object)], name);
  } else if (hugh_tag_of(object) == HUGH_TAG_GLOBAL && hugh_global_of(object) > 0) {
    char path[FOLDED_MOST];
    const hugh_named *named = &m->named[hugh_global_of(object)];
    if (named->name.length + 1 + name.length > sizeof path) return HUGH_GOT;
    memcpy(path, named->name.data, named->name.length);
    path[named->name.length] = '.';
    memcpy(path + named->name.length + 1, name.data, name.length);
    *result = global_value(m, offset, named->module, (hugh_text){path, named->name.length + 1 + name.length});
  }
  return HUGH_GOT;
}

/* "os:system", "os.system": the last part is looked up in what comes before it. */
static hugh_got resolve(hugh_machine *m, uint64_t offset, hugh_value path, hugh_value *result) {
  hugh_text text;
  hugh_got got = hugh_value_text(m, path, &text);
  if (got != HUGH_GOT) return got;
  const char *colon = memchr(text.data, ':', text.length);
  size_t cut = colon != NULL ? (size_t)(colon - text.data) : text.length;
  while (colon == NULL && cut > 0 && text.data[cut - 1] != '.') cut--;
  if (colon == NULL && cut > 0) cut--;
  if (cut == 0) *result = made(m, HUGH_TAG_MODULE, text);
  else *result = global_value(m, offset, (hugh_text){text.data, cut}, (hugh_text){text.data + cut + 1, text.length - cut - 1});
  return HUGH_GOT;
}

/* dill's names for types: "set", "FunctionType". */
static hugh_got type_of_dill(hugh_machine *m, uint64_t offset, hugh_value name, hugh_value *result) {
  hugh_text text;
  hugh_got got = hugh_value_text(m, name, &text);
  if (got == HUGH_GOT) *result = global_value(m, offset, hugh_text_of(hugh_text_ends(text, "Type") ? "types" : "builtins"), text);
  return got;
}

/* The text of a value of a sequence: a string, or chr(115). */
static hugh_got part_text(hugh_machine *m, hugh_value value, bool characters, char room[4], hugh_text *text) {
  if (!characters || hugh_tag_of(value) != HUGH_TAG_INT) return hugh_value_text(m, value, text);
  int64_t c = hugh_int_of(value);
  if (c < 0 || c > 0x7f) return HUGH_END;
  room[0] = (char)c;
  *text = (hugh_text){room, 1};
  return HUGH_GOT;
}

typedef struct sequence {
  hugh_value items[HUGH_NODE_ITEMS];
  size_t count;
  hugh_value text;  /* or a text, whose characters are the items */
  bool reversed, characters;
} sequence;

/* What iterating over a value gives: a list, a tuple, a text, through reversed() and the like; false if that is not known. */
static bool sequence_of(hugh_machine *m, hugh_value value, sequence *out) {
  *out = (sequence){.count = 0};
  for (int round = 0; round < 8; round++) {
    hugh_value inner[2] = {0};
    uint64_t count;
    size_t kept;
    switch (hugh_tag_of(value)) {
      case HUGH_TAG_LIST:
      case HUGH_TAG_TUPLE:
        if (!hugh_node_size(m, hugh_node_of(value), &count, &kept) || kept != count || kept > HUGH_NODE_ITEMS) return false;
        out->count = arguments_of(m, value, out->items, HUGH_NODE_ITEMS);
        return true;
      case HUGH_TAG_STRING:
      case HUGH_TAG_BYTES:
      case HUGH_TAG_MADE: out->text = value; return true;
      case HUGH_TAG_CALL: break;
      default: return false;
    }
    size_t given = arguments_of(m, value, inner, 2);
    switch (fold_of(m, value)) {
      case FOLD_REVERSED: out->reversed = !out->reversed; break;
      case FOLD_SEQUENCE: break;
      case FOLD_MAP:
        if (fold_of(m, inner[0]) != FOLD_CHR || hugh_tag_of(inner[0]) != HUGH_TAG_GLOBAL) return false;
        out->characters = true;
        inner[0] = inner[1];
        given--;
        break;
      default: return false;
    }
    if (given == 0) return false;
    value = inner[0];
  }
  return false;
}

static hugh_got join(hugh_machine *m, hugh_value glue, const sequence *parts, hugh_value *result) {
  char text[FOLDED_MOST], room[4];
  size_t used = 0;
  hugh_text between = {"", 0}, part;
  hugh_got got = glue != 0 ? hugh_value_text(m, glue, &between) : HUGH_GOT;
  if (got != HUGH_GOT) return got;
  if (parts->text != 0) {
    got = hugh_value_text(m, parts->text, &part);
    if (got != HUGH_GOT || between.length > 0 || part.length > sizeof text) return got;
    for (size_t i = 0; i < part.length; i++) text[i] = part.data[parts->reversed ? part.length - 1 - i : i];
    *result = hugh_value_make(m, (hugh_text){text, part.length});
    return HUGH_GOT;
  }
  for (size_t i = 0; i < parts->count; i++) {
    got = part_text(m, parts->items[parts->reversed ? parts->count - 1 - i : i], parts->characters, room, &part);
    if (got != HUGH_GOT) return got;
    if (used + between.length + part.length > sizeof text) return HUGH_GOT;
    if (i > 0 && between.length > 0) memcpy(text + used, between.data, between.length), used += between.length;
    if (part.length > 0) memcpy(text + used, part.data, part.length);
    used += part.length;
  }
  *result = hugh_value_make(m, (hugh_text){text, used});
  return HUGH_GOT;
}

static hugh_got concatenate(hugh_machine *m, const hugh_value *parts, size_t count, hugh_value *result) {
  sequence both = {.count = count};
  memcpy(both.items, parts, count * sizeof *parts);
  return join(m, 0, &both, result);
}

/* text.replace(old, new) */
static hugh_got replace(hugh_machine *m, const hugh_value *given, size_t count, hugh_value *result) {
  char out[FOLDED_MOST];
  hugh_text text, old, new;
  size_t used = 0;
  hugh_got got = count == 3 ? hugh_value_text(m, given[0], &text) : HUGH_END;
  if (got == HUGH_GOT) got = hugh_value_text(m, given[1], &old);
  if (got == HUGH_GOT) got = hugh_value_text(m, given[2], &new);
  if (got != HUGH_GOT || old.length == 0) return got;
  for (size_t i = 0; i < text.length;) {
    bool match = text.length - i >= old.length && memcmp(text.data + i, old.data, old.length) == 0;
    hugh_text piece = match ? new : (hugh_text){text.data + i, 1};
    if (piece.length > sizeof out - used) return HUGH_GOT;
    if (piece.length > 0) memcpy(out + used, piece.data, piece.length);
    used += piece.length;
    i += match ? old.length : 1;
  }
  *result = hugh_value_make(m, (hugh_text){out, used});
  return HUGH_GOT;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Methods of a text that change it in place. */
static hugh_got change(hugh_machine *m, fold how, hugh_value value, hugh_value *result) {
  char out[FOLDED_MOST];
  hugh_text text;
  hugh_got got = hugh_value_text(m, value, &text);
  if (got != HUGH_GOT || text.length > sizeof out) return got;
  if (how == FOLD_STRIP) {
    while (text.length > 0 && is_space(text.data[0])) text.data++, text.length--;
    while (text.length > 0 && is_space(text.data[text.length - 1])) text.length--;
  }
  for (size_t i = 0; i < text.length; i++) {
    char c = text.data[i];
    if (how == FOLD_LOWER && c >= 'A' && c <= 'Z') c |= 32;
    if (how == FOLD_UPPER && c >= 'a' && c <= 'z') c &= ~32;
    out[i] = c;
  }
  *result = hugh_value_make(m, (hugh_text){out, text.length});
  return HUGH_GOT;
}

/* codecs.decode(bytes, codec) and its like. Encoding is the same thing only for codecs that are their own inverse. */
static hugh_got recode(hugh_machine *m, fold how, const hugh_value *given, size_t count, hugh_value *result) {
  hugh_packing packing = HUGH_PACKED_NOT;
  hugh_text text;
  if (count > 1) {
    hugh_got got = hugh_value_text(m, given[1], &text);
    if (got != HUGH_GOT) return got;
    if (!hugh_packing_of(text, &packing)) return HUGH_GOT;
    if (how == FOLD_ENCODE && packing != HUGH_PACKED_NOT && packing != HUGH_PACKED_ROT13) return HUGH_GOT;
  }
  bool far = hugh_tag_of(given[0]) == HUGH_TAG_STRING && hugh_offset_of(given[0]) == m->skip_from && m->skip_to - m->skip_from > HUGH_TEXT_MOST;
  if (packing == HUGH_PACKED_NOT && far) return HUGH_GOT; /* an array's bytes for Python 2: too long for what follows, and far to go back */
  hugh_got got = hugh_value_text(m, given[0], &text);
  if (got != HUGH_GOT || (packing == HUGH_PACKED_NOT && text.length > FOLDED_MOST)) return got;
  for (size_t i = 0; how == FOLD_ENCODE && i < text.length; i++) {
    if ((uint8_t)text.data[i] >= 0x80) return HUGH_GOT; /* other bytes than those of the text in UTF-8 */
  }
  *result = hugh_unpack(m, packing, text);
  return HUGH_GOT;
}

/* bytes([115, 121, 115]), or what is bytes already. */
static hugh_got as_bytes(hugh_machine *m, hugh_value value, hugh_value *result) {
  sequence parts;
  if (!sequence_of(m, value, &parts)) return HUGH_GOT;
  parts.characters = true;
  return join(m, 0, &parts, result);
}

static hugh_value item(hugh_machine *m, hugh_value container, hugh_value key) {
  hugh_value items[HUGH_NODE_ITEMS];
  uint64_t count;
  size_t kept;
  hugh_tag tag = hugh_tag_of(container);
  if (tag != HUGH_TAG_LIST && tag != HUGH_TAG_TUPLE && tag != HUGH_TAG_DICT) return 0;
  if (!hugh_node_size(m, hugh_node_of(container), &count, &kept) || kept != count || kept > HUGH_NODE_ITEMS) return 0;
  for (size_t i = 0; i < kept; i++) items[i] = hugh_node_item(m, hugh_node_of(container), i);
  if (tag == HUGH_TAG_DICT) {
    hugh_text wanted, name;
    for (size_t i = kept & ~(size_t)1; i >= 2; i -= 2) {
      if (items[i - 2] == key) return items[i - 1];
      if (hugh_value_text(m, key, &wanted) == HUGH_GOT && hugh_value_text(m, items[i - 2], &name) == HUGH_GOT && hugh_text_equal(wanted, name)) {
        return items[i - 1];
      }
    }
    return 0;
  }
  if (hugh_tag_of(key) != HUGH_TAG_INT) return 0;
  int64_t index = hugh_int_of(key);
  if (index < 0) index += (int64_t)kept;
  return index >= 0 && index < (int64_t)kept ? items[index] : 0;
}

static bool is_named(hugh_machine *m, hugh_value value, const char *module, const char *name) {
  size_t index = hugh_global_of(value);
  if (hugh_tag_of(value) != HUGH_TAG_GLOBAL || index == 0 || index >= m->named_count) return false;
  return hugh_text_is(m->named[index].module, module) && hugh_text_is(m->named[index].name, name);
}

/* text[from:to:step] */
static hugh_got slice_text(hugh_machine *m, hugh_value value, const hugh_value *given, size_t count, hugh_value *result) {
  char out[FOLDED_MOST];
  hugh_text text;
  size_t used = 0;
  hugh_value bounds[3] = {count > 1 ? given[0] : HUGH_TAG_NONE, count > 1 ? given[1] : given[0], count > 2 ? given[2] : HUGH_TAG_NONE};
  hugh_got got = hugh_value_text(m, value, &text);
  if (got != HUGH_GOT || text.length > sizeof out) return got;
  for (int i = 0; i < 3; i++) {
    if (hugh_tag_of(bounds[i]) != HUGH_TAG_NONE && hugh_tag_of(bounds[i]) != HUGH_TAG_INT) return HUGH_GOT;
  }
  int64_t step = hugh_tag_of(bounds[2]) == HUGH_TAG_INT ? hugh_int_of(bounds[2]) : 1, length = (int64_t)text.length;
  int64_t ends[2] = {step > 0 ? 0 : length - 1, step > 0 ? length : -1};
  for (int i = 0; i < 2; i++) {
    if (hugh_tag_of(bounds[i]) != HUGH_TAG_INT) continue;
    ends[i] = hugh_int_of(bounds[i]) < 0 ? hugh_int_of(bounds[i]) + length : hugh_int_of(bounds[i]);
    int64_t least = step > 0 ? 0 : -1, most = step > 0 ? length : length - 1;
    if (ends[i] < least) ends[i] = least;
    if (ends[i] > most) ends[i] = most;
  }
  if (step == 0) return HUGH_GOT;
  for (int64_t i = ends[0]; step > 0 ? i < ends[1] : i > ends[1]; i += step) {
    if ((uint8_t)text.data[i] >= 0x80) return HUGH_GOT; /* part of a character */
    out[used++] = text.data[i];
  }
  *result = hugh_value_make(m, (hugh_text){out, used});
  return HUGH_GOT;
}

/* operator.getitem: of containers, sys.modules, the namespace of a module, and parts of a text. */
static hugh_got get_item(hugh_machine *m, uint64_t offset, hugh_value container, hugh_value key, hugh_value *result) {
  hugh_text text;
  hugh_value slice[3] = {0};
  hugh_tag tag = hugh_tag_of(container);
  hugh_got got;
  if (is_named(m, container, "sys", "modules")) {
    if ((got = hugh_value_text(m, key, &text)) == HUGH_GOT) *result = made(m, HUGH_TAG_MODULE, text);
    return got;
  }
  if (tag == HUGH_TAG_MODULE) return attribute(m, offset, container, key, result);
  if (tag == HUGH_TAG_GLOBAL && hugh_global_of(container) > 0 && hugh_text_is(m->named[hugh_global_of(container)].name, "__dict__")) {
    return attribute(m, offset, made(m, HUGH_TAG_MODULE, m->named[hugh_global_of(container)].module), key, result);
  }
  size_t bounds = fold_of(m, key) == FOLD_SLICE && hugh_tag_of(key) == HUGH_TAG_CALL ? arguments_of(m, key, slice, 3) : 0;
  if (bounds > 0) return slice_text(m, container, slice, bounds, result);
  *result = item(m, container, key);
  return HUGH_GOT;
}

static hugh_got call_with(hugh_machine *m, uint64_t offset, hugh_value callee, const hugh_value *given, size_t count, hugh_value *result) {
  hugh_value tuple = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, given, count));
  m->fold_depth++;
  hugh_got got = hugh_machine_call(m, offset, HUGH_CALL_REDUCE, callee, tuple, 0, result);
  m->fold_depth--;
  return got;
}

/* functools.reduce(getattr, [os, 'path', 'join']) */
static hugh_got reduce(hugh_machine *m, uint64_t offset, const hugh_value *given, size_t count, hugh_value *result) {
  sequence parts;
  hugh_value pair[2] = {count > 2 ? given[2] : 0};
  if (count < 2 || !sequence_of(m, given[1], &parts) || parts.count > 8) return HUGH_GOT;
  for (size_t i = 0; i < parts.count; i++) {
    pair[1] = parts.items[i];
    if (pair[0] == 0) pair[0] = pair[1];
    else if (call_with(m, offset, given[0], pair, 2, &pair[0]) == HUGH_NEED) return HUGH_NEED;
  }
  *result = pair[0];
  return HUGH_GOT;
}

static hugh_got fold_call(hugh_machine *m, uint64_t offset, const hugh_known *known, const hugh_value *given, size_t count, hugh_value *result);

/* What is known of a method of str or bytes. */
static const hugh_known *method_of(hugh_text name) {
  char path[32];
  const char *type = hugh_text_is(name, "decode") ? "bytes" : "str";
  if (name.length > sizeof path - 8) return NULL;
  (void)snprintf(path, sizeof path, "%s.%.*s", type, (int)name.length, name.data);
  return hugh_fold_known(hugh_text_of("builtins"), hugh_text_of(path));
}

/* A call of what a call returned: attrgetter('system')(os), ''.join(…) got by getattr, partial(f, x)(y). */
static hugh_got fold_result(hugh_machine *m, uint64_t offset, hugh_value callee, const hugh_value *given, size_t count, hugh_value *result) {
  hugh_value bound[4] = {0}, all[8];
  size_t have = arguments_of(m, callee, bound, 4), used = 0;
  const hugh_known *method;
  hugh_text name;
  hugh_got got = HUGH_GOT;
  switch (fold_of(m, callee)) {
    case FOLD_ATTRGETTER: return have > 0 && count > 0 ? attribute(m, offset, given[0], bound[0], result) : HUGH_GOT;
    case FOLD_ITEMGETTER: return have > 0 && count > 0 ? get_item(m, offset, given[0], bound[0], result) : HUGH_GOT;
    case FOLD_METHODCALLER: {
      hugh_value callable = 0;
      if (have == 0 || count == 0) return HUGH_GOT;
      got = attribute(m, offset, given[0], bound[0], &callable);
      if (got == HUGH_NEED || callable == 0) return got;
      return call_with(m, offset, callable, bound + 1, have - 1, result);
    }
    case FOLD_PARTIAL:
      if (have == 0 || hugh_tag_of(bound[0]) < HUGH_TAG_GLOBAL) return HUGH_GOT;
      for (size_t i = 1; i < have; i++) all[used++] = bound[i];
      for (size_t i = 0; i < count; i++) all[used++] = given[i];
      return call_with(m, offset, bound[0], all, used, result);
    case FOLD_GETATTR: /* a method of a constant: str.join(text, …) */
      if (have < 2 || (got = hugh_value_text(m, bound[1], &name)) != HUGH_GOT) return got;
      method = method_of(name);
      all[used++] = bound[0];
      for (size_t i = 0; i < count; i++) all[used++] = given[i];
      return method != NULL ? fold_call(m, offset, method, all, used, result) : HUGH_GOT;
    default: return HUGH_GOT;
  }
}

static hugh_got fold_call(hugh_machine *m, uint64_t offset, const hugh_known *known, const hugh_value *given, size_t count, hugh_value *result) {
  hugh_text text;
  hugh_got got = HUGH_GOT;
  sequence parts;
  switch (known->fold) {
    case FOLD_IMPORT:
      got = hugh_value_text(m, given[0], &text);
      if (got != HUGH_GOT) return got;
      for (size_t i = 0; count < 4 && i < text.length && strcmp(known->name, "__import__") == 0; i++) {
        if (text.data[i] == '.') text.length = i; /* without names to take from it, the package is returned */
      }
      *result = made(m, HUGH_TAG_MODULE, text);
      return HUGH_GOT;
    case FOLD_RESOLVE: return resolve(m, offset, given[0], result);
    case FOLD_TYPE: return type_of_dill(m, offset, given[0], result);
    case FOLD_GETATTR: return count > 1 ? attribute(m, offset, given[0], given[1], result) : HUGH_GOT;
    case FOLD_VARS:
      if (hugh_tag_of(given[0]) == HUGH_TAG_MODULE) *result = given[0];
      return HUGH_GOT;
    case FOLD_JOIN: return count > 1 && sequence_of(m, given[1], &parts) ? join(m, given[0], &parts, result) : HUGH_GOT;
    case FOLD_ENCODE:
    case FOLD_DECODE: return recode(m, known->fold, given, count, result);
    case FOLD_UNPACK:
      got = hugh_value_text(m, given[0], &text);
      if (got == HUGH_GOT) *result = hugh_unpack(m, known->packing, text);
      return got;
    case FOLD_BYTES: return count > 1 ? recode(m, FOLD_ENCODE, given, count, result) : as_bytes(m, given[0], result);
    case FOLD_CHR: return as_bytes(m, hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, given, 1)), result);
    case FOLD_REPLACE: return replace(m, given, count, result);
    case FOLD_LOWER:
    case FOLD_UPPER:
    case FOLD_STRIP: return count == 1 ? change(m, known->fold, given[0], result) : HUGH_GOT;
    case FOLD_CONCAT: return count > 1 ? concatenate(m, given, 2, result) : HUGH_GOT;
    case FOLD_GETITEM: return count > 1 ? get_item(m, offset, given[0], given[1], result) : HUGH_GOT;
    case FOLD_CALL: return hugh_tag_of(given[0]) >= HUGH_TAG_GLOBAL ? call_with(m, offset, given[0], given + 1, count - 1, result) : HUGH_GOT;
    case FOLD_REDUCE: return reduce(m, offset, given, count, result);
    default: return HUGH_GOT;
  }
}

hugh_got hugh_fold(hugh_machine *m, uint64_t offset, hugh_value callee, hugh_value arguments, hugh_value *result) {
  hugh_value given[4] = {0};
  const hugh_known *known = known_of(m, callee);
  hugh_got got = HUGH_GOT;
  *result = 0;
  if (m->fold_depth == 0) m->folds = 0;
  if (known == NULL || m->folded_out || m->fold_depth > FOLDS_DEEP || ++m->folds > FOLDS_MOST) return HUGH_GOT;
  size_t count = arguments_of(m, arguments, given, 4);
  if (hugh_tag_of(callee) == HUGH_TAG_CALL) got = fold_result(m, offset, callee, given, count, result);
  else if (count > 0) got = fold_call(m, offset, known, given, count, result);
  return got == HUGH_NEED ? got : HUGH_GOT;
}
