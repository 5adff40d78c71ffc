/*
** Jinja templates. A chat template formats messages; none needs an attribute with two underscores, the attr filter or a base class list.
** Outside a sandbox those lead from any value to os.system. Only what stands in {{ }} and {% %} is looked at: the rest is printed.
*/
#include "jinja.h"

#define TEMPLATE_MOST ((uint64_t)1 << 20)
#define MACROS_MOST   256
#define STRANGERS_MOST 64

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
    "d",          "isupper",   "islower",   "isalnum",   "raise_error", "xmlattr",        "e",         "safe",      "dumps",        "tojson_indent",
    "cycle"};

/* Words that stand before a parenthesis without calling anything. */
static const char *const keywords[] = {"if", "elif", "and", "or", "not", "in", "is", "else", "for", "set", "call", "return", "filter", "equalto"};

/* Attributes that lead from a value to code without two underscores at either end; "attr" takes an attribute by name. */
static const char *const walks[] = {"attr",     "mro",       "func_globals", "gi_frame", "gi_code", "cr_frame",
                                    "ag_frame", "f_globals", "f_builtins",   "f_back",   "tb_frame"};

/* Names of attributes as texts: to spell one is to look for it. */
static const char *const spelt[] = {"globals", "subclasses", "builtins", "getattribute", "getitem", "popen"};

/* What templates are given as functions: they are called, and nothing else is asked of them. */
static const char *const functions[] = {"dict", "namespace", "range", "raise_exception", "strftime_now"};

/* Filters that take the name of an attribute: as a text, or behind `attribute=`. */
static const char *const by_name[] = {"map", "groupby", "selectattr", "rejectattr"};

/* Objects of Jinja's and Flask's own and statements that read other templates: no chat template has a use for them. */
static const char *const foreign[] = {"lipsum", "cycler", "joiner", "self", "request", "url_for", "get_flashed_messages"};
static const char *const readers[] = {"include", "import", "from", "extends", "debug"};

typedef struct piece {
  size_t at, length;
} piece;

typedef struct state {
  size_t at;
  char block; /* what the block that is open ends with, before a brace: % or }; 0 between blocks */
  bool first, raw, macro; /* the next word is the block's first; the block begins raw text; the next word names a macro */
  char before; /* the last character that is no space */
  bool underscore; /* the string that may be joined to the next one ends with one */
  bool alone;      /* that string is nothing else */
  uint32_t braces;
  piece macros[MACROS_MOST];       /* what the template itself defines and may call */
  piece strangers[STRANGERS_MOST]; /* what it called before it defined it, if it did */
  size_t macro_count, stranger_count;
  bool walk, call; /* reported */
} state;

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool starts_at(hugh_text text, size_t at, const char *what) {
  size_t n = strlen(what);
  return text.length - at >= n && memcmp(text.data + at, what, n) == 0;
}

static void found_walk(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text what) {
  state *st = task->state;
  if (!st->walk) {
    hugh_find(scan, task, HUGH_FOUND_JINJA_WALK, offset, "a template uses %s, which leads from a value to code when it is rendered outside a sandbox",
              hugh_show(scan, what, 60));
  }
  st->walk = true;
}

static void found_call(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text what) {
  state *st = task->state;
  if (!st->call) {
    hugh_find(scan, task, HUGH_FOUND_JINJA_CALL, offset, "a template uses or calls %s, which chat templates do not", hugh_show(scan, what, 60));
  }
  st->call = true;
}

/* A name or key with underscores at both ends, or the start or end of one that is put together. */
static bool is_dunder(hugh_text word) {
  return word.length >= 2 && (memcmp(word.data, "__", 2) == 0 || memcmp(word.data + word.length - 2, "__", 2) == 0);
}

static size_t skip_space(hugh_text text, size_t at) {
  while (at < text.length && is_space(text.data[at])) at++;
  return at;
}

/* The next character that is no space, from `at`. */
static char next_char(hugh_text text, size_t at) {
  at = skip_space(text, at);
  return at < text.length ? text.data[at] : 0;
}

/* Whether what stands behind a bracket is a number or a slice. */
static bool is_index(hugh_text text, size_t at) {
  char c = next_char(text, at);
  return c == '-' || c == ':' || (c >= '0' && c <= '9');
}

static bool is_quote(char c) { return c == '\'' || c == '"'; }

/*
** Reads a string. Escapes and formats that spell an underscore have no purpose but to hide one, nor has joining or repeating single ones;
** strings side by side are joined as well.
*/
static void read_string(hugh_scan *scan, const hugh_task *task, hugh_text text) {
  state *st = task->state;
  const char *p = text.data;
  char quote = p[st->at++];
  size_t start = st->at;
  bool walk = false;
  while (st->at < text.length && p[st->at] != quote) {
    size_t at = st->at;
    walk = walk || (p[at] == '\\' && (starts_at(text, at, "\\x5f") || starts_at(text, at, "\\x5F") || starts_at(text, at, "\\u005") ||
                                      starts_at(text, at, "\\137") || starts_at(text, at, "\\N{") || starts_at(text, at, "\\U0000005")));
    walk = walk || starts_at(text, at, ".__"); /* an attribute, for str.format */
    st->at += p[at] == '\\' && text.length - at > 1 ? 2 : 1;
  }
  if (st->at > text.length) st->at = text.length;
  hugh_text inside = {p + start, st->at - start};
  if (st->at < text.length) st->at++;
  char next = next_char(text, st->at);
  bool alone = hugh_text_is(inside, "_"), joins = st->before == '~' || st->before == '+' || is_quote(st->before);
  bool joined = st->underscore && ((joins && inside.length > 0 && inside.data[0] == '_') || (st->before == ',' && st->alone && alone));
  bool repeated = alone && next == '*';
  bool formatted = (next == '%' || next == '|') && inside.length > 1 && memcmp(inside.data, "%c", 2) == 0;
  st->underscore = inside.length > 0 && inside.data[inside.length - 1] == '_';
  st->alone = alone;
  if (walk || joined || repeated || formatted || is_dunder(inside) || HUGH_AMONG(inside, walks) || HUGH_AMONG(inside, spelt)) found_walk(scan, task, start, inside);
  if (next == '[' && !is_index(text, skip_space(text, st->at) + 1)) found_call(scan, task, start, hugh_text_of("an item of a text by name"));
}

static hugh_text text_of(hugh_text text, piece p) { return (hugh_text){text.data + p.at, p.length}; }

static bool is_macro(const state *st, hugh_text text, hugh_text name) {
  for (size_t i = 0; i < st->macro_count; i++) {
    if (hugh_text_equal(text_of(text, st->macros[i]), name)) return true;
  }
  return false;
}

/* A call of what is no macro yet: a template may define one after others that use it. */
static void put_off(hugh_scan *scan, const hugh_task *task, hugh_text text, size_t at, hugh_text name) {
  state *st = task->state;
  for (size_t i = 0; i < st->stranger_count; i++) {
    if (hugh_text_equal(text_of(text, st->strangers[i]), name)) return;
  }
  if (st->stranger_count == STRANGERS_MOST) found_call(scan, task, at, name);
  else st->strangers[st->stranger_count++] = (piece){at, name.length};
}

static void judge_strangers(hugh_scan *scan, const hugh_task *task, hugh_text text) {
  const state *st = task->state;
  for (size_t i = 0; i < st->stranger_count; i++) {
    hugh_text name = text_of(text, st->strangers[i]);
    if (!is_macro(st, text, name)) found_call(scan, task, st->strangers[i].at, name);
  }
}

/* Whether the filter `name`, or `attribute=` in one, is handed something else than a text: the name of an attribute that cannot be seen. */
static bool takes_computed(hugh_text text, size_t at, hugh_text name) {
  at = skip_space(text, at);
  if (hugh_text_is(name, "attribute")) return starts_at(text, at, "=") && !starts_at(text, at, "==") && !is_quote(next_char(text, at + 1));
  if (!starts_at(text, at, "(") || !HUGH_AMONG(name, by_name)) return false;
  at = skip_space(text, at + 1);
  return at < text.length && !is_quote(text.data[at]) && !starts_at(text, at, "attribute") && text.data[at] != ')';
}

/* A name, keyword or filter. */
static void read_word(hugh_scan *scan, const hugh_task *task, hugh_text text) {
  state *st = task->state;
  size_t start = st->at;
  while (st->at < text.length && is_word(text.data[st->at])) st->at++;
  hugh_text word = {text.data + start, st->at - start};
  char next = next_char(text, st->at);
  bool member = st->before == '.', walk = (member || st->before == '|') && HUGH_AMONG(word, walks);
  if (walk || is_dunder(word) || (member && word.data[0] == '_')) found_walk(scan, task, start, word);
  if (st->first) st->raw = hugh_text_is(word, "raw");
  if (st->macro && st->macro_count < MACROS_MOST) {
    st->macros[st->macro_count].at = start;
    st->macros[st->macro_count++].length = word.length;
  }
  bool reader = st->first && HUGH_AMONG(word, readers), stranger = !member && next != '=' && HUGH_AMONG(word, foreign);
  bool taken_apart = !member && (next == '.' || next == '[' || next == '|') && HUGH_AMONG(word, functions);
  bool calls = next == '(' && !HUGH_AMONG(word, callable) && !HUGH_AMONG(word, keywords) && !st->macro;
  if (reader || stranger || taken_apart) found_call(scan, task, start, word);
  else if (calls && member) found_call(scan, task, start, word);
  else if (calls) put_off(scan, task, text, start, word);
  if (takes_computed(text, st->at, word)) found_walk(scan, task, start, hugh_text_of("an attribute whose name is computed"));
  st->macro = hugh_text_is(word, "macro");
  st->first = st->underscore = false;
  hugh_work(scan, next == '(' ? 1024 : 64); /* for the lists */
}

/* Between blocks: to the next one. In raw text only its end opens one; a comment is skipped. */
static void read_between(const hugh_task *task, hugh_text text) {
  state *st = task->state;
  const char *brace = text.length - st->at > 1 ? memchr(text.data + st->at, '{', text.length - st->at - 1) : NULL;
  st->at = brace != NULL ? (size_t)(brace - text.data) + 2 : text.length;
  if (brace == NULL) return;
  if (st->raw) {
    size_t word = st->at;
    if (word < text.length && (text.data[word] == '-' || text.data[word] == '+')) word++;
    while (word < text.length && is_space(text.data[word])) word++;
    if (brace[1] != '%' || !starts_at(text, word, "endraw")) {
      st->at--;
      return;
    }
  }
  switch (brace[1]) {
    case '{':
    case '%':
      st->block = brace[1] == '{' ? '}' : '%';
      st->first = brace[1] == '%';
      st->raw = st->macro = false;
      st->before = 0;
      st->braces = 0;
      return;
    case '#':
      while (st->at < text.length && !starts_at(text, st->at, "#}")) st->at++;
      return;
    default: st->at--;
  }
}

static void read_block(hugh_scan *scan, const hugh_task *task, hugh_text text) {
  state *st = task->state;
  char c = text.data[st->at];
  if (st->braces == 0 && c == st->block && starts_at(text, st->at + 1, "}")) {
    st->at += 2;
    st->block = 0;
  } else if (c == '\'' || c == '"') {
    read_string(scan, task, text);
    st->before = c;
  } else if (is_word(c)) {
    read_word(scan, task, text);
    st->before = c;
  } else {
    if (c == '{') st->braces++;
    if (c == '}' && st->braces > 0) st->braces--;
    if (c == '(' && (st->before == ')' || st->before == ']')) found_call(scan, task, st->at, hugh_text_of("what another call or a subscript gives"));
    st->at++;
    if (!is_space(c)) st->before = c;
    if (!is_space(c) && c != '~' && c != '+' && c != ',') st->underscore = false;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, TEMPLATE_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_text text = {(const char *)p, length};
  while (st->at < text.length) {
    size_t start = st->at;
    if (st->block != 0) read_block(scan, task, text);
    else read_between(task, text);
    if (hugh_work(scan, 8 + 4 * (st->at - start))) return HUGH_AGAIN;
  }
  judge_strangers(scan, task, text);
  if (length == TEMPLATE_MOST) hugh_incomplete(scan, task, length, "a template is longer than 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_jinja = {"jinja", sizeof(state), step, NULL};

void hugh_jinja_push(hugh_scan *scan, hugh_task *task, hugh_view *template, const char *name) {
  hugh_task_push_parser(scan, task, template, hugh_text_of(name), HUGH_KIND_JINJA, &hugh_parser_jinja);
}
