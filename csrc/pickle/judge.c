/*
** Looks a global up in the table made of globals.tsv, part by part.
*/
#include <stddef.h>

#include "judge.h"

/* Texts are offsets into `texts`. */
typedef struct entry {
  uint32_t module, name, category, reason;
  uint8_t class, check;
} entry;

#define TEXT(member) offsetof(struct texts, member)
#include "pickle/globals.inc" /* texts and table */

static const char *text_at(uint32_t offset) { return (const char *)&texts + offset; }

typedef struct renamed {
  const char *module, *name; /* name NULL: the whole module moved */
  const char *to_module, *to_name;
} renamed;

static const renamed renames[] = {
#define RENAMED(module, name, to_module, to_name) {module, name, to_module, to_name},
#define MOVED(module, to_module) {module, NULL, to_module, NULL},
#include "compat.def"
#undef RENAMED
#undef MOVED
};

/* Attributes that lead from any object to everything else. */
static const char *const walks[] = {
    "__base__",       "__bases__",   "__builtins__", "__call__",       "__class__",    "__closure__",  "__code__",
    "__defaults__",   "__delattr__", "__dict__",     "__func__",       "__get__",      "__getattr__",  "__getattribute__",
    "__globals__",    "__import__",  "__init__",     "__kwdefaults__", "__loader__",   "__mro__",      "__reduce__",
    "__reduce_ex__",  "__self__",    "__setattr__",  "__setstate__",   "__spec__",     "__subclasses__", "__wrapped__",
    "_module_getattr", "f_builtins", "f_globals",    "f_locals",       "func_globals", "gi_frame",     "mro",
    "tb_frame"};

static int compare(hugh_text a, const char *b) {
  for (size_t i = 0; i < a.length; i++) {
    if (b[i] == '\0') return 1;
    if (a.data[i] != b[i]) return (uint8_t)a.data[i] < (uint8_t)b[i] ? -1 : 1;
  }
  return b[a.length] == '\0' ? 0 : -1;
}

static bool is(hugh_text a, const char *b) { return compare(a, b) == 0; }

static const entry *look_up(hugh_text module, hugh_text name) {
  size_t low = 0, high = sizeof table / sizeof *table;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(module, text_at(table[middle].module));
    if (order == 0) order = compare(name, text_at(table[middle].name));
    if (order == 0) return &table[middle];
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return NULL;
}

#define PARTS_MOST 8 /* of a dotted name: no class lies deeper, and every part is looked up in several ways */

/* The entry for the whole module or a package around it. */
static const entry *whole_module(hugh_text module) {
  const hugh_text all = {"*", 1};
  for (size_t i = 0, parts = 0; i < module.length; i++) {
    if (module.data[i] == '.' && ++parts == PARTS_MOST) module.length = i; /* no entry is for more */
  }
  for (;;) {
    const entry *found = look_up(module, all);
    if (found != NULL) return found;
    while (module.length > 0 && module.data[module.length - 1] != '.') module.length--;
    if (module.length == 0) return NULL;
    module.length--;
  }
}

static bool dangerous(const entry *found) { return found != NULL && found->class == HUGH_GLOBAL_DANGEROUS; }

static const entry *exact_or_whole(hugh_text module, hugh_text name) {
  const entry *found = look_up(module, name);
  return found != NULL ? found : whole_module(module);
}

static bool is_walk(hugh_text part) {
  for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
    if (is(part, walks[i])) return true;
  }
  return false;
}

static hugh_text before(hugh_text text, size_t length) { return (hugh_text){text.data, length}; }
static hugh_text after(hugh_text text, size_t skip) { return (hugh_text){text.data + skip, text.length - skip}; }

/* The name of a module that another holds privately: `_os` is os. */
static hugh_text unhidden(hugh_text module) {
  while (module.length > 1 && module.data[0] == '_' && module.data[1] != '_') module = after(module, 1);
  return module;
}

#define JOINED_MOST 512

/* A dangerous entry that a path of attributes reaches: module:a.b.c may be a module a.b inside it, or any module one of them imported. */
static const entry *reached(hugh_text module, hugh_text name, const entry *(*find)(hugh_text, hugh_text)) {
  char joined[JOINED_MOST];
  size_t used = module.length < JOINED_MOST / 2 ? module.length : 0;
  memcpy(joined, module.data, used);
  if (used > 0) joined[used++] = '.';
  if (name.length > JOINED_MOST - used) name.length = JOINED_MOST - used;
  memcpy(joined + used, name.data, name.length);
  for (size_t dot = 0, start = 0; dot < name.length; dot++) {
    if (name.data[dot] != '.') continue;
    hugh_text rest = after(name, dot + 1), owner = before(name, dot), part = before(after(name, start), dot - start);
    hugh_text first = rest;
    for (size_t i = 0; i < rest.length; i++) {
      if (rest.data[i] == '.') {
        first.length = i;
        break;
      }
    }
    const entry *found;
    if (dangerous(found = find((hugh_text){joined, used + dot}, rest))) return found;
    if (dangerous(found = find(owner, rest))) return found;
    if (dangerous(found = find(unhidden(part), first))) return found;
    if (dangerous(found = find(part, first))) return found;
    if (dangerous(found = look_up(module, owner))) return found;
    start = dot + 1;
  }
  return NULL;
}

static hugh_judgement judgement_of(const entry *found) {
  if (found == NULL) return (hugh_judgement){HUGH_GLOBAL_UNKNOWN, HUGH_CHECK_NONE, NULL, NULL};
  return (hugh_judgement){(hugh_global_class)found->class, (hugh_check)found->check, text_at(found->category), text_at(found->reason)};
}

/* Python 3.11 pickles a member of an enumeration as an attribute of the class; a method has such a name too, so it may not be called. */
static bool is_member(hugh_text module, hugh_text name) {
  size_t dot = name.length;
  while (dot > 0 && name.data[dot - 1] != '.') dot--;
  if (dot == 0 || dot == name.length || name.data[dot] == '_') return false;
  const entry *owner = look_up(module, before(name, dot - 1));
  return owner != NULL && owner->class == HUGH_GLOBAL_SAFE && strcmp(text_at(owner->category), "enum") == 0;
}

static hugh_judgement judge_one(hugh_text module, hugh_text name) {
  const entry *found = look_up(module, name);
  if (found != NULL) return judgement_of(found);
  unsigned parts = 0;
  for (size_t start = 0, i = 0; i <= name.length; i++) {
    if (i < name.length && name.data[i] != '.') continue;
    if (++parts > PARTS_MOST || is_walk((hugh_text){name.data + start, i - start})) {
      if (start > 0 && dangerous(found = look_up(module, before(name, start - 1)))) return judgement_of(found); /* os:system.__call__ */
      return (hugh_judgement){HUGH_GLOBAL_DANGEROUS, HUGH_CHECK_NONE, "attribute-walk", "reaches into the interpreter's own objects"};
    }
    start = i + 1;
  }
  found = reached(module, name, look_up); /* site:os.system runs a shell command, whatever else site does */
  if (found == NULL) found = whole_module(module);
  if (found == NULL) found = reached(module, name, exact_or_whole);
  if (found == NULL && is_member(module, name)) {
    return (hugh_judgement){HUGH_GLOBAL_SAFE, HUGH_CHECK_NAMED, "constant", "names a member of an enumeration"};
  }
  return judgement_of(found);
}

/* What Python 3 looks for instead of a Python 2 name; false if the name stays. */
static bool modern(hugh_text *module, hugh_text *name) {
  const renamed *moved = NULL;
  for (size_t i = 0; i < sizeof renames / sizeof *renames; i++) {
    if (!is(*module, renames[i].module)) continue;
    if (renames[i].name != NULL && is(*name, renames[i].name)) {
      *name = hugh_text_of(renames[i].to_name);
      *module = hugh_text_of(renames[i].to_module);
      return true;
    }
    if (renames[i].name == NULL) moved = &renames[i];
  }
  if (moved == NULL) return false;
  *module = hugh_text_of(moved->to_module);
  return true;
}

hugh_judgement hugh_judge_global(hugh_text module, hugh_text name, unsigned protocol) {
  hugh_judgement judgement = judge_one(module, name);
  if (protocol >= 3 || !modern(&module, &name)) return judgement;
  hugh_judgement now = judge_one(module, name);
  if (judgement.class == HUGH_GLOBAL_DANGEROUS) return judgement;
  if (judgement.class == HUGH_GLOBAL_UNKNOWN || now.class == HUGH_GLOBAL_DANGEROUS) return now;
  return judgement;
}
