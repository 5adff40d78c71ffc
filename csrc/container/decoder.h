/*
** Decompression, by the libraries that do it best. A decoder makes a view of another one (hugh_view_decode).
*/
#ifndef HUGH_DECODER_H
#define HUGH_DECODER_H

#include "../core.h"

extern const hugh_decoder hugh_decode_deflate, hugh_decode_zlib, hugh_decode_gzip, hugh_decode_bzip2, hugh_decode_xz, hugh_decode_lzma,
    hugh_decode_lz4, hugh_decode_zstd;
extern const hugh_decoder hugh_decode_zip_lzma; /* LZMA as zip holds it: version, properties, raw stream */

/* LZMA or LZMA2 without a head, as 7z holds it, perhaps behind a filter for programs. Its parameters, in the order of liblzma: */
typedef struct hugh_lzma_filter {
  uint64_t id; /* liblzma's */
  size_t length;
  uint8_t properties[5];
} hugh_lzma_filter;
typedef struct hugh_lzma_chain {
  size_t count;
  hugh_lzma_filter filters[2];
} hugh_lzma_chain;
extern const hugh_decoder hugh_decode_raw_lzma;

/* The decoder for a zip's compression method; NULL for stored and for unknown ones. */
const hugh_decoder *hugh_zip_decoder(uint16_t method);

#endif
