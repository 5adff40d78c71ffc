/*
** MessagePack, as Flax writes it: maps of names to arrays, which are extensions. Values are counted, not nested: a map of n pairs owes 2n
** values more, so the walk needs no stack. It is data if every type exists, every extension is one of Flax's, and nothing follows.
*/
#include "../core.h"

typedef struct state {
  uint64_t at, owed;
  bool started;
} state;

static hugh_next broken(hugh_scan *scan, hugh_task *task, const char *why) {
  state *st = task->state;
  hugh_find(scan, task, HUGH_FOUND_MSGPACK_BROKEN, st->at, "this is not MessagePack as Flax writes it: %s", why);
  return HUGH_DONE;
}

/* What follows the first byte. */
typedef struct shape {
  uint8_t width;   /* of a length that is written out */
  uint64_t length; /* of the value, if it is fixed */
  uint64_t owed;   /* values inside */
  bool extension, array, map; /* extension: a type comes behind the length; array, map: the length counts values, or pairs */
  bool bad;
} shape;

static shape shape_of(uint8_t byte) {
  if (byte < 0x80 || byte >= 0xe0) return (shape){0};
  if (byte < 0x90) return (shape){.owed = (uint64_t)(byte & 15) * 2};
  if (byte < 0xa0) return (shape){.owed = byte & 15};
  if (byte < 0xc0) return (shape){.length = byte & 31};
  switch (byte) {
    case 0xc1: return (shape){.bad = true};
    case 0xc4: case 0xc5: case 0xc6: return (shape){.width = (uint8_t)(1 << (byte - 0xc4))};
    case 0xc7: case 0xc8: case 0xc9: return (shape){.width = (uint8_t)(1 << (byte - 0xc7)), .extension = true};
    case 0xca: return (shape){.length = 4};
    case 0xcb: return (shape){.length = 8};
    case 0xcc: case 0xcd: case 0xce: case 0xcf: return (shape){.length = (uint64_t)1 << (byte - 0xcc)};
    case 0xd0: case 0xd1: case 0xd2: case 0xd3: return (shape){.length = (uint64_t)1 << (byte - 0xd0)};
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return (shape){.length = (uint64_t)1 << (byte - 0xd4), .extension = true};
    case 0xd9: case 0xda: case 0xdb: return (shape){.width = (uint8_t)(1 << (byte - 0xd9))};
    case 0xdc: case 0xdd: return (shape){.width = (uint8_t)(2 << (byte - 0xdc)), .array = true};
    case 0xde: case 0xdf: return (shape){.width = (uint8_t)(2 << (byte - 0xde)), .map = true};
    default: return (shape){0}; /* nil, false, true */
  }
}

static hugh_next value(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, st->at, 6, &length); /* the first byte, a length of four, the extension's type */
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : broken(scan, task, "it ends in the middle");
  shape it = shape_of(p[0]);
  if (it.bad) return broken(scan, task, "a value has a type that does not exist");
  size_t head = (size_t)1 + it.width + (it.extension ? 1 : 0);
  if (length < head) return broken(scan, task, "it ends in the middle");
  uint64_t count = it.length;
  if (it.width > 0) count = it.width == 1 ? p[1] : it.width == 2 ? hugh_be16(p + 1) : hugh_be32(p + 1);
  if (it.array || it.map) {
    it.owed = it.map ? count * 2 : count;
    count = 0;
  }
  if (it.extension && (p[head - 1] < 1 || p[head - 1] > 3)) return broken(scan, task, "an extension is none of Flax's");
  uint64_t end = hugh_add(st->at + head, count);
  hugh_got there = hugh_view_reaches(scan, task->view, end);
  if (there != HUGH_GOT) return there == HUGH_NEED ? HUGH_WANT : broken(scan, task, "a value is longer than the file");
  st->at = end;
  st->owed = hugh_add(st->owed - 1, it.owed);
  return HUGH_AGAIN;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  if (!st->started) st->owed = 1;
  st->started = true;
  while (st->owed > 0) {
    hugh_next next = value(scan, task);
    if (next != HUGH_AGAIN) return next;
    if (hugh_work(scan, 4)) return HUGH_AGAIN;
  }
  hugh_got more = hugh_view_reaches(scan, task->view, st->at + 1);
  if (more == HUGH_NEED) return HUGH_WANT;
  return more == HUGH_GOT ? broken(scan, task, "bytes follow the value") : HUGH_DONE;
}

const hugh_parser hugh_parser_msgpack = {"msgpack", sizeof(state), step, NULL};
