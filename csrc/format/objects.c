#include "objects.h"

#include <string.h>

#define GROWTH 16

hugh_object *hugh_objects_at(hugh_scan *scan, hugh_objects *objects, size_t depth) {
  if (depth >= objects->count) {
    size_t count = depth + GROWTH;
    hugh_object *grown = hugh_resize(scan, objects->by_depth, objects->count * sizeof *grown, count * sizeof *grown);
    if (grown == NULL) return NULL;
    memset(grown + objects->count, 0, (count - objects->count) * sizeof *grown);
    objects->by_depth = grown;
    objects->count = count;
  }
  return &objects->by_depth[depth];
}

void hugh_objects_close(hugh_scan *scan, hugh_objects *objects) {
  hugh_resize(scan, objects->by_depth, objects->count * sizeof *objects->by_depth, 0);
}

static uint8_t keep(char *room, hugh_text text) {
  uint8_t length = (uint8_t)(text.length < HUGH_NAME_MOST ? text.length : HUGH_NAME_MOST);
  if (length > 0) memcpy(room, text.data, length);
  return length;
}

void hugh_object_set_module(hugh_object *object, hugh_text text) { object->module_length = keep(object->module, text); }
void hugh_object_set_class(hugh_object *object, hugh_text text) { object->class_length = keep(object->class, text); }
