/*
** The set of storages that a torch pickle names.
*/
#include "pickle.h"

typedef struct storage {
  hugh_text key;
  uint64_t items, bytes;
  struct storage *next; /* in order; the last one points to itself */
} storage;

struct hugh_storages {
  const hugh_scan *scan;
  storage *slots; /* open addressing; in the arena, the old ones stay behind */
  size_t size, count;
  storage *first, *last; /* of those in order */
};

hugh_storages *hugh_storages_new(hugh_scan *scan) {
  hugh_storages *set = hugh_arena_alloc(scan, sizeof *set);
  if (set != NULL) set->scan = scan;
  return set;
}

static storage *slot_of(const hugh_scan *scan, storage *slots, size_t size, hugh_text key) {
  size_t at = (size_t)hugh_hash(scan, key.data, key.length) & (size - 1);
  while (slots[at].key.data != NULL && !hugh_text_equal(slots[at].key, key)) at = (at + 1) & (size - 1);
  return &slots[at];
}

void hugh_storages_add(hugh_scan *scan, hugh_storages *set, hugh_text key, uint64_t items, uint64_t bytes) {
  if (set->count * 2 >= set->size) {
    size_t size = set->size == 0 ? 64 : set->size * 2;
    storage *slots = hugh_arena_alloc(scan, size * sizeof *slots);
    if (slots == NULL) return;
    for (size_t i = 0; i < set->size; i++) {
      if (set->slots[i].key.data != NULL) *slot_of(scan, slots, size, set->slots[i].key) = set->slots[i];
    }
    set->slots = slots;
    set->size = size;
  }
  storage *slot = slot_of(scan, set->slots, set->size, key);
  if (slot->key.data != NULL) return; /* torch, too, makes it as it is named first */
  set->count++;
  *slot = (storage){key, items, bytes, NULL};
}

bool hugh_storages_has(const hugh_storages *set, hugh_text key) {
  return set->size > 0 && slot_of(set->scan, set->slots, set->size, key)->key.data != NULL;
}

bool hugh_storages_order(hugh_storages *set, hugh_text key) {
  storage *slot = set->size > 0 ? slot_of(set->scan, set->slots, set->size, key) : NULL;
  if (slot == NULL || slot->key.data == NULL || slot->next != NULL) return false;
  slot->next = slot;
  if (set->last != NULL) set->last->next = slot;
  else set->first = slot;
  set->last = slot;
  return true;
}

bool hugh_storages_take(hugh_storages *set, hugh_text *key, uint64_t *items, uint64_t *bytes) {
  const storage *slot = set->first;
  if (slot == NULL) return false;
  *key = slot->key;
  *items = slot->items;
  *bytes = slot->bytes;
  set->first = slot->next != slot ? slot->next : NULL;
  return true;
}

size_t hugh_storages_count(const hugh_storages *set) { return set->count; }

uint64_t hugh_storages_bytes(const hugh_storages *set) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < set->size; i++) {
    if (set->slots[i].key.data != NULL) bytes = hugh_add(bytes, set->slots[i].bytes);
  }
  return bytes;
}
