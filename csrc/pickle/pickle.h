/*
** What other parsers may ask of the pickle parser.
*/
#ifndef HUGH_PICKLE_H
#define HUGH_PICKLE_H

#include "../core.h"

/* The storages that a torch pickle names by persistent id, by key, with their sizes in bytes. Lives in the arena. */
typedef struct hugh_storages hugh_storages;

hugh_storages *hugh_storages_new(hugh_scan *);
void hugh_storages_add(hugh_scan *, hugh_storages *, hugh_text key, uint64_t items, uint64_t bytes); /* UINT64_MAX: not known */
/* Whether a storage has this key. */
bool hugh_storages_has(const hugh_storages *, hugh_text key);
size_t hugh_storages_count(const hugh_storages *);
uint64_t hugh_storages_bytes(const hugh_storages *); /* all together; UINT64_MAX if one is not known */
/* Puts a storage behind those that were put in order before. False: there is none with this key, or it has its place. */
bool hugh_storages_order(hugh_storages *, hugh_text key);
/* Takes the first of those in order; false: there is none. */
bool hugh_storages_take(hugh_storages *, hugh_text *key, uint64_t *items, uint64_t *bytes);

/* Pushes a pickle of a torch archive; the storages that it names are added to the set. The caller returns HUGH_AGAIN. */
void hugh_pickle_push_torch(hugh_scan *, hugh_task *, hugh_view *, hugh_text name, hugh_storages *);

/*
** How many bytes a source with this head must have for an unpickler to get as far as calling something: `length`, or more if it first has
** to get through a text that is longer than the head. 0: it would not get there. Few bytes that are something else do.
*/
uint64_t hugh_pickle_reach(const uint8_t *head, size_t length);

/* Whether it would get there in a source of `size` bytes. */
static inline bool hugh_pickle_glance(const uint8_t *head, size_t length, uint64_t size) {
  uint64_t reach = hugh_pickle_reach(head, length);
  return reach > 0 && reach <= size;
}

#endif
