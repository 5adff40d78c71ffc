/*
** What is this? The content decides; the name is a second witness.
*/
#include "container/tar.h"
#include "core.h"
#include "pickle/pickle.h"

typedef struct magic {
  hugh_kind kind;
  uint16_t offset;
  uint8_t length;
  const char *bytes;
} magic;

#define MAGIC(kind, offset, bytes) {HUGH_KIND_##kind, offset, sizeof(bytes) - 1, bytes}

#define HDF5_MAGIC "\x89HDF\r\n\x1a\n"

/* Formats that one fixed string gives away. */
static const magic magics[] = {
    MAGIC(ZIP, 0, "PK\3\4"),
    MAGIC(ZIP, 0, "PK\5\6"),
    MAGIC(GZIP, 0, "\x1f\x8b"),
    MAGIC(BZIP2, 0, "BZh"),
    MAGIC(XZ, 0, "\xfd" "7zXZ\0"),
    MAGIC(ZFILE, 0, "ZF0x"),
    MAGIC(LZ4, 0, "\x04\x22\x4d\x18"),
    MAGIC(ZSTD, 0, "\x28\xb5\x2f\xfd"),
    MAGIC(SEVENZIP, 0, "7z\xbc\xaf\x27\x1c"),
    MAGIC(NPY, 0, "\x93NUMPY"),
    MAGIC(GGUF, 0, "GGUF"),
    MAGIC(GGML, 0, "lmgg"),
    MAGIC(GGML, 0, "fmgg"),
    MAGIC(GGML, 0, "tjgg"),
    MAGIC(GGML, 0, "algg"),
    MAGIC(HDF5, 0, HDF5_MAGIC),
    MAGIC(TFLITE, 4, "TFL3"),
    MAGIC(ELF, 0, "\x7f" "ELF"),
    MAGIC(PE, 0, "MZ"),
    MAGIC(MACHO, 0, "\xfe\xed\xfa\xce"),
    MAGIC(MACHO, 0, "\xfe\xed\xfa\xcf"),
    MAGIC(MACHO, 0, "\xce\xfa\xed\xfe"),
    MAGIC(MACHO, 0, "\xcf\xfa\xed\xfe"),
    MAGIC(MACHO, 0, "\xca\xfe\xba\xbe"),
    MAGIC(IMAGE, 0, "\x89PNG\r\n\x1a\n"),
    MAGIC(IMAGE, 0, "\xff\xd8\xff"),
    MAGIC(IMAGE, 0, "GIF8"),
    MAGIC(IMAGE, 0, "II*\0"),
    MAGIC(IMAGE, 0, "MM\0*"),
    MAGIC(IMAGE, 8, "WEBP"),
    MAGIC(AUDIO, 8, "WAVE"),
    MAGIC(AUDIO, 0, "ID3"),
    MAGIC(AUDIO, 0, "OggS"),
    MAGIC(AUDIO, 0, "fLaC"),
    MAGIC(AUDIO, 0, "\x1a\x45\xdf\xa3"),
    MAGIC(AUDIO, 4, "ftyp"),
    MAGIC(CATBOOST, 0, "CBM1"),
    MAGIC(LIGHTGBM, 0, "tree\nversion=v"),
    MAGIC(XGBOOST, 0, "{L\0\0\0\0\0\0\0\7learner"),
    MAGIC(XGBOOST, 0, "binf"),
    MAGIC(XGBOOST, 0, "bs64\t"),
    MAGIC(RDS, 0, "X\n\0\0\0\2"),
    MAGIC(RDS, 0, "X\n\0\0\0\3"),
    MAGIC(RDS, 0, "A\n2\n"),
    MAGIC(RDS, 0, "A\n3\n"),
    MAGIC(RDS, 0, "RDX2\nX\n"),
    MAGIC(RDS, 0, "RDX3\nX\n"),
    MAGIC(RDS, 0, "RDA2\nA\n"),
    MAGIC(RDS, 0, "RDA3\nA\n"),
    MAGIC(PDF, 0, "%PDF-"),
    MAGIC(PARQUET, 0, "PAR1"),
    MAGIC(ARROW, 0, "ARROW1"),
    MAGIC(ARROW, 0, "FEA1"),
    MAGIC(FASTTEXT, 0, "\xba\x16\x4f\x2f\x0c\0\0\0"),
    MAGIC(TFEVENTS, 21, "\x1a\x0d" "brain.Event:2"),
    MAGIC(LFS_POINTER, 0, "version https://git-lfs.github.com/spec/v1"),
};

typedef struct suffix {
  const char *text;
  uint8_t length;
  hugh_kind kind;
} suffix;

#define SUFFIX(text, kind) {text, sizeof(text) - 1, HUGH_KIND_##kind}

/* What a name promises, by its ending or as a whole. */
static const suffix suffixes[] = {
    SUFFIX(".safetensors", SAFETENSORS),  SUFFIX(".gguf", GGUF),                SUFFIX(".onnx", ONNX),                SUFFIX(".npy", NPY),
    SUFFIX(".npz", NPZ),                  SUFFIX(".pkl", PICKLE),               SUFFIX(".pickle", PICKLE),            SUFFIX(".dill", PICKLE),
    SUFFIX(".joblib", JOBLIB),            SUFFIX(".pt", TORCH_ZIP),             SUFFIX(".pth", TORCH_ZIP),            SUFFIX(".ckpt", TORCH_ZIP),
    SUFFIX(".h5", HDF5),                  SUFFIX(".hdf5", HDF5),                SUFFIX(".keras", KERAS),              SUFFIX(".tflite", TFLITE),
    SUFFIX(".msgpack", MSGPACK),          SUFFIX(".rds", RDS),                  SUFFIX(".pmml", PMML),                SUFFIX(".xml", XML),
    SUFFIX(".json", JSON),                SUFFIX(".yaml", YAML),                SUFFIX(".yml", YAML),                 SUFFIX(".py", PYTHON),
    SUFFIX(".ipynb", NOTEBOOK),           SUFFIX(".jinja", JINJA),              SUFFIX(".jinja2", JINJA),             SUFFIX(".j2", JINJA),
    SUFFIX(".sh", SHELL),                 SUFFIX(".bash", SHELL),               SUFFIX(".pyw", PYTHON),               SUFFIX(".pyi", PYTHON),
    SUFFIX(".pyx", PYTHON),               SUFFIX(".ipy", PYTHON),
    SUFFIX(".pb", SAVED_MODEL),           SUFFIX(".md", TEXT),                  SUFFIX(".txt", TEXT),                 SUFFIX(".cbm", CATBOOST),
    SUFFIX(".tar", TAR),                  SUFFIX(".zip", ZIP),                  SUFFIX(".7z", SEVENZIP),              SUFFIX(".gz", GZIP),
    SUFFIX(".lzma", LZMA),                SUFFIX(".z", ZLIB),                   SUFFIX(".zlib", ZLIB),                SUFFIX(".so", ELF),
    SUFFIX(".rdata", RDS),                SUFFIX(".rda", RDS),                  SUFFIX(".ubj", XGBOOST),              SUFFIX(".pyc", PYC),
    SUFFIX(".dll", PE),                   SUFFIX(".exe", PE),                   SUFFIX(".pyd", PE),                   SUFFIX(".dylib", MACHO),
    SUFFIX(".pdf", PDF),                  SUFFIX(".parquet", PARQUET),          SUFFIX(".png", IMAGE),                SUFFIX(".jpg", IMAGE),
    SUFFIX(".jpeg", IMAGE),               SUFFIX(".gif", IMAGE),                SUFFIX(".webp", IMAGE),               SUFFIX(".bmp", IMAGE),
    SUFFIX(".mp3", AUDIO),                SUFFIX(".mp4", AUDIO),                SUFFIX(".wav", AUDIO),                SUFFIX(".flac", AUDIO),
    SUFFIX(".ogg", AUDIO),                SUFFIX(".webm", AUDIO),               SUFFIX(".bz2", BZIP2),                SUFFIX(".xz", XZ),
    SUFFIX(".lz4", LZ4),                  SUFFIX(".zst", ZSTD),                 SUFFIX(".skops", SKOPS),
    SUFFIX(".arrow", ARROW),              SUFFIX(".feather", ARROW),            SUFFIX(".onnx_data", WEIGHTS),        SUFFIX(".prototxt", CAFFE),
    SUFFIX(".caffemodel", CAFFE),         SUFFIX(".c", SOURCE),                 SUFFIX(".h", SOURCE),                 SUFFIX(".htm", SOURCE),
    SUFFIX(".cc", SOURCE),                SUFFIX(".cpp", SOURCE),               SUFFIX(".hpp", SOURCE),               SUFFIX(".cu", SOURCE),
    SUFFIX(".cuh", SOURCE),               SUFFIX(".m", SOURCE),                 SUFFIX(".mm", SOURCE),                SUFFIX(".swift", SOURCE),
    SUFFIX(".rs", SOURCE),                SUFFIX(".go", SOURCE),                SUFFIX(".java", SOURCE),              SUFFIX(".js", SOURCE),
    SUFFIX(".mjs", SOURCE),               SUFFIX(".ts", SOURCE),                SUFFIX(".lua", SOURCE),               SUFFIX(".rb", SOURCE),
    SUFFIX(".pl", SOURCE),                SUFFIX(".php", SOURCE),               SUFFIX(".r", SOURCE),                 SUFFIX(".jl", SOURCE),
    SUFFIX(".ps1", SOURCE),               SUFFIX(".bat", SOURCE),               SUFFIX(".cmd", SOURCE),               SUFFIX(".vbs", SOURCE),
    SUFFIX(".html", SOURCE),              SUFFIX("mlmodel", YAML),              SUFFIX("dockerfile", SHELL),          SUFFIX("makefile", SHELL),
};

/* A part of a TensorFlow checkpoint: .data-00000-of-00001. */
static bool is_shard(hugh_text ending) {
  static const char form[] = ".data-#####-of-#####";
  if (ending.length != sizeof form - 1) return false;
  for (size_t i = 0; i < ending.length; i++) {
    char c = ending.data[i];
    if (form[i] == '#' ? c < '0' || c > '9' : c != form[i]) return false;
  }
  return true;
}

static hugh_kind kind_of_name(hugh_text name) {
  size_t length = 0; /* of the ending, with its dot; of the whole name if there is none */
  while (length < name.length && name.data[name.length - 1 - length] != '/' && name.data[name.length - ++length] != '.') {}
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    if (suffixes[i].length == length && hugh_text_ends(name, suffixes[i].text)) return suffixes[i].kind;
  }
  if (is_shard((hugh_text){name.data + name.length - length, length})) return HUGH_KIND_WEIGHTS;
  if (hugh_text_ends(name, "saved_model.pbtxt") || hugh_text_ends(name, "graph.pbtxt")) return HUGH_KIND_SAVED_MODEL;
  return HUGH_KIND_UNKNOWN;
}

static hugh_kind kind_of_magic(const uint8_t *head, size_t length) {
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
    const magic *m = &magics[i];
    if (length >= (size_t)m->offset + m->length && memcmp(head + m->offset, m->bytes, m->length) == 0) return m->kind;
  }
  return HUGH_KIND_UNKNOWN;
}

/* A header length and the brace of its JSON: what every safetensors file starts with (the reference lets white space precede it). */
static bool is_safetensors(const uint8_t *head, size_t length, uint64_t size) {
  if (length < 10) return false;
  uint64_t header = hugh_le64(head);
  if (header < 2 || header > 100000000 || (size != HUGH_UNKNOWN_SIZE && header > size - 8)) return false;
  size_t at = 8;
  while (at < length && (head[at] == ' ' || head[at] == '\n' || head[at] == '\r' || head[at] == '\t')) at++;
  return at < length && head[at] == '{';
}

/* The number with which torch.save marked its old layout, 0x1950a86a20f9469cfc6c, as the protocols write it. */
static bool is_torch_legacy(const uint8_t *head, size_t length) {
  if (HUGH_STARTS(head, length, "L119547037146038801333356L\n.")) return true;
  size_t at = length > 2 && head[0] == 0x80 ? 2 : 0;
  if (at > 0 && length > at && head[at] == 0x95) at += 9; /* a frame */
  return at > 0 && at < length && HUGH_STARTS(head + at, length - at, "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
}

static bool is_text(const uint8_t *head, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (head[i] < 0x20 && head[i] != '\n' && head[i] != '\r' && head[i] != '\t' && head[i] != '\f' && head[i] != 0x1b) return false;
  }
  return true;
}

/* The two bytes of a zlib header, with a first block of a type that exists; "x^" starts texts as well. */
static bool is_zlib(const uint8_t *head, size_t length) {
  if (length < 8 || head[0] != 0x78 || (head[0] << 8 | head[1]) % 31 != 0 || (head[1] & 0x20) != 0) return false;
  return (head[2] & 6) != 6 && (head[1] != '^' || !is_text(head, length));
}

/* The header of an .lzma file: default properties, a dictionary of 2^n or 3 * 2^n bytes, a size that is unknown or below a terabyte. */
static bool is_lzma(const uint8_t *head, size_t length) {
  if (length < 14 || head[0] != 0x5d || head[13] != 0) return false;
  uint32_t dictionary = hugh_le32(head + 1), low = dictionary & (0 - dictionary);
  uint64_t size = hugh_le64(head + 5);
  return dictionary >= 4096 && (dictionary == low || dictionary == 3 * low) && (size == UINT64_MAX || size < (uint64_t)1 << 40);
}

/* A frame that zstd and lz4 readers skip; what follows tells which of them it is. */
static hugh_kind kind_after_skipped(const uint8_t *head, size_t length) {
  size_t at = 0;
  while (length - at >= 12 && (hugh_le32(head + at) & 0xfffffff0) == 0x184d2a50 && hugh_le32(head + at + 4) <= length - at - 12) {
    at += 8 + hugh_le32(head + at + 4);
  }
  if (at == 0) return HUGH_KIND_UNKNOWN;
  return hugh_le32(head + at) == 0x184d2204 ? HUGH_KIND_LZ4 : HUGH_KIND_ZSTD;
}

/* Names whose readers take the content for that, whatever it begins with: GIF8=1 begins a program in Python as well as an image. */
static bool is_read_by_name(hugh_kind named) {
  return (named >= HUGH_KIND_JSON && named < HUGH_KIND_TEXT) || named == HUGH_KIND_XML || named == HUGH_KIND_PMML || named == HUGH_KIND_CAFFE ||
         named == HUGH_KIND_ONNX || named == HUGH_KIND_SAVED_MODEL;
}

static hugh_kind kind_of_text(const uint8_t *head, size_t length, hugh_kind named) {
  if (is_read_by_name(named)) return named;
  size_t at = 0;
  while (at < length && (head[at] == ' ' || head[at] == '\n' || head[at] == '\r' || head[at] == '\t')) at++;
  const uint8_t *p = head + at;
  size_t left = length - at;
  if (HUGH_STARTS(p, left, "#!")) return HUGH_KIND_SHELL;
  if (HUGH_STARTS(p, left, "<?xml")) return HUGH_KIND_XML;
  if (HUGH_STARTS(p, left, "node {") || HUGH_STARTS(p, left, "meta_graphs {") || HUGH_STARTS(p, left, "saved_model_schema_version:")) {
    return HUGH_KIND_SAVED_MODEL;
  }
  return left > 0 && (*p == '{' || *p == '[') ? HUGH_KIND_JSON : HUGH_KIND_TEXT;
}

/* HDF5 may stand behind a block of the user's own: its readers look at 512 bytes and every power of two from there. */
static bool is_hdf5_behind(const uint8_t *head, size_t length) {
  for (size_t at = 512; at < length; at *= 2) {
    if (HUGH_STARTS(head + at, length - at, HDF5_MAGIC)) return true;
  }
  return false;
}

/* Two bytes of a version, a line end that text mode would spoil, and behind flags, time and size the code that was marshalled. */
static bool is_pyc(const uint8_t *head, size_t length) {
  if (length < 17 || head[2] != '\r' || head[3] != '\n' || is_text(head, length)) return false;
  return (head[8] & 0x7f) == 'c' || (head[12] & 0x7f) == 'c' || (head[16] & 0x7f) == 'c';
}

/* ModelProto: the version of the format, then who made it, the graph or the operators' versions. CoreML has a message where the maker is. */
static bool is_onnx(const uint8_t *head, size_t length) {
  if (length < 5 || head[0] != 0x08 || head[1] < 3 || head[1] >= 32) return false;
  return (head[2] == 0x12 && head[4] > ' ' && head[4] < 0x7f) || head[2] == 0x3a || head[2] == 0x42;
}

/* GraphDef: a node, which begins with its name and its operator. A SavedModel starts as other messages do: only its name tells. */
static bool is_graph(const uint8_t *head, size_t length) {
  size_t at = length > 1 && head[0] == 0x0a ? (head[1] < 0x80 ? 2 : 3) : 0;
  if (at == 0 || length < at + 2 || head[at] != 0x0a) return false;
  size_t op = at + 2 + head[at + 1];
  return op + 2 < length && head[op] == 0x12 && head[op + 2] >= 'A' && head[op + 2] <= 'Z';
}

/* MessagePack: a map whose first key is a name. Of the ways to begin one, those that could be a pickle are left out. */
static bool is_msgpack(const uint8_t *head, size_t length) {
  size_t at = length > 5 && head[0] > 0x80 && head[0] < 0x88 ? 1 : length > 5 && head[0] == 0xde ? 3 : 0;
  if (at == 0 || head[at] < 0xa1 || head[at] > 0xbf) return false;
  size_t end = at + 1 + (head[at] & 31);
  if (end >= length) return false;
  while (++at < end) {
    if (head[at] <= ' ' || head[at] >= 0x7f) return false;
  }
  return true;
}

/* A message whose first field is a piece: a text, and a score as a float. */
static bool is_sentencepiece(const uint8_t *head, size_t length) {
  if (length < 5 || head[0] != 0x0a || head[1] >= 0x80 || head[2] != 0x0a || head[3] >= 0x80) return false;
  size_t score = 4 + (size_t)head[3];
  return score + 5 <= 2 + (size_t)head[1] && score < length && head[score] == 0x15;
}

/* The table that says where the tensors of a TensorFlow checkpoint lie: an entry without a name for the number of parts and the version. */
static bool is_checkpoint_index(const uint8_t *head, size_t length) {
  return length > 9 && head[0] == 0 && head[1] == 0 && head[2] == 6 && head[3] == 8 && HUGH_STARTS(head + 5, length - 5, "\x1a\2\x08\1");
}

/* What is never looked into, so that it cannot be what a file is that another reader takes for something else. */
static bool is_inert(hugh_kind kind) {
  switch (kind) {
    case HUGH_KIND_IMAGE:
    case HUGH_KIND_AUDIO:
    case HUGH_KIND_PDF:
    case HUGH_KIND_PARQUET:
    case HUGH_KIND_ARROW:
    case HUGH_KIND_FASTTEXT:
    case HUGH_KIND_TFEVENTS:
    case HUGH_KIND_LIGHTGBM:
    case HUGH_KIND_CATBOOST:
    case HUGH_KIND_GGML: return true;
    default: return false;
  }
}

static hugh_kind kind_of_structure(const uint8_t *head, size_t length, hugh_kind named) {
  if (is_pyc(head, length)) return HUGH_KIND_PYC;
  if (is_read_by_name(named)) return HUGH_KIND_UNKNOWN; /* a message can be read as any other, and anything may stand in a comment */
  if (is_hdf5_behind(head, length)) return HUGH_KIND_HDF5;
  if (is_onnx(head, length)) return HUGH_KIND_ONNX;
  if (is_graph(head, length)) return HUGH_KIND_SAVED_MODEL;
  if (is_sentencepiece(head, length)) return HUGH_KIND_SENTENCEPIECE;
  if (is_checkpoint_index(head, length)) return HUGH_KIND_WEIGHTS;
  return is_msgpack(head, length) ? HUGH_KIND_MSGPACK : HUGH_KIND_UNKNOWN;
}

static bool is_program(hugh_kind kind) {
  return kind == HUGH_KIND_ELF || kind == HUGH_KIND_PE || kind == HUGH_KIND_MACHO || kind == HUGH_KIND_PYC;
}

static bool is_pickle(hugh_kind kind) { return kind == HUGH_KIND_PICKLE || kind == HUGH_KIND_JOBLIB || kind == HUGH_KIND_TORCH_LEGACY; }

static bool is_archive(hugh_kind kind) { return kind == HUGH_KIND_ZIP || kind == HUGH_KIND_SEVENZIP || kind == HUGH_KIND_TAR; }

static bool is_stream(hugh_kind kind) { return kind >= HUGH_KIND_GZIP && kind <= HUGH_KIND_ZSTD; }

/*
** Which names are honest for a kind. The torch and joblib worlds use many suffixes for the same things; elsewhere a pickle, a program or an
** archive behind a name that promises anything else is there to be hidden.
*/
static bool name_fits(hugh_kind kind, hugh_kind named) {
  if (kind == named || kind == HUGH_KIND_LFS_POINTER) return true;
  switch (named) {
    case HUGH_KIND_SAFETENSORS:
    case HUGH_KIND_GGUF:
    case HUGH_KIND_NPY:
    case HUGH_KIND_TFLITE:
    case HUGH_KIND_HDF5:
    case HUGH_KIND_MSGPACK:
    case HUGH_KIND_CATBOOST:
    case HUGH_KIND_PARQUET: return false;
    case HUGH_KIND_NPZ:
    case HUGH_KIND_KERAS:
    case HUGH_KIND_SKOPS: return kind == HUGH_KIND_ZIP;
    case HUGH_KIND_RDS: return is_stream(kind);
    case HUGH_KIND_PICKLE:
    case HUGH_KIND_JOBLIB:
    case HUGH_KIND_TORCH_ZIP: return kind != HUGH_KIND_SEVENZIP && !is_program(kind); /* no loader opens those */
    default:
      if (is_read_by_name(named)) return is_read_by_name(kind) || kind == HUGH_KIND_TEXT || kind == HUGH_KIND_UNKNOWN || kind == HUGH_KIND_EMPTY;
      if (is_archive(named) || is_stream(named)) return !is_pickle(kind) && !is_program(kind);
      return !is_pickle(kind) && !is_archive(kind) && (!is_program(kind) || is_program(named));
  }
}

/* Names under which everything is handed to an unpickler, whatever it looks like. */
static bool is_loaded_as_pickle(hugh_kind named) { return named == HUGH_KIND_PICKLE || named == HUGH_KIND_JOBLIB; }

/* Under torch's names so is what is no archive: an opcode that pickles of protocols 0 and 1 start with is enough. */
static bool may_be_old_torch(uint8_t first, hugh_kind named) {
  static const char opcodes[] = "(c]})lditSVNIFLKMJGUTX\x8a\x8b";
  return named == HUGH_KIND_TORCH_ZIP && memchr(opcodes, first, sizeof opcodes - 1) != NULL;
}

static size_t word_line(const uint8_t *p, size_t length) {
  size_t at = 0;
  while (at < length && (p[at] == '_' || p[at] == '.' || (p[at] >= '0' && p[at] <= '9') || ((p[at] | 32) >= 'a' && (p[at] | 32) <= 'z'))) at++;
  return at > 0 && at < length && p[at] == '\n' ? at + 1 : 0;
}

/* A pickle of protocol 0 under any name: it begins with a global, or with a container that is put in the memo. */
static bool looks_like_old_pickle(const uint8_t *head, size_t length) {
  if (HUGH_STARTS(head, length, "(dp0\n") || HUGH_STARTS(head, length, "(lp0\n") || HUGH_STARTS(head, length, "(ccopy_reg\n")) return true;
  size_t at = length > 0 && head[0] == '(' ? 1 : 0;
  if (at >= length || (head[at] != 'c' && head[at] != 'i')) return false;
  at++;
  size_t module = word_line(head + at, length - at);
  size_t name = module > 0 ? word_line(head + at + module, length - at - module) : 0;
  at += module + name;
  return name > 0 && at < length && memchr("(pq)R.o0tNVSUX", head[at], 14) != NULL;
}

hugh_class hugh_classify(const void *bytes, size_t length, uint64_t size, hugh_text name) {
  const uint8_t *head = bytes;
  hugh_kind named = kind_of_name(name);
  hugh_class class = {.kind = HUGH_KIND_UNKNOWN, .by_content = true, .expected = named};
  if (length == 0) {
    class.kind = HUGH_KIND_EMPTY;
    return class;
  }
  /* Before the magics: a header length such as 384 starts like a pickle, 35615 like gzip, 23117 like a Windows program. */
  class.kind = is_safetensors(head, length, size) ? HUGH_KIND_SAFETENSORS : kind_of_magic(head, length);
  if (is_inert(class.kind) && is_read_by_name(named)) class.kind = HUGH_KIND_UNKNOWN;
  if (class.kind == HUGH_KIND_UNKNOWN) {
    class.kind = kind_after_skipped(head, length);
    if (class.kind != HUGH_KIND_UNKNOWN) return class;
    if (is_torch_legacy(head, length)) class.kind = HUGH_KIND_TORCH_LEGACY;
    else if (is_zlib(head, length)) class.kind = HUGH_KIND_ZLIB;
    else if (is_lzma(head, length)) class.kind = HUGH_KIND_LZMA;
    else if (head[0] == 0x80 && length > 1 && head[1] <= 5) class.kind = named == HUGH_KIND_JOBLIB ? HUGH_KIND_JOBLIB : HUGH_KIND_PICKLE;
    else if (hugh_tar_starts(head, length)) class.kind = HUGH_KIND_TAR;
    else if (is_loaded_as_pickle(named) || may_be_old_torch(head[0], named)) class.kind = HUGH_KIND_PICKLE;
    else if (looks_like_old_pickle(head, length) || hugh_pickle_glance(head, length, size)) class.kind = HUGH_KIND_PICKLE;
    else if ((class.kind = kind_of_structure(head, length, named)) != HUGH_KIND_UNKNOWN) {}
    else if (is_text(head, length)) class.kind = kind_of_text(head, length, named);
    else if (named != HUGH_KIND_UNKNOWN) {
      class.kind = named == HUGH_KIND_TORCH_ZIP ? HUGH_KIND_PICKLE : named;
      class.by_content = false;
    }
  } else if ((class.kind == HUGH_KIND_GGUF || class.kind == HUGH_KIND_GGML || class.kind == HUGH_KIND_RDS) && is_loaded_as_pickle(named)) {
    class.kind = HUGH_KIND_PICKLE; /* G, g and X are opcodes */
  } else if (class.kind == HUGH_KIND_ZIP && (named == HUGH_KIND_NPZ || named == HUGH_KIND_KERAS)) {
    class.kind = named;
  }
  class.name_disagrees = named != HUGH_KIND_UNKNOWN && !name_fits(class.kind, named);
  return class;
}
