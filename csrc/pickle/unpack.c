/*
** Constants in another form: what base64, hexadecimal, rot13 and the compressors of the standard library make of them, and Latin-1.
*/
#include "../container/decoder.h"
#include "machine.h"

static int digit_64(uint8_t c) { /* both alphabets */
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static int digit_32(uint8_t c) {
  if (c >= '2' && c <= '7') return c - '2' + 26;
  c |= 32;
  return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

/* Digits of `width` bits each, as bytes; what is no digit is skipped, as Python does by default. */
static size_t gather(hugh_text in, int (*digit)(uint8_t), unsigned width, uint8_t *out, size_t room) {
  uint32_t bits = 0;
  unsigned have = 0;
  size_t used = 0;
  for (size_t i = 0; i < in.length && used < room; i++) {
    int value = digit((uint8_t)in.data[i]);
    if (value < 0) continue;
    bits = bits << width | (uint32_t)value;
    have += width;
    if (have < 8) continue;
    have -= 8;
    out[used++] = (uint8_t)(bits >> have);
    bits &= (1u << have) - 1;
  }
  return used;
}

static size_t rotate(hugh_text in, uint8_t *out, size_t room) {
  size_t used = in.length < room ? in.length : room;
  for (size_t i = 0; i < used; i++) {
    uint8_t c = (uint8_t)in.data[i], lower = c | 32;
    out[i] = lower >= 'a' && lower <= 'z' ? (uint8_t)(lower < 'n' ? c + 13 : c - 13) : c;
  }
  return used;
}

static const hugh_decoder *decoder_of(hugh_packing packing, hugh_text in) {
  const uint8_t *head = (const uint8_t *)in.data;
  if (packing == HUGH_PACKED_BZIP2) return &hugh_decode_bzip2;
  if (packing == HUGH_PACKED_LZMA) return &hugh_decode_lzma;
  if (HUGH_STARTS(head, in.length, "\x1f\x8b")) return &hugh_decode_gzip;
  return in.length >= 2 && (head[0] & 15) == 8 && (head[0] << 8 | head[1]) % 31 == 0 ? &hugh_decode_zlib : &hugh_decode_deflate;
}

static size_t inflate_text(hugh_machine *m, const hugh_decoder *decoder, hugh_text in, uint8_t *out, size_t room) {
  void *state = hugh_inflated_left(m->scan) > 0 ? decoder->open(m->scan, NULL) : NULL;
  if (state == NULL) return 0;
  const uint8_t *from = (const uint8_t *)in.data;
  size_t left = in.length, space = room, before;
  hugh_decoded decoded;
  do {
    before = left + space;
    decoded = decoder->run(state, &from, &left, &out, &space, true);
  } while (decoded == HUGH_DECODE_MORE && space > 0 && left + space < before);
  decoder->close(m->scan, state);
  return hugh_spend_inflated(m->scan, room - space) ? room - space : 0;
}

hugh_value hugh_unpack(hugh_machine *m, hugh_packing packing, hugh_text in) {
  if (packing == HUGH_PACKED_NOT) return hugh_value_make(m, in);
  uint8_t *out = hugh_resize(m->scan, NULL, 0, HUGH_TEXT_MOST);
  size_t used = 0;
  if (out == NULL) return 0;
  switch (packing) {
    case HUGH_PACKED_BASE64: used = gather(in, digit_64, 6, out, HUGH_TEXT_MOST); break;
    case HUGH_PACKED_BASE32: used = gather(in, digit_32, 5, out, HUGH_TEXT_MOST); break;
    case HUGH_PACKED_HEX: used = gather(in, hugh_hex_digit, 4, out, HUGH_TEXT_MOST); break;
    case HUGH_PACKED_ROT13: used = rotate(in, out, HUGH_TEXT_MOST); break;
    default: used = inflate_text(m, decoder_of(packing, in), in, out, HUGH_TEXT_MOST);
  }
  (void)hugh_work(m->scan, used / 16); /* counted here, asked by the machine once the opcode is done */
  hugh_value value = used > 0 ? hugh_value_make(m, (hugh_text){(const char *)out, used}) : 0;
  hugh_resize(m->scan, out, HUGH_TEXT_MOST, 0);
  return value;
}

/* Codec names as Python normalizes them, without the ending that some have. */
bool hugh_packing_of(hugh_text codec, hugh_packing *packing) {
  static const struct { const char *name; hugh_packing packing; } codecs[] = {
      {"latin1", HUGH_PACKED_NOT},     {"latin_1", HUGH_PACKED_NOT},  {"ascii", HUGH_PACKED_NOT},   {"utf_8", HUGH_PACKED_NOT},
      {"utf8", HUGH_PACKED_NOT},       {"iso_8859_1", HUGH_PACKED_NOT}, {"rot13", HUGH_PACKED_ROT13}, {"rot_13", HUGH_PACKED_ROT13},
      {"base64", HUGH_PACKED_BASE64},  {"hex", HUGH_PACKED_HEX},      {"zlib", HUGH_PACKED_DEFLATE}, {"zip", HUGH_PACKED_DEFLATE},
      {"bz2", HUGH_PACKED_BZIP2}};
  char name[24];
  if (codec.length >= sizeof name) return false;
  for (size_t i = 0; i < codec.length; i++) {
    uint8_t c = (uint8_t)codec.data[i];
    name[i] = (char)(c == '-' || c == ' ' ? '_' : c >= 'A' && c <= 'Z' ? c | 32 : c);
  }
  hugh_text plain = {name, codec.length};
  if (hugh_text_ends(plain, "_codec")) plain.length -= strlen("_codec");
  for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
    if (!hugh_text_is(plain, codecs[i].name)) continue;
    *packing = codecs[i].packing;
    return true;
  }
  return false;
}

/* ------------------------------------------------------------------ latin1 */

static void *open_latin1(hugh_scan *scan, const void *parameters) {
  (void)parameters;
  uint8_t *lead = hugh_resize(scan, NULL, 0, 1);
  if (lead != NULL) *lead = 0;
  return lead;
}

static hugh_decoded run_latin1(void *state, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left, bool end) {
  uint8_t *lead = state;
  while (*in_left > 0 && *out_left > 0) {
    uint8_t c = **in;
    bool second = *lead != 0;
    if (second ? (c & 0xc0) != 0x80 : c >= 0x80 && c != 0xc2 && c != 0xc3) return HUGH_DECODE_ERROR;
    if (second || c < 0x80) {
      *(*out)++ = (uint8_t)(second ? *lead << 6 | (c & 0x3f) : c);
      (*out_left)--;
    }
    *lead = second || c < 0x80 ? 0 : c;
    (*in)++;
    (*in_left)--;
  }
  if (!end || *in_left > 0) return HUGH_DECODE_MORE;
  return *lead == 0 ? HUGH_DECODE_END : HUGH_DECODE_ERROR;
}

static void close_latin1(hugh_scan *scan, void *state) { hugh_resize(scan, state, 1, 0); }

const hugh_decoder hugh_decode_latin1 = {"latin1", open_latin1, run_latin1, close_latin1, NULL};
