/*
** The texts of values. They are read from the input again when something needs them, and remembered by offset.
*/
#include "machine.h"

#define WORD_MOST ((size_t)64)

static size_t place_of(const hugh_machine *machine, uint64_t offset, size_t size) {
  return (size_t)hugh_hash(machine->scan, &offset, sizeof offset) & (size - 1);
}

static bool grow_strings(hugh_machine *machine) {
  size_t size = machine->string_size == 0 ? 64 : machine->string_size * 2;
  hugh_string *slots = hugh_resize(machine->scan, NULL, 0, size * sizeof *slots);
  if (slots == NULL) return false;
  memset(slots, 0, size * sizeof *slots);
  for (size_t i = 0; i < machine->string_size; i++) {
    if (machine->strings[i].text.data == NULL) continue;
    size_t at = place_of(machine, machine->strings[i].offset, size);
    while (slots[at].text.data != NULL) at = (at + 1) & (size - 1);
    slots[at] = machine->strings[i];
  }
  if (machine->strings != NULL) hugh_resize(machine->scan, machine->strings, machine->string_size * sizeof *slots, 0);
  machine->strings = slots;
  machine->string_size = size;
  return true;
}

/* The slot of a text, empty if it is not there yet; NULL without memory. */
static hugh_string *string_slot(hugh_machine *machine, uint64_t offset) {
  if (machine->string_count * 2 >= machine->string_size && !grow_strings(machine)) return NULL;
  size_t at = place_of(machine, offset, machine->string_size);
  while (machine->strings[at].text.data != NULL && machine->strings[at].offset != offset) at = (at + 1) & (machine->string_size - 1);
  return &machine->strings[at];
}

/* Bytes of the count behind an opcode, 0 if it takes no counted argument. */
static size_t count_width(uint8_t opcode) {
  switch (opcode) {
    case 'U': case 'C': case 0x8c: return 1;
    case 'T': case 'X': case 'B': return 4;
    case 0x8d: case 0x8e: case 0x96: return 8;
    default: return 0;
  }
}

static uint64_t count_of(const uint8_t *p, size_t width) {
  return width == 1 ? p[0] : width == 4 ? hugh_le32(p) : hugh_le64(p);
}

/* ----------------------------------------------------------- text opcodes */

/* raw-unicode-escape to UTF-8: \uXXXX and \UXXXXXXXX after an odd number of backslashes, everything else Latin-1. At most doubles. */
static size_t decode_unicode(const uint8_t *p, size_t length, char *out) {
  size_t used = 0;
  for (size_t i = 0; i < length;) {
    size_t digits = 0;
    if (p[i] == '\\' && i + 1 < length) digits = p[i + 1] == 'u' ? 4 : p[i + 1] == 'U' ? 8 : 0;
    if (p[i] == '\\' && digits == 0) { /* a run of backslashes: pairs stay pairs */
      out[used++] = '\\';
      i++;
      if (i < length && p[i] == '\\') {
        out[used++] = '\\';
        i++;
      }
      continue;
    }
    if (digits > 0 && i + 2 + digits <= length) {
      uint32_t c = 0;
      bool good = true;
      for (size_t k = 0; k < digits; k++) {
        int digit = hugh_hex_digit(p[i + 2 + k]);
        good = good && digit >= 0;
        c = c << 4 | (uint32_t)(digit & 15);
      }
      if (good && c <= 0x10ffff) {
        used += hugh_utf8_put(out + used, c);
        i += 2 + digits;
        continue;
      }
    }
    used += hugh_utf8_put(out + used, p[i++]);
  }
  return used;
}

/* A quoted Python string as pickle protocol 0 writes it. */
static size_t decode_string(const uint8_t *p, size_t length, char *out) {
  if (length >= 2 && p[0] == p[length - 1] && (p[0] == '\'' || p[0] == '"')) {
    p++;
    length -= 2;
  }
  size_t used = 0;
  for (size_t i = 0; i < length;) {
    uint8_t c = p[i++];
    if (c != '\\' || i == length) {
      out[used++] = (char)c;
      continue;
    }
    c = p[i++];
    switch (c) {
      case '\n': break;
      case 'b': out[used++] = '\b'; break;
      case 'f': out[used++] = '\f'; break;
      case 't': out[used++] = '\t'; break;
      case 'n': out[used++] = '\n'; break;
      case 'r': out[used++] = '\r'; break;
      case 'v': out[used++] = '\v'; break;
      case 'a': out[used++] = '\a'; break;
      case '\\': case '\'': case '"': out[used++] = (char)c; break;
      case 'x':
        if (i + 2 <= length && hugh_hex_digit(p[i]) >= 0 && hugh_hex_digit(p[i + 1]) >= 0) {
          out[used++] = (char)(hugh_hex_digit(p[i]) << 4 | hugh_hex_digit(p[i + 1]));
          i += 2;
        }
        break;
      default:
        if (c >= '0' && c <= '7') {
          int octal = c - '0';
          for (int k = 0; k < 2 && i < length && p[i] >= '0' && p[i] <= '7'; k++) octal = octal << 3 | (p[i++] - '0');
          out[used++] = (char)octal;
        } else {
          out[used++] = '\\';
          out[used++] = (char)c;
        }
    }
  }
  return used;
}

static hugh_got read_line_text(hugh_machine *machine, uint64_t offset, uint8_t opcode, hugh_text *text) {
  size_t length, min = 2;
  const uint8_t *p, *end;
  for (;;) {
    p = hugh_view_get(machine->scan, machine->texts, offset, min, 256, &length);
    bool last = p == NULL && machine->texts->got == HUGH_END && min > 2; /* line of the input, or nearly */
    if (last) p = hugh_view_upto(machine->scan, machine->texts, offset, HUGH_TEXT_MOST, &length);
    if (p == NULL) return machine->texts->got;
    end = memchr(p + 1, '\n', length - 1);
    if (end != NULL || last || length >= HUGH_TEXT_MOST) break;
    min = length * 2;
  }
  if (end == NULL) end = p + length;
  size_t size = (size_t)(end - p) - 1;
  char *out = hugh_may_keep(machine->scan, size * 2) ? hugh_arena_alloc(machine->scan, size * 2 + 1) : NULL;
  if (out == NULL) return HUGH_END;
  size_t used;
  if (opcode == 'V') {
    used = decode_unicode(p + 1, size, out);
  } else if (opcode == 'S') {
    used = decode_string(p + 1, size, out);
  } else {
    memcpy(out, p + 1, size);
    used = size;
  }
  *text = (hugh_text){out, used};
  return HUGH_GOT;
}

/* Reads the text at `offset`. Every get begins there, so that a window which holds the last one holds those before it too. */
static hugh_got read_text(hugh_machine *machine, uint64_t offset, hugh_string *string) {
  size_t there;
  const uint8_t *p = hugh_view_get(machine->scan, machine->texts, offset, 1, 256, &there);
  if (p == NULL) return machine->texts->got;
  size_t width = count_width(*p);
  if (width == 0) return read_line_text(machine, offset, *p, &string->text);
  p = hugh_view_get(machine->scan, machine->texts, offset, 1 + width, 256, &there);
  if (p == NULL) return machine->texts->got;
  string->from = offset + 1 + width;
  string->length = count_of(p + 1, width);
  size_t head = 1 + width, most = string->length < HUGH_TEXT_MOST ? (size_t)string->length : HUGH_TEXT_MOST;
  p = hugh_view_upto(machine->scan, machine->texts, offset, head + most, &there);
  if (p == NULL || there < head) return p == NULL ? machine->texts->got : HUGH_END;
  if (!hugh_may_keep(machine->scan, there)) return HUGH_END;
  string->text = hugh_arena_copy(machine->scan, p + head, there - head);
  return HUGH_GOT;
}

/* The remembered text of a STRING or BYTES value. What has to be fed is noted, and read first when the machine goes on. */
static hugh_got remember(hugh_machine *machine, hugh_value value, hugh_string *out) {
  if (hugh_tag_of(value) != HUGH_TAG_STRING && hugh_tag_of(value) != HUGH_TAG_BYTES) return HUGH_END;
  hugh_string *slot = string_slot(machine, hugh_offset_of(value));
  if (slot == NULL) return HUGH_END;
  if (slot->text.data == NULL) {
    hugh_string string = {.offset = hugh_offset_of(value)};
    hugh_got got = read_text(machine, string.offset, &string);
    if (got == HUGH_NEED) machine->fetching = value;
    if (got != HUGH_GOT) return got;
    *slot = string;
    machine->string_count++;
  }
  *out = *slot;
  return HUGH_GOT;
}

hugh_got hugh_value_text(hugh_machine *machine, hugh_value value, hugh_text *text) {
  hugh_string string = {.text = {"", 0}};
  hugh_got got = HUGH_GOT;
  if (hugh_tag_of(value) == HUGH_TAG_MADE) string.text = machine->made[hugh_offset_of(value)];
  else got = remember(machine, value, &string);
  *text = string.text;
  return got;
}

hugh_value hugh_value_detach(hugh_machine *machine, hugh_view *view, hugh_value value) {
  hugh_string string = {.text = {"", 0}};
  hugh_view *texts = machine->texts;
  machine->texts = view;
  hugh_got got = hugh_tag_of(value) == HUGH_TAG_STRING ? read_text(machine, hugh_offset_of(value), &string) : HUGH_END;
  machine->texts = texts;
  return got == HUGH_GOT ? hugh_value_make(machine, string.text) : hugh_value_of(HUGH_TAG_OPAQUE);
}

hugh_got hugh_value_word(hugh_machine *machine, hugh_value value, hugh_text *text) {
  size_t there = 0;
  const uint8_t *p = hugh_tag_of(value) == HUGH_TAG_STRING ? hugh_view_get(machine->scan, machine->texts, hugh_offset_of(value), 1, WORD_MOST, &there) : NULL;
  size_t width = p != NULL ? count_width(*p) : 0;
  if (width == 0 || there < 1 + width) return hugh_value_text(machine, value, text);
  uint64_t length = count_of(p + 1, width);
  if (length > WORD_MOST) length = 0;
  else if (there - 1 - width < length) return hugh_value_text(machine, value, text);
  *text = (hugh_text){(const char *)p + 1 + width, (size_t)length};
  return HUGH_GOT;
}

hugh_got hugh_value_extent(hugh_machine *machine, hugh_value value, uint64_t *from, uint64_t *length) {
  hugh_string string;
  hugh_got got = remember(machine, value, &string);
  if (got != HUGH_GOT) return got;
  *from = string.from;
  *length = string.length;
  return string.from > 0 ? HUGH_GOT : HUGH_END;
}

bool hugh_fetch_pending(hugh_machine *machine) {
  hugh_text text;
  if (machine->fetching == 0) return true;
  if (hugh_value_text(machine, machine->fetching, &text) == HUGH_NEED) return false;
  machine->fetching = 0;
  return true;
}

hugh_value hugh_value_make(hugh_machine *machine, hugh_text text) {
  if (machine->made_count == machine->made_size) {
    size_t size = machine->made_size == 0 ? 16 : machine->made_size * 2;
    hugh_text *grown = hugh_resize(machine->scan, machine->made, machine->made_size * sizeof *grown, size * sizeof *grown);
    if (grown == NULL) goto full;
    machine->made = grown;
    machine->made_size = size;
  }
  if (!hugh_may_keep(machine->scan, text.length)) goto full;
  machine->made[machine->made_count] = hugh_arena_copy(machine->scan, text.data, text.length);
  return hugh_value_at(HUGH_TAG_MADE, machine->made_count++);
full:
  machine->folded_out = true;
  return hugh_value_of(HUGH_TAG_OPAQUE);
}
