/*
** Python source at a glance: the calls by which it reaches processes, code made at run time, native code, the network and pickles, with
** imports followed through `as`, `from` and plain assignments, and the ways by which it reaches them without naming them. No verdict on what
** a program does: one that hides its calls in other ways is `unknown` like any other.
*/
#include "python.h"

#define SOURCE_MOST ((uint64_t)1 << 20)
#define PATH_MOST   256

typedef enum reach { PROCESS, CODE, NATIVE, NETWORK, UNPICKLE } reach;

/* A name that ends in a dot covers what is below it, one that ends in a parenthesis counts only when called. */
static const struct {
  const char *name;
  reach reach;
} calls[] = {
    {"os.system", PROCESS},       {"os.popen", PROCESS},        {"os.exec", PROCESS},           {"os.execl", PROCESS},
    {"os.execle", PROCESS},       {"os.execlp", PROCESS},       {"os.execv", PROCESS},          {"os.execve", PROCESS},
    {"os.execvp", PROCESS},       {"os.execvpe", PROCESS},      {"os.spawnl", PROCESS},         {"os.spawnlp", PROCESS},
    {"os.spawnv", PROCESS},       {"os.spawnve", PROCESS},      {"os.spawnvp", PROCESS},        {"os.posix_spawn", PROCESS},
    {"os.posix_spawnp", PROCESS}, {"os.startfile", PROCESS},    {"os.*", PROCESS},              {"posix.system", PROCESS},
    {"nt.system", PROCESS},       {"pty.spawn", PROCESS},       {"subprocess.run", PROCESS},    {"subprocess.call", PROCESS},
    {"subprocess.Popen", PROCESS}, {"subprocess.check_call", PROCESS}, {"subprocess.check_output", PROCESS}, {"subprocess.getoutput", PROCESS},
    {"subprocess.getstatusoutput", PROCESS}, {"subprocess.*", PROCESS}, {"asyncio.create_subprocess_exec", PROCESS},
    {"asyncio.create_subprocess_shell", PROCESS}, {"pexpect.", PROCESS}, {"pip.main", PROCESS}, {"pip._internal.main", PROCESS},
    {"pip._internal.cli.main.main", PROCESS}, {"webbrowser.open", PROCESS},
    {"asyncio.subprocess.", PROCESS}, {"_posixsubprocess.", PROCESS}, {"_winapi.CreateProcess", PROCESS},
    {"get_ipython().system", PROCESS}, {"get_ipython().getoutput", PROCESS},
    {"eval(", CODE},              {"exec", CODE},              {"__import__(", CODE},          {"builtins.eval", CODE},
    {"builtins.exec", CODE},      {"builtins.__import__", CODE}, {"builtins.compile", CODE},    {"__builtins__", CODE},
    {"__builtins__.", CODE},      {"importlib.import_module", CODE}, {"importlib.__import__", CODE},
    {"importlib.util.spec_from_file_location", CODE}, {"importlib.machinery.SourceFileLoader", CODE}, {"imp.load_source", CODE},
    {"zipimport.", CODE},         {"pkgutil.resolve_name", CODE}, {"runpy.run_path", CODE},     {"runpy.run_module", CODE},
    {"types.FunctionType(", CODE}, {"types.CodeType(", CODE},   {"marshal.loads", CODE},        {"marshal.load", CODE},
    {"code.interact", CODE},      {"code.InteractiveInterpreter", CODE}, {"code.InteractiveConsole", CODE}, {"torch.hub.load", CODE},
    {"importlib.*", CODE},        {"importlib._bootstrap.", CODE}, {"pydoc.locate", CODE},      {"logging.config.listen", CODE},
    {"keras.config.enable_unsafe_deserialization", CODE},
    {"ctypes.CDLL", NATIVE},      {"ctypes.cdll.", NATIVE},     {"ctypes.WinDLL", NATIVE},      {"ctypes.windll.", NATIVE},
    {"ctypes.OleDLL", NATIVE},    {"ctypes.oledll.", NATIVE},   {"ctypes.PyDLL", NATIVE},       {"ctypes.pydll.", NATIVE},
    {"ctypes.pythonapi.", NATIVE}, {"ctypes.LibraryLoader", NATIVE}, {"ctypes.CFUNCTYPE", NATIVE}, {"ctypes.PYFUNCTYPE", NATIVE},
    {"ctypes.memmove", NATIVE},   {"ctypes.memset", NATIVE},    {"ctypes.cast", NATIVE},        {"ctypes.*", NATIVE},
    {"cffi.FFI", NATIVE},         {"torch.utils.cpp_extension.", NATIVE}, {"torch.ops.load_library", NATIVE},
    {"torch.classes.load_library", NATIVE}, {"tensorflow.load_op_library", NATIVE}, {"tensorflow.load_library", NATIVE},
    {"socket.socket", NETWORK},   {"socket.create_connection", NETWORK}, {"urllib.request.urlopen", NETWORK},
    {"urllib.request.urlretrieve", NETWORK}, {"requests.get", NETWORK}, {"requests.post", NETWORK}, {"requests.put", NETWORK},
    {"requests.request", NETWORK}, {"requests.Session", NETWORK}, {"httpx.", NETWORK},          {"aiohttp.", NETWORK},
    {"http.client.", NETWORK},    {"ftplib.", NETWORK},         {"smtplib.", NETWORK},          {"paramiko.", NETWORK},
    {"urllib3.PoolManager", NETWORK}, {"telnetlib.", NETWORK},  {"xmlrpc.client.ServerProxy", NETWORK}, {"torch.hub.load_state_dict_from_url", NETWORK},
    {"pickle.load", UNPICKLE},    {"pickle.loads", UNPICKLE},   {"pickle.Unpickler", UNPICKLE}, {"cPickle.loads", UNPICKLE},
    {"_pickle.loads", UNPICKLE},  {"dill.load", UNPICKLE},      {"dill.loads", UNPICKLE},       {"cloudpickle.load", UNPICKLE},
    {"cloudpickle.loads", UNPICKLE}, {"joblib.load", UNPICKLE}, {"shelve.open", UNPICKLE},      {"torch.load", UNPICKLE},
    {"pandas.read_pickle", UNPICKLE}, {"yaml.unsafe_load", UNPICKLE}, {"yaml.UnsafeLoader", UNPICKLE}, {"jsonpickle.decode", UNPICKLE},
};

#define CALL_COUNT (sizeof calls / sizeof *calls)
_Static_assert(CALL_COUNT <= HUGH_PYTHON_CALLS, "hugh_python.reported has a place for every call");

/* ----------------------------------------------------------------- findings */

static void report(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hugh_text path, bool called) {
  for (size_t i = 0; i < CALL_COUNT; i++) {
    const char *name = calls[i].name;
    if (name[0] != path.data[0] || py->reported[i]) continue; /* most words end here, so that large sources stay cheap */
    size_t n = strlen(name);
    bool covered = name[n - 1] == '.' ? hugh_text_starts(path, name)
                   : name[n - 1] == '(' ? called && hugh_text_equal(path, (hugh_text){name, n - 1}) : hugh_text_is(path, name);
    if (!covered) continue;
    py->reported[i] = true;
    const char *shown = hugh_show(scan, path, 100);
    switch (calls[i].reach) {
      case PROCESS: hugh_find(scan, task, HUGH_FOUND_PYTHON_CALL, offset, "the code uses %s, which runs programs", shown); break;
      case CODE: hugh_find(scan, task, HUGH_FOUND_PYTHON_CALL, offset, "the code uses %s, which runs code made at run time", shown); break;
      case NATIVE: hugh_find(scan, task, HUGH_FOUND_PYTHON_CALL, offset, "the code uses %s, which runs native code", shown); break;
      case NETWORK: hugh_find(scan, task, HUGH_FOUND_PYTHON_NETWORK, offset, "the code uses %s, which reaches the network", shown); break;
      case UNPICKLE: hugh_find(scan, task, HUGH_FOUND_PYTHON_UNPICKLE, offset, "the code uses %s, which runs what the file it loads says", shown); break;
    }
  }
}

typedef enum hidden { COMPUTED_NAME, INTERNALS, LOOK_ALIKE, DIRECTION, ENCODING } hidden;

static void report_hidden(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hidden way, hugh_text what) {
  static const char *const formats[] = {
      [COMPUTED_NAME] = "the code takes something from %s by a name made at run time, which hides what it calls",
      [INTERNALS] = "the code reaches for %s, through which everything can be called without being named",
      [LOOK_ALIKE] = "the name %s is spelt with characters that Python reads as plain letters",
      [DIRECTION] = "%s in the source make it read in another order than it runs",
      [ENCODING] = "the source says it is encoded as %s, so that it is not the program it looks like"};
  if ((py->hidden & 1u << way) != 0) return;
  py->hidden |= 1u << way;
  hugh_find(scan, task, HUGH_FOUND_PYTHON_HIDDEN, offset, formats[way], hugh_show(scan, what, 100));
}

/* ------------------------------------------------------------------- tokens */

typedef struct cursor {
  const char *p;
  size_t at, end;
} cursor;

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\f'; }
static bool is_newline(char c) { return c == '\n' || c == '\r'; } /* Python takes a lone carriage return for one as well */

static void skip_line(cursor *c) {
  while (c->at < c->end && !is_newline(c->p[c->at])) c->at++;
}

/* What may stand between the parts of an expression: spaces, joined lines, and in parentheses line ends and comments. */
static void skip_gap(cursor *c) {
  for (; c->at < c->end; c->at++) {
    if (c->p[c->at] == '#') skip_line(c);
    if (c->at == c->end || (!is_space(c->p[c->at]) && !is_newline(c->p[c->at]) && c->p[c->at] != '\\')) return;
  }
}

static char next_char(cursor c) {
  skip_gap(&c);
  return c.at < c.end ? c.p[c.at] : 0;
}

/* Past a gap and `what`; nowhere if that is not there. */
static bool accept(cursor *c, char what) {
  cursor ahead = *c;
  skip_gap(&ahead);
  if (ahead.at == ahead.end || ahead.p[ahead.at] != what) return false;
  c->at = ahead.at + 1;
  return true;
}

static hugh_text read_word(cursor *c) {
  size_t start = c->at;
  while (c->at < c->end && is_word(c->p[c->at])) c->at++;
  return (hugh_text){c->p + start, c->at - start};
}

/* Words joined by dots, with the gaps around those taken out into `room`, which holds PATH_MOST bytes; of a longer one the start. */
static hugh_text read_path(cursor *c, char *room) {
  hugh_text path = read_word(c);
  if (hugh_text_is(path, "from") || hugh_text_is(path, "import")) return path;
  for (bool joined = false;;) {
    cursor ahead = *c;
    if (path.length >= PATH_MOST || !accept(&ahead, '.')) return path;
    skip_gap(&ahead);
    size_t start = ahead.at;
    hugh_text word = read_word(&ahead);
    if (word.length == 0) return path;
    if (!joined && start == c->at + 1) {
      path.length += 1 + word.length;
    } else {
      if (path.length + 1 + word.length > PATH_MOST) return path;
      if (!joined) memcpy(room, path.data, path.length);
      joined = true;
      room[path.length] = '.';
      memcpy(room + path.length + 1, word.data, word.length);
      path = (hugh_text){room, path.length + 1 + word.length};
    }
    *c = ahead;
  }
}

/* `path.rest` in `room`; the path alone if that is too long. */
static hugh_text join(hugh_text path, hugh_text rest, char *room) {
  if (path.length + 1 + rest.length > PATH_MOST) return path;
  memmove(room, path.data, path.length);
  room[path.length] = '.';
  memcpy(room + path.length + 1, rest.data, rest.length);
  return (hugh_text){room, path.length + 1 + rest.length};
}

/* A name in parentheses of its own goes on behind them: (os).system. */
static hugh_text read_behind_parentheses(cursor *c, hugh_text path, char *room) {
  cursor ahead = *c;
  bool closed = false;
  while (accept(&ahead, ')')) closed = true;
  if (!closed || !accept(&ahead, '.')) return path;
  skip_gap(&ahead);
  hugh_text word = read_word(&ahead);
  if (word.length == 0) return path;
  *c = ahead;
  return join(path, word, room);
}

/* A string that is nothing else, up to what follows it. */
static bool read_literal(cursor *c, hugh_text *text) {
  skip_gap(c);
  if (c->at == c->end || (c->p[c->at] != '"' && c->p[c->at] != '\'')) return false;
  char quote = c->p[c->at++];
  size_t start = c->at;
  while (c->at < c->end && c->p[c->at] != quote && c->p[c->at] != '\\' && !is_newline(c->p[c->at])) c->at++;
  if (c->at == c->end || c->p[c->at] != quote) return false;
  *text = (hugh_text){c->p + start, c->at++ - start};
  char next = next_char(*c);
  return next == ',' || next == ')' || next == ']';
}

/* -------------------------------------------------------------------- names */

/* Whether something in the table is below the module, or is it: only those imports are remembered. */
static bool leads_to_call(hugh_text path) {
  if (hugh_text_is(path, "sys") || hugh_text_is(path, "sys.modules") || hugh_text_starts(path, "operator")) return true;
  for (size_t i = 0; i < CALL_COUNT; i++) {
    hugh_text name = hugh_text_of(calls[i].name);
    if (name.length >= path.length && memcmp(name.data, path.data, path.length) == 0) return true;
    if (name.data[name.length - 1] == '.' && hugh_text_starts(path, name.data)) return true;
  }
  return false;
}

/* Whether a module of this name has functions that run code. */
static bool runs_code(hugh_text path) {
  for (size_t i = 0; i < CALL_COUNT; i++) {
    const char *name = calls[i].name;
    if (calls[i].reach > NATIVE || strlen(name) <= path.length || memcmp(name, path.data, path.length) != 0 || name[path.length] != '.') continue;
    if (strchr(name + path.length + 1, '.') == NULL) return true;
  }
  return false;
}

/* Whether the path is such a module, and was imported. */
static bool is_loaded(const hugh_python *py, hugh_text path) {
  bool imported = hugh_text_is(path, "__builtins__");
  for (size_t i = 0; i < py->alias_count && !imported; i++) imported = hugh_text_equal(py->aliases[i].means, path);
  return imported && runs_code(path);
}

/* a.b with a put in for what it was imported as; in `room` if it had to be put together. */
static hugh_text resolve(const hugh_python *py, hugh_text path, char *room) {
  size_t root = 0;
  while (root < path.length && path.data[root] != '.') root++;
  for (size_t i = py->alias_count; i-- > 0;) {
    if (!hugh_text_equal(py->aliases[i].name, (hugh_text){path.data, root})) continue;
    hugh_text means = py->aliases[i].means;
    return root < path.length ? join(means, (hugh_text){path.data + root + 1, path.length - root - 1}, room) : means;
  }
  return path;
}

/* Modules that others import, and so can be had through them: shutil.os is os. */
static hugh_text through_another(hugh_text path) {
  static const char *const modules[] = {"os", "_os", "subprocess", "builtins"};
  for (size_t at = 0; at < path.length; at++) {
    if (path.data[at] != '.') continue;
    hugh_text rest = {path.data + at + 1, path.length - at - 1};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
      size_t n = strlen(modules[i]);
      if (!hugh_text_starts(rest, modules[i]) || (rest.length > n && rest.data[n] != '.')) continue;
      return *modules[i] == '_' ? (hugh_text){rest.data + 1, rest.length - 1} : rest;
    }
  }
  return path;
}

static void remember(hugh_scan *scan, hugh_python *py, hugh_text name, hugh_text means) {
  for (size_t i = 0; i < py->alias_count; i++) {
    if (hugh_text_equal(py->aliases[i].name, name) && hugh_text_equal(py->aliases[i].means, means)) return;
  }
  if (py->alias_count == HUGH_PYTHON_ALIASES) return;
  py->aliases[py->alias_count++] = (hugh_python_alias){hugh_arena_copy(scan, name.data, name.length), hugh_arena_copy(scan, means.data, means.length)};
}

/* Letters that Python's normal form (NFKC) turns into ASCII: fullwidth, mathematical, superscript, ligatures, letterlike. */
static bool is_look_alike(hugh_text word) {
  const uint8_t *p = (const uint8_t *)word.data;
  for (size_t at = 0, n; at < word.length; at += n > 0 ? n : 1) {
    n = hugh_utf8_length(p + at, word.length - at);
    if (n < 2) continue;
    uint32_t code = p[at] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) code = code << 6 | (p[at + i] & 0x3fu);
    if ((code >= 0xff21 && code <= 0xff5a) || (code >= 0x1d400 && code <= 0x1d6a5) || (code >= 0x1d7ce && code <= 0x1d7ff) ||
        (code >= 0xfb00 && code <= 0xfb06) || (code >= 0x2100 && code <= 0x217f) || (code >= 0x1d2c && code <= 0x1d6a) ||
        (code >= 0x2090 && code <= 0x209c) || (code >= 0x2b0 && code <= 0x2b8) || code == 0x17f || code == 0x2071 || code == 0x207f) return true;
  }
  return false;
}

/* ------------------------------------------------------------------- source */

/* `import a, b as c`; `from a import b, (c as d)`. */
static void read_import(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, cursor *c, bool from) {
  char room[PATH_MOST], joined[PATH_MOST];
  hugh_text module = {"", 0};
  skip_gap(c);
  if (from) {
    module = read_path(c, room);
    skip_gap(c);
    if (module.length == 0 || !hugh_text_is(read_word(c), "import")) return;
    accept(c, '(');
  }
  do {
    skip_gap(c);
    bool star = accept(c, '*');
    hugh_text path = star ? hugh_text_of("*") : from ? read_word(c) : read_path(c, room), name = path;
    if (path.length == 0) return;
    if (from) path = through_another(join(module, path, joined));
    cursor ahead = *c;
    skip_gap(&ahead);
    bool as = hugh_text_is(read_word(&ahead), "as");
    if (as) {
      skip_gap(&ahead);
      name = read_word(&ahead);
      *c = ahead;
    } else if (!from) { /* a.b binds a */
      const char *dot = memchr(path.data, '.', path.length);
      if (dot != NULL) name = path = (hugh_text){path.data, (size_t)(dot - path.data)};
    }
    if (star) report(scan, task, py, offset, path, false);
    else if (leads_to_call(path)) remember(scan, py, name, path);
  } while (accept(c, ','));
}

/*
** Calls that take a name as a text: getattr(module, 'name') and its like, vars(module), import_module('name'), sys.modules['name'],
** attrgetter('name'), whose module comes later. False if this is none of them.
*/
static bool is_indirect(hugh_text path) {
  static const char *const names[] = {"getattr", "vars", "sys.modules", "sys.modules.get", "object.__getattribute__", "operator.attrgetter",
                                      "operator.methodcaller"};
  return HUGH_AMONG(path, names);
}

static void judge_indirect(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hugh_text path, cursor c) {
  char room[PATH_MOST], resolved[PATH_MOST];
  bool modules = hugh_text_starts(path, "sys.modules");
  if (!accept(&c, hugh_text_is(path, "sys.modules") ? '[' : '(')) return;
  hugh_text name;
  if (hugh_text_starts(path, "operator.")) {
    if (read_literal(&c, &name)) report(scan, task, py, offset, join(hugh_text_of("os"), name, resolved), true);
    return;
  }
  if (modules) {
    bool quoted = next_char(c) == '"' || next_char(c) == '\'', literal = read_literal(&c, &name);
    if (quoted && (!literal || runs_code(name))) report_hidden(scan, task, py, offset, COMPUTED_NAME, path);
    return;
  }
  skip_gap(&c);
  hugh_text module = resolve(py, read_path(&c, room), resolved);
  if (!is_loaded(py, module)) return;
  if (!accept(&c, ',')) {
    if (hugh_text_is(path, "vars")) report_hidden(scan, task, py, offset, COMPUTED_NAME, module);
  } else if (read_literal(&c, &name)) {
    report(scan, task, py, offset, join(module, name, resolved), true);
  } else {
    report_hidden(scan, task, py, offset, COMPUTED_NAME, module);
  }
}

/* Whether an import by name is of a module that has nothing to do with what is looked for. */
static bool imports_harmless(hugh_text path, cursor c) {
  hugh_text name;
  if (!hugh_text_is(path, "importlib.import_module") && !hugh_text_is(path, "__import__")) return false;
  return accept(&c, '(') && read_literal(&c, &name) && !leads_to_call(name);
}

/* Attributes that lead from any object to everything: '__globals__' anywhere, the module of a builtin, '__subclasses__' of a base or of something unnamed. */
static bool is_internal(hugh_text path) {
  static const char *const names[] = {"__globals__", "__base__.__subclasses__", "object.__subclasses__", "type.__subclasses__",
                                      "f_builtins",  "print.__self__",            "len.__self__",          "open.__self__"};
  if (hugh_text_starts(path, "__subclasses__")) return true;
  for (size_t at = 0; at < path.length; at++) {
    if (at > 0 && path.data[at - 1] != '.') continue;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      if (hugh_text_starts((hugh_text){path.data + at, path.length - at}, names[i])) return true;
    }
  }
  return false;
}

/* module.__dict__ and its like. */
static bool takes_by_name(const hugh_python *py, hugh_text path) {
  static const char *const names[] = {".__dict__", ".__getattribute__", ".__getattr__"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (hugh_text_ends(path, names[i]) && is_loaded(py, (hugh_text){path.data, path.length - strlen(names[i])})) return true;
  }
  return false;
}

static void judge_path(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hugh_text path, cursor c) {
  char room[PATH_MOST];
  bool member = py->before == '.';
  if (is_look_alike(path)) report_hidden(scan, task, py, offset, LOOK_ALIKE, path);
  if (is_internal(path)) report_hidden(scan, task, py, offset, INTERNALS, path);
  if (member || py->defining) return;
  char next = next_char(c);
  bool statement = py->before == '\n' || py->before == ';' || py->before == 0;
  hugh_text assigned = {c.p + py->assigned, py->before == '=' ? py->assigned_length : 0};
  bool plain = memchr(path.data, '.', path.length) == NULL;
  py->assigned = plain ? (size_t)(path.data - c.p) : 0;
  py->assigned_length = plain && statement && next == '=' ? path.length : 0;
  path = through_another(resolve(py, path, room));
  if (assigned.length > 0 && (is_loaded(py, path) || hugh_text_is(path, "eval") || hugh_text_is(path, "exec"))) remember(scan, py, assigned, path);
  if (is_indirect(path)) {
    judge_indirect(scan, task, py, offset, path, c);
  } else if (takes_by_name(py, path)) {
    report_hidden(scan, task, py, offset, COMPUTED_NAME, path);
  } else if (!imports_harmless(path, c) && !(plain && next == '=')) {
    report(scan, task, py, offset, path, next == '(' || (plain && py->before == '(' && next == ',')); /* map(eval, texts) */
  }
}

/* At the opening quote. */
static void open_string(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, cursor *c, bool format) {
  static const char *const internal[] = {"__builtins__", "__import__", "__globals__", "__subclasses__"};
  char quote = c->p[c->at];
  bool triple = c->end - c->at >= 3 && c->p[c->at + 1] == quote && c->p[c->at + 2] == quote;
  hugh_text inside = {c->p + c->at + 1, c->end - c->at - 1};
  for (size_t i = 0; i < sizeof internal / sizeof *internal; i++) {
    size_t n = strlen(internal[i]);
    if (inside.length > n && inside.data[n] == quote && hugh_text_starts(inside, internal[i])) {
      report_hidden(scan, task, py, offset + c->at, INTERNALS, hugh_text_of(internal[i]));
    }
  }
  c->at += triple ? 3 : 1;
  py->before = quote;
  if (py->open == HUGH_PYTHON_STRINGS) return; /* then what is inside is taken for code */
  py->strings[py->open++] = (hugh_python_string){.quote = quote, .triple = triple, .format = format};
}

/* Up to the end of the text, or to a brace behind which there is code. */
static void read_text(hugh_python *py, cursor *c) {
  hugh_python_string *s = &py->strings[py->open - 1];
  for (; c->at < c->end; c->at++) {
    char first = c->p[c->at], second = c->end - c->at > 1 ? c->p[c->at + 1] : 0;
    if (is_newline(first) && !s->triple) {
      py->open--;
      return;
    }
    if (first == s->quote && (!s->triple || (second == s->quote && c->end - c->at > 2 && c->p[c->at + 2] == s->quote))) {
      c->at += s->triple ? 3 : 1;
      py->open--;
      return;
    }
    if (first == '{' && s->format && second != '{') {
      c->at++;
      s->in_braces = true;
      s->nested = 0;
      py->before = '{';
      return;
    }
    if ((first == '\\' && second != '{' && second != 0) || (first == '{' && s->format)) c->at++;
    if (first == '\\' && second == '\r' && c->end - c->at > 1 && c->p[c->at + 1] == '\n') c->at++;
  }
}

/* Whether the letters in front of a string make it one with code in its braces: f, or t for a template. */
static bool is_format(hugh_text prefix) {
  for (size_t i = 0; i < prefix.length; i++) {
    if ((prefix.data[i] | 32) == 'f' || (prefix.data[i] | 32) == 't') return true;
  }
  return false;
}

static void read_code(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, cursor *c) {
  char first = c->p[c->at], room[PATH_MOST];
  size_t start = c->at;
  if (first == '#') {
    skip_line(c);
  } else if (first == '"' || first == '\'') {
    open_string(scan, task, py, offset, c, false);
  } else if (!is_word(first)) {
    hugh_python_string *around = py->open > 0 ? &py->strings[py->open - 1] : NULL;
    if (around != NULL && first == '{') around->nested++;
    if (around != NULL && first == '}' && around->nested-- == 0) around->in_braces = false;
    c->at++;
    if (!is_space(first)) py->before = is_newline(first) ? '\n' : first;
  } else {
    hugh_text path = read_path(c, room);
    if (py->before == '(') path = read_behind_parentheses(c, path, room);
    if (hugh_text_is(path, "get_ipython") && HUGH_STARTS(c->p + c->at, c->end - c->at, "().")) { /* what notebooks are exported with */
      c->at += 3;
      path = join(hugh_text_of("get_ipython()"), read_word(c), room);
    }
    char next = c->at < c->end ? c->p[c->at] : 0;
    bool statement = py->before == 0 || py->before == '\n' || py->before == ';' || py->before == ':';
    if ((next == '"' || next == '\'') && path.length <= 2) { /* the letters in front of a string */
      open_string(scan, task, py, offset, c, is_format(path));
    } else if (statement && (hugh_text_is(path, "import") || hugh_text_is(path, "from"))) {
      read_import(scan, task, py, offset + start, c, path.length == 4);
      py->before = 'a';
    } else {
      judge_path(scan, task, py, offset + start, path, *c);
      py->defining = hugh_text_is(path, "def") || hugh_text_is(path, "class");
      py->before = 'a';
    }
  }
}

/* Characters that turn the direction of writing around (Trojan Source), in comments and strings as well. */
static void look_for_direction(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hugh_text piece) {
  const char *end = piece.data + piece.length;
  for (const char *p = piece.data; end - p > 2 && (p = memchr(p, 0xe2, (size_t)(end - p) - 2)) != NULL; p++) {
    unsigned char second = (unsigned char)p[1], third = (unsigned char)p[2];
    if ((second == 0x80 && third >= 0xaa && third <= 0xae) || (second == 0x81 && third >= 0xa6 && third <= 0xa9)) {
      report_hidden(scan, task, py, offset + (uint64_t)(p - piece.data), DIRECTION, hugh_text_of("characters for the direction of writing"));
      return;
    }
  }
}

bool hugh_python_look(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hugh_text piece) {
  if (py->at == 0) {
    look_for_direction(scan, task, py, offset, piece);
    if (HUGH_STARTS(piece.data, piece.length, "\xef\xbb\xbf")) py->at = 3;
    py->assigned_length = 0;
  }
  cursor c = {piece.data, py->at, piece.length};
  while (c.at < c.end) {
    size_t start = c.at;
    if (py->open > 0 && !py->strings[py->open - 1].in_braces) read_text(py, &c);
    else read_code(scan, task, py, offset, &c);
    py->at = c.at;
    if (hugh_work(scan, 16 + 8 * (c.at - start))) return false;
  }
  while (py->open > 0 && !py->strings[py->open - 1].triple) py->open--;
  py->at = 0;
  py->before = 0;
  py->defining = false;
  return true;
}

/* --------------------------------------------------------------------- files */

/* `coding: name` in a comment of the first two lines. Encodings in which ASCII stands for something else can hide a program. */
static void judge_encoding(hugh_scan *scan, const hugh_task *task, hugh_python *py, hugh_text text) {
  static const char *const plain[] = {"utf-8", "utf_8", "utf8", "ascii", "us-ascii", "latin", "iso-8859", "iso8859", "cp125", "windows-125",
                                      "gb", "big5", "euc", "koi8", "cp936", "cp949"};
  cursor c = {text.data, 0, text.length};
  for (int line = 0; line < 2 && c.at < c.end; line++) {
    size_t start = c.at;
    skip_line(&c);
    const char *comment = memchr(text.data + start, '#', c.at - start);
    cursor l = {text.data, comment != NULL ? (size_t)(comment - text.data) : c.at, c.at};
    for (; l.at < l.end; l.at++) {
      if (!HUGH_STARTS(l.p + l.at, l.end - l.at, "coding") || l.end - l.at < 7 || (l.p[l.at + 6] != ':' && l.p[l.at + 6] != '=')) continue;
      l.at += 7;
      while (l.at < l.end && is_space(l.p[l.at])) l.at++;
      char name[32];
      size_t n = 0, from = l.at;
      while (l.at < l.end && n < sizeof name && (is_word(l.p[l.at]) || l.p[l.at] == '-' || l.p[l.at] == '.')) {
        char letter = l.p[l.at++];
        name[n++] = letter >= 'A' && letter <= 'Z' ? (char)(letter | 32) : letter;
      }
      for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (hugh_text_starts((hugh_text){name, n}, plain[i])) return;
      }
      if (n > 0) report_hidden(scan, task, py, from, ENCODING, (hugh_text){name, n});
      return;
    }
    c.at++;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  hugh_python *py = task->state;
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, SOURCE_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_text text = {(const char *)p, length};
  if (py->at == 0) {
    hugh_find(scan, task, HUGH_FOUND_PYTHON_SOURCE, HUGH_NO_OFFSET, "Python source, which runs when it is imported");
    judge_encoding(scan, task, py, text);
  }
  if (!hugh_python_look(scan, task, py, 0, text)) return HUGH_AGAIN;
  if (length == SOURCE_MOST) hugh_incomplete(scan, task, length, "source is looked at up to 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_python = {"python", sizeof(hugh_python), step, NULL};
