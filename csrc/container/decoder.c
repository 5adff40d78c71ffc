/*
** Decoders over zlib, libbz2, liblzma, liblz4 and libzstd. Their memory comes from the scan's allocator and counts against its limits, so a
** stream that asks for a window of gigabytes is a budget finding.
*/
#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_customMem */
#include "decoder.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* The libraries free without saying how much: the size stands before each block. */
typedef union block_head {
  size_t size;
  max_align_t aligned;
} block_head;

static void *block_new(hugh_scan *scan, size_t count, size_t each) {
  uint64_t size = hugh_add(hugh_mul(count, each), sizeof(block_head));
  block_head *head = size <= SIZE_MAX ? hugh_resize(scan, NULL, 0, (size_t)size) : NULL;
  if (head == NULL) return NULL;
  head->size = (size_t)size;
  return head + 1;
}

static void block_free(hugh_scan *scan, void *block) {
  if (block == NULL) return;
  block_head *head = (block_head *)block - 1;
  hugh_resize(scan, head, head->size, 0);
}

static unsigned int clip(size_t n) { return n < UINT32_MAX / 2 ? (unsigned int)n : UINT32_MAX / 2; }

/* ------------------------------------------------- deflate, zlib and gzip */

static void *zlib_alloc(void *scan, unsigned int count, unsigned int each) { return block_new(scan, count, each); }
static void zlib_free(void *scan, void *block) { block_free(scan, block); }

static void *zlib_open(hugh_scan *scan, int window) {
  z_stream *stream = block_new(scan, 1, sizeof *stream);
  if (stream == NULL) return NULL;
  *stream = (z_stream){.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = scan};
  if (inflateInit2(stream, window) == Z_OK) return stream;
  block_free(scan, stream);
  return NULL;
}

static void *open_deflate(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  return zlib_open(scan, -15);
}

static void *open_zlib(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  return zlib_open(scan, 15);
}

static hugh_decoded run_zlib(void *state, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end) {
  z_stream *stream = state;
  unsigned int given = clip(*in_left), room = clip(*out_left);
  (void)end;
  stream->next_in = (Bytef *)(uintptr_t)*in;
  stream->avail_in = given;
  stream->next_out = *out;
  stream->avail_out = room;
  int status = inflate(stream, Z_NO_FLUSH);
  *in += given - stream->avail_in;
  *in_left -= given - stream->avail_in;
  *out += room - stream->avail_out;
  *out_left -= room - stream->avail_out;
  if (status == Z_STREAM_END) return HUGH_DECODE_END;
  return status == Z_OK || status == Z_BUF_ERROR ? HUGH_DECODE_MORE : HUGH_DECODE_ERROR;
}

static void close_zlib(hugh_scan *scan, void *state) {
  inflateEnd(state);
  block_free(scan, state);
}

static bool again_zlib(hugh_scan *scan, void *state) {
  (void)scan;
  return inflateReset(state) == Z_OK;
}

const hugh_decoder hugh_decode_deflate = {"deflate", open_deflate, run_zlib, close_zlib, NULL};
const hugh_decoder hugh_decode_zlib = {"zlib", open_zlib, run_zlib, close_zlib, again_zlib}; /* joblib reads on */

/*
** The head and the tail of gzip are read here: Python takes flags and checksums of the head as they come and skips zeros between streams,
** where zlib gives up.
*/
enum { GZIP_PADDING, GZIP_FIXED, GZIP_EXTRA_LENGTH, GZIP_EXTRA, GZIP_NAME, GZIP_COMMENT, GZIP_CHECK, GZIP_BODY, GZIP_TAIL };

typedef struct gzip_state {
  z_stream *stream;
  int part;
  size_t have, extra; /* bytes of the part so far; those of the extra field */
  uint8_t bytes[10];  /* its first ones */
  uint8_t flags;
  uint32_t crc, size;
} gzip_state;

static void *open_gzip(hugh_scan *scan, const void *parameters) {
  gzip_state *state = block_new(scan, 1, sizeof *state);
  if (state == NULL) return NULL;
  *state = (gzip_state){.stream = open_deflate(scan, parameters), .part = GZIP_FIXED};
  if (state->stream != NULL) return state;
  block_free(scan, state);
  return NULL;
}

static bool again_gzip(hugh_scan *scan, void *opaque) {
  gzip_state *state = opaque;
  *state = (gzip_state){.stream = state->stream, .part = GZIP_PADDING};
  return again_zlib(scan, state->stream);
}

static void close_gzip(hugh_scan *scan, void *opaque) {
  close_zlib(scan, ((gzip_state *)opaque)->stream);
  block_free(scan, opaque);
}

/* One byte of the head or the tail. */
static hugh_decoded gzip_byte(gzip_state *state, uint8_t byte) {
  static const uint8_t flags[] = {[GZIP_EXTRA_LENGTH] = 4, [GZIP_EXTRA] = 4, [GZIP_NAME] = 8, [GZIP_COMMENT] = 16, [GZIP_CHECK] = 2};
  if (state->part == GZIP_PADDING && byte == 0) return HUGH_DECODE_MORE;
  if (state->part == GZIP_PADDING) state->part = GZIP_FIXED;
  if (state->have < sizeof state->bytes) state->bytes[state->have] = byte;
  state->have++;
  switch (state->part) {
    case GZIP_FIXED:
      if (state->have < sizeof state->bytes) return HUGH_DECODE_MORE;
      if (memcmp(state->bytes, "\x1f\x8b\x8", 3) != 0) return HUGH_DECODE_ERROR;
      state->flags = state->bytes[3];
      break;
    case GZIP_EXTRA_LENGTH:
    case GZIP_CHECK:
      if (state->have < 2) return HUGH_DECODE_MORE;
      state->extra = hugh_le16(state->bytes);
      break;
    case GZIP_EXTRA:
      if (state->have < state->extra) return HUGH_DECODE_MORE;
      break;
    case GZIP_TAIL:
      if (state->have < 8) return HUGH_DECODE_MORE;
      return hugh_le32(state->bytes) == state->crc && hugh_le32(state->bytes + 4) == state->size ? HUGH_DECODE_END : HUGH_DECODE_ERROR;
    default: /* texts that end with a NUL */
      if (byte != 0) return HUGH_DECODE_MORE;
  }
  do {
    state->part++;
  } while (state->part < GZIP_BODY && (!(state->flags & flags[state->part]) || (state->part == GZIP_EXTRA && state->extra == 0)));
  state->have = 0;
  return HUGH_DECODE_MORE;
}

static hugh_decoded run_gzip(void *opaque, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end) {
  gzip_state *state = opaque;
  while (*in_left > 0 && state->part != GZIP_BODY) {
    hugh_decoded decoded = gzip_byte(state, **in);
    *in += 1;
    *in_left -= 1;
    if (decoded != HUGH_DECODE_MORE) return decoded;
  }
  if (state->part != GZIP_BODY) return HUGH_DECODE_MORE;
  const uint8_t *from = *out;
  hugh_decoded decoded = run_zlib(state->stream, in, in_left, out, out_left, end);
  size_t made = (size_t)(*out - from);
  state->crc = (uint32_t)crc32(state->crc, from, clip(made));
  state->size += (uint32_t)made;
  if (decoded != HUGH_DECODE_END) return decoded;
  state->part = GZIP_TAIL;
  return HUGH_DECODE_MORE;
}

const hugh_decoder hugh_decode_gzip = {"gzip", open_gzip, run_gzip, close_gzip, again_gzip};

/* ------------------------------------------------------------------ bzip2 */

static void *bzip2_alloc(void *scan, int count, int each) { return block_new(scan, (size_t)count, (size_t)each); }

static void *open_bzip2(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  bz_stream *stream = block_new(scan, 1, sizeof *stream);
  if (stream == NULL) return NULL;
  *stream = (bz_stream){.bzalloc = bzip2_alloc, .bzfree = zlib_free, .opaque = scan};
  if (BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK) return stream;
  block_free(scan, stream);
  return NULL;
}

static bool again_bzip2(hugh_scan *scan, void *state) {
  (void)scan;
  BZ2_bzDecompressEnd(state);
  return BZ2_bzDecompressInit(state, 0, 0) == BZ_OK;
}

static hugh_decoded run_bzip2(void *state, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end) {
  bz_stream *stream = state;
  unsigned int given = clip(*in_left), room = clip(*out_left);
  (void)end;
  stream->next_in = (char *)(uintptr_t)*in;
  stream->avail_in = given;
  stream->next_out = (char *)*out;
  stream->avail_out = room;
  int status = BZ2_bzDecompress(stream);
  *in += given - stream->avail_in;
  *in_left -= given - stream->avail_in;
  *out += room - stream->avail_out;
  *out_left -= room - stream->avail_out;
  if (status == BZ_STREAM_END) return HUGH_DECODE_END;
  return status == BZ_OK ? HUGH_DECODE_MORE : HUGH_DECODE_ERROR;
}

static void close_bzip2(hugh_scan *scan, void *state) {
  BZ2_bzDecompressEnd(state);
  block_free(scan, state);
}

const hugh_decoder hugh_decode_bzip2 = {"bzip2", open_bzip2, run_bzip2, close_bzip2, again_bzip2};

/* ------------------------------------------------------------ xz and lzma */

#define ZIP_LZMA_HEAD 9 /* version, size of the properties, five bytes of them */

typedef struct xz_state {
  lzma_stream stream;
  lzma_allocator allocator;
  bool raw;      /* such a stream may end without a mark */
  size_t head;   /* bytes of a zip's LZMA head still to come */
  uint8_t properties[ZIP_LZMA_HEAD];
} xz_state;

static void *xz_alloc(void *scan, size_t count, size_t each) { return block_new(scan, count, each); }

static xz_state *xz_new(hugh_scan *scan) {
  xz_state *state = block_new(scan, 1, sizeof *state);
  if (state == NULL) return NULL;
  *state = (xz_state){.stream = LZMA_STREAM_INIT, .allocator = {xz_alloc, zlib_free, scan}};
  state->stream.allocator = &state->allocator;
  return state;
}

static void close_xz(hugh_scan *scan, void *state) {
  xz_state *xz = state;
  lzma_end(&xz->stream);
  block_free(scan, xz);
}

static void *xz_ready(hugh_scan *scan, xz_state *state, lzma_ret status) {
  if (status == LZMA_OK) return state;
  close_xz(scan, state);
  return NULL;
}

/* Like Python's lzma, which takes the one for the other, also where one follows the other. */
static bool again_xz(hugh_scan *scan, void *state) {
  return lzma_auto_decoder(&((xz_state *)state)->stream, hugh_scan_options(scan)->limits.kept, 0) == LZMA_OK;
}

static void *open_xz(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  xz_state *state = xz_new(scan);
  return state != NULL ? xz_ready(scan, state, again_xz(scan, state) ? LZMA_OK : LZMA_MEM_ERROR) : NULL;
}

static void *open_zip_lzma(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  xz_state *state = xz_new(scan);
  if (state == NULL) return NULL;
  state->raw = true;
  state->head = ZIP_LZMA_HEAD;
  return state;
}

static void *open_raw_lzma(hugh_scan *scan, const void *parameters) {
  const hugh_lzma_chain *chain = parameters;
  xz_state *state = xz_new(scan);
  if (state == NULL) return NULL;
  lzma_filter filters[] = {{.id = LZMA_VLI_UNKNOWN}, {.id = LZMA_VLI_UNKNOWN}, {.id = LZMA_VLI_UNKNOWN}};
  lzma_ret status = LZMA_OK;
  for (size_t i = 0; i < chain->count && status == LZMA_OK; i++) {
    const hugh_lzma_filter *given = &chain->filters[i];
    filters[i].id = given->id;
    status = lzma_properties_decode(&filters[i], &state->allocator, given->properties, given->length);
  }
  if (status == LZMA_OK) status = lzma_raw_decoder(&state->stream, filters);
  for (size_t i = 0; i < chain->count; i++) block_free(scan, filters[i].options);
  state->raw = true;
  return xz_ready(scan, state, status);
}

/* Collects the head of a zip's LZMA member and sets the decoder up with it. */
static hugh_decoded read_head(xz_state *state, const uint8_t **in, size_t *in_left) {
  while (state->head > 0 && *in_left > 0) {
    state->properties[ZIP_LZMA_HEAD - state->head] = **in;
    state->head--;
    *in += 1;
    *in_left -= 1;
  }
  if (state->head > 0) return HUGH_DECODE_MORE;
  lzma_options_lzma options;
  uint8_t first = state->properties[4];
  if (hugh_le16(state->properties + 2) != 5 || first > (4 * 5 + 4) * 9 + 8) return HUGH_DECODE_ERROR;
  memset(&options, 0, sizeof options);
  options.lc = first % 9;
  options.lp = first / 9 % 5;
  options.pb = first / 9 / 5;
  options.dict_size = hugh_le32(state->properties + 5);
  lzma_filter filters[2] = {{.id = LZMA_FILTER_LZMA1, .options = &options}, {.id = LZMA_VLI_UNKNOWN}};
  lzma_ret status = lzma_raw_decoder(&state->stream, filters);
  return status == LZMA_OK ? HUGH_DECODE_MORE : status == LZMA_MEM_ERROR ? HUGH_DECODE_WINDOW : HUGH_DECODE_ERROR;
}

static hugh_decoded run_xz(void *state, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end) {
  xz_state *xz = state;
  if (xz->head > 0) {
    hugh_decoded ready = read_head(xz, in, in_left);
    if (ready != HUGH_DECODE_MORE || xz->head > 0) return ready;
  }
  lzma_stream *stream = &xz->stream;
  stream->next_in = *in;
  stream->avail_in = *in_left;
  stream->next_out = *out;
  stream->avail_out = *out_left;
  lzma_ret status = lzma_code(stream, end && !xz->raw ? LZMA_FINISH : LZMA_RUN);
  bool stuck = stream->avail_out == *out_left && stream->avail_in == *in_left;
  *in = stream->next_in;
  *in_left = stream->avail_in;
  *out = stream->next_out;
  *out_left = stream->avail_out;
  if (status == LZMA_STREAM_END || (end && xz->raw && stuck && status == LZMA_BUF_ERROR)) return HUGH_DECODE_END;
  if (status == LZMA_MEMLIMIT_ERROR || status == LZMA_MEM_ERROR) return HUGH_DECODE_WINDOW;
  return status == LZMA_OK || status == LZMA_BUF_ERROR ? HUGH_DECODE_MORE : HUGH_DECODE_ERROR;
}

const hugh_decoder hugh_decode_xz = {"xz", open_xz, run_xz, close_xz, again_xz};
const hugh_decoder hugh_decode_lzma = {"lzma", open_xz, run_xz, close_xz, again_xz};
const hugh_decoder hugh_decode_raw_lzma = {"lzma", open_raw_lzma, run_xz, close_xz, NULL};
const hugh_decoder hugh_decode_zip_lzma = {"lzma", open_zip_lzma, run_xz, close_xz, NULL};

/* --------------------------------------------------------------- lz4, zstd */

/*
** These two lose what a call has made when it ends in an error. So each call gets the rest of a block, without the head of the next one that
** the last call asked for as well, and what comes before a broken one is seen: a loader may have run it by then.
*/
#define LZ4_HEAD  ((size_t)7) /* the shortest ones */
#define ZSTD_HEAD ((size_t)5)

typedef struct block_state {
  void *context;
  size_t wants;
} block_state;

static block_state *block_state_new(hugh_scan *scan, void *context, size_t wants) {
  block_state *state = context != NULL ? block_new(scan, 1, sizeof *state) : NULL;
  if (state != NULL) *state = (block_state){context, wants};
  return state;
}

/* How much of the input the next call gets. */
static size_t block_input(const block_state *state, size_t there, size_t head) {
  size_t most = state->wants > head ? state->wants - head : state->wants;
  return there < most ? there : most;
}

static hugh_decoded block_done(block_state *state, size_t status) {
  state->wants = status;
  return status == 0 ? HUGH_DECODE_END : HUGH_DECODE_MORE;
}

static void *open_lz4(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  LZ4F_dctx *context; /* a few hundred kilobytes at most for blocks up to 4 MiB; liblz4 exports no way to hand it an allocator */
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return NULL;
  block_state *state = block_state_new(scan, context, LZ4_HEAD);
  if (state == NULL) LZ4F_freeDecompressionContext(context);
  return state;
}

static hugh_decoded run_lz4(void *opaque, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end) {
  block_state *state = opaque;
  size_t eaten = block_input(state, *in_left, 4), made = *out_left;
  (void)end;
  size_t status = LZ4F_decompress(state->context, *out, &made, *in, &eaten, NULL);
  if (LZ4F_isError(status)) return HUGH_DECODE_ERROR;
  *in += eaten;
  *in_left -= eaten;
  *out += made;
  *out_left -= made;
  return block_done(state, status);
}

static void close_lz4(hugh_scan *scan, void *state) {
  LZ4F_freeDecompressionContext(((block_state *)state)->context);
  block_free(scan, state);
}

static bool again_lz4(hugh_scan *scan, void *opaque) {
  block_state *state = opaque;
  (void)scan;
  LZ4F_resetDecompressionContext(state->context);
  state->wants = LZ4_HEAD;
  return true;
}

const hugh_decoder hugh_decode_lz4 = {"lz4", open_lz4, run_lz4, close_lz4, again_lz4};

static void *zstd_alloc(void *scan, size_t size) { return block_new(scan, size, 1); }

static void *open_zstd(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  ZSTD_DCtx *context = ZSTD_createDCtx_advanced((ZSTD_customMem){zstd_alloc, zlib_free, scan});
  int log = ZSTD_WINDOWLOG_MIN;
  while (log < ZSTD_WINDOWLOG_MAX && (uint64_t)2 << log <= hugh_scan_options(scan)->limits.kept) log++;
  if (context != NULL) ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, log);
  block_state *state = block_state_new(scan, context, ZSTD_HEAD);
  if (state == NULL) ZSTD_freeDCtx(context);
  return state;
}

static hugh_decoded run_zstd(void *opaque, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end) {
  block_state *state = opaque;
  ZSTD_inBuffer input = {*in, block_input(state, *in_left, 3), 0};
  ZSTD_outBuffer output = {*out, *out_left, 0};
  (void)end;
  size_t status = ZSTD_decompressStream(state->context, &output, &input);
  *in += input.pos;
  *in_left -= input.pos;
  *out += output.pos;
  *out_left -= output.pos;
  ZSTD_ErrorCode problem = ZSTD_getErrorCode(status);
  if (problem == ZSTD_error_memory_allocation || problem == ZSTD_error_frameParameter_windowTooLarge) return HUGH_DECODE_WINDOW;
  if (problem != ZSTD_error_no_error) return HUGH_DECODE_ERROR;
  return block_done(state, status);
}

static void close_zstd(hugh_scan *scan, void *state) {
  ZSTD_freeDCtx(((block_state *)state)->context);
  block_free(scan, state);
}

static bool again_zstd(hugh_scan *scan, void *opaque) {
  block_state *state = opaque;
  (void)scan;
  state->wants = ZSTD_HEAD;
  return !ZSTD_isError(ZSTD_DCtx_reset(state->context, ZSTD_reset_session_only));
}

const hugh_decoder hugh_decode_zstd = {"zstd", open_zstd, run_zstd, close_zstd, again_zstd};

/* ------------------------------------------------------------ zip methods */

const hugh_decoder *hugh_zip_decoder(uint16_t method) {
  switch (method) {
    case 8: return &hugh_decode_deflate;
    case 12: return &hugh_decode_bzip2;
    case 14: return &hugh_decode_zip_lzma;
    case 20: /* zstd before it got its own number */
    case 93: return &hugh_decode_zstd;
    case 95: return &hugh_decode_xz;
    default: return NULL;
  }
}
