/*
** The ring of recent nodes: what tuples, lists, dicts and calls hold. A node is named by the number of words that were ever written before
** it, so a name is never used twice and tells whether the ring still holds what it names.
*/
#include "machine.h"

#define RING_FIRST ((size_t)256)
#define RING_MOST  ((size_t)128 * 1024)

/* Words of a node before its items: counts, the node that continues it, the last node of that chain. */
#define HEAD_WORDS 3

/* The first word: how many items there are, the marks of the node, how many of them it keeps. */
#define COUNT_BIT 9
#define MARK_BIT  7
#define KEPT      ((hugh_value)127)

static hugh_value *word(const hugh_machine *machine, uint64_t at) { return &machine->ring[at & (machine->ring_size - 1)]; }

static bool grow(hugh_machine *machine, size_t words) {
  while (!machine->ring_full && machine->ring_head + words > machine->ring_size && machine->ring_size < RING_MOST) {
    size_t size = machine->ring_size == 0 ? RING_FIRST : machine->ring_size * 2;
    hugh_value *grown = hugh_resize(machine->scan, machine->ring, machine->ring_size * sizeof *grown, size * sizeof *grown);
    if (grown == NULL) {
      machine->ring_full = true;
      break;
    }
    machine->ring = grown;
    machine->ring_size = size;
    if (machine->ring_head == 0) machine->ring_head = 1; /* 0 names no node */
  }
  return machine->ring_size >= words;
}

uint64_t hugh_node_add(hugh_machine *machine, const hugh_value *items, size_t count) {
  size_t kept = count < HUGH_NODE_ITEMS ? count : HUGH_NODE_ITEMS;
  if (machine->ring_size < RING_MOST && !grow(machine, HEAD_WORDS + kept + 1)) return 0;
  uint64_t node = machine->ring_head;
  size_t left = machine->ring_size - (node & (machine->ring_size - 1));
  if (left < HEAD_WORDS + kept) node += left; /* in one piece */
  hugh_value *place = word(machine, node);
  place[0] = (uint64_t)count << COUNT_BIT | kept;
  place[1] = place[2] = 0;
  for (size_t i = 0; i < kept; i++) place[HEAD_WORDS + i] = items[i];
  machine->ring_head = node + HEAD_WORDS + kept;
  return node;
}

bool hugh_node_alive(const hugh_machine *machine, uint64_t node) {
  return node != 0 && node < machine->ring_head && machine->ring_head - node <= machine->ring_size;
}

unsigned hugh_node_marks(const hugh_machine *machine, uint64_t node) {
  return hugh_node_alive(machine, node) ? *word(machine, node) >> MARK_BIT & 3 : 0;
}

void hugh_node_mark(hugh_machine *machine, uint64_t node, unsigned mark) {
  if (!hugh_node_alive(machine, node)) return;
  *word(machine, node) |= (hugh_value)mark << MARK_BIT;
  machine->marked = true;
}

void hugh_node_extend(hugh_machine *machine, uint64_t node, const hugh_value *items, size_t count) {
  if (count == 0 || !hugh_node_alive(machine, node)) return;
  uint64_t old = *word(machine, node) >> COUNT_BIT;
  if (old >= HUGH_NODE_ITEMS) {
    *word(machine, node) += (uint64_t)count << COUNT_BIT;
    return;
  }
  uint64_t more = hugh_node_add(machine, items, count);
  if (more == 0 || !hugh_node_alive(machine, node)) return;
  uint64_t last = *word(machine, node + 2);
  if (last == 0) last = node;
  if (hugh_node_alive(machine, last)) *word(machine, last + 1) = more;
  *word(machine, node + 2) = more;
  *word(machine, node) += (uint64_t)count << COUNT_BIT;
}

bool hugh_node_size(const hugh_machine *machine, uint64_t node, uint64_t *count, size_t *kept) {
  *count = 0;
  *kept = 0;
  if (!hugh_node_alive(machine, node)) return false;
  *count = *word(machine, node) >> COUNT_BIT;
  for (uint64_t at = node; at != 0; at = *word(machine, at + 1)) {
    if (!hugh_node_alive(machine, at)) break;
    *kept += (size_t)(*word(machine, at) & KEPT);
  }
  return true;
}

hugh_value hugh_node_item(const hugh_machine *machine, uint64_t node, size_t index) {
  for (uint64_t at = node; at != 0 && hugh_node_alive(machine, at); at = *word(machine, at + 1)) {
    size_t kept = (size_t)(*word(machine, at) & KEPT);
    if (index < kept) return word(machine, at)[HEAD_WORDS + index];
    index -= kept;
  }
  return hugh_value_of(HUGH_TAG_OPAQUE);
}
