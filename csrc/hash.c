/*
** Hashing what hostile input names: SipHash-1-3 (https://www.aumasson.jp/siphash/siphash.pdf) under a secret of the scan, so that nobody
** can write a file whose names collide: tables would degrade to lists, and two tensors would pass for one.
*/
#include "scan.h"

typedef struct sip {
  uint64_t a, b, c, d;
} sip;

static uint64_t turn(uint64_t v, unsigned bits) { return v << bits | v >> (64 - bits); }

static inline void mix(sip *s) {
  s->a += s->b;
  s->c += s->d;
  s->b = turn(s->b, 13) ^ s->a;
  s->d = turn(s->d, 16) ^ s->c;
  s->a = turn(s->a, 32);
  s->c += s->b;
  s->a += s->d;
  s->b = turn(s->b, 17) ^ s->c;
  s->d = turn(s->d, 21) ^ s->a;
  s->c = turn(s->c, 32);
}

static inline void take(sip *s, uint64_t word) {
  s->d ^= word;
  mix(s);
  s->a ^= word;
}

uint64_t hugh_hash(const hugh_scan *scan, const void *data, size_t length) {
  const uint64_t *key = scan->secret;
  sip s = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du, key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
  const uint8_t *p = data;
  uint64_t last = (uint64_t)length << 56;
  for (; length >= 8; p += 8, length -= 8) take(&s, hugh_le64(p));
  while (length > 0) {
    length--;
    last |= (uint64_t)p[length] << (8 * length);
  }
  take(&s, last);
  s.c ^= 0xff;
  for (int round = 0; round < 3; round++) mix(&s);
  return s.a ^ s.b ^ s.c ^ s.d;
}

/* Where the system puts memory is as secret as it is random; the core has no other source. */
void hugh_hash_seed(hugh_scan *scan) {
  int here = 0;
  scan->secret[0] = (uint64_t)(uintptr_t)scan * 0x9e3779b97f4a7c15u;
  scan->secret[1] = (uint64_t)(uintptr_t)&here * 0xbf58476d1ce4e5b9u;
}
