/*
** What calls of known functions on constants return: names that are put together, modules and attributes that are looked up.
*/
#include <stdio.h>

#include "machine.h"

#define FOLDED_MOST ((size_t)4096)

typedef enum fold {
  FOLD_IMPORT, FOLD_RESOLVE, FOLD_GETATTR, FOLD_JOIN, FOLD_DECODE, FOLD_BASE64, FOLD_HEX, FOLD_CONCAT, FOLD_GETITEM, FOLD_REVERSED,
  FOLD_ATTRGETTER, FOLD_ITEMGETTER, FOLD_METHODCALLER, FOLD_PARTIAL, FOLD_CALL, FOLD_NONE
} fold;

typedef struct known {
  const char *module, *name;
  fold fold;
} known;

static const known functions[] = {
    {"builtins", "__import__", FOLD_IMPORT},       {"__builtin__", "__import__", FOLD_IMPORT},
    {"importlib", "import_module", FOLD_IMPORT},   {"importlib", "__import__", FOLD_IMPORT},
    {"pkgutil", "resolve_name", FOLD_RESOLVE},     {"pydoc", "locate", FOLD_RESOLVE},
    {"builtins", "getattr", FOLD_GETATTR},         {"__builtin__", "getattr", FOLD_GETATTR},
    {"inspect", "getattr_static", FOLD_GETATTR},   {"builtins", "str.join", FOLD_JOIN},
    {"builtins", "bytes.join", FOLD_JOIN},         {"builtins", "bytes.decode", FOLD_DECODE},
    {"builtins", "str.encode", FOLD_DECODE},       {"_codecs", "encode", FOLD_DECODE},
    {"_codecs", "decode", FOLD_DECODE},            {"codecs", "encode", FOLD_DECODE},
    {"codecs", "decode", FOLD_DECODE},             {"_codecs", "utf_8_encode", FOLD_DECODE},
    {"builtins", "str", FOLD_DECODE},              {"builtins", "bytes", FOLD_DECODE},
    {"base64", "b64decode", FOLD_BASE64},          {"base64", "standard_b64decode", FOLD_BASE64},
    {"base64", "decodebytes", FOLD_BASE64},        {"binascii", "a2b_base64", FOLD_BASE64},
    {"binascii", "unhexlify", FOLD_HEX},           {"binascii", "a2b_hex", FOLD_HEX},
    {"builtins", "bytes.fromhex", FOLD_HEX},       {"builtins", "bytearray.fromhex", FOLD_HEX},
    {"operator", "concat", FOLD_CONCAT},           {"_operator", "concat", FOLD_CONCAT},
    {"operator", "add", FOLD_CONCAT},              {"_operator", "add", FOLD_CONCAT},
    {"builtins", "str.__add__", FOLD_CONCAT},      {"operator", "getitem", FOLD_GETITEM},
    {"_operator", "getitem", FOLD_GETITEM},        {"operator", "attrgetter", FOLD_ATTRGETTER},
    {"_operator", "attrgetter", FOLD_ATTRGETTER},  {"operator", "itemgetter", FOLD_ITEMGETTER},
    {"_operator", "itemgetter", FOLD_ITEMGETTER},  {"operator", "methodcaller", FOLD_METHODCALLER},
    {"_operator", "methodcaller", FOLD_METHODCALLER}, {"functools", "partial", FOLD_PARTIAL},
    {"_functools", "partial", FOLD_PARTIAL},       {"operator", "call", FOLD_CALL},
    {"_operator", "call", FOLD_CALL}};

static fold fold_of(hugh_machine *m, hugh_value callee) {
  size_t index = hugh_global_of(callee);
  if (index == 0 || index >= m->named_count) return FOLD_NONE;
  const hugh_named *named = &m->named[index];
  if (named->judgement.class == HUGH_GLOBAL_SAFE && named->judgement.check == HUGH_CHECK_NONE && named->name.length > 5) {
    if (!hugh_text_starts(named->name, "str.") && !hugh_text_starts(named->name, "bytes.")) return FOLD_NONE;
  }
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (hugh_text_is(named->name, functions[i].name) && hugh_text_is(named->module, functions[i].module)) return functions[i].fold;
  }
  return FOLD_NONE;
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

static size_t decode_base64(hugh_text in, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t bits = 0;
  size_t have = 0, used = 0;
  for (size_t i = 0; i < in.length && in.data[i] != '='; i++) {
    const char *digit = in.data[i] != '\0' ? strchr(digits, in.data[i]) : NULL;
    if (digit == NULL) continue;
    bits = (bits << 6 | (uint32_t)(digit - digits)) & 0xffffff;
    have += 6;
    if (have >= 8) out[used++] = (char)(bits >> (have -= 8) & 255);
  }
  return used;
}

static size_t decode_hex(hugh_text in, char *out) {
  size_t used = 0;
  int high = -1;
  for (size_t i = 0; i < in.length; i++) {
    char c = in.data[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high < 0) high = digit;
    else out[used++] = (char)(high << 4 | digit), high = -1;
  }
  return used;
}

static hugh_got join(hugh_machine *m, hugh_value glue, const hugh_value *parts, size_t count, hugh_value *result) {
  char text[FOLDED_MOST];
  size_t used = 0;
  hugh_text between = {"", 0}, part;
  hugh_got got = glue != 0 ? hugh_value_text(m, glue, &between) : HUGH_GOT;
  if (got != HUGH_GOT) return got;
  for (size_t i = 0; i < count; i++) {
    got = hugh_value_text(m, parts[i], &part);
    if (got != HUGH_GOT) return got;
    if (used + between.length + part.length > sizeof text) return HUGH_GOT;
    if (i > 0 && between.length > 0) memcpy(text + used, between.data, between.length), used += between.length;
    if (part.length > 0) memcpy(text + used, part.data, part.length);
    used += part.length;
  }
  *result = hugh_value_make(m, (hugh_text){text, used});
  return HUGH_GOT;
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

/* A call of what a call returned: attrgetter('system')(os), ''.join(…) got by getattr, partial(f, x)(y). */
static hugh_got fold_result(hugh_machine *m, uint64_t offset, hugh_value callee, const hugh_value *given, size_t count, hugh_value *result) {
  hugh_value bound[4] = {0};
  size_t have = arguments_of(m, callee, bound, 4);
  hugh_text name;
  hugh_got got = HUGH_GOT;
  switch (fold_of(m, callee)) {
    case FOLD_ATTRGETTER: return have > 0 && count > 0 ? attribute(m, offset, given[0], bound[0], result) : HUGH_GOT;
    case FOLD_ITEMGETTER:
      if (have > 0 && count > 0) *result = item(m, given[0], bound[0]);
      return HUGH_GOT;
    case FOLD_METHODCALLER: {
      hugh_value method = 0;
      if (have == 0 || count == 0) return HUGH_GOT;
      got = attribute(m, offset, given[0], bound[0], &method);
      if (got == HUGH_NEED || method == 0) return got;
      hugh_value tuple = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, bound + 1, have - 1));
      return hugh_machine_call(m, offset, HUGH_CALL_REDUCE, method, tuple, 0, result);
    }
    case FOLD_PARTIAL: {
      hugh_value all[8];
      size_t used = 0;
      if (have == 0 || hugh_tag_of(bound[0]) != HUGH_TAG_GLOBAL) return HUGH_GOT;
      for (size_t i = 1; i < have; i++) all[used++] = bound[i];
      for (size_t i = 0; i < count; i++) all[used++] = given[i];
      hugh_value tuple = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, all, used));
      return hugh_machine_call(m, offset, HUGH_CALL_REDUCE, bound[0], tuple, 0, result);
    }
    case FOLD_GETATTR: /* a method of a constant */
      if (have < 2 || (got = hugh_value_text(m, bound[1], &name)) != HUGH_GOT) return got;
      if (hugh_text_is(name, "join") && count > 0) {
        hugh_value parts[HUGH_NODE_ITEMS];
        size_t part_count = arguments_of(m, given[0], parts, HUGH_NODE_ITEMS);
        return part_count > 0 ? join(m, bound[0], parts, part_count, result) : HUGH_GOT;
      }
      if (hugh_text_is(name, "decode") || hugh_text_is(name, "encode")) return join(m, 0, bound, 1, result);
      return HUGH_GOT;
    default: return HUGH_GOT;
  }
}

hugh_got hugh_fold(hugh_machine *m, uint64_t offset, hugh_value callee, hugh_value arguments, hugh_value *result) {
  hugh_value given[4] = {0};
  *result = 0;
  if (m->fold_depth > 8) return HUGH_GOT;
  if (hugh_tag_of(callee) == HUGH_TAG_CALL) {
    m->fold_depth++;
    hugh_got got = fold_result(m, offset, callee, given, arguments_of(m, arguments, given, 4), result);
    m->fold_depth--;
    return got == HUGH_NEED ? got : HUGH_GOT;
  }
  if (hugh_tag_of(callee) != HUGH_TAG_GLOBAL) return HUGH_GOT;
  fold what = fold_of(m, callee);
  if (what == FOLD_NONE) return HUGH_GOT;
  size_t count = arguments_of(m, arguments, given, 4);
  if (count == 0) return HUGH_GOT;
  hugh_text text;
  char out[FOLDED_MOST];
  hugh_got got = HUGH_GOT;
  switch (what) {
    case FOLD_IMPORT:
      got = hugh_value_text(m, given[0], &text);
      if (got == HUGH_GOT) *result = made(m, HUGH_TAG_MODULE, text);
      break;
    case FOLD_RESOLVE: got = resolve(m, offset, given[0], result); break;
    case FOLD_GETATTR:
      if (count > 1) got = attribute(m, offset, given[0], given[1], result);
      break;
    case FOLD_JOIN: {
      hugh_value parts[HUGH_NODE_ITEMS];
      size_t part_count = count > 1 ? arguments_of(m, given[1], parts, HUGH_NODE_ITEMS) : 0;
      if (part_count > 0) got = join(m, given[0], parts, part_count, result);
      break;
    }
    case FOLD_DECODE: {
      static const char *const plain[] = {"latin1", "latin-1", "ascii", "utf-8", "utf8", "utf_8", "iso-8859-1"};
      bool same = count == 1;
      if (count > 1) {
        got = hugh_value_text(m, given[1], &text);
        for (size_t i = 0; got == HUGH_GOT && i < sizeof plain / sizeof *plain; i++) same = same || hugh_text_is(text, plain[i]);
        if (got == HUGH_GOT && (hugh_text_is(text, "base64") || hugh_text_is(text, "hex"))) {
          bool hex = hugh_text_is(text, "hex");
          got = hugh_value_text(m, given[0], &text);
          if (got == HUGH_GOT && text.length <= sizeof out) {
            *result = hugh_value_make(m, (hugh_text){out, hex ? decode_hex(text, out) : decode_base64(text, out)});
          }
        }
      }
      if (got == HUGH_GOT && same && (got = hugh_value_text(m, given[0], &text)) == HUGH_GOT && text.length <= sizeof out) {
        *result = hugh_value_make(m, text);
      }
      break;
    }
    case FOLD_BASE64:
    case FOLD_HEX:
      got = hugh_value_text(m, given[0], &text);
      if (got == HUGH_GOT && text.length <= sizeof out) {
        *result = hugh_value_make(m, (hugh_text){out, what == FOLD_HEX ? decode_hex(text, out) : decode_base64(text, out)});
      }
      break;
    case FOLD_CONCAT:
      if (count > 1) got = join(m, 0, given, 2, result);
      break;
    case FOLD_GETITEM:
      if (count > 1) *result = item(m, given[0], given[1]);
      break;
    case FOLD_CALL:
      if (hugh_tag_of(given[0]) == HUGH_TAG_GLOBAL) {
        hugh_value tuple = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, given + 1, count - 1));
        m->fold_depth++;
        got = hugh_machine_call(m, offset, HUGH_CALL_REDUCE, given[0], tuple, 0, result);
        m->fold_depth--;
      }
      break;
    default: break;
  }
  return got == HUGH_NEED ? got : HUGH_GOT;
}
