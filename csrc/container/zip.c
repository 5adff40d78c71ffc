/*
** The zip reader, as forensic as its readers are different: finds the end records, reads the central directories and the local headers,
** scans every member that some loader would read, and accounts for the bytes between.
**
** Pickles are scanned first: they name the storages of a torch zip, which are raw numbers and are not read.
*/
#include "zip.h"

#include "../format/skops.h"
#include "../format/torchscript.h"
#include "../pickle/pickle.h"
#include "decoder.h"

#define UNEXPLAINED 256 /* between two members: extra fields, alignment and a data descriptor fit in, another member hardly does */
#define SHARED_LEAST ((uint64_t)1 << 20)
#define HOLD_PART   16 /* of what may be kept: zips in zips in zips hold theirs at the same time */
#define SPARSE_READ ((size_t)16 * 1024)

enum { HOLD, FIND_ENDS, READ_CENTRAL, DESCRIBE, FIND_DUPLICATES, SCAN_PICKLES, SCAN_OTHERS, EXPLAIN };

/* ------------------------------------------------------------ what it is */

/* The last part of a path, if what comes before is `directory` (with its slash); {NULL, 0} otherwise. */
static hugh_text inside(hugh_text name, hugh_text prefix, const char *directory) {
  size_t skip = prefix.length + strlen(directory);
  if (name.length <= skip || memcmp(name.data, prefix.data, prefix.length) != 0) return (hugh_text){NULL, 0};
  if (memcmp(name.data + prefix.length, directory, strlen(directory)) != 0) return (hugh_text){NULL, 0};
  return (hugh_text){name.data + skip, name.length - skip};
}

static hugh_text prefix_of(const zip_state *state) { return (hugh_text){state->prefix, state->prefix_length}; }

static hugh_kind kind_of(zip_state *state) {
  bool has_data = false, has_code = false, has_schema = false, only_npy = true, has_config = false, has_weights = false;
  size_t members = 0;
  for (size_t i = 0; i < state->count; i++) {
    const zip_entry *entry = &state->entries[i];
    hugh_text name = hugh_zip_name(state, entry);
    if (entry->structure) continue;
    members++;
    only_npy = only_npy && hugh_text_ends(name, ".npy");
    has_config = has_config || hugh_text_is(name, "config.json");
    has_schema = has_schema || hugh_text_is(name, "schema.json");
    has_weights = has_weights || hugh_text_is(name, "model.weights.h5");
    if (!has_data && (hugh_text_is(name, "data.pkl") || hugh_text_ends(name, "/data.pkl"))) {
      has_data = true;
      state->prefix = name.data;
      state->prefix_length = name.length - strlen("data.pkl");
    }
  }
  for (size_t i = 0; has_data && !has_code && i < state->count; i++) {
    hugh_text name = hugh_zip_name(state, &state->entries[i]);
    has_code = inside(name, prefix_of(state), "code/").data != NULL || hugh_text_is(inside(name, prefix_of(state), ""), "constants.pkl");
  }
  if (has_data) return has_code ? HUGH_KIND_TORCHSCRIPT : HUGH_KIND_TORCH_ZIP;
  if (members > 0 && only_npy) return HUGH_KIND_NPZ;
  if (has_config && has_weights) return HUGH_KIND_KERAS;
  if (has_schema) return HUGH_KIND_SKOPS;
  return HUGH_KIND_ZIP;
}

/*
** What loaders take a name for, written to `room`: it ends at a NUL (zipfile), a backslash is a slash and "./" nothing (what unpacks it), and
** PyTorch looks members up whatever their case. Returns the length.
*/
static size_t plain_name(hugh_text name, bool any_case, char *room) {
  size_t length = 0;
  for (size_t i = 0; i < name.length && name.data[i] != '\0'; i++) {
    char c = name.data[i] == '\\' ? '/' : name.data[i], next = i + 1 < name.length ? name.data[i + 1] : '\0';
    bool starts = length == 0 || room[length - 1] == '/';
    if (starts && (c == '/' || (c == '.' && (next == '/' || next == '\\')))) continue;
    room[length++] = any_case && c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
  }
  return length;
}

/* Of two members with one name zipfile reads the last, others the first. */
static hugh_next find_duplicates(hugh_scan *scan, hugh_task *task, zip_state *state) {
  if (state->seen == NULL) {
    size_t count = 16;
    while (count < state->count * 2) count *= 2;
    state->seen = hugh_resize(scan, NULL, 0, count * sizeof *state->seen);
    if (state->seen == NULL) return HUGH_DONE;
    memset(state->seen, 0, count * sizeof *state->seen);
    state->seen_size = count;
  }
  uint64_t *slots = state->seen;
  char *room = hugh_resize(scan, NULL, 0, UINT16_MAX);
  bool spent = false;
  while (room != NULL && state->at < state->count && !spent) {
    const zip_entry *entry = &state->entries[state->at++];
    if (entry->structure) continue;
    hugh_text name = hugh_zip_name(state, entry);
    spent = hugh_work(scan, 32 + name.length);
    uint64_t hash = hugh_hash(scan, room, plain_name(name, state->storages != NULL, room)) | 1;
    size_t slot = (size_t)(hash >> 1) & (state->seen_size - 1);
    while (slots[slot] != 0 && slots[slot] != hash) slot = (slot + 1) & (state->seen_size - 1);
    if (slots[slot] == hash) {
      hugh_find(scan, task, HUGH_FOUND_ZIP_DUPLICATE, entry->header,
                "there are two members \"%s\", as loaders compare names: which one is loaded depends on the loader", hugh_show(scan, name, 200));
    }
    slots[slot] = hash;
  }
  if (room != NULL) hugh_resize(scan, room, UINT16_MAX, 0);
  return spent ? HUGH_AGAIN : HUGH_DONE;
}

/* Whether a guest's view is a zip at all: an end record that leads to members. */
static bool has_members(const zip_state *state) {
  for (size_t i = 0; i < state->count; i++) {
    if (!state->entries[i].structure) return true;
  }
  return false;
}

static void describe(hugh_scan *scan, hugh_task *task, zip_state *state) {
  hugh_kind kind = kind_of(state);
  if (task->guest) {
    hugh_find(scan, task->parent, HUGH_FOUND_FILE_POLYGLOT, state->readings[0].central,
              "a %s ends the file, which starts as %s: zipfile and torch.jit.load open it, readers that go by the first bytes do not",
              hugh_kind_name(kind), hugh_kind_name(task->parent->class.kind));
  }
  if (task->class.kind != kind) hugh_task_reclassify(scan, task, kind);
  if (kind == HUGH_KIND_TORCH_ZIP || kind == HUGH_KIND_TORCHSCRIPT) state->storages = hugh_storages_new(scan);
  if (state->end_count == 0) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_NO_END, HUGH_NO_OFFSET,
              "the zip has no end record: it was cut short, or only partly downloaded; members were looked for from the front");
    hugh_incomplete(scan, task, HUGH_NO_OFFSET, "the zip is not all there");
  }
  size_t directories = state->reading_count;
  if (state->end_count > 1) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_TWO_ENDS, state->ends[1],
              "the zip has %zu end records: loaders may pick different ones, and see different members", state->end_count);
  } else if (directories > 1) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_TWO_DIRECTORIES, state->readings[1].central,
              "the central directory is in %zu places, depending on the loader; all are followed", directories);
  } else if (directories == 1 && state->readings[0].base != 0) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_SHIFTED, 0,
              "the offsets in the zip are off by %lld, as if something were put in front of it: zipfile corrects them, PyTorch does not",
              (long long)state->readings[0].base);
  }
}

/* ---------------------------------------------------------------- members */

/* Bytes that several members share cost like those that come out of a bomb. No honest zip has any, so a few times its size is enough. */
static bool spend_shared(hugh_scan *scan, hugh_task *task, zip_state *state, uint64_t data, uint64_t end) {
  uint64_t shared = data < state->handed ? (end < state->handed ? end : state->handed) - data : 0;
  if (end > state->handed) state->handed = end;
  state->shared = hugh_add(state->shared, shared);
  if (shared == 0) return true;
  if (state->shared <= SHARED_LEAST || state->shared / ZIP_READINGS <= task->view->size) return hugh_spend_inflated(scan, shared);
  hugh_incomplete(scan, task, data, "the members of the zip share more bytes than hugh reads again");
  return false;
}

void hugh_zip_push_member(hugh_scan *scan, hugh_task *task, hugh_text name, uint16_t method, uint64_t data, uint64_t packed,
                          uint64_t size) {
  zip_state *state = task->state;
  const hugh_decoder *decoder = hugh_zip_decoder(method);
  if (method == 0) {
    if (size > packed) packed = size; /* PyTorch reads `size` bytes of a stored member, zipfile `packed` */
  } else if (decoder == NULL) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_METHOD, data, "the member \"%s\" is compressed in a way hugh does not know (method %u)",
              hugh_show(scan, name, 200), method);
    hugh_incomplete(scan, task, data, "a member of the zip is compressed in an unknown way");
  }
  hugh_view *view = hugh_view_slice(scan, task->view, data, packed);
  if (!spend_shared(scan, task, state, data, hugh_add(data, view != NULL ? view->size : 0))) return;
  if (view != NULL && decoder != NULL) view = hugh_view_decode(scan, view, decoder, NULL);
  bool is_code = task->class.kind == HUGH_KIND_TORCHSCRIPT && inside(name, prefix_of(state), "code/").data != NULL && hugh_text_ends(name, ".py");
  bool is_schema = task->class.kind == HUGH_KIND_SKOPS && hugh_text_is(name, "schema.json");
  if (state->storages != NULL && state->stage == SCAN_PICKLES) hugh_pickle_push_torch(scan, task, view, name, state->storages);
  else if (is_code) hugh_task_push_parser(scan, task, view, name, HUGH_KIND_TORCHSCRIPT, &hugh_parser_torchscript);
  else if (is_schema) hugh_task_push_parser(scan, task, view, name, HUGH_KIND_JSON, &hugh_parser_skops);
  else hugh_task_push(scan, task, view, name);
}

static void compare(hugh_scan *scan, hugh_task *task, zip_state *state, const zip_entry *entry, const zip_local *local) {
  hugh_text name = hugh_zip_name(state, entry);
  const char *shown = hugh_show(scan, name, 200);
  bool later = (local->flags & ZIP_FLAG_DESCRIPTOR) && local->packed == 0 && local->size == 0;
  if (!hugh_text_equal(name, local->name)) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_NAME_MISMATCH, entry->header,
              "the member \"%s\" is called \"%s\" in its local header: zipfile refuses it, PyTorch loads it", shown,
              hugh_show(scan, local->name, 200));
  }
  bool differs = local->method != entry->method || (!later && local->packed != entry->packed);
  if (local->method != entry->method) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_METHOD_MISMATCH, entry->header,
              "the member \"%s\" has compression method %u in the central directory and %u in its local header; both are followed", shown,
              entry->method, local->method);
  }
  if (!later && (local->packed != entry->packed || local->size != entry->size)) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_SIZE_MISMATCH, entry->header,
              "the member \"%s\" has %llu bytes (%llu packed) in the central directory and %llu (%llu) in its local header; both are followed",
              shown, (unsigned long long)entry->size, (unsigned long long)entry->packed, (unsigned long long)local->size,
              (unsigned long long)local->packed);
  } else if (entry->method == 0 && entry->size != entry->packed) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_SIZE_MISMATCH, entry->header,
              "the member \"%s\" is stored, yet its two sizes differ (%llu and %llu); the larger one is read", shown,
              (unsigned long long)entry->size, (unsigned long long)entry->packed);
  }
  if (local->crc != entry->crc && !((local->flags & ZIP_FLAG_DESCRIPTOR) && local->crc == 0)) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_CRC_MISMATCH, entry->header,
              "the member \"%s\" has checksum %08x in the central directory and %08x in its local header: PyTorch checks neither", shown,
              entry->crc, local->crc);
  }
  uint16_t important = ZIP_FLAG_ENCRYPTED | ZIP_FLAG_PATCH | ZIP_FLAG_STRONG | ZIP_FLAG_MASKED;
  if ((local->flags ^ entry->flags) & important) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_FLAGS_MISMATCH, entry->header,
              "the member \"%s\" is marked as encrypted in only one of its headers (flags %04x and %04x)", shown, entry->flags, local->flags);
  }
  if (differs) {
    state->other = *local;
    state->has_other = true;
  }
}

/* Reads and compares the local header; false: the bytes are not there yet. */
static bool visit(hugh_scan *scan, hugh_task *task, zip_state *state, zip_entry *entry, bool wanted) {
  if (entry->visited) return true;
  size_t hint = ZIP_LOCAL_SIZE + entry->name_length;
  if (wanted) hint += (size_t)(entry->packed < HUGH_READ ? entry->packed : HUGH_READ) + 64;
  if (hugh_scan_options(scan)->sparse && hint < SPARSE_READ) hint = SPARSE_READ;
  zip_local local;
  hugh_got got = hugh_zip_read_local(scan, task->view, entry->header, hint, &local);
  if (got == HUGH_NEED) return false;
  entry->visited = true;
  if (got == HUGH_GOT) {
    entry->data = local.data;
    compare(scan, task, state, entry, &local);
  } else {
    hugh_find(scan, task, HUGH_FOUND_ZIP_NO_LOCAL, entry->header < task->view->size ? entry->header : HUGH_NO_OFFSET,
              "there is no local header where the member \"%s\" should start: no loader can read it",
              hugh_show(scan, hugh_zip_name(state, entry), 200));
  }
  return true;
}

/* Whether more lies between this member and the next than its local header can explain. */
static bool has_unexplained(const zip_state *state, size_t index) {
  const zip_entry *entry = &state->entries[index];
  uint64_t end = hugh_add(entry->header, hugh_add(ZIP_LOCAL_SIZE + entry->name_length, entry->packed));
  uint64_t next = index + 1 < state->count ? state->entries[index + 1].header : end;
  return next < end || next - end > UNEXPLAINED;
}

/* Raw numbers that a pickle of the archive names: the loader copies them into a tensor and looks no further. */
static bool is_storage(const zip_state *state, hugh_text name) {
  static const char *const directories[] = {"data/", "constants/", "tensors/"};
  if (state->storages == NULL) return false;
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
    hugh_text key = inside(name, prefix_of(state), directories[i]);
    if (key.data != NULL && hugh_storages_has(state->storages, key)) return true;
  }
  return false;
}

/* One member: its header, then its content. DONE: nothing was pushed. */
static hugh_next scan_member(hugh_scan *scan, hugh_task *task, zip_state *state, size_t index) {
  zip_entry *entry = &state->entries[index];
  hugh_text name = hugh_zip_name(state, entry);
  uint64_t size = task->view->size;
  bool is_pickle = hugh_text_ends(name, ".pkl");
  if (entry->structure || is_pickle != (state->stage == SCAN_PICKLES)) return HUGH_DONE;
  bool storage = is_storage(state, name);
  bool skipped = storage && hugh_scan_options(scan)->sparse && !has_unexplained(state, index);
  if (!skipped && !visit(scan, task, state, entry, !storage)) return HUGH_WANT;
  if (hugh_add(entry->data, entry->packed) > size) {
    hugh_find(scan, task, HUGH_FOUND_ZIP_BROKEN, entry->header, "the member \"%s\" runs past the end of the zip",
              hugh_show(scan, name, 200));
    hugh_incomplete(scan, task, entry->header, "the zip is not all there");
  }
  if (storage || entry->data == 0 || entry->data >= size || (entry->packed == 0 && entry->size == 0)) return HUGH_DONE;
  if (entry->flags & (ZIP_FLAG_ENCRYPTED | ZIP_FLAG_STRONG | ZIP_FLAG_MASKED)) {
    hugh_incomplete(scan, task, entry->header, "a member of the zip may be encrypted");
  }
  hugh_zip_push_member(scan, task, name, entry->method, entry->data, entry->packed, entry->size);
  return HUGH_AGAIN;
}

static hugh_next scan_members(hugh_scan *scan, hugh_task *task, zip_state *state) {
  do {
    if (state->has_other) { /* what the local header made of the last member */
      const zip_local *other = &state->other;
      state->has_other = false;
      if (other->packed > 0) {
        hugh_zip_push_member(scan, task, hugh_zip_name(state, &state->entries[state->at - 1]), other->method, other->data, other->packed,
                             other->size);
        return HUGH_AGAIN;
      }
    }
    if (state->at == state->count) return HUGH_DONE;
    hugh_next next = scan_member(scan, task, state, (size_t)state->at);
    if (next == HUGH_WANT) return next;
    state->at++;
    if (next == HUGH_AGAIN) return next;
  } while (!hugh_work(scan, 32));
  return HUGH_AGAIN;
}

/* ------------------------------------------------------- the bytes between */

/* A record of the directory that points to no member: it explains nothing, and does not part what lies around it either. */
static bool is_nothing(const zip_entry *entry) { return entry->visited && entry->data == 0 && !entry->structure; }

static uint64_t end_of(const zip_state *state, size_t index) {
  const zip_entry *entry = &state->entries[index];
  if (entry->data > 0 || entry->structure) return hugh_add(entry->data, entry->packed);
  return index + 1 < state->count ? state->entries[index + 1].header : entry->header;
}

static void check_overlap(hugh_scan *scan, hugh_task *task, zip_state *state, const zip_entry *entry) {
  const zip_entry *before = &state->entries[state->previous];
  if (entry->structure && before->structure) return;
  hugh_find(scan, task, HUGH_FOUND_ZIP_OVERLAP, entry->header,
            "the member \"%s\" starts inside \"%s\": no tool writes this, it makes bombs and hides members",
            entry->structure ? "(end of the zip)" : hugh_show(scan, hugh_zip_name(state, entry), 200),
            before->structure ? "(central directory)" : hugh_show(scan, hugh_zip_name(state, before), 200));
}

/* Walks the entries in the order of the file; what none of them covers is a gap. */
static hugh_next explain(hugh_scan *scan, hugh_task *task, zip_state *state) {
  uint64_t size = task->view->size;
  do {
    if (state->gap_end > state->covered) {
      hugh_next next = hugh_zip_look_at_gap(scan, task, state);
      if (next != HUGH_DONE) return next;
      state->covered = state->gap_end;
    }
    if (state->at < state->count && is_nothing(&state->entries[state->at])) {
      state->at++;
      continue;
    }
    if (state->at == state->count && state->covered >= size) return HUGH_DONE;
    uint64_t start = state->at < state->count ? state->entries[state->at].header : size;
    if (start > size) start = size;
    if (start > state->covered) {
      state->gap = state->covered;
      state->gap_end = start;
      state->phase = 0;
    } else if (state->at < state->count) {
      const zip_entry *entry = &state->entries[state->at];
      uint64_t end = end_of(state, (size_t)state->at);
      if (start < state->covered && end > start) check_overlap(scan, task, state, entry);
      if (end > state->covered) {
        state->covered = end;
        state->previous = (size_t)state->at;
      }
      state->at++;
    }
  } while (!hugh_work(scan, 16));
  return HUGH_AGAIN;
}

/* --------------------------------------------------------------- the parser */

/*
** A zip is read from its end, and here and there. A small one in a compressed stream is had decoded as a whole first: then it stays at hand,
** where each way back would decode the stream from its start.
*/
static hugh_next hold(hugh_scan *scan, const hugh_task *task) {
  hugh_view *view = task->view;
  size_t most = (size_t)(hugh_scan_options(scan)->limits.kept / HOLD_PART), length;
  if (task->guest || !hugh_view_decodes(view) || (view->size != HUGH_UNKNOWN_SIZE && view->size > most)) return HUGH_DONE;
  return hugh_view_upto(scan, view, 0, most, &length) == NULL && view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
}

static hugh_next zip_step(hugh_scan *scan, hugh_task *task) {
  zip_state *state = task->state;
  hugh_next next = HUGH_DONE;
  switch (state->stage) {
    case HOLD: next = hold(scan, task); break;
    case FIND_ENDS: next = hugh_zip_find_ends(scan, task, state); break;
    case READ_CENTRAL: next = hugh_zip_read_central(scan, task, state); break;
    case DESCRIBE:
      if (task->guest && !has_members(state)) return HUGH_DONE;
      describe(scan, task, state);
      break;
    case FIND_DUPLICATES: next = find_duplicates(scan, task, state); break;
    case SCAN_PICKLES:
    case SCAN_OTHERS: next = scan_members(scan, task, state); break;
    default: return explain(scan, task, state);
  }
  if (next != HUGH_DONE) return next;
  state->stage++;
  state->phase = 0;
  state->at = 0;
  state->handed = 0;
  return HUGH_AGAIN;
}

static void zip_drop(hugh_scan *scan, hugh_task *task) {
  zip_state *state = task->state;
  hugh_resize(scan, state->entries, state->capacity * sizeof *state->entries, 0);
  hugh_resize(scan, state->names, state->names_capacity, 0);
  hugh_resize(scan, state->seen, state->seen_size * sizeof *state->seen, 0);
}

const hugh_parser hugh_parser_zip = {"zip", sizeof(zip_state), zip_step, zip_drop};
