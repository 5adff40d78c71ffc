/*
** torch files from before zip: magic number, protocol, system, the object, the keys of its storages (five pickles), and then the raw
** storages in the order of the keys, each behind its number of items. torch.load stops where that number is not what the object says.
** What follows the storages is scanned as a file of its own.
*/
#include "machine.h"

#define PICKLES 5
#define OPCODE_MOST 300 /* of the pickle of keys */

enum { READ_PICKLES, READ_KEYS, READ_STORAGES, CHECK_TOTAL, READ_REST, STOPPED };

typedef struct legacy_state {
  hugh_machine machine; /* first: the pickle parser's */
  int stage;
  uint64_t at;          /* in the keys; then where a storage begins */
  size_t keys;          /* that name a storage */
  hugh_text key;        /* of the storage at hand, if `taken`, and what the object says of it */
  uint64_t items, bytes;
  bool taken;
} legacy_state;

/* One opcode of the list of keys, as torch has it written; its length, 0 if it is not what torch writes. */
static size_t read_key(legacy_state *state, const uint8_t *p, size_t length) {
  size_t head = 1, text = 0;
  switch (*p) {
    case 0x80: case 'q': case 'h': head = 2; break;
    case 'r': case 'j': head = 5; break;
    case 0x95: head = 9; break;
    case ']': case '(': case 'e': case 'a': case '.': case 0x94: break;
    case 'X': head = 5; text = length >= head ? hugh_le32(p + 1) : 0; break;
    case 'U': case 0x8c: head = 2; text = length >= head ? p[1] : 0; break;
    default: return 0;
  }
  if (length < head || length - head < text) return 0;
  bool is_key = *p == 'X' || *p == 'U' || *p == 0x8c;
  if (is_key && !hugh_storages_order(state->machine.storages, (hugh_text){(const char *)p + head, text})) return 0;
  state->keys += is_key;
  return head + text;
}

static hugh_next read_keys(hugh_scan *scan, hugh_task *task, legacy_state *state) {
  uint64_t end = state->machine.stream_end;
  do {
    uint64_t left = end - state->at;
    if (left == 0) return HUGH_DONE;
    size_t length, hint = left < HUGH_READ ? (size_t)left : HUGH_READ;
    const uint8_t *p = hugh_view_get(scan, task->view, state->at, hint < OPCODE_MOST ? hint : OPCODE_MOST, hint, &length);
    if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
    size_t used = read_key(state, p, length < left ? length : (size_t)left);
    if (used == 0) return HUGH_DONE;
    state->at += used;
  } while (!hugh_work(scan, 16));
  return HUGH_AGAIN;
}

/* The lengths are not looked at where reads are expensive. */
static hugh_next read_storages(hugh_scan *scan, hugh_task *task, legacy_state *state) {
  do {
    if (!state->taken && !hugh_storages_take(state->machine.storages, &state->key, &state->items, &state->bytes)) return HUGH_DONE;
    state->taken = true;
    if (!hugh_scan_options(scan)->sparse) {
      size_t length;
      const uint8_t *p = hugh_view_get(scan, task->view, state->at, 8, 8, &length);
      if (p == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
      if (p != NULL && hugh_le64(p) != state->items) {
        hugh_find(scan, task, HUGH_FOUND_PICKLE_STORAGE, state->at,
                  "the storage \"%s\" holds %llu items here and %llu for the object that uses it: torch.load stops", hugh_show(scan, state->key, 100),
                  (unsigned long long)hugh_le64(p), (unsigned long long)state->items);
        state->stage = STOPPED;
        return HUGH_AGAIN;
      }
    }
    uint64_t end = hugh_add(state->at, hugh_add(8, state->bytes));
    hugh_got got = hugh_view_reaches(scan, task->view, end);
    if (got == HUGH_NEED) return HUGH_WANT;
    if (got == HUGH_END) {
      hugh_find(scan, task, HUGH_FOUND_SCAN_TRUNCATED, state->at, "the storage \"%s\" should end at byte %llu, but the file ends before that",
                hugh_show(scan, state->key, 100), (unsigned long long)end);
      state->stage = STOPPED;
      return HUGH_AGAIN;
    }
    state->at = end;
    state->taken = false;
  } while (!hugh_work(scan, 32));
  return HUGH_AGAIN;
}

/* What lies behind the last storage. */
static hugh_next read_rest(hugh_scan *scan, hugh_task *task, legacy_state *state) {
  hugh_got got = hugh_view_reaches(scan, task->view, hugh_add(state->at, 1));
  if (got == HUGH_NEED) return HUGH_WANT;
  state->stage = STOPPED;
  if (got == HUGH_END) return HUGH_AGAIN;
  hugh_find(scan, task, HUGH_FOUND_PICKLE_TRAILING, state->at, "bytes follow the last storage, where torch.load stops reading");
  hugh_task_push(scan, task, hugh_view_slice(scan, task->view, state->at, HUGH_UNKNOWN_SIZE), hugh_text_of("(after the storages)"));
  return HUGH_AGAIN;
}

/* Of storages whose order is not known only the total is. */
static hugh_next check_total(hugh_scan *scan, hugh_task *task, legacy_state *state) {
  const hugh_storages *storages = state->machine.storages;
  state->at = hugh_add(state->machine.stream_end, hugh_add(hugh_storages_bytes(storages), 8 * (uint64_t)hugh_storages_count(storages)));
  hugh_got got = hugh_view_reaches(scan, task->view, state->at);
  if (got == HUGH_NEED) return HUGH_WANT;
  if (got == HUGH_END) {
    hugh_find(scan, task, HUGH_FOUND_SCAN_TRUNCATED, HUGH_NO_OFFSET, "the storages should end at byte %llu, but the file ends before that",
              (unsigned long long)state->at);
  }
  state->stage = got == HUGH_GOT ? READ_REST : STOPPED;
  return HUGH_AGAIN;
}

static hugh_next read_pickles(hugh_scan *scan, hugh_task *task, legacy_state *state) {
  hugh_machine *m = &state->machine;
  if (m->scan == NULL) {
    m->storages = hugh_storages_new(scan);
    m->most_streams = PICKLES;
    hugh_machine_begin(m, scan, task);
  }
  hugh_next next = hugh_pickle_step(scan, task);
  if (next != HUGH_DONE || hugh_scan_failed(scan) || m->storages == NULL) return next;
  if (m->streams < PICKLES && m->first_error == NULL) {
    hugh_find(scan, task, HUGH_FOUND_SCAN_TRUNCATED, m->stream_end, "the file ends after %llu of the five pickles that torch.load reads",
              (unsigned long long)m->streams);
  }
  bool known = m->streams >= PICKLES && m->first_error == NULL && hugh_storages_bytes(m->storages) != UINT64_MAX;
  state->stage = known ? READ_KEYS : STOPPED;
  state->at = m->last_at;
  return HUGH_AGAIN;
}

static hugh_next legacy_step(hugh_scan *scan, hugh_task *task) {
  legacy_state *state = task->state;
  hugh_next next;
  switch (state->stage) {
    case READ_PICKLES: return read_pickles(scan, task, state);
    case READ_KEYS:
      next = read_keys(scan, task, state);
      if (next != HUGH_DONE) return next;
      state->stage = state->keys == hugh_storages_count(state->machine.storages) ? READ_STORAGES : CHECK_TOTAL;
      state->at = state->machine.stream_end;
      return HUGH_AGAIN;
    case READ_STORAGES:
      next = read_storages(scan, task, state);
      if (next == HUGH_DONE) state->stage = READ_REST;
      return next == HUGH_DONE ? HUGH_AGAIN : next;
    case CHECK_TOTAL: return check_total(scan, task, state);
    case READ_REST: return read_rest(scan, task, state);
    default: return HUGH_DONE;
  }
}

const hugh_parser hugh_parser_torch_legacy = {"torch-legacy", sizeof(legacy_state), legacy_step, hugh_pickle_drop};
