/*
** Texts of the input: how they begin and end, and where a path leads.
*/
#include "core.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool hugh_text_ends(hugh_text text, const char *suffix) {
  size_t length = strlen(suffix);
  if (text.length < length) return false;
  const char *tail = text.data + (text.length - length);
  for (size_t i = 0; i < length; i++) {
    if (lower(tail[i]) != lower(suffix[i])) return false;
  }
  return true;
}

bool hugh_text_starts(hugh_text text, const char *prefix) {
  size_t length = strlen(prefix);
  return text.length >= length && memcmp(text.data, prefix, length) == 0;
}

static bool is_separator(char c) { return c == '/' || c == '\\'; }

bool hugh_text_leaves(hugh_text path) {
  if (path.length > 0 && is_separator(path.data[0])) return true;
  if (path.length > 1 && path.data[1] == ':') return true; /* a drive */
  size_t start = 0;
  for (size_t i = 0; i <= path.length; i++) {
    if (i < path.length && path.data[i] == '\0') return true;
    if (i < path.length && !is_separator(path.data[i])) continue;
    if (i - start == 2 && path.data[start] == '.' && path.data[start + 1] == '.') return true;
    start = i + 1;
  }
  return false;
}
