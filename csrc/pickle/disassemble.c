/*
** The opcodes of a pickle, one line each, as Python's pickletools writes them.
*/
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

#define ARGUMENT_MOST ((size_t)64 * 1024) /* of one that is shown as a whole */
#define ARGUMENT_SHOWN ((size_t)1024)    /* of one that is not */
#define LINE_MOST     (ARGUMENT_MOST * 4 + 256)
#define LONG_MOST     ((size_t)2048) /* Python shows 4300 digits */
#define INDENT_MOST   100

typedef struct opcode {
  const char *name;
  hugh_argument argument;
  uint8_t protocol, pops, pushes;
  bool marked;
} opcode;

struct hugh_disassembly {
  uint64_t at;
  uint64_t *marks; /* pairs: where the mark is, and how many values lay below it since the one before */
  size_t mark_count, mark_size;
  uint64_t items;  /* above the last mark */
  uint64_t memo;   /* entries, counting those that are written twice */
  uint8_t highest;
  char line[LINE_MOST];
};

static opcode opcode_of(uint8_t byte) {
  switch (byte) {
#define OPCODE(byte, name, argument, protocol, pops, pushes, marked) \
  case byte: return (opcode){#name, HUGH_ARG_##argument, protocol, pops, pushes, marked};
#include "opcodes.def"
#undef OPCODE
    default: return (opcode){NULL, HUGH_ARG_NONE, 0, 0, 0, false};
  }
}

/* ---------------------------------------------------------------- reprs */

static void write_number(hugh_writer *w, int64_t number) {
  char text[32];
  (void)snprintf(text, sizeof text, "%lld", (long long)number);
  hugh_write(w, text);
}

static void write_unsigned(hugh_writer *w, uint64_t number) {
  char text[32];
  (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  hugh_write(w, text);
}

/* The shortest digits that read back as the same number, laid out as Python does. */
static void write_float(hugh_writer *w, double number) {
  char text[40], digits[24], out[48];
  if (number != number) {
    hugh_write(w, "nan");
    return;
  }
  for (int precision = 0; precision < 17; precision++) {
    (void)snprintf(text, sizeof text, "%.*e", precision, number);
    if (strtod(text, NULL) == number) break;
  }
  const char *p = text, *sign = "";
  if (*p == '-') {
    sign = "-";
    p++;
  }
  if (*p == 'i') {
    hugh_write(w, sign);
    hugh_write(w, "inf");
    return;
  }
  size_t count = 0;
  for (; *p != 'e'; p++) {
    if (*p != '.') digits[count++] = *p;
  }
  digits[count] = '\0';
  int exponent = (int)strtol(p + 1, NULL, 10);
  if (exponent < -4 || exponent >= 16) {
    (void)snprintf(out, sizeof out, "%s%c%s%se%c%02d", sign, digits[0], count > 1 ? "." : "", digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
  } else if (exponent < 0) {
    (void)snprintf(out, sizeof out, "%s0.%.*s%s", sign, -exponent - 1, "0000", digits);
  } else if ((size_t)exponent + 1 >= count) {
    (void)snprintf(out, sizeof out, "%s%s%.*s.0", sign, digits, (int)((size_t)exponent + 1 - count), "0000000000000000");
  } else {
    (void)snprintf(out, sizeof out, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
  }
  hugh_write(w, out);
}

/* A two's complement little-endian number in decimal, nine digits at a time. */
static void write_long(hugh_writer *w, const uint8_t *p, size_t length) {
  uint32_t words[LONG_MOST / 4] = {0}, parts[LONG_MOST / 3];
  size_t used = (length + 3) / 4, count = 0;
  if (length > LONG_MOST) {
    hugh_write(w, "<long of ");
    write_unsigned(w, length);
    hugh_write(w, " bytes>");
    return;
  }
  bool negative = length > 0 && (p[length - 1] & 0x80) != 0;
  unsigned carry = 1;
  for (size_t i = 0; i < length; i++) {
    unsigned byte = negative ? (uint8_t)~p[i] + carry : p[i];
    carry = byte >> 8 & 1;
    words[i / 4] |= (byte & 0xff) << (8 * (i % 4));
  }
  for (; used > 0 || count == 0; used -= used > 0 && words[used - 1] == 0) {
    uint64_t rest = 0;
    for (size_t i = used; i > 0; i--) {
      uint64_t part = rest << 32 | words[i - 1];
      words[i - 1] = (uint32_t)(part / 1000000000);
      rest = part % 1000000000;
    }
    parts[count++] = (uint32_t)rest;
  }
  while (count > 1 && parts[count - 1] == 0) count--;
  char digits[16];
  (void)snprintf(digits, sizeof digits, negative ? "-%u" : "%u", parts[--count]);
  hugh_write(w, digits);
  while (count > 0) {
    (void)snprintf(digits, sizeof digits, "%09u", parts[--count]);
    hugh_write(w, digits);
  }
}

/* The next character of UTF-8 or Latin-1; broken UTF-8 comes byte by byte. */
static uint32_t next_character(hugh_text text, size_t *at, bool latin) {
  uint8_t c = (uint8_t)text.data[(*at)++];
  size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
  if (latin || c < 0xc0 || *at + more > text.length) return c;
  uint32_t value = c & (0x3fu >> more);
  for (size_t i = 0; i < more; i++) value = value << 6 | ((uint8_t)text.data[*at + i] & 0x3fu);
  *at += more;
  return value;
}

typedef enum text_form { TEXT_BYTES, TEXT_LATIN, TEXT_UTF8 } text_form;

static void write_repr(hugh_writer *w, hugh_text text, text_form form) {
  bool single = memchr(text.data, '\'', text.length) != NULL && memchr(text.data, '"', text.length) == NULL;
  const char *quote = single ? "\"" : "'";
  hugh_write(w, form == TEXT_BYTES ? "b" : "");
  hugh_write(w, quote);
  for (size_t at = 0; at < text.length;) {
    size_t from = at;
    uint32_t c = next_character(text, &at, form != TEXT_UTF8);
    char out[16];
    if (c == '\\' || (c == '\'' && !single)) (void)snprintf(out, sizeof out, "\\%c", (char)c);
    else if (c == '\n') (void)snprintf(out, sizeof out, "\\n");
    else if (c == '\r') (void)snprintf(out, sizeof out, "\\r");
    else if (c == '\t') (void)snprintf(out, sizeof out, "\\t");
    else if (c < 0x20 || c == 0x7f || (c > 0x7f && (c <= 0xa0 || c == 0xad || form == TEXT_BYTES))) (void)snprintf(out, sizeof out, "\\x%02x", (unsigned)c);
    else if (c >= 0xd800 && c <= 0xdfff) (void)snprintf(out, sizeof out, "\\u%04x", (unsigned)c);
    else if (form == TEXT_LATIN && c > 0x7f) {
      out[0] = (char)(0xc0 | c >> 6);
      out[1] = (char)(0x80 | (c & 63));
      out[2] = '\0';
    } else {
      hugh_write_text(w, (hugh_text){text.data + from, at - from});
      continue;
    }
    hugh_write(w, out);
  }
  hugh_write(w, quote);
}

/* A number in text, as Python would write it: without spaces, underscores, leading zeros and the L of a long. Other text stays as it is. */
static void write_decimal(hugh_writer *w, const uint8_t *p, size_t length, bool is_long) {
  size_t end = is_long && length > 0 && p[length - 1] == 'L' ? length - 1 : length, digits = 0;
  bool negative = false;
  for (size_t i = 0; i < end; i++) {
    if (memchr(" \t\v\f\r+-_0123456789", p[i], 18) == NULL) {
      hugh_write_text(w, (hugh_text){(const char *)p, length});
      return;
    }
    negative = negative || p[i] == '-';
  }
  for (size_t i = 0; i < end; i++) {
    if (p[i] < '0' || p[i] > '9' || (p[i] == '0' && digits == 0)) continue;
    if (digits++ == 0 && negative) hugh_write(w, "-");
    hugh_write_text(w, (hugh_text){(const char *)p + i, 1});
  }
  if (digits == 0) hugh_write(w, "0");
}

/* -------------------------------------------------------------- opcodes */

/* Writes the argument at p, `length` bytes without count or newline. `text` is what a text opcode's argument says. */
static void write_argument(hugh_writer *w, uint8_t code, const uint8_t *p, size_t length, hugh_text text) {
  switch (code) {
    case 'J': case 0x84: write_number(w, (int32_t)hugh_le32(p)); break;
    case 'K': case 'h': case 'q': case 0x80: case 0x82: write_number(w, *p); break;
    case 'M': case 0x83: write_number(w, hugh_le16(p)); break;
    case 'j': case 'r': write_unsigned(w, hugh_le32(p)); break;
    case 0x95: write_unsigned(w, hugh_le64(p)); break;
    case 'I':
      if (length == 2 && p[0] == '0' && (p[1] == '0' || p[1] == '1')) hugh_write(w, p[1] == '1' ? "True" : "False");
      else write_decimal(w, p, length, false);
      break;
    case 'L': write_decimal(w, p, length, true); break;
    case 'g': case 'p': write_decimal(w, p, length, false); break;
    case 'F': {
      char number[64] = "";
      for (size_t i = 0, used = 0; i < length && used < sizeof number - 1; i++) {
        if (p[i] != '_') number[used++] = (char)p[i];
      }
      write_float(w, strtod(number, NULL));
      break;
    }
    case 'G': {
      uint64_t bits = hugh_be64(p);
      double number;
      memcpy(&number, &bits, sizeof number);
      write_float(w, number);
      break;
    }
    case 0x8a: case 0x8b: write_long(w, p, length); break;
    case 'T': case 'U': write_repr(w, (hugh_text){(const char *)p, length}, TEXT_LATIN); break;
    case 'X': case 0x8c: case 0x8d: write_repr(w, (hugh_text){(const char *)p, length}, TEXT_UTF8); break;
    case 'B': case 'C': case 0x8e: write_repr(w, (hugh_text){(const char *)p, length}, TEXT_BYTES); break;
    case 0x96:
      hugh_write(w, "bytearray(");
      write_repr(w, (hugh_text){(const char *)p, length}, TEXT_BYTES);
      hugh_write(w, ")");
      break;
    default: write_repr(w, text, TEXT_UTF8);
  }
}

static uint64_t counted(hugh_argument argument, const uint8_t *p) {
  return argument == HUGH_ARG_C1 ? p[0] : argument == HUGH_ARG_C4 ? hugh_le32(p) : hugh_le64(p);
}

/* Where the opcode's argument lies, and how much of the opcode is shown; `left`: how much is not. HUGH_END: the input or its line is cut. */
static hugh_got find_argument(hugh_machine *m, hugh_argument argument, size_t *skip, size_t *length, size_t *total, uint64_t *left) {
  static const uint8_t widths[] = {0, 1, 2, 4, 8, 1, 4, 8, 0, 0};
  hugh_disassembly *d = m->disassembly;
  size_t there, width = widths[argument];
  const uint8_t *p = hugh_view_get(m->scan, m->view, d->at, 1 + width, HUGH_READ, &there);
  if (p == NULL) return m->view->got;
  *skip = 1;
  *length = width;
  *total = 1 + width;
  if (argument >= HUGH_ARG_C1 && argument <= HUGH_ARG_C8) {
    uint64_t size = counted(argument, p + 1);
    if (size > ARGUMENT_MOST) {
      hugh_got got = hugh_view_reaches(m->scan, m->view, hugh_add(d->at + 1 + width, size));
      if (got != HUGH_GOT) return got;
      *left = size - ARGUMENT_SHOWN;
      size = ARGUMENT_SHOWN;
    }
    *skip = 1 + width;
    *length = (size_t)size;
    *total = 1 + width + (size_t)size;
  } else if (argument >= HUGH_ARG_LINE) {
    size_t need = 1, lines = argument == HUGH_ARG_LINE2 ? 2 : 1;
    for (size_t from = 1; lines > 0;) {
      p = hugh_view_get(m->scan, m->view, d->at, need, HUGH_READ, &there);
      if (p == NULL) return m->view->got;
      const uint8_t *newline = there > from ? memchr(p + from, '\n', there - from) : NULL;
      if (newline != NULL) {
        from = (size_t)(newline - p) + 1;
        if (--lines == 0) *total = from;
        if (from > ARGUMENT_MOST) return HUGH_END;
      } else if (there > ARGUMENT_MOST) {
        return HUGH_END;
      } else {
        need = there + 1;
      }
    }
    *length = *total - 2;
  }
  if (hugh_view_get(m->scan, m->view, d->at, *total, HUGH_READ, &there) == NULL) return m->view->got;
  return HUGH_GOT;
}

static bool push_mark(hugh_machine *m, hugh_disassembly *d) {
  if (d->mark_count == d->mark_size) {
    size_t size = d->mark_size == 0 ? 32 : d->mark_size * 2;
    uint64_t *grown = hugh_resize(m->scan, d->marks, d->mark_size * 2 * sizeof *grown, size * 2 * sizeof *grown);
    if (grown == NULL) return false;
    d->marks = grown;
    d->mark_size = size;
  }
  d->marks[2 * d->mark_count] = d->at;
  d->marks[2 * d->mark_count++ + 1] = d->items;
  d->items = 0;
  return true;
}

/* One opcode; HUGH_END: there is no more that can be shown. */
static hugh_got show_opcode(hugh_machine *m, hugh_disassembly *d) {
  size_t there, skip = 0, length = 0, total = 0;
  uint64_t left = 0;
  const uint8_t *p = hugh_view_get(m->scan, m->view, d->at, 1, HUGH_READ, &there);
  if (p == NULL) return m->view->got;
  uint8_t code = *p;
  opcode op = opcode_of(code);
  if (op.name == NULL) return HUGH_END;
  hugh_got got = find_argument(m, op.argument, &skip, &length, &total, &left);
  hugh_text text = {"", 0};
  if (got == HUGH_GOT && (code == 'S' || code == 'V')) got = hugh_value_text(m, hugh_value_at(HUGH_TAG_STRING, d->at), &text);
  if (got != HUGH_GOT) return got;
  p = hugh_view_get(m->scan, m->view, d->at, total, HUGH_READ, &there);
  if (p == NULL) return m->view->got;

  hugh_writer w = {d->line, sizeof d->line, 0};
  char head[INDENT_MOST * 4 + 64], mark[64] = "";
  size_t indent = d->mark_count < INDENT_MOST ? d->mark_count : INDENT_MOST;
  char shown[8];
  if (code > 0x7f) (void)snprintf(shown, sizeof shown, "\\x%02x", code);
  else (void)snprintf(shown, sizeof shown, "%c", code);
  (void)snprintf(head, sizeof head, "%-4s %*s%s", shown, (int)(indent * 4), "", op.name);
  hugh_write(&w, head);
  if ((op.marked || (code == '0' && d->items == 0)) && d->mark_count > 0) {
    d->mark_count--;
    (void)snprintf(mark, sizeof mark, "(MARK at %llu)", (unsigned long long)d->marks[2 * d->mark_count]);
    d->items = d->marks[2 * d->mark_count + 1];
    if (code == '0') op.pops = 0;
  }
  if (code == 0x94) (void)snprintf(mark, sizeof mark, "(as %llu)", (unsigned long long)d->memo);
  if (code == 0x94 || code == 'p' || code == 'q' || code == 'r') d->memo++;
  if (op.argument != HUGH_ARG_NONE || mark[0] != '\0') {
    for (size_t i = strlen(op.name); i < 10; i++) hugh_write(&w, " ");
  }
  if (op.argument != HUGH_ARG_NONE) {
    hugh_write(&w, " ");
    if (op.argument == HUGH_ARG_LINE2) { /* both names as one text */
      char *names = d->line + sizeof d->line / 2;
      memcpy(names, p + 1, length);
      char *newline = memchr(names, '\n', length);
      if (newline != NULL) *newline = ' ';
      text = (hugh_text){names, length};
    } else if (code == 'P') {
      text = (hugh_text){(const char *)p + 1, length};
    }
    write_argument(&w, code, p + skip, length, text);
  }
  if (left > 0) (void)snprintf(mark, sizeof mark, "… and %llu bytes more", (unsigned long long)left);
  if (mark[0] != '\0') {
    hugh_write(&w, " ");
    hugh_write(&w, mark);
  }
  hugh_line_add(m->scan, m->task, d->at, HUGH_SAFE, (hugh_text){d->line, w.length});
  d->items = d->items > op.pops ? d->items - op.pops : 0;
  if (code == '(') {
    if (!push_mark(m, d)) return HUGH_END;
  } else {
    d->items += op.pushes;
  }
  if (op.protocol > d->highest) d->highest = op.protocol;
  d->at += total + left;
  if (code == '.') {
    (void)snprintf(head, sizeof head, "highest protocol among opcodes = %u", d->highest);
    hugh_line_add(m->scan, m->task, HUGH_NO_OFFSET, HUGH_SAFE, hugh_text_of(head));
    d->mark_count = 0;
    d->items = d->memo = d->highest = 0;
  }
  return HUGH_GOT;
}

hugh_next hugh_disassemble(hugh_machine *m) {
  if (m->disassembly == NULL) {
    m->disassembly = hugh_resize(m->scan, NULL, 0, sizeof *m->disassembly);
    if (m->disassembly == NULL) return HUGH_DONE;
    m->disassembly->at = 0;
    m->disassembly->marks = NULL;
    m->disassembly->mark_count = m->disassembly->mark_size = 0;
    m->disassembly->items = m->disassembly->memo = 0;
    m->disassembly->highest = 0;
  }
  for (;;) {
    hugh_got got = show_opcode(m, m->disassembly);
    if (got == HUGH_NEED) return HUGH_WANT;
    if (hugh_scan_failed(m->scan)) return HUGH_DONE;
    if (got == HUGH_END) {
      if (m->disassembly->at < m->view->size && m->view->size != HUGH_UNKNOWN_SIZE) {
        hugh_line_add(m->scan, m->task, m->disassembly->at, HUGH_SAFE, hugh_text_of("here is no opcode that is whole: the listing ends"));
      }
      return HUGH_DONE;
    }
    if (hugh_work(m->scan, 32)) return HUGH_AGAIN;
  }
}

void hugh_disassembly_drop(hugh_machine *m) {
  if (m->disassembly == NULL) return;
  if (m->disassembly->marks != NULL) {
    hugh_resize(m->scan, m->disassembly->marks, m->disassembly->mark_size * 2 * sizeof *m->disassembly->marks, 0);
  }
  hugh_resize(m->scan, m->disassembly, sizeof *m->disassembly, 0);
}
