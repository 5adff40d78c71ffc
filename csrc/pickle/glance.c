/*
** A glance at bytes that have another explanation than being a pickle: would an unpickler get anywhere with them?
*/
#include "machine.h"
#include "pickle.h"

typedef struct opcode {
  bool known, marked;
  uint8_t pops, pushes;
  hugh_argument argument;
} opcode;

static opcode opcode_of(uint8_t byte) {
  switch (byte) {
#define OPCODE(byte, name, argument, protocol, pops, pushes, marked) \
  case byte: return (opcode){true, marked, pops, pushes, HUGH_ARG_##argument};
#include "opcodes.def"
#undef OPCODE
    default: return (opcode){false, false, 0, 0, HUGH_ARG_NONE};
  }
}

/* The length of the argument at `p`, HUGH_UNKNOWN_SIZE if that cannot be told from here. */
static uint64_t argument_length(hugh_argument argument, const uint8_t *p, size_t length) {
  static const uint8_t widths[] = {0, 1, 2, 4, 8, 1, 4, 8, 0, 0};
  size_t width = widths[argument], at = 0;
  if (width > length) return HUGH_UNKNOWN_SIZE;
  switch (argument) {
    case HUGH_ARG_C1: return 1 + (uint64_t)p[0];
    case HUGH_ARG_C4: return 4 + (uint64_t)hugh_le32(p);
    case HUGH_ARG_C8: return hugh_add(8, hugh_le64(p));
    case HUGH_ARG_LINE:
    case HUGH_ARG_LINE2:
      for (int lines = argument == HUGH_ARG_LINE2 ? 2 : 1; lines > 0; lines--) {
        const uint8_t *newline = at < length ? memchr(p + at, '\n', length - at) : NULL;
        if (newline == NULL) return HUGH_UNKNOWN_SIZE;
        at = (size_t)(newline - p) + 1;
      }
      return at;
    default: return width;
  }
}

/* Two lines with a word on each: a module and a name. */
static bool are_words(const uint8_t *p, uint64_t length) {
  for (uint64_t i = 0; i < length; i++) {
    if (p[i] == '\n' ? i == 0 || p[i - 1] == '\n' : p[i] <= ' ' || (p[i] < 'A' && p[i] != '.' && (p[i] < '0' || p[i] > '9'))) return false;
  }
  return true;
}

/* What Python's int() and float() may accept starts with a digit, a sign, white space, or is an infinity or not a number. */
static bool is_number(uint8_t first, bool is_float) {
  return (first != 0 && first <= '9') || (is_float && ((first | 32) == 'i' || (first | 32) == 'n'));
}

uint64_t hugh_pickle_reach(const uint8_t *head, size_t length) {
  uint64_t depth = 0, marks = 0;
  bool global = false;
  for (size_t at = 0; at < length;) {
    uint8_t byte = head[at++];
    opcode op = opcode_of(byte);
    if (!op.known || op.pops > depth || (op.marked && marks == 0)) return 0;
    uint64_t argument = argument_length(op.argument, head + at, length - at);
    if (argument == HUGH_UNKNOWN_SIZE) return 0;
    if (argument > length - at) return hugh_add(at, argument); /* a long text, which may be there to be skipped */
    switch (byte) {
      case '(': marks++; break;
      case '.':                          /* a pickle that calls nothing */
      case 'P':
      case 'Q': return 0;                /* pickle.load refuses both, and so does torch.load at the start of a file */
      case 'I':
      case 'L':
      case 'F':
      case 'g':
        if (!is_number(head[at], byte == 'F')) return 0;
        break;
      case 'p':
        if (depth == 0 || !is_number(head[at], false)) return 0;
        break;
      case 'q':
      case 'r':                          /* there is nothing to remember yet */
        if (depth == 0) return 0;
        break;
      case 'c':
        if (!are_words(head + at, argument)) return 0;
        global = true;
        break;
      case 'i':                          /* names a class and calls it */
        return are_words(head + at, argument) ? length : 0;
      case 'R':
      case 'o':
      case 'b':
      case 0x81:
      case 0x92:
        if (global) return length;
        break;
      case 0x82:
      case 0x83:
      case 0x84:
      case 0x93: global = true; break;
      default: break;
    }
    if (op.marked) {
      marks--;
      depth = UINT32_MAX; /* it took all values down to the mark; any number may be left */
    }
    depth = depth - op.pops + op.pushes;
    at += (size_t)argument;
  }
  return global ? length : 0;
}
