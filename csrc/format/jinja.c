/*
** Jinja templates. A chat template formats messages; none needs an attribute with two underscores, the attr filter or a base class list.
** Outside a sandbox those lead from any value to os.system. Only what stands in {{ }} and {% %} is looked at: the rest is printed.
*/
#include "jinja.h"

#define TEMPLATE_MOST ((uint64_t)1 << 20)

/* What chat templates call: transformers' own helpers, Jinja's, and methods of strings, lists and dictionaries. */
static const char *const callable[] = {
    "append",     "attribute", "batch",     "bool",      "capitalize", "caller",          "count",     "default",   "dictsort",     "dict",
    "endswith",   "escape",    "extend",    "find",      "first",      "float",           "format",    "get",       "groupby",      "indent",
    "index",      "insert",    "int",       "isdigit",   "items",      "join",            "keys",      "last",      "length",       "list",
    "lower",      "lstrip",    "map",       "max",       "min",        "namespace",       "pop",       "raise_exception", "random", "range",
    "reject",     "rejectattr", "removeprefix", "removesuffix", "replace", "reverse",     "rfind",     "round",     "rsplit",       "rstrip",
    "select",     "selectattr", "slice",    "sort",      "split",      "splitlines",      "startswith", "strftime", "strftime_now", "string",
    "strip",      "sum",       "title",     "tojson",    "trim",       "truncate",        "unique",    "update",    "upper",        "values",
    "wordcount",  "zip",       "isalpha",   "isspace",   "date_string", "today",          "now",       "fromjson",  "from_json",    "loop",
    "d",          "isupper",   "islower",   "isalnum",   "raise_error", "xmlattr",        "e",         "safe",      "dumps",        "tojson_indent"};

/* Words that stand before a parenthesis without calling anything. */
static const char *const keywords[] = {"if", "elif", "and", "or", "not", "in", "is", "else", "for", "set", "call", "return", "filter", "equalto"};

#define MACROS_MOST 256

typedef struct reading {
  hugh_text text;
  size_t at;
  hugh_text macros[MACROS_MOST]; /* what the template itself defines and may call */
  size_t macro_count;
  bool walk, call; /* reported */
} reading;

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool listed(hugh_text word, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (hugh_text_is(word, words[i])) return true;
  }
  return false;
}

#define LISTED(word, words) listed(word, words, sizeof words / sizeof *words)

static bool starts_at(const reading *r, size_t at, const char *what) {
  size_t n = strlen(what);
  return r->text.length - at >= n && memcmp(r->text.data + at, what, n) == 0;
}

static void found_walk(hugh_scan *scan, const hugh_task *task, reading *r, uint64_t offset, hugh_text what) {
  if (!r->walk) {
    hugh_find(scan, task, HUGH_FOUND_JINJA_WALK, offset, "a template uses %s, which leads from a value to code when it is rendered outside a sandbox",
              hugh_show(scan, what, 60));
  }
  r->walk = true;
}

/* A name or key with underscores at both ends, or the start or end of one that is put together. */
static bool is_dunder(hugh_text word) {
  return word.length >= 2 && (memcmp(word.data, "__", 2) == 0 || memcmp(word.data + word.length - 2, "__", 2) == 0);
}

/* Reads a string of the template; escapes that spell an underscore have no purpose but to hide one. */
static void read_string(hugh_scan *scan, const hugh_task *task, reading *r, uint64_t offset) {
  const char *p = r->text.data;
  char quote = p[r->at++];
  size_t start = r->at;
  while (r->at < r->text.length && p[r->at] != quote) {
    if (p[r->at] == '\\' && (starts_at(r, r->at, "\\x5f") || starts_at(r, r->at, "\\x5F") || starts_at(r, r->at, "\\u005") ||
                             starts_at(r, r->at, "\\137") || starts_at(r, r->at, "\\N{") || starts_at(r, r->at, "\\U0000005"))) {
      found_walk(scan, task, r, offset, hugh_text_of("underscores spelt as escapes"));
    }
    r->at += p[r->at] == '\\' && r->text.length - r->at > 1 ? 2 : 1;
  }
  hugh_text inside = {p + start, r->at - start};
  if (r->at < r->text.length) r->at++;
  if (is_dunder(inside)) found_walk(scan, task, r, offset, inside);
}

/* `before` is what stands before the word: the last character that is no space. */
static void read_word(hugh_scan *scan, const hugh_task *task, reading *r, uint64_t offset, char before, bool *macro) {
  const char *p = r->text.data;
  size_t start = r->at;
  while (r->at < r->text.length && is_word(p[r->at])) r->at++;
  hugh_text word = {p + start, r->at - start};
  if (is_dunder(word) || (before == '|' && hugh_text_is(word, "attr")) || (before == '.' && hugh_text_is(word, "mro"))) {
    found_walk(scan, task, r, offset, word);
  }
  if (*macro && r->macro_count < MACROS_MOST) r->macros[r->macro_count++] = word;
  *macro = hugh_text_is(word, "macro");
  size_t next = r->at;
  while (next < r->text.length && is_space(p[next])) next++;
  if (r->call || next >= r->text.length || p[next] != '(' || LISTED(word, callable) || LISTED(word, keywords)) return;
  for (size_t i = 0; i < r->macro_count; i++) {
    if (hugh_text_equal(r->macros[i], word)) return;
  }
  hugh_find(scan, task, HUGH_FOUND_JINJA_CALL, offset, "a template calls %s, which chat templates do not", hugh_show(scan, word, 60));
  r->call = true;
}

/* From the opening of a block to its end; `close` is the character before the last brace. */
static void read_block(hugh_scan *scan, const hugh_task *task, reading *r, uint64_t offset, char close) {
  const char *p = r->text.data;
  char before = 0;
  bool macro = false;
  uint32_t braces = 0;
  while (r->at < r->text.length) {
    char c = p[r->at];
    if (braces == 0 && c == close && r->text.length - r->at > 1 && p[r->at + 1] == '}') {
      r->at += 2;
      return;
    }
    if (c == '\'' || c == '"') {
      read_string(scan, task, r, offset);
    } else if (is_word(c)) {
      read_word(scan, task, r, offset, before, &macro);
    } else {
      if (c == '{') braces++;
      if (c == '}' && braces > 0) braces--;
      r->at++;
    }
    if (!is_space(c)) before = c;
  }
}

void hugh_jinja_judge(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text text) {
  reading r = {.text = text};
  while (text.length - r.at > 1) {
    const char *brace = memchr(text.data + r.at, '{', text.length - r.at - 1);
    if (brace == NULL) return;
    r.at = (size_t)(brace - text.data) + 1;
    char kind = text.data[r.at];
    if (kind == '{' || kind == '%') {
      r.at++;
      read_block(scan, task, &r, offset, kind == '{' ? '}' : '%');
    } else if (kind == '#') {
      while (r.at < text.length && !starts_at(&r, r.at, "#}")) r.at++;
    }
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, TEMPLATE_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_jinja_judge(scan, task, 0, (hugh_text){(const char *)p, length});
  if (length == TEMPLATE_MOST) hugh_incomplete(scan, task, length, "a template is longer than 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_jinja = {"jinja", 0, step, NULL};
