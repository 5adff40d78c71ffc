/*
** A sort that stops in between: heap sort, in place, and n log n whatever the input.
*/
#include "core.h"

#define SIFT_WORK 128 /* some twenty places of a large array */

typedef struct array {
  char *items;
  size_t size;
  hugh_before *before;
} array;

static char *at(const array *a, size_t index) { return a->items + index * a->size; }

static void swap(const array *a, size_t i, size_t j) {
  char item[HUGH_SORT_SIZE];
  memcpy(item, at(a, i), a->size);
  memcpy(at(a, i), at(a, j), a->size);
  memcpy(at(a, j), item, a->size);
}

/* Lets the item at `root` sink to its place among the first `count`. */
static void sift(const array *a, size_t root, size_t count) {
  for (size_t child; (child = root * 2 + 1) < count; root = child) {
    if (child + 1 < count && a->before(at(a, child), at(a, child + 1))) child++;
    if (!a->before(at(a, root), at(a, child))) return;
    swap(a, root, child);
  }
}

bool hugh_sort(hugh_scan *scan, void *items, size_t count, size_t size, hugh_before *before, size_t *done) {
  const array a = {items, size, before};
  size_t half = count / 2;
  while (*done + 1 < half + count) {
    if (*done < half) {
      sift(&a, half - 1 - *done, count);
    } else {
      size_t last = half + count - 1 - *done;
      swap(&a, 0, last);
      sift(&a, 0, last);
    }
    ++*done;
    if (hugh_work(scan, SIFT_WORK)) return false;
  }
  return true;
}
