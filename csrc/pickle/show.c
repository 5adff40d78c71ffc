/*
** Values as Python would write them, short enough for a sentence.
*/
#include <stdio.h>

#include "machine.h"

#define STRING_SHOWN ((size_t)200)
#define ITEMS_SHOWN  8
#define DEPTH_SHOWN  3

void hugh_write_text(hugh_writer *writer, hugh_text text) {
  if (writer->length >= writer->size) return;
  size_t room = writer->size - writer->length;
  size_t length = text.length < room ? text.length : room;
  if (length > 0) memcpy(writer->data + writer->length, text.data, length);
  writer->length += length;
}

void hugh_write(hugh_writer *writer, const char *text) { hugh_write_text(writer, hugh_text_of(text)); }

static hugh_got write_string(hugh_machine *m, hugh_writer *writer, hugh_value value) {
  hugh_text text;
  hugh_got got = hugh_value_text(m, value, &text);
  if (got == HUGH_NEED) return got;
  if (got == HUGH_END) {
    hugh_write(writer, "'…'");
    return HUGH_GOT;
  }
  if (hugh_tag_of(value) == HUGH_TAG_BYTES) hugh_write(writer, "b");
  bool single = memchr(text.data, '\'', text.length) != NULL && memchr(text.data, '"', text.length) == NULL;
  const char *quote = single ? "\"" : "'";
  hugh_write(writer, quote);
  size_t most = text.length < STRING_SHOWN ? text.length : STRING_SHOWN;
  static const char hex[] = "0123456789abcdef";
  for (size_t i = 0; i < most; i++) {
    uint8_t c = (uint8_t)text.data[i];
    char escaped[5] = {'\\', 0, 0, 0, 0};
    if (c == '\\' || (c == '\'' && !single)) escaped[1] = (char)c;
    else if (c == '\n') escaped[1] = 'n';
    else if (c == '\r') escaped[1] = 'r';
    else if (c == '\t') escaped[1] = 't';
    else if (c < 0x20 || c >= 0x7f) {
      escaped[1] = 'x';
      escaped[2] = hex[c >> 4];
      escaped[3] = hex[c & 15];
    } else {
      escaped[0] = (char)c;
    }
    hugh_write(writer, escaped);
  }
  if (most < text.length) hugh_write(writer, "…");
  hugh_write(writer, quote);
  return HUGH_GOT;
}

static void write_global(hugh_machine *m, hugh_writer *writer, size_t index) {
  if (index == 0 || index >= m->named_count) {
    hugh_write(writer, "…");
    return;
  }
  const hugh_named *named = &m->named[index];
  if (!hugh_text_is(named->module, "builtins") && !hugh_text_is(named->module, "__builtin__")) {
    hugh_write(writer, hugh_show(m->scan, named->module, 100));
    hugh_write(writer, ".");
  }
  hugh_write(writer, hugh_show(m->scan, named->name, 100));
}

/* A place in the tree that is being written. */
typedef struct level {
  uint64_t node;
  size_t next, kept;
  uint64_t count;
  const char *close;
  bool pairs, lone; /* a dict; a tuple of one */
} level;

static bool open_level(hugh_machine *m, hugh_writer *writer, hugh_value value, level *to) {
  hugh_tag tag = hugh_tag_of(value);
  *to = (level){.node = hugh_node_of(value)};
  bool there = hugh_node_size(m, to->node, &to->count, &to->kept);
  const hugh_named *named = tag == HUGH_TAG_CALL ? hugh_named_of(m, value) : NULL;
  if (named != NULL && named->judgement.check == HUGH_CHECK_DTYPE_OBJECT && to->count > 1) to->count = to->kept = 1; /* see dtype.c */
  switch (tag) {
    case HUGH_TAG_LIST: hugh_write(writer, "["); to->close = "]"; break;
    case HUGH_TAG_DICT: hugh_write(writer, "{"); to->close = "}"; to->pairs = true; break;
    case HUGH_TAG_SET: hugh_write(writer, "{"); to->close = "}"; break;
    default: hugh_write(writer, "("); to->close = ")"; to->lone = tag == HUGH_TAG_TUPLE && to->count == 1;
  }
  if (there) return true;
  hugh_write(writer, "…");
  hugh_write(writer, to->close);
  return false;
}

/* Writes without recursion: `stack` holds the containers that are open. A CALL is its global, then its argument tuple. */
static hugh_got write_deep(hugh_machine *m, hugh_writer *writer, hugh_value value) {
  level stack[DEPTH_SHOWN + 1];
  size_t depth = 0;
  for (;;) {
    hugh_tag tag = hugh_tag_of(value);
    char number[32];
    bool opens = false;
    hugh_got got = HUGH_GOT;
    switch (tag) {
      case HUGH_TAG_NONE: hugh_write(writer, "None"); break;
      case HUGH_TAG_TRUE: hugh_write(writer, "True"); break;
      case HUGH_TAG_FALSE: hugh_write(writer, "False"); break;
      case HUGH_TAG_INT:
        (void)snprintf(number, sizeof number, "%lld", (long long)hugh_int_of(value));
        hugh_write(writer, number);
        break;
      case HUGH_TAG_NUMBER: hugh_write(writer, "<number>"); break;
      case HUGH_TAG_STRING:
      case HUGH_TAG_BYTES:
      case HUGH_TAG_MADE: got = write_string(m, writer, value); break;
      case HUGH_TAG_MODULE: hugh_write(writer, hugh_show(m->scan, m->made[hugh_offset_of(value)], 100)); break;
      case HUGH_TAG_GLOBAL: write_global(m, writer, hugh_global_of(value)); break;
      case HUGH_TAG_CALL:
        write_global(m, writer, hugh_global_of(value));
        opens = true;
        break;
      case HUGH_TAG_PERSISTENT: hugh_write(writer, "persistent_load"); opens = true; break;
      case HUGH_TAG_TUPLE:
      case HUGH_TAG_LIST:
      case HUGH_TAG_DICT:
      case HUGH_TAG_SET: opens = true; break;
      default: hugh_write(writer, "…");
    }
    if (got == HUGH_NEED) return got;
    if (opens) {
      if (depth > DEPTH_SHOWN - 1 || writer->length >= writer->size) hugh_write(writer, tag == HUGH_TAG_LIST ? "[…]" : tag == HUGH_TAG_DICT ? "{…}" : "(…)");
      else depth += open_level(m, writer, value, &stack[depth]);
    }
    for (;;) { /* the next item of the innermost open container */
      if (depth == 0) return HUGH_GOT;
      level *top = &stack[depth - 1];
      if (top->next < top->kept && top->next < ITEMS_SHOWN * (top->pairs ? 2u : 1u)) {
        if (top->next > 0) hugh_write(writer, top->pairs && top->next % 2 == 1 ? ": " : ", ");
        value = hugh_node_item(m, top->node, top->next++);
        break;
      }
      if (top->next < top->count) hugh_write(writer, top->next > 0 ? ", …" : "…");
      if (top->lone && top->next > 0) hugh_write(writer, ",");
      hugh_write(writer, top->close);
      depth--;
    }
  }
}

hugh_got hugh_write_value(hugh_machine *m, hugh_writer *writer, hugh_value value) { return write_deep(m, writer, value); }

/* An argument list: a tuple without its trailing comma, and keywords. */
hugh_got hugh_write_arguments(hugh_machine *m, hugh_writer *writer, hugh_value arguments, hugh_value keywords) {
  uint64_t count = 0;
  size_t kept;
  hugh_got got = HUGH_GOT;
  bool tuple = hugh_tag_of(arguments) == HUGH_TAG_TUPLE;
  hugh_write(writer, tuple ? "(" : "(*");
  if (!tuple) {
    got = hugh_write_value(m, writer, arguments);
    if (got == HUGH_NEED) return got;
  } else if (!hugh_node_size(m, hugh_node_of(arguments), &count, &kept)) {
    hugh_write(writer, "…");
  } else {
    for (size_t i = 0; i < kept && i < ITEMS_SHOWN; i++) {
      if (i > 0) hugh_write(writer, ", ");
      got = hugh_write_value(m, writer, hugh_node_item(m, hugh_node_of(arguments), i));
      if (got == HUGH_NEED) return got;
    }
    if (kept > ITEMS_SHOWN || count > kept) hugh_write(writer, ", …");
  }
  if (keywords != 0) {
    hugh_write(writer, tuple && count == 0 ? "**" : ", **");
    got = hugh_write_value(m, writer, keywords);
    if (got == HUGH_NEED) return got;
  }
  hugh_write(writer, ")");
  return HUGH_GOT;
}
