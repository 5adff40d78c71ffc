/*
** Which class the JSON objects around a place name: in two members, module and class, that come in either order.
*/
#ifndef HUGH_FORMAT_OBJECTS_H
#define HUGH_FORMAT_OBJECTS_H

#include "../core.h"

#define HUGH_NAME_MOST 128 /* longer than any real import path; of a longer one the start is kept, which is on no list */

typedef struct hugh_object {
  bool reported;
  uint8_t module_length, class_length;
  char module[HUGH_NAME_MOST], class[HUGH_NAME_MOST];
} hugh_object;

typedef struct hugh_objects {
  hugh_object *by_depth;
  size_t count;
} hugh_objects;

/* The object whose members are read at that depth, NULL when there is no memory. A new one is made empty by its reader. */
hugh_object *hugh_objects_at(hugh_scan *, hugh_objects *, size_t depth);
void hugh_objects_close(hugh_scan *, hugh_objects *);

void hugh_object_set_module(hugh_object *, hugh_text);
void hugh_object_set_class(hugh_object *, hugh_text);

static inline hugh_text hugh_object_module(const hugh_object *object) { return (hugh_text){object->module, object->module_length}; }
static inline hugh_text hugh_object_class(const hugh_object *object) { return (hugh_text){object->class, object->class_length}; }

#endif
