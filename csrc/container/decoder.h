/*
** Decompression, by the libraries that do it best. A decoder makes a view of another one (hugh_view_decode).
*/
#ifndef HUGH_DECODER_H
#define HUGH_DECODER_H

#include "../core.h"

extern const hugh_decoder hugh_decode_deflate, hugh_decode_zlib, hugh_decode_gzip, hugh_decode_bzip2, hugh_decode_xz, hugh_decode_lzma,
    hugh_decode_lz4, hugh_decode_zstd;
extern const hugh_decoder hugh_decode_zip_lzma; /* LZMA as zip holds it: version, properties, raw stream */

/* The decoder for a zip's compression method; NULL for stored and for unknown ones. */
const hugh_decoder *hugh_zip_decoder(uint16_t method);

#endif
