/*
** Bytes that a pickle hands to a loader: scanned as a source of their own.
*/
#include <stdio.h>

#include "machine.h"

#define GLANCE_MOST ((size_t)256)
#define TAR_MAGIC_END 262

static hugh_seen *slot_of(const hugh_machine *m, hugh_seen *slots, size_t size, uint64_t key) {
  size_t at = (size_t)hugh_hash(m->scan, &key, sizeof key) & (size - 1);
  while (slots[at].key != 0 && slots[at].key != key) at = (at + 1) & (size - 1);
  return &slots[at];
}

/* What is known of a value that was scanned for such a loader before; NULL: it was not. */
static const hugh_seen *seen_before(const hugh_machine *m, uint64_t key) {
  const hugh_seen *slot = m->seen_size > 0 ? slot_of(m, m->seen, m->seen_size, key) : NULL;
  return slot != NULL && slot->key == key ? slot : NULL;
}

static void remember(hugh_machine *m, hugh_seen seen) {
  if (m->seen_count * 2 >= m->seen_size) {
    size_t size = m->seen_size == 0 ? 16 : m->seen_size * 2;
    hugh_seen *slots = hugh_resize(m->scan, NULL, 0, size * sizeof *slots);
    if (slots == NULL) return;
    memset(slots, 0, size * sizeof *slots);
    for (size_t i = 0; i < m->seen_size; i++) {
      if (m->seen[i].key != 0) *slot_of(m, slots, size, m->seen[i].key) = m->seen[i];
    }
    if (m->seen != NULL) hugh_resize(m->scan, m->seen, m->seen_size * sizeof *slots, 0);
    m->seen = slots;
    m->seen_size = size;
  }
  *slot_of(m, m->seen, m->seen_size, seen.key) = seen;
  m->seen_count++;
}

/* _codecs.encode(text, 'latin1'): how Python 3 writes bytes for Python 2. The text, or 0. */
static hugh_got latin1_text(hugh_machine *m, hugh_value value, hugh_value *text) {
  const hugh_named *named = hugh_tag_of(value) == HUGH_TAG_CALL ? hugh_named_of(m, value) : NULL;
  uint64_t count;
  size_t kept;
  hugh_text codec;
  *text = 0;
  if (named == NULL || named->judgement.check != HUGH_CHECK_CODECS_ENCODE || !hugh_node_size(m, hugh_node_of(value), &count, &kept) || kept != 2) {
    return HUGH_GOT;
  }
  hugh_got got = hugh_value_text(m, hugh_node_item(m, hugh_node_of(value), 1), &codec);
  if (got == HUGH_GOT && (hugh_text_is(codec, "latin1") || hugh_text_is(codec, "latin-1"))) *text = hugh_node_item(m, hugh_node_of(value), 0);
  return got;
}

/* What a loader that is handed `value` reads, NULL if it is no bytes; `exact`: whatever happens to the value, it reads just that. */
static hugh_got bytes_of(hugh_machine *m, hugh_value value, hugh_view **view, bool *exact) {
  uint64_t from, length;
  hugh_value encoded;
  hugh_text text;
  size_t there;
  *view = NULL;
  if (latin1_text(m, value, &encoded) == HUGH_NEED) return HUGH_NEED;
  if (encoded != 0) value = encoded;
  hugh_got got = hugh_value_extent(m, value, &from, &length);
  if (got == HUGH_NEED) return got;
  if (got == HUGH_GOT) {
    const uint8_t *opcode = hugh_view_get(m->scan, m->texts, hugh_offset_of(value), 1, 1, &there);
    if (opcode == NULL && m->texts->got == HUGH_NEED) return HUGH_NEED;
    *exact = opcode != NULL && *opcode != 0x96; /* a bytearray can be changed before it is loaded */
    *view = length > 0 ? hugh_view_slice(m->scan, m->texts, from, length) : NULL;
  } else if ((got = hugh_value_text(m, value, &text)) == HUGH_NEED) {
    return got;
  } else if (got == HUGH_GOT) {
    *exact = hugh_tag_of(value) != HUGH_TAG_MADE && text.length < HUGH_TEXT_MOST;
    *view = hugh_view_memory(m->scan, text.data, text.length);
  }
  if (encoded != 0 && *view != NULL) *view = hugh_view_decode(m->scan, *view, &hugh_decode_latin1, NULL);
  return HUGH_GOT;
}

/* How torch.load reads them: as an archive, or as pickles behind its magic number. */
static hugh_got torch_layout(hugh_machine *m, hugh_view *view, bool *archive, bool *magic) {
  size_t there;
  const uint8_t *head = hugh_view_upto(m->scan, view, 0, TAR_MAGIC_END, &there);
  if (head == NULL && view->got == HUGH_NEED) return HUGH_NEED;
  *archive = head != NULL && (HUGH_STARTS(head, there, "PK\3\4") || (there == TAR_MAGIC_END && memcmp(head + 257, "ustar", 5) == 0));
  *magic = head != NULL && HUGH_STARTS(head, there, "\x80\x02\x8a\x0al\xfc\x9c" "F\xf9 j\xa8P\x19.");
  return HUGH_GOT;
}

hugh_got hugh_look_inside(hugh_machine *m, const hugh_named *named, hugh_value arguments, hugh_inside *inside) {
  bool torch = hugh_text_is(named->module, "torch.storage") && hugh_text_is(named->name, "_load_from_bytes");
  uint64_t count;
  size_t kept;
  *inside = (hugh_inside){.view = NULL};
  if (hugh_tag_of(arguments) != HUGH_TAG_TUPLE || !hugh_node_size(m, hugh_node_of(arguments), &count, &kept)) return HUGH_GOT;
  for (size_t i = 0; i < kept && i < 2 && inside->view == NULL; i++) {
    hugh_value value = hugh_node_item(m, hugh_node_of(arguments), i);
    bool exact = false, archive = false, magic = false;
    inside->key = (value << 1 | (hugh_value)torch) + 1;
    const hugh_seen *seen = seen_before(m, inside->key); /* loading the same bytes again and again costs one look and one scan */
    if (seen != NULL) {
      inside->whole = seen->fits && count == 1;
      return HUGH_GOT;
    }
    if (bytes_of(m, value, &inside->view, &exact) == HUGH_NEED) return HUGH_NEED;
    if (inside->view == NULL) continue;
    if (torch && torch_layout(m, inside->view, &archive, &magic) == HUGH_NEED) return HUGH_NEED;
    inside->value = value;
    inside->torch = torch && !archive;
    inside->fits = torch && exact && (archive || magic);
    inside->whole = inside->fits && count == 1;
  }
  return HUGH_GOT;
}

void hugh_push_inside(hugh_machine *m, uint64_t offset, const hugh_inside *inside) {
  char name[64];
  if (inside->view == NULL) return;
  remember(m, (hugh_seen){inside->key, inside->fits});
  (void)snprintf(name, sizeof name, "bytes@%llu.pkl", (unsigned long long)offset);
  hugh_text member = hugh_arena_copy(m->scan, name, strlen(name)), text;
  if (hugh_value_text(m, inside->value, &text) == HUGH_GOT && text.length > 0 && (uint8_t)text.data[0] == 0x80) m->pickles_loaded++;
  m->pushed = true;
  if (inside->torch) hugh_task_push_as(m->scan, m->task, inside->view, member, HUGH_KIND_TORCH_LEGACY);
  else hugh_task_push(m->scan, m->task, inside->view, member);
}

/* Bytes that are a pickle themselves: worth a word even if nothing loads them. `head` is as much of them as is at hand. */
void hugh_note_bytes(hugh_machine *m, uint64_t offset, const uint8_t *head, size_t length, uint64_t size) {
  if (m->flavour != HUGH_FLAVOUR_MEMORY || m->resync_start) return;
  if (length > size) length = (size_t)size;
  if (length > GLANCE_MOST) length = GLANCE_MOST;
  if (length < 2 || head[1] > 5 || !hugh_pickle_glance(head, length, size)) return;
  if (m->pickles_carried++ == 0) m->carried_at = offset;
}
