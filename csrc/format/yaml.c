/*
** YAML: tags that make PyYAML's unsafe loaders and HyperPyYAML import and call, and `_target_` and its like. Comments do not count; quoted text does, since a
** glance cannot tell which of it another program will read as YAML again.
*/
#include "named.h"

#define YAML_MOST ((uint64_t)1 << 20)
#define TAG_MOST  256
#define KEY_MOST  64
#define REST_MOST 1024 /* how far a value may be from its key */

static bool is_end(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

/* As YAML 1.1 has them: LF, CR, NEL and the separators of lines and paragraphs. */
static bool is_line_end(hugh_text text, size_t at) {
  const char *p = text.data + at;
  size_t left = text.length - at;
  return *p == '\n' || *p == '\r' || HUGH_STARTS(p, left, "\xc2\x85") || HUGH_STARTS(p, left, "\xe2\x80\xa8") || HUGH_STARTS(p, left, "\xe2\x80\xa9");
}

static bool is_word(char c) { return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

/* A tag without its handle and with its %xx decoded, as PyYAML reads it; `room` holds TAG_MOST bytes. */
static hugh_text tag_name(hugh_text tag, char *room) {
  static const char *const handles[] = {"!!", "!<", "!", "tag:yaml.org,2002:"};
  size_t length = 0;
  for (size_t i = 0; i < tag.length && length < TAG_MOST; i++) {
    int high = tag.data[i] == '%' && tag.length - i > 2 ? hugh_hex_digit((uint8_t)tag.data[i + 1]) : -1;
    int low = high >= 0 ? hugh_hex_digit((uint8_t)tag.data[i + 2]) : -1;
    room[length++] = (char)(low >= 0 ? high << 4 | low : tag.data[i]);
    if (low >= 0) i += 2;
  }
  hugh_text name = {room, length};
  for (size_t i = 0; i < sizeof handles / sizeof *handles; i++) {
    if (!hugh_text_starts(name, handles[i])) continue;
    name.data += strlen(handles[i]);
    name.length -= strlen(handles[i]);
  }
  if (name.length > 0 && name.data[name.length - 1] == '>') name.length--;
  return name;
}

/* What configs of honest projects take: classes of these packages, and functions of those that compute, or draw emojis. */
static bool is_harmless(hugh_text path) {
  static const char *const classes[] = {"speechbrain.", "torch.", "torchaudio.", "sentencepiece."};
  static const char *const functions[] = {"speechbrain.nnet.", "speechbrain.lobes.", "speechbrain.processing.", "torch.nn.functional.", "torch.manual_seed",
                                          "numpy.random.seed", "random.seed", "material.", "materialx.", "pymdownx.", "mermaid2."};
  hugh_text module, name;
  hugh_named_split(path, &module, &name);
  bool class = name.length > 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
  for (size_t i = 0; class && i < sizeof classes / sizeof *classes; i++) {
    if (hugh_text_starts(path, classes[i])) return true;
  }
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (hugh_text_starts(path, functions[i])) return true;
  }
  return false;
}

static void judge_tag(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text tag) {
  static const struct {
    const char *prefix;
    bool common; /* configs of honest projects have it */
  } builders[] = {{"python/object/apply:", false}, {"python/object/new:", false}, {"python/object:", false}, {"python/name:", true},
                  {"python/module:", true}, {"new:", true}, {"apply:", true}, {"name:", true}, {"module:", true}};
  char room[TAG_MOST];
  hugh_text name = tag_name(tag, room);
  for (size_t i = 0; i < sizeof builders / sizeof *builders; i++) {
    size_t n = strlen(builders[i].prefix);
    if (!hugh_text_starts(name, builders[i].prefix)) continue;
    hugh_text path = {name.data + n, name.length - n}, module, attribute;
    hugh_named_split(path, &module, &attribute);
    if (hugh_named_dangerous(scan, task, offset, module, attribute)) {
      hugh_find(scan, task, HUGH_FOUND_YAML_CALL, offset, "a tag has unsafe YAML loaders call %s", hugh_show(scan, path, 100));
    } else if (!builders[i].common || !is_harmless(path)) {
      hugh_find(scan, task, HUGH_FOUND_YAML_PYTHON, offset, "a tag has unsafe YAML loaders import and build %s", hugh_show(scan, path, 100));
    }
    return;
  }
}

/* The scalar behind a key, which may be on the next line, and have an anchor, a tag, a comment or the sign of a block before it. */
static hugh_text target_value(hugh_text rest) {
  size_t at = 0;
  while (at < rest.length && memchr("\"' \t\r\n", rest.data[at], 6) != NULL) at++;
  if (at == rest.length || rest.data[at] != ':') return (hugh_text){rest.data, 0};
  for (at++; at < rest.length;) {
    if (memchr(" \t\r\n\"'", rest.data[at], 6) != NULL) at++;
    else if (rest.data[at] == '#') while (at < rest.length && !is_line_end(rest, at)) at++;
    else if (memchr("&!>|", rest.data[at], 4) != NULL) while (at < rest.length && !is_end(rest.data[at])) at++;
    else break;
  }
  size_t start = at;
  while (at < rest.length && !is_end(rest.data[at]) && rest.data[at] != '"' && rest.data[at] != '\'') at++;
  return (hugh_text){rest.data + start, at - start};
}

/* A key and the value behind it, if it is one of those that name something to import. */
static void judge_key(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text key, hugh_text rest) {
  static const char *const keys[] = {"_target_", "target", "class_path", "loader_module"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (!hugh_text_is(key, keys[i])) continue;
    hugh_text value = target_value((hugh_text){rest.data, rest.length < REST_MOST ? rest.length : REST_MOST});
    size_t distance = (size_t)(value.data + value.length - rest.data);
    (void)hugh_work(scan, 4 * distance);
    if (distance == REST_MOST) {
      hugh_find(scan, task, HUGH_FOUND_CONFIG_TARGET, offset, "the value of %s is not where a reader would look for it", keys[i]);
    } else if (value.length == 0) {
      return;
    } else if (i == 0) {
      hugh_named_target(scan, task, offset, value);
    } else if (i < 3) {
      hugh_named_other_target(scan, task, offset, value);
    } else if (!hugh_text_starts(value, "mlflow.")) {
      hugh_find(scan, task, HUGH_FOUND_CONFIG_TARGET, offset, "loader_module names %s, which MLflow imports and calls", hugh_show(scan, value, 100));
    }
  }
}

/* The character that an escape of two, four or eight digits spells: \x5f, \u005f. */
static size_t read_escape(hugh_text text, size_t at, char *c) {
  size_t digits = text.data[at] == 'x' ? 2 : text.data[at] == 'u' ? 4 : text.data[at] == 'U' ? 8 : 0;
  uint32_t code = 0;
  for (size_t i = 1; i <= digits && at + i < text.length; i++) code = code << 4 | (uint32_t)(hugh_hex_digit((uint8_t)text.data[at + i]) & 15);
  *c = (char)(code < 0x80 ? code : 0);
  return at + digits + 1;
}

/* A quoted key that is spelt with escapes, or that a backslash joins over two lines. Where it ends. */
static size_t read_escaped(hugh_scan *scan, const hugh_task *task, hugh_text text, size_t at) {
  char room[KEY_MOST];
  size_t length = 0, start = at++;
  bool escaped = false;
  while (at < text.length && text.data[at] != '"' && length < KEY_MOST) {
    char c = text.data[at++];
    if (c == '\\' && at < text.length) {
      escaped = true;
      if (is_line_end(text, at)) {
        while (at < text.length && is_end(text.data[at])) at++;
        continue;
      }
      at = read_escape(text, at, &c);
    }
    room[length++] = c;
  }
  if (!escaped || at >= text.length || text.data[at] != '"') return start + 1;
  judge_key(scan, task, start, (hugh_text){room, length}, (hugh_text){text.data + at, text.length - at});
  return at + 1;
}

typedef struct state {
  size_t at;
} state;

/* One tag, comment, directive, target or other character: where it ends. What stands before it decides what it is. */
static size_t read_part(hugh_scan *scan, const hugh_task *task, hugh_text text, size_t at) {
  const char *p = text.data + at;
  size_t left = text.length - at, end = at + 1;
  char before = at > 0 ? p[-1] : '\n';
  bool fresh = is_end(before) || before == '"' || before == '\'' || (unsigned char)before >= 0x80; /* a mark or line end beyond ASCII */
  if (*p == '#' && (before == ' ' || before == '\t' || before == '\n')) {
    while (at < text.length && !is_line_end(text, at)) at++;
    return at;
  }
  if (*p == '!' && fresh) {
    while (end < text.length && !is_end(text.data[end])) end++;
    if (HUGH_STARTS(p, left, "!<tag:yaml.org,")) { /* the comma of a verbatim tag does not end it */
      while (end < text.length && text.data[end] != '>' && text.data[end] != '\n') end++;
    }
    judge_tag(scan, task, at, (hugh_text){p, end - at});
  } else if (*p == '%' && fresh && HUGH_STARTS(p, left, "%TAG")) {
    hugh_find(scan, task, HUGH_FOUND_YAML_PYTHON, at, "a %%TAG directive gives tags other names, which hides what they build");
  } else if (*p == '"' && fresh) {
    return read_escaped(scan, task, text, at);
  } else if (fresh && is_word(*p)) {
    while (end < text.length && is_word(text.data[end])) end++;
    judge_key(scan, task, at, (hugh_text){p, end - at}, (hugh_text){text.data + end, text.length - end});
  }
  return end;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, YAML_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_text text = {(const char *)p, length};
  if (st->at == 0 && memchr(p, 0, length) != NULL) {
    hugh_incomplete(scan, task, 0, "YAML in UTF-16 or UTF-32 is not read");
    return HUGH_DONE;
  }
  while (st->at < length) {
    size_t end = read_part(scan, task, text, st->at), read = end - st->at;
    bool plain = read == 1 && p[st->at] != '!';
    st->at = end;
    if (hugh_work(scan, plain ? 2 : 128 + 4 * read)) return HUGH_AGAIN;
  }
  if (length == YAML_MOST) hugh_incomplete(scan, task, length, "YAML is looked at up to 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_yaml = {"yaml", sizeof(state), step, NULL};
