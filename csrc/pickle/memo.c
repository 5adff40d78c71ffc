/*
** The memo: an array by index, and a small hash table for indices that are far apart, so that PUT 4294967295 costs one entry.
*/
#include "machine.h"

#define FLAT_SLACK ((uint64_t)1024)

static size_t sparse_slot(const hugh_scan *scan, const hugh_value *slots, size_t size, uint64_t key) {
  size_t at = (size_t)hugh_hash(scan, &key, sizeof key) & (size - 1);
  while (slots[2 * at] != 0 && slots[2 * at] != key) at = (at + 1) & (size - 1);
  return 2 * at;
}

/* Where the value of a sparse index is, or would be; NULL: there is no table. */
static hugh_value *sparse_find(const hugh_machine *machine, uint64_t index) {
  if (machine->sparse_size == 0) return NULL;
  size_t at = sparse_slot(machine->scan, machine->sparse, machine->sparse_size, index + 1);
  return machine->sparse[at] != 0 ? &machine->sparse[at + 1] : NULL;
}

static bool sparse_put(hugh_machine *machine, uint64_t index, hugh_value value) {
  if (machine->sparse_count * 2 >= machine->sparse_size) {
    size_t size = machine->sparse_size == 0 ? 64 : machine->sparse_size * 2;
    hugh_value *slots = hugh_resize(machine->scan, NULL, 0, size * 2 * sizeof *slots);
    if (slots == NULL) return false;
    memset(slots, 0, size * 2 * sizeof *slots);
    for (size_t i = 0; i < machine->sparse_size; i++) {
      if (machine->sparse[2 * i] == 0) continue;
      size_t at = sparse_slot(machine->scan, slots, size, machine->sparse[2 * i]);
      slots[at] = machine->sparse[2 * i];
      slots[at + 1] = machine->sparse[2 * i + 1];
    }
    if (machine->sparse != NULL) {
      hugh_resize(machine->scan, machine->sparse, machine->sparse_size * 2 * sizeof *slots, 0);
    }
    machine->sparse = slots;
    machine->sparse_size = size;
  }
  size_t at = sparse_slot(machine->scan, machine->sparse, machine->sparse_size, index + 1);
  machine->sparse[at] = index + 1;
  machine->sparse[at + 1] = value;
  machine->sparse_count++;
  return true;
}

/* Doubles while small; grows by a sixteenth when that is megabytes: fresh pages cost more than moving. */
static bool flat_grow(hugh_machine *machine, uint64_t index) {
  size_t size = machine->memo_size;
  size = size < ((size_t)1 << 19) ? size * 2 : size + size / 16;
  if (size < 64) size = 64;
  if (size <= index) size = (size_t)index + 64;
  hugh_value *grown = hugh_resize(machine->scan, machine->memo, machine->memo_size * sizeof *grown, size * sizeof *grown);
  if (grown == NULL) return false;
  memset(grown + machine->memo_size, 0, (size - machine->memo_size) * sizeof *grown);
  machine->memo = grown;
  machine->memo_size = size;
  return true;
}

bool hugh_memo_put(hugh_machine *machine, uint64_t index, hugh_value value) {
  if (machine->sparse_count > 0) {
    hugh_value *place = sparse_find(machine, index);
    if (place != NULL) {
      *place = value;
      return true;
    }
  }
  if (index < machine->memo_size || (index <= hugh_add(hugh_mul(machine->memo_count, 2), FLAT_SLACK) && !machine->memo_full &&
                                     flat_grow(machine, index))) {
    if (machine->memo[index] == 0) machine->memo_count++;
    machine->memo[index] = value;
    return true;
  }
  machine->memo_count++;
  if (!machine->memo_full && sparse_put(machine, index, value)) return true;
  if (!machine->memo_full) {
    hugh_incomplete(machine->scan, machine->task, machine->at, "a pickle remembers more values than a scan may keep");
  }
  machine->memo_full = true;
  return !hugh_scan_failed(machine->scan);
}

hugh_value hugh_memo_get(const hugh_machine *machine, uint64_t index) {
  if (index < machine->memo_size && machine->memo[index] != 0) return machine->memo[index];
  const hugh_value *place = sparse_find(machine, index);
  if (place != NULL) return *place;
  return machine->memo_full ? hugh_value_of(HUGH_TAG_OPAQUE) : 0;
}

/*
** As int() and PyLong_FromString read it: spaces, sign, underscores. pickle.py takes numbers of any size: what goes beyond 64 bits is hashed,
** so that nobody can write two that fall together here and are apart there.
*/
bool hugh_memo_index(const hugh_machine *machine, const uint8_t *p, const uint8_t *end, uint64_t *index, bool *plain) {
  const uint8_t *start = p;
  uint64_t number = 0;
  bool wide = false, digits = false, negative = false;
  while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) p++;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  for (; p < end; p++) {
    if (*p >= '0' && *p <= '9') {
      digits = true;
      wide = wide || number > (UINT64_MAX - 9) / 10;
      number = (wide ? hugh_hash(machine->scan, &number, sizeof number) : number * 10) + (uint64_t)(*p - '0');
    } else if (*p != '_' || !digits) {
      break;
    }
  }
  if (!digits || (negative && (number != 0 || wide))) return false;
  const uint8_t *stop = p;
  while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) p++;
  if (p < end && *p != '\0') return false;
  *plain = stop == end && *start >= '0' && *start <= '9' && !wide;
  *index = number;
  return true;
}

/* For the next stream. Only what was used is cleared: many tiny streams must not cost a large memo each. */
void hugh_memo_clear(hugh_machine *machine) {
  if (machine->memo_count > 0 && machine->memo_size > 0) memset(machine->memo, 0, machine->memo_size * sizeof *machine->memo);
  if (machine->memo_size > 512 && machine->memo_count < machine->memo_size / 8) {
    hugh_resize(machine->scan, machine->memo, machine->memo_size * sizeof *machine->memo, 0);
    machine->memo = NULL;
    machine->memo_size = 0;
  }
  if (machine->sparse != NULL) {
    hugh_resize(machine->scan, machine->sparse, machine->sparse_size * 2 * sizeof *machine->sparse, 0);
    machine->sparse = NULL;
    machine->sparse_size = machine->sparse_count = 0;
  }
  machine->memo_count = 0;
  machine->memo_full = false;
}
