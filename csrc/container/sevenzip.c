/*
** 7z archives. No loader of models opens one, which is why they were sent past scanners: whoever unpacks one gets what it holds. The header,
** which is often packed itself, is read first; then every file out of its folder. What is encrypted, or packed by a method that there is no
** decoder for, is named and left. Because no loader opens one, a 7z is never better than unknown.
*/
#include <lzma.h>
#include <zlib.h>

#include "decoder.h"

#define START_SIZE  32
#define HEADER_MOST ((size_t)1 << 20) /* some ten thousand files */
#define HEADERS     4                 /* headers packed in headers: 7-Zip packs one */
#define NAME_MOST   1024

enum { /* what follows in a header */
  END = 0, HEADER = 1, PROPERTIES = 2, MAIN_STREAMS = 4, FILES = 5, PACK = 6, UNPACK = 7, SUBSTREAMS = 8, SIZE = 9, CRC = 10, FOLDER = 11,
  UNPACK_SIZE = 12, STREAM_COUNT = 13, EMPTY_STREAM = 14, NAMES = 17, PACKED_HEADER = 23
};

enum { READ_START, READ_HEADER, OPEN_HEADER, UNPACK_HEADER, OPEN_FOLDER, PUSH_FILES };

/* Packed bytes, and what they unpack to: files, one behind the other. */
typedef struct folder {
  const hugh_decoder *decoder; /* NULL: stored */
  hugh_lzma_chain chain;
  uint64_t at, packed, unpacked;
  size_t coders, files;
  bool has_crc;
} folder;

typedef struct seven_state {
  int stage;
  unsigned headers;    /* read so far */
  uint64_t at, size;   /* of the header in the archive */
  folder *folders;
  size_t folder_count, folder;
  uint64_t *sizes;     /* of the files that are not empty */
  size_t size_count, next_size;
  const uint8_t *names, *names_end; /* UTF-16, each with a NUL */
  const uint8_t *empty;             /* a bit for each file without content; NULL: there are none */
  size_t file_count, file;
  hugh_view *content;  /* of the folder, or of a header */
  uint64_t offset;     /* in it */
  size_t left;         /* files of the folder */
} seven_state;

/* ---------------------------------------------------------- reading headers */

typedef struct cursor {
  const uint8_t *p, *end;
  const char *problem;
} cursor;

static void fail(cursor *c, const char *problem) {
  if (c->problem == NULL) c->problem = problem;
  c->p = c->end;
}

static const uint8_t *take(cursor *c, uint64_t count) {
  if (count > (uint64_t)(c->end - c->p)) {
    fail(c, "its header is cut short");
    return NULL;
  }
  const uint8_t *p = c->p;
  c->p += count;
  return p;
}

static uint8_t byte_of(cursor *c) {
  const uint8_t *p = take(c, 1);
  return p != NULL ? *p : END;
}

/* The ones at the top of the first byte say how many bytes follow; its other bits are the highest of the number. */
static uint64_t number_of(cursor *c) {
  uint8_t first = byte_of(c);
  uint64_t value = 0;
  for (unsigned i = 0; i < 8; i++) {
    unsigned mask = 0x80u >> i;
    if ((first & mask) == 0) return value | (uint64_t)(first & (mask - 1)) << (8 * i);
    value |= (uint64_t)byte_of(c) << (8 * i);
  }
  return value;
}

/* A number of things of which `each` bytes or more are still to come. */
static size_t count_of(cursor *c, size_t each) {
  uint64_t count = number_of(c);
  if (hugh_mul(count, each) <= (uint64_t)(c->end - c->p)) return (size_t)count;
  fail(c, "its header is cut short");
  return 0;
}

static bool is_set(const uint8_t *bits, size_t i) { return bits == NULL || (bits[i / 8] & 0x80u >> i % 8) != 0; }

/* Which of `count` things a property is given for: a bit for each, or NULL for all. */
static const uint8_t *given_for(cursor *c, size_t count) { return byte_of(c) != 0 ? NULL : take(c, (count + 7) / 8); }

static void skip_checksums(cursor *c, size_t count) {
  const uint8_t *given = given_for(c, count);
  for (size_t i = 0; i < count && c->problem == NULL; i++) {
    if (is_set(given, i)) take(c, 4);
  }
}

static bool is_lzma(uint64_t filter) { return filter == LZMA_FILTER_LZMA1 || filter == LZMA_FILTER_LZMA2; }

/* One step; false: it is not followed. */
static bool read_coder(cursor *c, folder *f) {
  static const struct {
    const char *id;
    const hugh_decoder *decoder;
    uint64_t filter;
  } methods[] = {
      {"\x21", &hugh_decode_raw_lzma, LZMA_FILTER_LZMA2},      {"\3\1\1", &hugh_decode_raw_lzma, LZMA_FILTER_LZMA1},
      {"\3", &hugh_decode_raw_lzma, LZMA_FILTER_DELTA},        {"\3\3\1\3", &hugh_decode_raw_lzma, LZMA_FILTER_X86},
      {"\3\3\5\1", &hugh_decode_raw_lzma, LZMA_FILTER_ARM},   {"\3\3\7\1", &hugh_decode_raw_lzma, LZMA_FILTER_ARMTHUMB},
      {"\3\3\2\5", &hugh_decode_raw_lzma, LZMA_FILTER_POWERPC}, {"\4\1\x8", &hugh_decode_deflate, 0},
      {"\4\2\2", &hugh_decode_bzip2, 0},                       {"\4\xf7\x11\1", &hugh_decode_zstd, 0}};
  uint8_t flags = byte_of(c);
  size_t length = flags & 15, given = 0;
  const uint8_t *id = take(c, length), *properties = NULL;
  if (flags & 0x10) return false; /* several inputs or outputs */
  if (flags & 0x20) {
    given = count_of(c, 1);
    properties = take(c, given);
  }
  if (id == NULL) return false;
  if (length == 1 && id[0] == 0) return true; /* stored */
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    if (strlen(methods[i].id) != length || memcmp(methods[i].id, id, length) != 0) continue;
    hugh_lzma_filter filter = {.id = methods[i].filter, .length = given};
    f->decoder = methods[i].decoder;
    if (filter.id == 0) return true;
    if (given > sizeof filter.properties) return false;
    if (given > 0) memcpy(filter.properties, properties, given);
    f->chain.filters[f->chain.count++] = filter;
    return true;
  }
  return false;
}

/* The steps of a folder: a method, or a filter for programs and LZMA, which is one for the decoder. */
static void read_coders(cursor *c, folder *f) {
  hugh_lzma_filter *filters = f->chain.filters;
  f->coders = count_of(c, 2);
  bool followed = f->coders == 1 || f->coders == 2;
  for (size_t i = 0; i < f->coders && followed; i++) followed = read_coder(c, f);
  if (!followed || (f->coders == 2 && (number_of(c) > 1 || number_of(c) > 1 || f->chain.count != 2))) {
    fail(c, "it is packed by a method that hugh does not know, or encrypted");
  } else if (f->coders == 2 && is_lzma(filters[0].id)) {
    hugh_lzma_filter lzma = filters[0];
    filters[0] = filters[1];
    filters[1] = lzma;
  }
}

static void *room(hugh_scan *scan, cursor *c, size_t count, size_t each) {
  void *made = count > 0 ? hugh_arena_alloc(scan, count * each) : NULL;
  if (count > 0 && made == NULL) fail(c, "its header is larger than the memory a scan may keep");
  return made;
}

/* Where the packed bytes are: one stretch for each folder. */
static void read_folders(hugh_scan *scan, seven_state *state, cursor *c, uint64_t at, const uint64_t *packed, size_t packed_count) {
  if (byte_of(c) != FOLDER) fail(c, "its header lists no folders");
  size_t count = count_of(c, 2);
  if (byte_of(c) != 0) fail(c, "its header is in several places");
  if (count > packed_count) fail(c, "it has fewer packed streams than folders");
  if (c->problem != NULL) return;
  state->folders = room(scan, c, count, sizeof *state->folders);
  state->folder_count = state->folders != NULL ? count : 0;
  for (size_t i = 0; i < state->folder_count; i++) {
    folder *f = &state->folders[i];
    read_coders(c, f);
    f->files = 1;
    f->at = at;
    f->packed = packed[i];
    at = hugh_add(at, packed[i]);
  }
  if (byte_of(c) != UNPACK_SIZE) fail(c, "its header gives no sizes");
  for (size_t i = 0; i < state->folder_count; i++) {
    for (size_t k = 0; k < state->folders[i].coders && c->problem == NULL; k++) state->folders[i].unpacked = number_of(c);
  }
  uint8_t id = byte_of(c);
  if (id == CRC) {
    const uint8_t *given = given_for(c, state->folder_count);
    for (size_t i = 0; i < state->folder_count && c->problem == NULL; i++) {
      state->folders[i].has_crc = is_set(given, i);
      if (state->folders[i].has_crc) take(c, 4);
    }
    id = byte_of(c);
  }
  if (id != END) fail(c, "its header has something unknown among the folders");
}

/* How the folders are divided into files; returns what follows. */
static uint8_t read_substreams(seven_state *state, cursor *c, bool *sized) {
  uint8_t id = byte_of(c);
  if (id == STREAM_COUNT) {
    for (size_t i = 0; i < state->folder_count; i++) state->folders[i].files = count_of(c, 0);
    id = byte_of(c);
  }
  *sized = id == SIZE;
  return id;
}

/* The size of each file: of the last one of a folder it is what is left. */
static void read_sizes(hugh_scan *scan, seven_state *state, cursor *c, bool given) {
  uint64_t total = 0;
  for (size_t i = 0; i < state->folder_count; i++) total = hugh_add(total, state->folders[i].files);
  if (total > HEADER_MOST) fail(c, "it claims more files than its header can name");
  if (c->problem != NULL) return;
  state->sizes = room(scan, c, (size_t)total, sizeof *state->sizes);
  for (size_t i = 0; i < state->folder_count && state->sizes != NULL; i++) {
    const folder *f = &state->folders[i];
    uint64_t left = f->unpacked;
    for (size_t k = 0; k < f->files; k++) {
      uint64_t size = k + 1 < f->files && given ? number_of(c) : left;
      if (size > left) fail(c, "its files are larger than their folder");
      state->sizes[state->size_count++] = size;
      left -= size < left ? size : left;
    }
  }
}

static void read_checksums(const seven_state *state, cursor *c) {
  size_t count = 0;
  for (size_t i = 0; i < state->folder_count; i++) {
    const folder *f = &state->folders[i];
    count += f->files == 1 && f->has_crc ? 0 : f->files;
  }
  skip_checksums(c, count);
}

static void read_streams(hugh_scan *scan, seven_state *state, cursor *c) {
  uint64_t at = START_SIZE, *packed = NULL;
  size_t packed_count = 0;
  uint8_t id = byte_of(c);
  state->folder_count = state->size_count = state->next_size = 0;
  if (id == PACK) {
    at = hugh_add(at, number_of(c));
    packed_count = count_of(c, 1);
    packed = room(scan, c, packed_count, sizeof *packed);
    id = byte_of(c);
    if (id != SIZE) fail(c, "its header gives no packed sizes");
    for (size_t i = 0; i < packed_count && c->problem == NULL; i++) packed[i] = number_of(c);
    id = byte_of(c);
    if (id == CRC) {
      skip_checksums(c, packed_count);
      id = byte_of(c);
    }
    if (id != END) fail(c, "its header has something unknown among the packed streams");
    id = byte_of(c);
  }
  if (id == UNPACK) {
    read_folders(scan, state, c, at, packed, packed_count);
    id = byte_of(c);
  }
  bool sized = false;
  uint8_t inner = id == SUBSTREAMS ? read_substreams(state, c, &sized) : END;
  read_sizes(scan, state, c, sized);
  if (id == SUBSTREAMS) {
    if (sized) inner = byte_of(c);
    if (inner == CRC) {
      read_checksums(state, c);
      inner = byte_of(c);
    }
    id = byte_of(c);
  }
  if (inner != END || id != END) fail(c, "its header has something unknown among the streams");
}

static void read_files(seven_state *state, cursor *c) {
  state->file_count = count_of(c, 2); /* a NUL of UTF-16 for each name */
  for (;;) {
    uint64_t id = number_of(c), size = id != END ? number_of(c) : 0;
    const uint8_t *p = take(c, size);
    if (id == END || p == NULL) return;
    if (id == NAMES && size > 0) {
      if (*p != 0) fail(c, "its header is in several places");
      state->names = p + 1;
      state->names_end = p + size;
    } else if (id == EMPTY_STREAM) {
      if (size < (state->file_count + 7) / 8) fail(c, "its header is cut short");
      state->empty = p;
    }
  }
}

/* What the header at hand says; the next stage. */
static int read_header(hugh_scan *scan, seven_state *state, cursor *c) {
  uint64_t id = byte_of(c);
  if (id == PACKED_HEADER) {
    read_streams(scan, state, c);
    if (state->size_count != 1 || state->sizes[0] == 0) fail(c, "its header is packed in parts");
    else if (state->sizes[0] > HEADER_MOST) fail(c, "its header is too large");
    if (++state->headers == HEADERS) fail(c, "its header is packed too often");
    return OPEN_HEADER;
  }
  if (id != HEADER) fail(c, "its header is none");
  id = byte_of(c);
  if (id == PROPERTIES) fail(c, "its header has properties that 7-Zip does not write");
  if (id == MAIN_STREAMS) {
    read_streams(scan, state, c);
    id = byte_of(c);
  }
  if (id == FILES) {
    read_files(state, c);
    id = byte_of(c);
  }
  if (id != END) fail(c, "its header has something unknown in it");
  return OPEN_FOLDER;
}

/* ---------------------------------------------------------------- the steps */

static hugh_next give_up(hugh_scan *scan, hugh_task *task, uint64_t at, const char *problem) {
  hugh_find(scan, task, HUGH_FOUND_SEVENZIP, at, "the 7z archive cannot be read: %s", problem);
  hugh_incomplete(scan, task, at, "a 7z archive is not read in full");
  return HUGH_DONE;
}

static hugh_next read_start(hugh_scan *scan, hugh_task *task, seven_state *state) {
  size_t length;
  const uint8_t *p = hugh_view_get(scan, task->view, 0, START_SIZE, START_SIZE, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : give_up(scan, task, 0, "it is cut short");
  state->at = hugh_add(START_SIZE, hugh_le64(p + 12));
  state->size = hugh_le64(p + 20);
  state->stage = READ_HEADER;
  return state->size > 0 ? HUGH_AGAIN : HUGH_DONE;
}

/* A header out of `view`: kept, because what it says is needed while other bytes are read. */
static hugh_next take_header(hugh_scan *scan, hugh_task *task, seven_state *state, hugh_view *view, uint64_t at, uint64_t size) {
  size_t length;
  if (size > HEADER_MOST) return give_up(scan, task, state->at, "its header is too large");
  const uint8_t *p = hugh_view_get(scan, view, at, (size_t)size, (size_t)size, &length);
  if (p == NULL) return view->got == HUGH_NEED ? HUGH_WANT : give_up(scan, task, state->at, "its header is not all there");
  hugh_text kept = hugh_arena_copy(scan, p, (size_t)size);
  cursor c = {(const uint8_t *)kept.data, (const uint8_t *)kept.data + kept.length, NULL};
  state->stage = read_header(scan, state, &c);
  (void)hugh_work(scan, (size_t)size);
  return c.problem != NULL ? give_up(scan, task, state->at, c.problem) : HUGH_AGAIN;
}

/* What a folder unpacks to. */
static hugh_view *open_folder(hugh_scan *scan, hugh_task *task, const folder *f) {
  hugh_view *view = hugh_view_slice(scan, task->view, f->at, f->packed);
  if (view != NULL && f->decoder != NULL) view = hugh_view_decode(scan, view, f->decoder, &f->chain);
  return view != NULL ? hugh_view_slice(scan, view, 0, f->unpacked) : NULL;
}

/* The next name, as far as it fits and in ASCII where it is that. */
static hugh_text next_name(hugh_scan *scan, seven_state *state) {
  char text[NAME_MOST];
  size_t length = 0;
  while (state->names_end - state->names >= 2) {
    uint16_t unit = hugh_le16(state->names);
    state->names += 2;
    if (unit == 0) break;
    if (length < sizeof text) text[length++] = unit < 0x80 ? (char)unit : '?';
  }
  return hugh_arena_copy(scan, text, length);
}

/* Pushes the next file of the folder; false: there is none. */
static bool push_file(hugh_scan *scan, hugh_task *task, seven_state *state) {
  hugh_text name = {"", 0};
  bool is_empty = true;
  while (is_empty && state->file < state->file_count) { /* directories and empty files take no bytes of a folder */
    name = next_name(scan, state);
    is_empty = state->empty != NULL && is_set(state->empty, state->file);
    state->file++;
  }
  if (state->left == 0 || state->next_size == state->size_count) return false;
  uint64_t size = state->sizes[state->next_size++];
  hugh_task_push(scan, task, hugh_view_slice(scan, state->content, state->offset, size), name);
  state->offset = hugh_add(state->offset, size);
  state->left--;
  return true;
}

static hugh_next sevenzip_step(hugh_scan *scan, hugh_task *task) {
  seven_state *state = task->state;
  switch (state->stage) {
    case READ_START: return read_start(scan, task, state);
    case READ_HEADER: return take_header(scan, task, state, task->view, state->at, state->size);
    case OPEN_HEADER:
      state->content = open_folder(scan, task, &state->folders[0]);
      state->stage = UNPACK_HEADER;
      return state->content != NULL ? HUGH_AGAIN : HUGH_DONE;
    case UNPACK_HEADER: return take_header(scan, task, state, state->content, 0, state->sizes[0]);
    case OPEN_FOLDER: {
      if (state->folder == state->folder_count) return HUGH_DONE;
      const folder *f = &state->folders[state->folder++];
      state->content = open_folder(scan, task, f);
      state->offset = 0;
      state->left = f->files;
      if (state->content == NULL) return HUGH_DONE;
      if (state->content->size == 0 && f->unpacked > 0) return give_up(scan, task, f->at, "its method needs more memory than a scan may keep, or cannot work as described");
      if (f->files == 1) { /* pushed in the step that opened the folder, so that what unpacks it goes with it */
        (void)push_file(scan, task, state);
      } else {
        state->stage = PUSH_FILES;
      }
      return HUGH_AGAIN;
    }
    default:
      if (!(state->left > 0 && push_file(scan, task, state))) state->stage = OPEN_FOLDER;
      return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_sevenzip = {"7z", sizeof(seven_state), sevenzip_step, NULL};
