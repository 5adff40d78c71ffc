/*
** joblib writes the bytes of an array right behind the opcodes that describe it: where they end is computed from the description.
*/
#include "machine.h"

#define OUTER_MOST 16

bool hugh_is_array_wrapper(const hugh_named *named) {
  return hugh_text_is(named->name, "NumpyArrayWrapper") &&
         (hugh_text_is(named->module, "joblib.numpy_pickle") || hugh_text_is(named->module, "sklearn.externals.joblib.numpy_pickle"));
}

/* Bytes of an item of a dtype such as 'f8', 'U10' or 'V16'; 0 for objects, UINT64_MAX if it cannot be told. */
static uint64_t item_size(hugh_text type) {
  uint64_t size = 0;
  size_t at = 0;
  while (at < type.length && (type.data[at] == '<' || type.data[at] == '>' || type.data[at] == '|' || type.data[at] == '=')) at++;
  if (at == type.length) return UINT64_MAX;
  char kind = type.data[at++];
  if (kind == 'O') return 0;
  if (at == type.length && kind != '?') return UINT64_MAX;
  for (; at < type.length; at++) {
    if (type.data[at] < '0' || type.data[at] > '9') return UINT64_MAX;
    size = hugh_add(hugh_mul(size, 10), (uint64_t)(type.data[at] - '0'));
  }
  return kind == '?' ? 1 : kind == 'U' ? hugh_mul(size, 4) : size == 0 ? UINT64_MAX : size;
}

hugh_got hugh_array_layout(hugh_machine *m, hugh_value state, hugh_raw *raw, uint64_t *size) {
  uint64_t count, dimensions;
  size_t kept, known;
  hugh_value shape = 0, dtype = 0, alignment = 0;
  *raw = HUGH_RAW_NONE;
  if (hugh_tag_of(state) != HUGH_TAG_DICT || !hugh_node_size(m, hugh_node_of(state), &count, &kept) || kept != count) return HUGH_GOT;
  for (size_t i = 0; i + 1 < kept; i += 2) {
    hugh_text key;
    hugh_value value = hugh_node_item(m, hugh_node_of(state), i + 1);
    hugh_got got = hugh_value_text(m, hugh_node_item(m, hugh_node_of(state), i), &key);
    if (got == HUGH_NEED) return got;
    if (hugh_text_is(key, "shape")) shape = value;
    else if (hugh_text_is(key, "dtype")) dtype = value;
    else if (hugh_text_is(key, "numpy_array_alignment_bytes")) alignment = value;
  }
  hugh_text type;
  if (hugh_tag_of(dtype) != HUGH_TAG_CALL || !hugh_node_size(m, hugh_node_of(dtype), &count, &kept) || kept == 0) return HUGH_GOT;
  hugh_got got = hugh_value_text(m, hugh_node_item(m, hugh_node_of(dtype), 0), &type);
  if (got != HUGH_GOT) return got == HUGH_NEED ? got : HUGH_GOT;
  uint64_t bytes = item_size(type);
  if (bytes == 0) {
    *raw = HUGH_RAW_PICKLE;
    return HUGH_GOT;
  }
  if (hugh_tag_of(shape) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(shape), &dimensions, &known) || known != dimensions) return HUGH_GOT;
  for (size_t i = 0; i < known; i++) {
    hugh_value dimension = hugh_node_item(m, hugh_node_of(shape), i);
    if (hugh_tag_of(dimension) != HUGH_TAG_INT || hugh_int_of(dimension) < 0) return HUGH_GOT;
    bytes = hugh_mul(bytes, (uint64_t)hugh_int_of(dimension));
  }
  *size = bytes;
  if (bytes != UINT64_MAX) *raw = alignment != 0 && hugh_tag_of(alignment) != HUGH_TAG_NONE ? HUGH_RAW_ALIGNED : HUGH_RAW_BYTES;
  return HUGH_GOT;
}

bool hugh_outer_enter(hugh_machine *m, uint64_t at) {
  hugh_outer *outer = m->outer_count < OUTER_MOST ? hugh_resize(m->scan, NULL, 0, sizeof *outer) : NULL;
  if (outer == NULL) return false;
  *outer = (hugh_outer){m->outer,     m->stack,       m->memo,         m->sparse,     m->marks, m->depth,     m->stack_size, m->mark_count, m->mark_size,
                        m->memo_size, m->sparse_size, m->sparse_count, m->memo_count, m->at,    m->frame_end, m->memo_full,  m->proto};
  m->at = at;
  m->frame_end = HUGH_NO_OFFSET;
  m->behind = 0;
  m->outer = outer;
  m->outer_count++;
  m->stack = m->memo = m->sparse = NULL;
  m->marks = NULL;
  m->depth = m->stack_size = m->mark_count = m->mark_size = m->memo_size = m->sparse_size = m->sparse_count = 0;
  m->memo_count = 0;
  m->memo_full = false;
  m->proto = 0;
  return true;
}

static void release(hugh_machine *m, void *block, size_t size) {
  if (block != NULL) hugh_resize(m->scan, block, size, 0);
}

void hugh_outer_leave(hugh_machine *m) {
  hugh_outer *outer = m->outer;
  release(m, m->stack, m->stack_size * sizeof *m->stack);
  release(m, m->marks, m->mark_size * sizeof *m->marks);
  release(m, m->memo, m->memo_size * sizeof *m->memo);
  release(m, m->sparse, m->sparse_size * 2 * sizeof *m->sparse);
  m->stack = outer->stack;
  m->memo = outer->memo;
  m->sparse = outer->sparse;
  m->marks = outer->marks;
  m->depth = outer->depth;
  m->stack_size = outer->stack_size;
  m->mark_count = outer->mark_count;
  m->mark_size = outer->mark_size;
  m->memo_size = outer->memo_size;
  m->sparse_size = outer->sparse_size;
  m->sparse_count = outer->sparse_count;
  m->memo_count = outer->memo_count;
  m->memo_full = outer->memo_full;
  m->proto = outer->proto;
  m->frame_end = outer->frame_end;
  m->behind = m->at;
  if (m->frame_end != HUGH_NO_OFFSET) m->at = outer->at;
  m->outer = outer->next;
  m->outer_count--;
  hugh_resize(m->scan, outer, sizeof *outer, 0);
}

void hugh_outer_drop(hugh_machine *m) {
  while (m->outer != NULL) hugh_outer_leave(m);
}
