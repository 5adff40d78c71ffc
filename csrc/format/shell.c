/*
** Shell scripts at a glance: what is fetched or decoded only to be run at once, and connections that a shell is put on.
*/
#include "shell.h"

#define SCRIPT_MOST ((uint64_t)1 << 20)

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool listed(hugh_text word, const char *const *words) {
  for (; *words != NULL; words++) {
    if (hugh_text_is(word, *words)) return true;
  }
  return false;
}

/* A command: a line with those that a backslash joins to it. */
static void judge(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text line) {
  static const char *const sources[] = {"curl", "wget", "base64", "xxd", NULL};
  static const char *const runners[] = {"sh", "bash", "zsh", "dash", "ksh", "python", "python3", "perl", "eval", "source", NULL};
  bool source = false, runner = false, joined = false;
  for (size_t at = 0; at < line.length;) {
    const char *p = line.data + at;
    size_t left = line.length - at, length = 0;
    while (length < left && is_word(p[length])) length++;
    if (*p == '#' && (at == 0 || p[-1] == ' ' || p[-1] == '\t')) break;
    if (HUGH_STARTS(p, left, "/dev/tcp/") || HUGH_STARTS(p, left, "/dev/udp/")) {
      hugh_find(scan, task, HUGH_FOUND_SHELL_RUN, offset + at, "the script opens a connection from the shell itself");
      return;
    }
    source = source || listed((hugh_text){p, length}, sources);
    runner = runner || listed((hugh_text){p, length}, runners);
    joined = joined || *p == '`' || (*p == '|' && !HUGH_STARTS(p, left, "||")) || HUGH_STARTS(p, left, "$(") || HUGH_STARTS(p, left, "<(");
    at += length > 0 ? length : HUGH_STARTS(p, left, "||") ? 2 : 1;
  }
  if (source && runner && joined) hugh_find(scan, task, HUGH_FOUND_SHELL_RUN, offset, "the script runs what it has just fetched or decoded");
}

void hugh_shell_look(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text text) {
  size_t start = 0;
  for (size_t at = 0; at <= text.length; at++) {
    if (at < text.length && (text.data[at] != '\n' || (at > 0 && text.data[at - 1] == '\\'))) continue;
    if (at > start) judge(scan, task, offset + start, (hugh_text){text.data + start, at - start});
    start = at + 1;
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, SCRIPT_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_find(scan, task, HUGH_FOUND_SHELL_SCRIPT, HUGH_NO_OFFSET, "a script, which runs its commands");
  hugh_shell_look(scan, task, 0, (hugh_text){(const char *)p, length});
  if (length == SCRIPT_MOST) hugh_incomplete(scan, task, length, "scripts are looked at up to 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_shell = {"shell", 0, step, NULL};
