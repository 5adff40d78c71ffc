/*
** numpy.dtype: its state is believed. Flags that deny an object make an array whose raw bytes are pointers, and so does a field that lies
** beyond its item. What a dtype that was given a state holds is kept behind its first argument: whether objects, and its size.
*/
#include "machine.h"

/* Flags of a type: its items are counted, pickled as a list, pointers; set to NULL before use. */
#define ITEM_COUNTED    0x01
#define ITEM_LISTED     0x02
#define ITEM_IS_POINTER 0x04
#define ITEM_CLEARED    0x08

typedef struct type {
  bool objects;
  bool sized;    /* the state gives the size */
  bool built;    /* a state was set */
  uint64_t size; /* of an item */
} type;

/* 'f8', '<U10', 'V16', 'O': as dtypes are pickled. */
static bool parse(hugh_text text, type *out) {
  size_t at = text.length > 0 && memchr("<>|=", text.data[0], 4) != NULL ? 1 : 0;
  if (at == text.length || memchr("?biufcmMSaUVO", text.data[at], 13) == NULL) return false;
  char kind = text.data[at++];
  uint64_t size = 0;
  bool digits = at < text.length;
  for (; at < text.length; at++) {
    if (text.data[at] < '0' || text.data[at] > '9') return false;
    size = hugh_add(hugh_mul(size, 10), (uint64_t)(text.data[at] - '0'));
  }
  if (!digits && kind != '?' && kind != 'O') return false;
  *out = (type){.objects = kind == 'O', .sized = kind == 'S' || kind == 'a' || kind == 'U' || kind == 'V'};
  out->size = kind == 'O' ? 8 : kind == '?' ? 1 : kind == 'U' ? hugh_mul(size, 4) : size;
  return true;
}

bool hugh_is_structure(hugh_machine *m, hugh_value value) {
  const hugh_named *named = hugh_tag_of(value) == HUGH_TAG_GLOBAL ? hugh_named_of(m, value) : NULL;
  return named != NULL && named->judgement.class == HUGH_GLOBAL_SAFE && (hugh_text_is(named->name, "record") || hugh_text_is(named->name, "void")) &&
         hugh_text_starts(named->module, "numpy");
}

/* HUGH_END: it is not known. */
static hugh_got read_type(hugh_machine *m, hugh_value dtype, type *out) {
  const hugh_named *named = hugh_tag_of(dtype) == HUGH_TAG_CALL ? hugh_named_of(m, dtype) : NULL;
  uint64_t node = hugh_node_of(dtype), count;
  size_t kept;
  hugh_text text;
  if (named == NULL || named->judgement.check != HUGH_CHECK_DTYPE_OBJECT || !hugh_node_size(m, node, &count, &kept) || kept == 0) return HUGH_END;
  hugh_value first = hugh_node_item(m, node, 0);
  if (hugh_is_structure(m, first)) {
    *out = (type){.sized = true, .size = UINT64_MAX};
  } else {
    hugh_got got = hugh_tag_of(first) == HUGH_TAG_MADE ? HUGH_END : hugh_value_text(m, first, &text);
    if (got != HUGH_GOT) return got;
    if (!parse(text, out)) return HUGH_END;
  }
  if (kept == 3) {
    out->built = true;
    out->objects = hugh_tag_of(hugh_node_item(m, node, 1)) == HUGH_TAG_TRUE;
    out->size = (uint64_t)hugh_int_of(hugh_node_item(m, node, 2));
  }
  return HUGH_GOT;
}

static bool dimension(hugh_value value, uint64_t *size) {
  if (hugh_tag_of(value) != HUGH_TAG_INT || hugh_int_of(value) < 0) return false;
  *size = hugh_mul(*size, (uint64_t)hugh_int_of(value));
  return true;
}

/* (base, shape): many of one type. */
static hugh_got read_array(hugh_machine *m, hugh_value value, type *out) {
  uint64_t count;
  size_t kept;
  if (hugh_tag_of(value) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(value), &count, &kept) || kept != 2) return HUGH_END;
  hugh_value shape = hugh_node_item(m, hugh_node_of(value), 1);
  hugh_got got = read_type(m, hugh_node_item(m, hugh_node_of(value), 0), out);
  if (got != HUGH_GOT) return got;
  if (hugh_tag_of(shape) != HUGH_TAG_TUPLE) return dimension(shape, &out->size) ? HUGH_GOT : HUGH_END;
  if (!hugh_node_size(m, hugh_node_of(shape), &count, &kept) || kept != count) return HUGH_END;
  for (size_t i = 0; i < kept; i++) {
    if (!dimension(hugh_node_item(m, hugh_node_of(shape), i), &out->size)) return HUGH_END;
  }
  return HUGH_GOT;
}

/* {name: (dtype, offset, …)}: all of them within `size`. */
static hugh_got read_fields(hugh_machine *m, hugh_value fields, uint64_t size, bool *objects) {
  uint64_t count;
  size_t kept, parts;
  if (hugh_tag_of(fields) != HUGH_TAG_DICT || !hugh_node_size(m, hugh_node_of(fields), &count, &kept) || kept != count) return HUGH_END;
  for (size_t i = 1; i < kept; i += 2) {
    hugh_value field = hugh_node_item(m, hugh_node_of(fields), i);
    type held;
    if (hugh_tag_of(field) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(field), &count, &parts) || parts < 2) return HUGH_END;
    hugh_value offset = hugh_node_item(m, hugh_node_of(field), 1);
    hugh_got got = read_type(m, hugh_node_item(m, hugh_node_of(field), 0), &held);
    if (got != HUGH_GOT) return got;
    if (hugh_tag_of(offset) != HUGH_TAG_INT || hugh_int_of(offset) < 0 || hugh_add((uint64_t)hugh_int_of(offset), held.size) > size) return HUGH_END;
    *objects = *objects || held.objects;
  }
  return HUGH_GOT;
}

/* (version, order, subtype, names, fields, size, alignment, flags[, metadata]) */
hugh_got hugh_check_dtype(hugh_machine *m, hugh_value dtype, hugh_value state, bool *fine, hugh_value learned[2]) {
  uint64_t count, node = hugh_node_of(state);
  size_t kept;
  type self, array;
  *fine = false;
  hugh_got got = read_type(m, dtype, &self);
  if (got != HUGH_GOT) return got;
  if (self.built || hugh_tag_of(state) != HUGH_TAG_TUPLE || !hugh_node_size(m, node, &count, &kept) || kept != count || count < 8) return HUGH_GOT;
  hugh_value subtype = hugh_node_item(m, node, 2), fields = hugh_node_item(m, node, 4), size = hugh_node_item(m, node, 5);
  hugh_value flags = hugh_node_item(m, node, 7);
  if (hugh_tag_of(flags) != HUGH_TAG_INT || hugh_tag_of(size) != HUGH_TAG_INT) return HUGH_GOT;
  if (self.sized) {
    if (hugh_int_of(size) < 0 || (self.size != UINT64_MAX && self.size != (uint64_t)hugh_int_of(size))) return HUGH_GOT;
    self.size = (uint64_t)hugh_int_of(size);
  }
  if (hugh_tag_of(subtype) != HUGH_TAG_NONE) {
    if ((got = read_array(m, subtype, &array)) != HUGH_GOT) return got;
    if (array.size != self.size) return HUGH_GOT;
    self.objects = self.objects || array.objects;
  }
  if (hugh_tag_of(fields) != HUGH_TAG_NONE && (got = read_fields(m, fields, self.size, &self.objects)) != HUGH_GOT) return got;
  int64_t bits = hugh_int_of(flags);
  int64_t must = ITEM_COUNTED | ITEM_LISTED | ITEM_CLEARED, never = ITEM_COUNTED | ITEM_LISTED | ITEM_IS_POINTER;
  *fine = self.objects ? (bits & must) == must : (bits & never) == 0;
  learned[0] = hugh_value_of(self.objects ? HUGH_TAG_TRUE : HUGH_TAG_FALSE);
  learned[1] = hugh_value_int((int64_t)self.size);
  return HUGH_GOT;
}
