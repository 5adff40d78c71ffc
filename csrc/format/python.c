/*
** Python source at a glance: the calls by which it reaches processes, code made at run time, native code, the network and pickles, with
** imports followed through `as` and `from`. No verdict on what a program does: one that hides its calls is `unknown` like any other.
*/
#include "python.h"

#define SOURCE_MOST ((uint64_t)1 << 20)

typedef enum reach { PROCESS, CODE, NATIVE, NETWORK, UNPICKLE } reach;

/* A name that ends in a dot covers what is below it; one without a dot is a builtin and counts only when called. */
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
    {"asyncio.create_subprocess_shell", PROCESS},
    {"eval", CODE},               {"exec", CODE},               {"__import__", CODE},           {"builtins.eval", CODE},
    {"builtins.exec", CODE},      {"builtins.__import__", CODE}, {"builtins.compile", CODE},    {"__builtins__.", CODE},
    {"importlib.import_module", CODE}, {"runpy.run_path", CODE}, {"runpy.run_module", CODE},    {"types.FunctionType", CODE},
    {"types.CodeType", CODE},     {"marshal.loads", CODE},      {"marshal.load", CODE},         {"code.interact", CODE},
    {"ctypes.", NATIVE},          {"cffi.FFI", NATIVE},
    {"socket.socket", NETWORK},   {"socket.create_connection", NETWORK}, {"urllib.request.urlopen", NETWORK},
    {"urllib.request.urlretrieve", NETWORK}, {"requests.get", NETWORK}, {"requests.post", NETWORK}, {"requests.put", NETWORK},
    {"requests.request", NETWORK}, {"requests.Session", NETWORK}, {"httpx.", NETWORK},          {"aiohttp.", NETWORK},
    {"http.client.", NETWORK},    {"ftplib.", NETWORK},         {"smtplib.", NETWORK},          {"paramiko.", NETWORK},
    {"pickle.load", UNPICKLE},    {"pickle.loads", UNPICKLE},   {"pickle.Unpickler", UNPICKLE}, {"cPickle.loads", UNPICKLE},
    {"_pickle.loads", UNPICKLE},  {"dill.load", UNPICKLE},      {"dill.loads", UNPICKLE},       {"cloudpickle.load", UNPICKLE},
    {"cloudpickle.loads", UNPICKLE}, {"joblib.load", UNPICKLE}, {"shelve.open", UNPICKLE},
};

#define CALL_COUNT (sizeof calls / sizeof *calls)
_Static_assert(CALL_COUNT <= HUGH_PYTHON_CALLS, "hugh_python.reported has a place for every call");

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool covers(const char *name, hugh_text path) {
  size_t n = strlen(name);
  return name[n - 1] == '.' ? hugh_text_starts(path, name) : hugh_text_is(path, name);
}

static void report(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hugh_text path, bool called) {
  for (size_t i = 0; i < CALL_COUNT; i++) {
    if (calls[i].name[0] != path.data[0]) continue; /* most words end here, so that large sources stay cheap */
    bool builtin = strchr(calls[i].name, '.') == NULL;
    if (py->reported[i] || (builtin && !called) || !covers(calls[i].name, path)) continue;
    py->reported[i] = true;
    const char *shown = hugh_show(scan, path, 100);
    switch (calls[i].reach) {
      case PROCESS: hugh_find(scan, task, HUGH_FOUND_PYTHON_CALL, offset, "the code uses %s, which runs programs", shown); break;
      case CODE: hugh_find(scan, task, HUGH_FOUND_PYTHON_CALL, offset, "the code uses %s, which runs code made at run time", shown); break;
      case NATIVE: hugh_find(scan, task, HUGH_FOUND_PYTHON_CALL, offset, "the code uses %s, which runs native code", shown); break;
      case NETWORK: hugh_find(scan, task, HUGH_FOUND_PYTHON_NETWORK, offset, "the code uses %s, which reaches the network", shown); break;
      case UNPICKLE: hugh_find(scan, task, HUGH_FOUND_PYTHON_UNPICKLE, offset, "the code uses %s, which runs what a pickle says", shown); break;
    }
  }
}

/* Whether something in the table is below the module, or is it: only those imports are remembered. */
static bool leads_to_call(hugh_text path) {
  for (size_t i = 0; i < CALL_COUNT; i++) {
    size_t n = strlen(calls[i].name);
    if (n >= path.length && memcmp(calls[i].name, path.data, path.length) == 0) return true;
    if (covers(calls[i].name, path)) return true;
  }
  return false;
}

/* a.b with a put in for what it was imported as; in `room` if it had to be put together. */
static hugh_text resolve(const hugh_python *py, hugh_text path, char *room, size_t size) {
  size_t root = 0;
  while (root < path.length && path.data[root] != '.') root++;
  for (size_t i = py->alias_count; i-- > 0;) {
    hugh_text means = py->aliases[i].means;
    if (!hugh_text_equal(py->aliases[i].name, (hugh_text){path.data, root}) || means.length + path.length - root > size) continue;
    memcpy(room, means.data, means.length);
    memcpy(room + means.length, path.data + root, path.length - root);
    return (hugh_text){room, means.length + path.length - root};
  }
  return path;
}

typedef struct cursor {
  const char *p;
  size_t at, end;
} cursor;

static void skip_space(cursor *c) {
  while (c->at < c->end && (c->p[c->at] == ' ' || c->p[c->at] == '\t' || c->p[c->at] == '\\' || c->p[c->at] == '\r' ||
                            (c->p[c->at] == '\n' && c->at > 0 && (c->p[c->at - 1] == '\\' || c->p[c->at - 1] == '\r')))) c->at++;
}

/* Words joined by dots. */
static hugh_text read_path(cursor *c) {
  size_t start = c->at;
  while (c->at < c->end && (is_word(c->p[c->at]) || (c->p[c->at] == '.' && c->end - c->at > 1 && is_word(c->p[c->at + 1])))) c->at++;
  return (hugh_text){c->p + start, c->at - start};
}

static bool accept_word(cursor *c, const char *word) {
  cursor ahead = *c;
  skip_space(&ahead);
  if (!hugh_text_is(read_path(&ahead), word)) return false;
  *c = ahead;
  return true;
}

static void remember(hugh_scan *scan, hugh_python *py, hugh_text name, hugh_text means) {
  if (py->alias_count == HUGH_PYTHON_ALIASES || hugh_text_equal(name, means)) return;
  py->aliases[py->alias_count++] = (hugh_python_alias){hugh_arena_copy(scan, name.data, name.length), hugh_arena_copy(scan, means.data, means.length)};
}

/* `import a, b as c`; `from a import b, (c as d)`. */
static void read_import(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, cursor *c, bool from) {
  char room[128];
  hugh_text module = {"", 0};
  skip_space(c);
  if (from) {
    module = read_path(c);
    if (module.length == 0 || !accept_word(c, "import")) return;
    skip_space(c);
  }
  for (bool parenthesis = false;;) {
    while (c->at < c->end && (c->p[c->at] == '(' || (parenthesis && (c->p[c->at] == '\n' || c->p[c->at] == '\r')) || c->p[c->at] == ' ')) {
      if (c->p[c->at++] == '(') parenthesis = true;
    }
    bool star = c->at < c->end && c->p[c->at] == '*';
    hugh_text path = star ? (hugh_text){c->p + c->at++, 1} : read_path(c), name = path;
    if (path.length == 0) return;
    if (accept_word(c, "as")) {
      skip_space(c);
      name = read_path(c);
    }
    if (from && module.length + 1 + path.length <= sizeof room) {
      memcpy(room, module.data, module.length);
      room[module.length] = '.';
      memcpy(room + module.length + 1, path.data, path.length);
      path = (hugh_text){room, module.length + 1 + path.length};
    }
    if (star) report(scan, task, py, offset, path, false);
    else if ((from || !hugh_text_equal(name, path)) && leads_to_call(path)) remember(scan, py, name, path);
    skip_space(c);
    if (c->at == c->end || c->p[c->at] != ',') return;
    c->at++;
    skip_space(c);
  }
}

/* Past the end of a string; one in triple quotes may go on in the next piece. */
static void read_string(hugh_python *py, cursor *c) {
  char quote = c->p[c->at];
  bool triple = c->end - c->at >= 3 && c->p[c->at + 1] == quote && c->p[c->at + 2] == quote;
  c->at += triple ? 3 : 1;
  if (triple) {
    py->triple = quote;
    return;
  }
  while (c->at < c->end && c->p[c->at] != quote && c->p[c->at] != '\n') c->at += c->p[c->at] == '\\' && c->end - c->at > 1 ? 2 : 1;
  if (c->at < c->end) c->at++;
}

static void leave_triple(hugh_python *py, cursor *c) {
  for (; c->at < c->end; c->at++) {
    if (c->p[c->at] == '\\' && c->end - c->at > 1) {
      c->at++;
    } else if (c->end - c->at >= 3 && c->p[c->at] == py->triple && c->p[c->at + 1] == py->triple && c->p[c->at + 2] == py->triple) {
      c->at += 3;
      py->triple = 0;
      return;
    }
  }
}

void hugh_python_look(hugh_scan *scan, const hugh_task *task, hugh_python *py, uint64_t offset, hugh_text piece) {
  cursor c = {piece.data, 0, piece.length};
  char before = '\n', room[256];
  bool defining = false;
  while (c.at < c.end) {
    if (py->triple != 0) {
      leave_triple(py, &c);
      continue;
    }
    char first = c.p[c.at];
    size_t start = c.at;
    if (first == '#') {
      const char *line = memchr(c.p + c.at, '\n', c.end - c.at);
      c.at = line != NULL ? (size_t)(line - c.p) : c.end;
      continue;
    }
    if (first == '"' || first == '\'') {
      read_string(py, &c);
      before = first;
      continue;
    }
    if (!is_word(first)) {
      c.at++;
      if (first != ' ' && first != '\t') before = first;
      continue;
    }
    hugh_text path = read_path(&c);
    bool statement = before == '\n' || before == ';' || before == ':';
    if (statement && (hugh_text_is(path, "import") || hugh_text_is(path, "from"))) {
      read_import(scan, task, py, offset + start, &c, path.length == 4);
    } else if (before != '.' && !defining) {
      size_t next = c.at;
      while (next < c.end && (c.p[next] == ' ' || c.p[next] == '\t')) next++;
      report(scan, task, py, offset + start, resolve(py, path, room, sizeof room), next < c.end && c.p[next] == '(');
    }
    defining = hugh_text_is(path, "def") || hugh_text_is(path, "class");
    before = 'a';
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, SOURCE_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_find(scan, task, HUGH_FOUND_PYTHON_SOURCE, HUGH_NO_OFFSET, "Python source, which runs when it is imported");
  hugh_python_look(scan, task, task->state, 0, (hugh_text){(const char *)p, length});
  if (length == SOURCE_MOST) hugh_incomplete(scan, task, length, "source is looked at up to 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_python = {"python", sizeof(hugh_python), step, NULL};
