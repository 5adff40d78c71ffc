/*
** Memory of a scan: counted blocks, an arena for what the report keeps, growing lists.
*/
#include <stdlib.h>

#include "scan.h"

#define CHUNK_SIZE ((size_t)8 * 1024)

void *hugh_raw_resize(hugh_scan *scan, void *block, size_t old, size_t size) {
  void *result = scan->allocator.resize(scan->allocator.context, block, old, size);
  if (size > 0 && result == NULL) {
    scan->failed = true;
    return NULL;
  }
  scan->kept += size;
  scan->kept -= old;
  return result;
}

bool hugh_may_keep(hugh_scan *scan, size_t more) {
  if (hugh_add(scan->kept, more) <= scan->options.limits.kept) return true;
  if (!scan->out_of_room) {
    hugh_find(scan, scan->top, HUGH_FOUND_SCAN_BUDGET, HUGH_NO_OFFSET,
              "this needs more memory than the %llu bytes a scan may keep; what lies behind was not read",
              (unsigned long long)scan->options.limits.kept);
  }
  scan->out_of_room = true;
  scan->report.complete = false;
  return false;
}

void *hugh_resize(hugh_scan *scan, void *block, size_t old, size_t size) {
  if (size > old && !hugh_may_keep(scan, size - old)) return NULL;
  return hugh_raw_resize(scan, block, old, size);
}

static hugh_chunk *chunk_new(hugh_scan *scan, size_t size) {
  hugh_chunk *chunk = hugh_raw_resize(scan, NULL, 0, sizeof *chunk + size);
  if (chunk != NULL) *chunk = (hugh_chunk){.size = size};
  return chunk;
}

void *hugh_arena_alloc(hugh_scan *scan, size_t size) {
  hugh_arena *arena = &scan->arena;
  if (size > SIZE_MAX / 2) return NULL;
  size = (size + 15) & ~(size_t)15;
  if (arena->last == NULL || arena->last->size - arena->last->used < size) {
    hugh_chunk *chunk = chunk_new(scan, size > CHUNK_SIZE / 4 ? size + CHUNK_SIZE : CHUNK_SIZE);
    if (chunk == NULL) return NULL;
    if (arena->last == NULL) arena->first = chunk;
    else arena->last->next = chunk;
    arena->last = chunk;
  }
  void *result = (char *)arena->last->bytes + arena->last->used;
  arena->last->used += size;
  return memset(result, 0, size);
}

hugh_text hugh_arena_copy(hugh_scan *scan, const void *data, size_t length) {
  char *copy = length < SIZE_MAX ? hugh_arena_alloc(scan, length + 1) : NULL;
  if (copy == NULL) return (hugh_text){"", 0};
  if (length > 0) memcpy(copy, data, length);
  return (hugh_text){copy, length};
}

void hugh_arena_reset(hugh_scan *scan, bool free_all) {
  hugh_chunk *chunk = scan->arena.first;
  if (chunk != NULL && !free_all && chunk->size == CHUNK_SIZE) {
    hugh_chunk *kept = chunk;
    chunk = kept->next;
    kept->next = NULL;
    kept->used = 0;
    scan->arena.last = kept;
  } else {
    scan->arena = (hugh_arena){0};
  }
  while (chunk != NULL) {
    hugh_chunk *next = chunk->next;
    hugh_raw_resize(scan, chunk, sizeof *chunk + chunk->size, 0);
    chunk = next;
  }
}

void *hugh_list_add(hugh_scan *scan, hugh_list *list, size_t size) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
    void *items = hugh_raw_resize(scan, list->items, list->capacity * size, capacity * size);
    if (items == NULL) return NULL;
    list->items = items;
    list->capacity = capacity;
  }
  return memset((char *)list->items + size * list->count++, 0, size);
}

void hugh_list_free(hugh_scan *scan, hugh_list *list, size_t size) {
  if (list->items != NULL) hugh_raw_resize(scan, list->items, list->capacity * size, 0);
  *list = (hugh_list){0};
}
