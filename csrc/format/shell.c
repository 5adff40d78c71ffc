/*
** Shell scripts at a glance: what is fetched or decoded only to be run at once, and connections that a shell is put on.
*/
#include "shell.h"

#define SCRIPT_MOST ((uint64_t)1 << 20)

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* A line ends, unless a backslash joins the next one to it. */
static bool ends_command(hugh_text text, size_t at) { return text.data[at] == '\n' && (at == 0 || text.data[at - 1] != '\\'); }

static void end_command(hugh_scan *scan, const hugh_task *task, hugh_shell *sh, uint64_t offset) {
  if (sh->source && sh->runner && sh->joined) {
    hugh_find(scan, task, HUGH_FOUND_SHELL_RUN, offset + sh->command, "the script runs what it has just fetched or decoded");
  }
  *sh = (hugh_shell){.at = sh->at, .command = sh->at};
}

/* One word or sign of a command. */
static void read_part(hugh_scan *scan, const hugh_task *task, hugh_shell *sh, uint64_t offset, hugh_text text) {
  static const char *const sources[] = {"curl", "wget", "base64", "xxd"};
  static const char *const runners[] = {"sh", "bash", "zsh", "dash", "ksh", "python", "python3", "perl", "eval", "source"};
  const char *p = text.data + sh->at;
  size_t left = text.length - sh->at, length = 0;
  while (length < left && is_word(p[length])) length++;
  if (HUGH_STARTS(p, left, "/dev/tcp/") || HUGH_STARTS(p, left, "/dev/udp/")) {
    hugh_find(scan, task, HUGH_FOUND_SHELL_RUN, offset + sh->at, "the script opens a connection from the shell itself");
  } else if (*p == '#' && (sh->at == sh->command || p[-1] == ' ' || p[-1] == '\t')) {
    const char *line = memchr(p, '\n', left);
    sh->at = line != NULL ? (size_t)(line - text.data) : text.length;
    return;
  }
  hugh_text word = {p, length};
  sh->source = sh->source || HUGH_AMONG(word, sources);
  sh->runner = sh->runner || HUGH_AMONG(word, runners);
  sh->joined = sh->joined || *p == '`' || (*p == '|' && !HUGH_STARTS(p, left, "||")) || HUGH_STARTS(p, left, "$(") || HUGH_STARTS(p, left, "<(");
  sh->at += length > 0 ? length : HUGH_STARTS(p, left, "||") ? 2 : 1;
}

bool hugh_shell_look(hugh_scan *scan, const hugh_task *task, hugh_shell *sh, uint64_t offset, hugh_text text) {
  while (sh->at < text.length) {
    if (ends_command(text, sh->at)) {
      sh->at++;
      end_command(scan, task, sh, offset);
    } else {
      read_part(scan, task, sh, offset, text);
    }
    if (hugh_work(scan, 12)) return false;
  }
  if (text.length > 1 && memcmp(text.data + text.length - 2, "\\\n", 2) == 0) { /* it goes on in the next piece */
    sh->at = sh->command = 0;
    return true;
  }
  end_command(scan, task, sh, offset);
  *sh = (hugh_shell){0};
  return true;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, SCRIPT_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_shell *sh = task->state;
  if (sh->at == 0) hugh_find(scan, task, HUGH_FOUND_SHELL_SCRIPT, HUGH_NO_OFFSET, "a script, which runs its commands");
  if (!hugh_shell_look(scan, task, sh, 0, (hugh_text){(const char *)p, length})) return HUGH_AGAIN;
  if (length == SCRIPT_MOST) hugh_incomplete(scan, task, length, "scripts are looked at up to 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_shell = {"shell", sizeof(hugh_shell), step, NULL};
