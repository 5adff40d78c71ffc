/*
** Globs in linear time: alternatives are written out, then each is run as a set of positions over the text.
*/
#include <string.h>

#include "hugh.h"

#define PATTERN_MOST      512
#define ALTERNATIVES_MOST 64

static unsigned char fold(char c, bool ignore_case) {
  return (unsigned char)(ignore_case && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* One pattern without braces: at[i] says that pattern[0..i) has matched the text so far. */
static bool match_plain(const char *pattern, size_t length, hugh_text text, bool ignore_case) {
  bool at[PATTERN_MOST + 1] = {true}, next[PATTERN_MOST + 1];
  for (size_t t = 0; t <= text.length; t++) {
    for (size_t i = 0; i < length; i++) { /* stars match nothing */
      if (!at[i] || pattern[i] != '*') continue;
      at[i + 1] = true;
      bool directories = i + 2 < length && pattern[i + 1] == '*' && pattern[i + 2] == '/';
      if (directories && (t == 0 || text.data[t - 1] == '/')) at[i + 3] = true;
    }
    if (t == text.length) return at[length];
    memset(next, 0, sizeof next);
    for (size_t i = 0; i < length; i++) {
      if (!at[i]) continue;
      char c = text.data[t];
      if (pattern[i] == '*') {
        bool twice = (i + 1 < length && pattern[i + 1] == '*') || (i > 0 && pattern[i - 1] == '*');
        if (c != '/' || twice) next[i] = true;
      } else if (pattern[i] == '?' ? c != '/' : fold(pattern[i], ignore_case) == fold(c, ignore_case)) {
        next[i + 1] = true;
      }
    }
    memcpy(at, next, sizeof at);
  }
  return false;
}

int hugh_glob(hugh_text pattern, hugh_text text, bool ignore_case) {
  char stack[8][PATTERN_MOST]; /* patterns whose braces are still to be written out, depth first */
  size_t lengths[8], depth = 0, written = 0;
  struct {
    size_t open, close, at;
  } choice[8];
  if (pattern.length > PATTERN_MOST) return -1;
  if (pattern.length > 0) memcpy(stack[0], pattern.data, pattern.length);
  lengths[0] = pattern.length;
  choice[0].at = 0;
  for (;;) {
    char *p = stack[depth];
    size_t length = lengths[depth];
    if (choice[depth].at == 0) { /* new here: look for the innermost first brace */
      size_t open = length, close = length;
      for (size_t i = 0; i < length && close == length; i++) {
        if (p[i] == '{') open = i;
        if (p[i] == '}' && open < length) close = i;
      }
      if (close == length) {
        if (open < length) return -1;
        if (++written > ALTERNATIVES_MOST) return -1;
        if (match_plain(p, length, text, ignore_case)) return 1;
        if (depth == 0) return 0;
        depth--;
        continue;
      }
      choice[depth].open = open;
      choice[depth].close = close;
      choice[depth].at = open + 1;
    }
    size_t from = choice[depth].at, close = choice[depth].close, open = choice[depth].open;
    if (from > close) { /* every alternative was tried */
      if (depth == 0) return 0;
      depth--;
      continue;
    }
    size_t to = from;
    while (to < close && p[to] != ',') to++;
    choice[depth].at = to + 1;
    if (depth + 1 == sizeof stack / sizeof *stack) return -1;
    char *q = stack[depth + 1];
    size_t n = open;
    memcpy(q, p, open);
    memcpy(q + n, p + from, to - from);
    n += to - from;
    memcpy(q + n, p + close + 1, length - close - 1);
    n += length - close - 1;
    lengths[++depth] = n;
    choice[depth].at = 0;
  }
}
