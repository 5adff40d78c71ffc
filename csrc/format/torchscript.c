/*
** TorchScript: the source of a compiled PyTorch program. Its interpreter knows no imports and no Python, only the operators of PyTorch and of
** extensions it was given. The few of them that touch files or other machines are looked for, and those of extensions nobody here knows.
*/
#include "torchscript.h"

#define PATH_MOST 128

typedef struct source_state {
  uint64_t at;
  char path[PATH_MOST]; /* words joined by dots */
  size_t length;
  uint64_t start;       /* where it is */
  bool gap;             /* white space followed it */
  bool member;          /* it follows a dot: the attribute of some value */
  bool comment;
  uint8_t quote;        /* of the string that is open, or 0 */
  bool triple, escaped;
  unsigned opening;     /* quotes so far at its start, 0 behind that */
  unsigned run;         /* quotes in a row */
} source_state;

/* Operators that reach beyond the tensors, as the source spells them; a last dot covers what is below. */
static const struct {
  const char *name, *does;
} operators[] = {
    {"torch.save", "writes a file"},
    {"torch.from_file", "maps a file, and may create it"},
    {"ops.aten.save", "writes a file"},
    {"ops.aten.from_file", "maps a file, and may create it"},
    {"ops.image.read_file", "reads a file"},
    {"ops.image.write_file", "writes a file"},
    {"ops.video_reader.", "reads files"},
    {"ops.torchaudio.sox_io_", "reads or writes files"},
    {"ops.torchaudio.ffmpeg_", "reads or writes files, or the network"},
    {"ops.rpc.", "calls other machines"},
    {"ops.prim.rpc_", "calls other machines"},
    {"rpc_async", "calls other machines"},
    {"rpc_sync", "calls other machines"},
    {"rpc_remote", "calls other machines"},
};

/* Where PyTorch and its own libraries keep their operators and classes. */
static const char *const known[] = {
    "ops.aten.",   "ops.prim.",   "ops.prims.",     "ops.quantized.", "ops._quantized.", "ops.quantized_decomposed.", "ops.sparse.",
    "ops.mkl.",    "ops.mkldnn.", "ops.mkldnn_prepacked.", "ops.prepacked.", "ops.onednn.", "ops.profiler.", "ops.inductor.",
    "ops.fbgemm.", "ops.image.",  "ops.torchvision.", "ops.torchaudio.", "ops.metal_prepack.", "ops.vulkan_prepack.",
    "__torch__.torch.classes.quantized.", "__torch__.torch.classes.xnnpack.", "__torch__.torch.classes.rnn.",
    "__torch__.torch.classes.sparse.",    "__torch__.torch.classes.mkldnn.",
};

static bool is_word(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

static bool covers(const char *name, hugh_text path) {
  char last = name[strlen(name) - 1];
  return last == '.' || last == '_' ? hugh_text_starts(path, name) : hugh_text_is(path, name);
}

/* What a whole path means; `next` is the character behind it. */
static void judge(hugh_scan *scan, hugh_task *task, uint64_t offset, hugh_text path, uint8_t next) {
  if (hugh_text_starts(path, "torch.ops.")) path = (hugh_text){path.data + 6, path.length - 6};
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    if (!covers(operators[i].name, path)) continue;
    hugh_find(scan, task, HUGH_FOUND_TORCHSCRIPT_OP, offset, "the program uses %s, which %s when it runs", hugh_show(scan, path, 100),
              operators[i].does);
    return;
  }
  bool is_namespace = hugh_text_is(path, "torch") || hugh_text_is(path, "ops") || hugh_text_is(path, "torch.ops");
  bool is_foreign = hugh_text_starts(path, "ops.") || hugh_text_starts(path, "__torch__.torch.classes.");
  if (is_namespace && next != ':' && next != '=') { /* those declare or assign a name of the program's own */
    hugh_find(scan, task, HUGH_FOUND_TORCHSCRIPT_CUSTOM, offset, "the program hands %s on as a value, which hides what it calls",
              hugh_show(scan, path, 100));
  }
  for (size_t i = 0; is_foreign && i < sizeof known / sizeof *known; i++) is_foreign = !hugh_text_starts(path, known[i]);
  if (is_foreign) {
    hugh_find(scan, task, HUGH_FOUND_TORCHSCRIPT_CUSTOM, offset, "the program uses %s, which comes from an extension that hugh does not know",
              hugh_show(scan, path, 100));
  }
}

static void end_path(hugh_scan *scan, hugh_task *task, source_state *state, uint8_t next) {
  if (state->length > 0 && !state->member) judge(scan, task, state->start, (hugh_text){state->path, state->length}, next);
  state->length = 0;
  state->gap = state->member = false;
}

static void add(source_state *state, uint64_t at, uint8_t c) {
  if (state->length == 0) state->start = at;
  if (state->length < PATH_MOST) state->path[state->length++] = (char)c;
}

/* A character inside a string; false: it is the first one behind an empty string. */
static bool read_quoted(source_state *state, uint8_t c) {
  if (state->opening > 0 && c == state->quote) {
    state->triple = ++state->opening == 3;
    if (state->triple) state->opening = 0;
    return true;
  }
  bool empty = state->opening == 2;
  state->opening = 0;
  if (empty) {
    state->quote = 0;
    return false;
  }
  state->run = c == state->quote && !state->escaped ? state->run + 1 : 0;
  state->escaped = c == '\\' && !state->escaped;
  if (state->run == (state->triple ? 3 : 1)) state->quote = 0;
  return true;
}

static void open_quoted(source_state *state, uint8_t quote) {
  state->quote = quote;
  state->opening = 1;
  state->run = 0;
  state->triple = state->escaped = false;
}

static void read_char(hugh_scan *scan, hugh_task *task, source_state *state, uint64_t at, uint8_t c) {
  if (state->quote != 0 && read_quoted(state, c)) return;
  if (state->comment) {
    state->comment = c != '\n';
  } else if (is_word(c)) {
    if (state->gap && state->length > 0 && state->path[state->length - 1] != '.') end_path(scan, task, state, c);
    state->gap = false;
    add(state, at, c);
  } else if (c == '.') {
    if (state->length > 0) add(state, at, c);
    else state->member = true;
    state->gap = false;
  } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\\') {
    state->gap = true;
  } else {
    end_path(scan, task, state, c);
    state->comment = c == '#';
    if (c == '"' || c == '\'') open_quoted(state, c);
  }
}

static hugh_next source_step(hugh_scan *scan, hugh_task *task) {
  source_state *state = task->state;
  size_t length;
  const uint8_t *p = hugh_view_get(scan, task->view, state->at, 1, HUGH_READ, &length);
  if (p == NULL && task->view->got == HUGH_NEED) return HUGH_WANT;
  if (p == NULL) {
    end_path(scan, task, state, 0);
    return HUGH_DONE;
  }
  if (length > HUGH_READ) length = HUGH_READ;
  for (size_t i = 0; i < length; i++) read_char(scan, task, state, state->at + i, p[i]);
  state->at += length;
  (void)hugh_work(scan, length);
  return HUGH_AGAIN;
}

const hugh_parser hugh_parser_torchscript = {"torchscript", sizeof(source_state), source_step, NULL};
