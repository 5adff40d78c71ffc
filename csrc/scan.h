/*
** The inside of a scan, for scan.c, memory.c, view.c and report.c only. Parsers see core.h.
*/
#ifndef HUGH_SCAN_H
#define HUGH_SCAN_H

#include "core.h"

/* A bump allocator of chunks; a reset keeps the first chunk for the next source. */
typedef struct hugh_chunk {
  struct hugh_chunk *next;
  size_t size, used;
  max_align_t bytes[];
} hugh_chunk;

typedef struct hugh_arena {
  hugh_chunk *first, *last;
} hugh_arena;

/* A growing array of `count` things. */
typedef struct hugh_list {
  void *items;
  size_t count, capacity;
} hugh_list;

/* A copy of bytes that a parser went back for. */
typedef struct hugh_kept {
  uint8_t *data;
  uint64_t offset;
  size_t length, capacity;
} hugh_kept;
#define HUGH_KEPT 4

/*
** What the host has fed: one borrowed extent, a copy of what had to be joined from several feeds, and copies of the last places that were
** gone back to: an opcode may need its own bytes and those of a text far behind it, and must find both.
*/
typedef struct hugh_window {
  const uint8_t *data;
  uint64_t offset;
  size_t length;
  uint8_t *carry;
  uint64_t carry_offset;
  size_t carry_length, carry_capacity;
  hugh_kept kept[HUGH_KEPT];
  size_t kept_next;
  uint64_t reached; /* the end of what was fed so far */
  uint64_t barren;  /* there are no bytes from here on: as the host says, or because no source is that long */
} hugh_window;

/* A buffer of hugh_show. */
typedef struct hugh_shown {
  char *data;
  size_t size;
} hugh_shown;
#define HUGH_SHOWN 8

struct hugh_scan {
  hugh_allocator allocator;
  hugh_options options; /* limits resolved, name in the arena */
  hugh_arena arena;
  uint64_t secret[2];   /* of hugh_hash */
  uint64_t kept;        /* bytes now allocated, against limits.kept */
  bool failed, done;

  hugh_window window;
  hugh_want want;
  bool wanting;

  hugh_view **views;    /* a stack; what a step makes dies with the child it pushes (see hugh_task_push) */
  size_t view_count, view_made, view_capacity;
  hugh_task *top;
  size_t step_views;    /* view_count when the running step began */
  size_t work;          /* left in this slice */

  hugh_list findings, globals, notes, lines;
  hugh_severity mildest;  /* no finding is milder, once there are as many as are kept */
  uint32_t *global_slots; /* open addressing: index + 1 into globals */
  size_t global_slot_count;
  hugh_shown shown[HUGH_SHOWN];
  size_t shown_next;
  hugh_text last_member;
  const char *reasons[16]; /* reasons for an incomplete report already given */
  size_t reason_count;
  bool out_of_room;     /* a finding says that limits.kept was reached */
  hugh_report report;
};

/* hash.c */
void hugh_hash_seed(hugh_scan *);

/* memory.c */
void hugh_arena_reset(hugh_scan *, bool free_all);
/* Room for one more item of `size` bytes, zeroed; NULL when there is no memory. */
void *hugh_list_add(hugh_scan *, hugh_list *, size_t size);
void hugh_list_free(hugh_scan *, hugh_list *, size_t size);
void *hugh_raw_resize(hugh_scan *, void *block, size_t old, size_t size); /* not held to limits.kept */

/* view.c */
bool hugh_views_open(hugh_scan *);                 /* makes the root view */
void hugh_views_rewind(hugh_scan *, size_t count); /* closes the views made after the first `count` */
void hugh_views_free(hugh_scan *);

/* report.c */
void hugh_report_reset(hugh_scan *);
void hugh_report_finish(hugh_scan *);
void hugh_report_free(hugh_scan *);

#endif
