/*
** YAML: tags that make PyYAML's unsafe loaders import and call, and `_target_` and its like. Comments do not count; quoted text does, since a
** glance cannot tell which of it another program will read as YAML again.
*/
#include "named.h"

#define YAML_MOST ((uint64_t)1 << 20)
#define TAG_MOST  256

static bool is_end(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

/* As YAML 1.1 has them: LF, CR, NEL and the separators of lines and paragraphs. */
static bool is_line_end(hugh_text text, size_t at) {
  const char *p = text.data + at;
  size_t left = text.length - at;
  return *p == '\n' || *p == '\r' || HUGH_STARTS(p, left, "\xc2\x85") || HUGH_STARTS(p, left, "\xe2\x80\xa8") || HUGH_STARTS(p, left, "\xe2\x80\xa9");
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* A tag without its handle and with its %xx decoded, as PyYAML reads it; `room` holds TAG_MOST bytes. */
static hugh_text tag_name(hugh_text tag, char *room) {
  static const char *const handles[] = {"!!", "!<", "!", "tag:yaml.org,2002:"};
  size_t length = 0;
  for (size_t i = 0; i < tag.length && length < TAG_MOST; i++) {
    int high = tag.data[i] == '%' && tag.length - i > 2 ? hex_digit(tag.data[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(tag.data[i + 2]) : -1;
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

static void judge_tag(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text tag) {
  static const char *const builders[] = {"python/object/apply:", "python/object/new:", "python/object:", "python/name:", "python/module:"};
  char room[TAG_MOST];
  hugh_text name = tag_name(tag, room);
  for (size_t i = 0; i < sizeof builders / sizeof *builders; i++) {
    if (!hugh_text_starts(name, builders[i])) continue;
    hugh_text path = {name.data + strlen(builders[i]), name.length - strlen(builders[i])}, module, attribute;
    hugh_named_split(path, &module, &attribute);
    if (hugh_named_dangerous(scan, task, offset, module, attribute)) {
      hugh_find(scan, task, HUGH_FOUND_YAML_CALL, offset, "a tag has unsafe YAML loaders call %s", hugh_show(scan, path, 100));
    } else {
      hugh_find(scan, task, HUGH_FOUND_YAML_PYTHON, offset, "a tag has unsafe YAML loaders import and build %s", hugh_show(scan, path, 100));
    }
    return;
  }
}

/* The plain or quoted scalar behind a key, which may be on the next line. */
static hugh_text target_value(hugh_text rest) {
  size_t at = 0;
  while (at < rest.length && (rest.data[at] == '"' || rest.data[at] == '\'' || rest.data[at] == ' ')) at++;
  if (at == rest.length || rest.data[at] != ':') return (hugh_text){"", 0};
  at++;
  while (at < rest.length && strchr(" \t\r\n\"'", rest.data[at]) != NULL && rest.data[at] != 0) at++;
  size_t start = at;
  while (at < rest.length && !is_end(rest.data[at]) && rest.data[at] != '"' && rest.data[at] != '\'') at++;
  return (hugh_text){rest.data + start, at - start};
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
  } else if (fresh && (HUGH_STARTS(p, left, "_target_") || HUGH_STARTS(p, left, "target") || HUGH_STARTS(p, left, "class_path"))) {
    end = at + (*p == '_' ? 8 : *p == 't' ? 6 : 10);
    hugh_text value = target_value((hugh_text){text.data + end, text.length - end});
    if (value.length > 0) (*p == '_' ? hugh_named_target : hugh_named_other_target)(scan, task, at, value);
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
