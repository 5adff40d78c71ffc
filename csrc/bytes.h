/*
** Reading numbers out of bytes whose length the caller has checked. Offsets from hostile input are added with hugh_add, never with +.
*/
#ifndef HUGH_BYTES_H
#define HUGH_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t hugh_le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static inline uint32_t hugh_le32(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t hugh_le64(const uint8_t *p) { return (uint64_t)hugh_le32(p) | (uint64_t)hugh_le32(p + 4) << 32; }

static inline uint16_t hugh_be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static inline uint32_t hugh_be32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline uint64_t hugh_be64(const uint8_t *p) { return (uint64_t)hugh_be32(p) << 32 | (uint64_t)hugh_be32(p + 4); }

/* a + b, saturating: a sum that overflows is larger than any size and fails every bound check. */
static inline uint64_t hugh_add(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

/* a * b, saturating likewise. */
static inline uint64_t hugh_mul(uint64_t a, uint64_t b) { return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b; }

/* What a hexadecimal digit counts; -1 if it is none. */
static inline int hugh_hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool hugh_starts(const void *data, size_t length, const void *prefix, size_t prefix_length) {
  return length >= prefix_length && memcmp(data, prefix, prefix_length) == 0;
}

#define HUGH_STARTS(data, length, literal) hugh_starts(data, length, literal, sizeof(literal) - 1)

#endif
