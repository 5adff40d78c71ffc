/*
** The machine: runs the opcodes of one stream over spans of the input. Every opcode either happens in full or not at all, so that a step
** which needs more bytes can be repeated. Where pickle machines would raise on real objects it goes on: it may see more than they do.
*/
#include "machine.h"
#include "stream.h"

#define SPAN_MOST  ((size_t)64 * 1024)
#define STACK_FIRST ((size_t)64)
#define LINE_MOST  ((size_t)256 * 1024) /* of a line that has to be at hand as a whole */
#define RESYNC_SPAN ((size_t)4 * 1024)  /* after an error every byte may begin an opcode: lines that are no lines must not be long */

static bool grow_stack(hugh_machine *m) {
  size_t size = m->stack_size == 0 ? STACK_FIRST : m->stack_size < ((size_t)1 << 18) ? m->stack_size * 2 : m->stack_size + m->stack_size / 4;
  hugh_value *grown = hugh_resize(m->scan, m->stack, m->stack_size * sizeof *grown, size * sizeof *grown);
  if (grown == NULL) return false;
  m->stack = grown;
  m->stack_size = size;
  return true;
}

static bool grow_marks(hugh_machine *m) {
  size_t size = m->mark_size == 0 ? STACK_FIRST : m->mark_size * 2;
  uint32_t *grown = hugh_resize(m->scan, m->marks, m->mark_size * sizeof *grown, size * sizeof *grown);
  if (grown == NULL) return false;
  m->marks = grown;
  m->mark_size = size;
  return true;
}

static hugh_end fail(hugh_machine *m, uint64_t offset, uint64_t resume, const char *why) {
  if (m->error == NULL) {
    m->error = why;
    m->error_at = offset;
  }
  m->at = resume;
  return HUGH_STREAM_ERROR;
}

static bool parse_index(hugh_machine *m, uint64_t offset, const uint8_t *p, const uint8_t *end, uint64_t *index) {
  bool plain;
  if (!hugh_memo_index(m, p, end, index, &plain)) return false;
  if (!plain) hugh_machine_diverge(m, offset, false, "a memo index is written in a way that not every unpickler accepts");
  return true;
}

#define EACH_BYTE(c) ((uint64_t)(c) * 0x0101010101010101u)

/* Is this how a number is usually written? Eight bytes from '+' to '9' at a time, the rest one by one. */
static bool plain_number(const uint8_t *p, const uint8_t *end) {
  static const bool usual[256] = {['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true,
                                  ['7'] = true, ['8'] = true, ['9'] = true, ['-'] = true, ['+'] = true, ['.'] = true, ['e'] = true,
                                  ['L'] = true, ['n'] = true, ['a'] = true, ['i'] = true, ['f'] = true};
  bool plain = p < end;
  for (; end - p >= 8; p += 8) {
    uint64_t word = hugh_le64(p);
    uint64_t above = word | (word + EACH_BYTE(0x80 - '9' - 1)), below = ~((word | EACH_BYTE(0x80)) - EACH_BYTE('+'));
    if (((above | below) & EACH_BYTE(0x80)) != 0) break;
  }
  for (; p < end; p++) plain = plain && usual[*p];
  return plain;
}

static hugh_value text_number(hugh_machine *m, uint64_t offset, const uint8_t *p, const uint8_t *end) {
  if (!plain_number(p, end)) {
    hugh_machine_diverge(m, offset, false, "a number is written in a way that not every unpickler accepts");
    return hugh_value_at(HUGH_TAG_NUMBER, offset);
  }
  const uint8_t *start = p;
  int64_t number = 0;
  bool negative = *p == '-';
  if (negative) p++;
  if (p == end || end - p > 14) return hugh_value_at(HUGH_TAG_NUMBER, offset);
  for (; p < end && *p >= '0' && *p <= '9'; p++) number = number * 10 + (*p - '0');
  if (p < end && !(*p == 'L' && p + 1 == end && p > start)) return hugh_value_at(HUGH_TAG_NUMBER, offset);
  return hugh_value_int(negative ? -number : number);
}

/* GLOBAL and INST whose lines the end of the input cuts: pickle.py drops the last byte of each and resolves the rest. */
static void cut_global(hugh_machine *m, const uint8_t *p, size_t length) {
  if (length == 0 || (*p != 'c' && *p != 'i')) return;
  hugh_text module = {(const char *)p + 1, length - 1}, name = {"", 0};
  const char *newline = memchr(module.data, '\n', module.length);
  if (newline != NULL) {
    name = (hugh_text){newline + 1, (size_t)((const char *)p + length - newline) - 1};
    module.length = (size_t)(newline - module.data);
    if (name.length > 0) name.length--;
  } else if (module.length > 0) {
    module.length--;
  }
  hugh_machine_diverge(m, m->at, false, "the input ends inside the name of a global");
  size_t index = hugh_machine_name(m, m->at, module, name);
  if (*p == 'i' && m->mark_count > 0 && index > 0) {
    if (m->named[index].calls++ == 0) m->named[index].call_offset = m->at;
    m->named[index].global->called = true;
  }
}

static hugh_value read_long(uint64_t offset, const uint8_t *p, size_t length) {
  if (length > 6) return hugh_value_at(HUGH_TAG_NUMBER, offset);
  uint64_t number = 0;
  for (size_t i = 0; i < length; i++) number |= (uint64_t)p[i] << (8 * i);
  if (length > 0 && (p[length - 1] & 0x80) != 0) number |= ~(uint64_t)0 << (8 * length);
  return hugh_value_int((int64_t)number);
}

/* Lines are short: eight bytes at a time find their end sooner than memchr is set up. */
static inline const uint8_t *find_newline(const uint8_t *p, const uint8_t *end) {
  for (int round = 0; round < 8 && end - p >= 8; round++, p += 8) {
    uint64_t word = hugh_le64(p) ^ EACH_BYTE(0x0a), zero = (word - EACH_BYTE(0x01)) & ~word & EACH_BYTE(0x80);
    if (zero == 0) continue;
    while (*p != '\n') p++;
    return p;
  }
  return p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
}

/* The end of a line of at most 15 digits, and their number; NULL if the line is something else or not there. */
static inline const uint8_t *digits_line(const uint8_t *p, const uint8_t *end, uint64_t *number) {
  const uint8_t *start = p, *near = end - p > 15 ? p + 15 : end;
  uint64_t value = 0;
  for (; p < near && (uint8_t)(*p - '0') <= 9; p++) value = value * 10 + (uint64_t)(*p - '0');
  *number = value;
  return p > start && p < end && *p == '\n' ? p : NULL;
}

/* Moves line_at to the end of the line of the string at `at`: HUGH_END if the frame or the input ends first. */
static hugh_got find_line_end(hugh_machine *m) {
  while (m->line_at < m->frame_end) {
    size_t length;
    const uint8_t *p = hugh_view_get(m->scan, m->view, m->line_at, 1, HUGH_READ, &length);
    if (p == NULL) return m->view->got;
    if (length > m->frame_end - m->line_at) length = (size_t)(m->frame_end - m->line_at);
    const uint8_t *newline = memchr(p, '\n', length);
    if (newline != NULL) {
      m->line_at += (uint64_t)(newline - p);
      return HUGH_GOT;
    }
    m->line_at += length;
    if (hugh_work(m->scan, length / 16)) return HUGH_NEED;
  }
  return HUGH_END;
}

#define OFFSET(q)    (span_at + (uint64_t)((q) - span))
#define HERE()       OFFSET(p)
#define HAVE(n)      do { if ((size_t)(end - p) < (size_t)(n)) { need = (n); goto refill; } } while (0)
#define PUSH(v)      (*sp++ = (v))
#define LEAST(n)     do { if (sp - fence < (n)) goto underflow; } while (0)
#define FENCE()      (m->stack + (m->mark_count > 0 ? m->marks[m->mark_count - 1] : 0))
#define SAVE()       (m->depth = (size_t)(sp - m->stack))
#define POP_MARK()   do { \
    if (m->mark_count == 0) goto no_mark; \
    mark = m->stack + m->marks[--m->mark_count]; \
    fence = FENCE(); \
  } while (0)
#define LINE(from, newline) do { \
    newline = find_newline(from, end); \
    if (newline == NULL) goto long_line; \
  } while (0)
/* A string whose bytes are `skip` behind the opcode. */
#define COUNTED(tag, width, count) do { \
    HAVE(1 + (width)); \
    uint64_t size_ = (count); \
    PUSH(hugh_value_at(tag, HERE())); \
    if (size_ <= (size_t)(end - p) - 1 - (width)) { p += 1 + (width) + size_; break; } \
    skip = 1 + (width); \
    skip_size = size_; \
    goto skip_payload; \
  } while (0)
#define BYTES(width, count) do { \
    if (end - p > 1 + (width) && p[1 + (width)] == 0x80) { \
      hugh_note_bytes(m, HERE(), p + 1 + (width), (size_t)(end - p) - 1 - (width), count); \
    } \
    COUNTED(HUGH_TAG_BYTES, width, count); \
  } while (0)

hugh_end hugh_machine_run(hugh_machine *m) {
  if (m->stack == NULL && !grow_stack(m)) return HUGH_STREAM_FULL;
  hugh_scan *scan = m->scan;
  hugh_value *sp = m->stack + m->depth, *fence = FENCE(), *mark;
  const uint8_t *span = NULL, *p = NULL, *end = NULL, *newline, *second;
  uint64_t span_at = m->at, index, skip = 0, skip_size = 0;
  size_t need = m->min > 0 ? m->min : 1, counted = 0;
  bool last = false; /* the input ends with this span */
  hugh_value value;
  hugh_got got;

reload:
  m->min = need;
  if (m->line_at > 0) {
    SAVE();
    if ((got = find_line_end(m)) == HUGH_NEED) return HUGH_STREAM_WANT;
    uint64_t line_end = m->line_at;
    m->line_at = 0;
    if (got == HUGH_END) {
      if (line_end < m->view->size) goto too_long;
      goto truncated;
    }
    PUSH(hugh_value_at(HUGH_TAG_STRING, m->at));
    m->at = line_end + 1;
    counted++;
  }
  {
    size_t length = 0;
    if (m->frame_end != HUGH_NO_OFFSET && m->at >= m->frame_end) {
      m->frame_end = HUGH_NO_OFFSET;
      if (m->behind > m->at) m->at = m->behind;
      m->behind = 0;
    }
    span = hugh_view_get(scan, m->view, m->at, need, HUGH_READ, &length);
    last = false;
    if (span == NULL && m->view->got == HUGH_END) {
      span = hugh_view_upto(scan, m->view, m->at, need, &length);
      last = true;
    }
    if (span == NULL) {
      SAVE();
      if (m->view->got == HUGH_NEED) return HUGH_STREAM_WANT;
      if (m->at != m->skip_to || m->at <= m->view->size) return HUGH_STREAM_END;
      m->at = m->skip_from;
      goto truncated;
    }
    size_t most = m->resync_start ? RESYNC_SPAN : SPAN_MOST;
    if (most < need) most = need;
    if (length > most) {
      length = most;
      last = false;
    }
    if (m->frame_end != HUGH_NO_OFFSET && length > m->frame_end - m->at) {
      if (need > m->frame_end - m->at) {
        if (m->flavour == HUGH_FLAVOUR_MEMORY) {
          hugh_machine_diverge(m, m->at, true, "an opcode straddles the end of its frame");
        } else {
          SAVE();
          return HUGH_STREAM_CUT;
        }
      } else {
        length = (size_t)(m->frame_end - m->at);
        last = false;
      }
    }
    p = span;
    end = span + length;
    span_at = m->at;
    need = 1;
  }

  while (p < end) {
    if (sp == m->stack + m->stack_size) {
      SAVE();
      if (!grow_stack(m)) {
        m->at = HERE();
        return HUGH_STREAM_FULL;
      }
      sp = m->stack + m->depth;
      fence = FENCE();
    }
    counted++;
    switch (*p) {
      /* ------------------------------------------------- plain values */
      case 'N': PUSH(hugh_value_of(HUGH_TAG_NONE)); p++; break;
      case 0x88: PUSH(hugh_value_of(HUGH_TAG_TRUE)); p++; break;
      case 0x89: PUSH(hugh_value_of(HUGH_TAG_FALSE)); p++; break;
      case 'K': HAVE(2); PUSH(hugh_value_int(p[1])); p += 2; break;
      case 'M': HAVE(3); PUSH(hugh_value_int(hugh_le16(p + 1))); p += 3; break;
      case 'J': HAVE(5); PUSH(hugh_value_int((int32_t)hugh_le32(p + 1))); p += 5; break;
      case 'G': HAVE(9); PUSH(hugh_value_at(HUGH_TAG_NUMBER, HERE())); p += 9; break;
      case 'I':
        if (p + 1 < end && p[1] != '0' && (newline = digits_line(p + 1, end, &index)) != NULL && index < (uint64_t)1 << 47) {
          PUSH(hugh_value_int((int64_t)index));
          p = newline + 1;
          break;
        }
        LINE(p + 1, newline);
        if (newline - p == 3 && p[1] == '0' && (p[2] == '0' || p[2] == '1')) PUSH(hugh_value_of(p[2] == '1' ? HUGH_TAG_TRUE : HUGH_TAG_FALSE));
        else PUSH(text_number(m, HERE(), p + 1, newline));
        p = newline + 1;
        break;
      case 'F':
        LINE(p + 1, newline);
        if (!plain_number(p + 1, newline)) hugh_machine_diverge(m, HERE(), false, "a number is written in a way that not every unpickler accepts");
        PUSH(hugh_value_at(HUGH_TAG_NUMBER, HERE()));
        p = newline + 1;
        break;
      case 'L':
        LINE(p + 1, newline);
        PUSH(text_number(m, HERE(), p + 1, newline));
        p = newline + 1;
        break;
      case 0x8a:
        HAVE(2);
        HAVE(2 + (size_t)p[1]);
        PUSH(read_long(HERE(), p + 2, p[1]));
        p += 2 + p[1];
        break;
      case 0x8b: {
        HAVE(5);
        uint32_t size = hugh_le32(p + 1);
        if (size > INT32_MAX) goto bad_long;
        COUNTED(HUGH_TAG_NUMBER, 4, size);
        break;
      }

      /* ------------------------------------------------------ strings */
      case 'S':
      case 'V':
        LINE(p + 1, newline);
        PUSH(hugh_value_at(HUGH_TAG_STRING, HERE()));
        p = newline + 1;
        break;
      case 0x8c:
      case 'U': COUNTED(HUGH_TAG_STRING, 1, p[1]); break;
      case 'X':
      case 'T': COUNTED(HUGH_TAG_STRING, 4, hugh_le32(p + 1)); break;
      case 0x8d: COUNTED(HUGH_TAG_STRING, 8, hugh_le64(p + 1)); break;
      case 'C': BYTES(1, p[1]); break;
      case 'B': BYTES(4, hugh_le32(p + 1)); break;
      case 0x8e:
      case 0x96: BYTES(8, hugh_le64(p + 1)); break;
      case 0x97: PUSH(hugh_value_of(HUGH_TAG_OPAQUE)); p++; break;
      case 0x98: LEAST(1); p++; break;

      /* --------------------------------------------------- containers */
      case '(':
        if (m->mark_count == m->mark_size && !grow_marks(m)) {
          SAVE();
          m->at = HERE();
          return HUGH_STREAM_FULL;
        }
        m->marks[m->mark_count++] = (uint32_t)(sp - m->stack);
        fence = sp;
        p++;
        break;
      case ')': PUSH(hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, NULL, 0))); p++; break;
      case 0x85: LEAST(1); sp[-1] = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, sp - 1, 1)); p++; break;
      case 0x86:
        LEAST(2);
        value = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, sp - 2, 2));
        sp -= 2;
        PUSH(value);
        p++;
        break;
      case 0x87:
        LEAST(3);
        value = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, sp - 3, 3));
        sp -= 3;
        PUSH(value);
        p++;
        break;
      case 't': value = HUGH_TAG_TUPLE; goto from_mark;
      case 'l': value = HUGH_TAG_LIST; goto from_mark;
      case 'd': value = HUGH_TAG_DICT; goto from_mark;
      case 0x91: value = HUGH_TAG_SET; goto from_mark;
      from_mark:
        POP_MARK();
        if (value == HUGH_TAG_DICT && hugh_items_matter(m, mark, (size_t)(sp - mark))) goto items;
        value = hugh_value_node((hugh_tag)value, hugh_node_add(m, mark, (size_t)(sp - mark)));
        sp = mark;
        PUSH(value);
        p++;
        break;
      case ']': PUSH(hugh_value_node(HUGH_TAG_LIST, hugh_node_add(m, NULL, 0))); p++; break;
      case '}': PUSH(hugh_value_node(HUGH_TAG_DICT, hugh_node_add(m, NULL, 0))); p++; break;
      case 0x8f: PUSH(hugh_value_node(HUGH_TAG_SET, hugh_node_add(m, NULL, 0))); p++; break;
      case 'a':
        LEAST(2);
        mark = sp - 1;
        if (hugh_tag_of(sp[-2]) != HUGH_TAG_LIST) goto items;
        goto extend;
      case 's':
        LEAST(3);
        mark = sp - 2;
        if (hugh_tag_of(sp[-3]) != HUGH_TAG_DICT || hugh_items_matter(m, mark, 2)) goto items;
        goto extend;
      case 'e': value = HUGH_TAG_LIST; goto to_mark;
      case 'u': value = HUGH_TAG_DICT; goto to_mark;
      case 0x90: value = HUGH_TAG_SET; goto to_mark;
      to_mark:
        POP_MARK();
        if (mark <= fence) goto underflow;
        if (hugh_tag_of(mark[-1]) != (hugh_tag)value) goto items;
        if (value == HUGH_TAG_DICT && hugh_items_matter(m, mark, (size_t)(sp - mark))) goto items;
      extend:
        if (m->marked) hugh_check_late(m, HERE(), mark[-1], mark, (size_t)(sp - mark));
        hugh_node_extend(m, hugh_node_of(mark[-1]), mark, (size_t)(sp - mark));
        sp = mark;
        p++;
        break;
      items: { /* that may be more than data: everything stays where it is until they are known */
        uint8_t code = *p;
        bool marked = code != 's' && code != 'a';
        value = code == 'd' ? hugh_value_of(HUGH_TAG_DICT) : mark[-1];
        m->mark_count += marked;
        SAVE();
        m->at = HERE();
        skip = 1;
        if (hugh_machine_items(m, m->at, code, value, mark, (size_t)(sp - mark)) == HUGH_NEED) return HUGH_STREAM_WANT;
        m->mark_count -= marked;
        if (code == 'd') value = hugh_value_node(HUGH_TAG_DICT, hugh_node_add(m, mark, (size_t)(sp - mark)));
        sp = mark;
        if (code == 'd') PUSH(value);
        goto resume;
      }

      /* ------------------------------------------------ stack and memo */
      case '0':
        if (sp > fence) {
          sp--;
        } else {
          POP_MARK();
          sp = mark;
        }
        p++;
        break;
      case '1': POP_MARK(); sp = mark; p++; break;
      case '2': LEAST(1); value = sp[-1]; PUSH(value); p++; break;
      case 'q':
        HAVE(2);
        LEAST(1);
        index = p[1];
        p += 2;
        goto put;
      case 'r':
        HAVE(5);
        LEAST(1);
        index = hugh_le32(p + 1);
        p += 5;
        goto put;
      case 0x94:
        LEAST(1);
        index = m->memo_count;
        p++;
      put:
        if (index < m->memo_size) {
          m->memo_count += m->memo[index] == 0;
          m->memo[index] = sp[-1];
        } else if (!hugh_memo_put(m, index, sp[-1])) {
          SAVE();
          m->at = HERE();
          return HUGH_STREAM_FULL;
        }
        break;
      case 'p':
        if ((newline = digits_line(p + 1, end, &index)) != NULL) {
          LEAST(1);
          p = newline + 1;
          goto put;
        }
        LINE(p + 1, newline);
        LEAST(1);
        if (!parse_index(m, HERE(), p + 1, newline, &index)) goto bad_index;
        p = newline + 1;
        goto put;
      case 'h': HAVE(2); index = p[1]; skip = 2; goto get;
      case 'j': HAVE(5); index = hugh_le32(p + 1); skip = 5; goto get;
      case 'g':
        if ((newline = digits_line(p + 1, end, &index)) == NULL) {
          LINE(p + 1, newline);
          if (!parse_index(m, HERE(), p + 1, newline, &index)) goto bad_index;
        }
        skip = (uint64_t)(newline - p) + 1;
      get:
        value = index < m->memo_size ? m->memo[index] : 0;
        if (value == 0 && (value = hugh_memo_get(m, index)) == 0) goto no_memo;
        PUSH(value);
        p += skip;
        break;

      /* ------------------------------------------------------- globals */
      case 'c':
        LINE(p + 1, newline);
        LINE(newline + 1, second);
        if (newline == p + 1 || second == newline + 1) hugh_machine_diverge(m, HERE(), false, "the name of a global is empty");
        index = hugh_machine_name(m, HERE(), (hugh_text){(const char *)p + 1, (size_t)(newline - p) - 1},
                                  (hugh_text){(const char *)newline + 1, (size_t)(second - newline) - 1});
        PUSH(hugh_value_call(HUGH_TAG_GLOBAL, (size_t)index, 0));
        p = second + 1;
        break;
      case 'i':
        LINE(p + 1, newline);
        LINE(newline + 1, second);
        index = hugh_machine_name(m, HERE(), (hugh_text){(const char *)p + 1, (size_t)(newline - p) - 1},
                                  (hugh_text){(const char *)newline + 1, (size_t)(second - newline) - 1});
        if (m->mark_count == 0) {
          hugh_machine_diverge(m, HERE(), false, "INST without a mark");
          goto no_mark;
        }
        SAVE();
        m->at = HERE();
        mark = m->stack + m->marks[m->mark_count - 1];
        value = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, mark, (size_t)(sp - mark)));
        skip = (uint64_t)(second - p) + 1;
        got = hugh_machine_call(m, m->at, HUGH_CALL_OLD, hugh_value_call(HUGH_TAG_GLOBAL, (size_t)index, 0), value, 0, &value);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        m->mark_count--;
        fence = FENCE();
        sp = mark;
        goto called;
      case 0x93:
        LEAST(2);
        SAVE();
        m->at = HERE();
        skip = 1;
        got = hugh_machine_import(m, m->at, sp[-2], sp[-1], &value);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        if (got == HUGH_END) goto not_text;
        sp -= 2;
        goto called;
      case 0x82: HAVE(2); index = p[1]; need = 2; goto extension;
      case 0x83: HAVE(3); index = hugh_le16(p + 1); need = 3; goto extension;
      case 0x84: HAVE(5); index = hugh_le32(p + 1); need = 5; goto extension;
      extension:
        if (m->extensions++ == 0) m->extension_at = HERE();
        PUSH(hugh_value_of(HUGH_TAG_OPAQUE));
        p += need;
        need = 1;
        break;
      case 'P':
        LINE(p + 1, newline);
        SAVE();
        m->at = HERE();
        skip = (uint64_t)(newline - p) + 1;
        got = hugh_machine_persistent(m, m->at, hugh_value_at(HUGH_TAG_STRING, m->at), &value);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        goto called;
      case 'Q':
        LEAST(1);
        SAVE();
        m->at = HERE();
        skip = 1;
        got = hugh_machine_persistent(m, m->at, sp[-1], &value);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        sp--;
        goto called;

      /* --------------------------------------------------------- calls */
      case 'R':
      case 0x81:
        LEAST(2);
        SAVE();
        m->at = HERE();
        skip = 1;
        got = hugh_machine_call(m, m->at, *p == 'R' ? HUGH_CALL_REDUCE : HUGH_CALL_NEW, sp[-2], sp[-1], 0, &value);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        sp -= 2;
        goto called;
      case 0x92:
        LEAST(3);
        SAVE();
        m->at = HERE();
        skip = 1;
        got = hugh_machine_call(m, m->at, HUGH_CALL_NEW, sp[-3], sp[-2], sp[-1], &value);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        sp -= 3;
        goto called;
      case 'o':
        if (m->mark_count == 0) goto no_mark;
        mark = m->stack + m->marks[m->mark_count - 1];
        if (mark == sp) {
          POP_MARK();
          goto underflow;
        }
        SAVE();
        m->at = HERE();
        skip = 1;
        value = hugh_value_node(HUGH_TAG_TUPLE, hugh_node_add(m, mark + 1, (size_t)(sp - mark) - 1));
        got = hugh_machine_call(m, m->at, HUGH_CALL_OLD, mark[0], value, 0, &value);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        m->mark_count--;
        fence = FENCE();
        sp = mark;
        goto called;
      called:
        PUSH(value);
        goto resume;
      case 'b':
        LEAST(2);
        SAVE();
        m->at = HERE();
        skip = 1;
        got = hugh_machine_build(m, m->at, sp[-2], sp[-1]);
        if (got == HUGH_NEED) return HUGH_STREAM_WANT;
        sp--;
        if (m->raw == HUGH_RAW_NONE) goto resume;
        m->at += skip;
        SAVE();
        m->min = 1;
        m->stream_opcodes += counted;
        return hugh_spend_opcodes(scan, m->task, counted) ? HUGH_STREAM_RAW : HUGH_STREAM_FULL;

      /* -------------------------------------------------------- stream */
      case 0x80:
        HAVE(2);
        if (p[1] > 5) goto bad_proto;
        m->proto = p[1];
        if (p[1] > m->highest) m->highest = p[1];
        p += 2;
        break;
      case 0x95: {
        HAVE(9);
        uint64_t size = hugh_le64(p + 1), from = HERE() + 9;
        if (size > INT64_MAX) goto bad_frame;
        if (m->frame_end != HUGH_NO_OFFSET && from < m->frame_end) {
          if (m->flavour == HUGH_FLAVOUR_PURE) goto nested_frame;
          if (m->flavour == HUGH_FLAVOUR_FILE && from + size > m->frame_end) {
            m->at = hugh_machine_keeps(m) ? from : m->frame_end; /* what is left of the old frame is dropped */
            m->frame_end = m->at + size;
          } else {
            uint64_t outer_end = m->frame_end;
            m->at = from;
            hugh_machine_diverge(m, HERE(), true, "a frame begins inside another");
            m->frame_end = from + size > outer_end ? from + size : outer_end;
          }
        } else {
          m->at = from;
          m->frame_end = from + size;
          if (!m->resync && m->flavour == HUGH_FLAVOUR_MEMORY && m->frame_end > m->frame_most) {
            m->frame_most = m->frame_end;
            m->frame_most_at = HERE();
          }
        }
        goto count;
      }
      case '.':
        if (sp > fence) hugh_explain_return(m, HERE(), sp[-1]);
        m->at = HERE() + 1;
        SAVE();
        (void)hugh_work(scan, counted);
        m->stream_opcodes += counted;
        return hugh_spend_opcodes(scan, m->task, counted) ? HUGH_STREAM_STOP : HUGH_STREAM_FULL;

      default: goto bad_opcode;
    }
  }
  m->at = HERE();
  need = 1;
  goto count;

resume: /* an opcode that may have read elsewhere is done */
  m->at += skip;
  SAVE();
  need = 1;
  if (hugh_scan_failed(scan)) return HUGH_STREAM_FULL;
  if (m->pushed) { /* a child runs first */
    m->min = 1;
    m->stream_opcodes += counted;
    (void)hugh_work(scan, counted);
    return hugh_spend_opcodes(scan, m->task, counted) ? HUGH_STREAM_AGAIN : HUGH_STREAM_FULL;
  }
  goto count;

skip_payload: /* the payload of the opcode at p goes beyond this span */
  if (m->frame_end != HUGH_NO_OFFSET && hugh_add(HERE() + skip, skip_size) > m->frame_end && HERE() + skip < m->frame_end) {
    if (m->flavour == HUGH_FLAVOUR_MEMORY) {
      hugh_machine_diverge(m, HERE(), true, "an opcode straddles the end of its frame");
    } else {
      sp--;
      SAVE();
      m->at = HERE();
      return HUGH_STREAM_CUT;
    }
  }
  index = hugh_add(HERE() + skip, skip_size);
  if (m->view->size != HUGH_UNKNOWN_SIZE && index > m->view->size) {
    m->at = HERE();
    need = 1;
    goto truncated;
  }
  m->skip_from = HERE();
  m->at = m->skip_to = index;
  need = 1;

count:
  SAVE();
  m->min = 1;
  m->stream_opcodes += counted;
  if (!hugh_spend_opcodes(scan, m->task, counted)) return HUGH_STREAM_FULL;
  if (hugh_work(scan, counted)) return HUGH_STREAM_AGAIN;
  counted = 0;
  goto reload;

refill:
  counted--;
  m->at = HERE();
  if (last) goto truncated;
  SAVE();
  goto reload;

long_line: {
  counted--;
  m->at = HERE();
  if (last) {
    cut_global(m, p, (size_t)(end - p));
    goto truncated;
  }
  size_t there = (size_t)(end - p), most = m->resync_start ? RESYNC_SPAN : LINE_MOST;
  need = there < 32 ? 64 : there * 2;
  if (need > most && there < most) need = most; /* whether a line is too long must not depend on how much of it was at hand */
  if (m->frame_end != HUGH_NO_OFFSET && need > m->frame_end - m->at) { /* up to the end of the frame, and only then beyond */
    uint64_t left = m->frame_end - m->at;
    need = there < left ? (size_t)left : (size_t)left + 1;
  }
  if (need > most && m->resync_start) goto truncated;
  if (need > most && *p != 'S' && *p != 'V') goto too_long;
  if (need > most) {
    m->line_at = OFFSET(end);
    need = 1;
  }
  SAVE();
  goto reload;
}

too_long:
  hugh_incomplete(scan, m->task, m->at, "a line of a pickle is longer than hugh reads");
  goto truncated;

truncated:
  SAVE();
  return fail(m, m->at, m->at + 1, "the input ends inside an opcode");
underflow:
  SAVE();
  return fail(m, HERE(), HERE() + 1, "the stack is empty where a value is needed");
no_mark:
  SAVE();
  return fail(m, HERE(), HERE() + 1, "there is no mark where one is needed");
bad_index:
  SAVE();
  return fail(m, HERE(), HERE() + 1, "a memo index is no number");
no_memo:
  SAVE();
  return fail(m, HERE(), HERE() + 1, "the memo has no such entry");
not_text:
  SAVE();
  return fail(m, m->at, m->at + 1, "STACK_GLOBAL without two strings");
bad_proto:
  SAVE();
  return fail(m, HERE(), HERE() + 2, "there is no such protocol");
bad_frame:
  SAVE();
  return fail(m, HERE(), HERE() + 9, "a frame is longer than any memory");
nested_frame:
  SAVE();
  return fail(m, HERE(), HERE() + 9, "a frame begins inside another");
bad_long:
  SAVE();
  return fail(m, HERE(), HERE() + 5, "a number has a negative length");
bad_opcode:
  SAVE();
  return fail(m, HERE(), HERE() + 1, "there is no such opcode");
}
