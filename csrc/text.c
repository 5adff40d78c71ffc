/*
** Texts of the input: what they are, how they begin and end, where a path leads, and UTF-8.
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

bool hugh_text_among(hugh_text a, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (hugh_text_is(a, words[i])) return true;
  }
  return false;
}

size_t hugh_utf8_length(const uint8_t *p, size_t length) {
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (length == 0) return 0;
  if (p[0] < 0x80) return 1;
  size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
  if (p[0] < 0xc2 || p[0] > 0xf4 || length < n) return 0;
  uint32_t code = p[0] & (0x7fu >> n);
  for (size_t i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0;
    code = code << 6 | (p[i] & 0x3fu);
  }
  return code >= least[n] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? n : 0;
}

size_t hugh_utf8_put(char out[4], uint32_t code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = n - 1; i > 0; i--, code >>= 6) out[i] = (char)(0x80 | (code & 0x3f));
  out[0] = (char)((0xf00 >> n & 0xff) | code);
  return n;
}
