#define _POSIX_C_SOURCE 200809L
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "hugh.h"

#define WORK       1000              /* of one slice */
#define STEP_MOST  0.5               /* seconds of processor time for a slice, under the sanitizers */
#define KEPT       ((uint64_t)8 << 20)
#define INFLATED   ((uint64_t)8 << 20)
#define MEMORY_MOST (KEPT * 2 + ((size_t)8 << 20))

#define CHECK(condition, ...)                        \
  do {                                               \
    if (!(condition)) {                              \
      fprintf(stderr, "\nbroken: %s: ", #condition); \
      fprintf(stderr, __VA_ARGS__);                  \
      fputc('\n', stderr);                           \
      abort();                                       \
    }                                                \
  } while (0)

typedef struct source {
  const char *name;
  const uint8_t *data;
  size_t size;
} source;

/* One scan of a source, and what it cost. */
typedef struct run {
  hugh_scan *scan;
  const hugh_report *report;
  hugh_allocator allocator;
  size_t held, peak;
  uint64_t allocations, fails_at; /* the allocation that fails, from 1; 0: none */
  bool fails_on;                  /* and so do all after it */
  bool failed;
  uint64_t fed, wants, slices;
} run;

static uint64_t random_state;

static uint64_t random_below(uint64_t n) { /* xorshift64* */
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return n == 0 ? 0 : (random_state * 2685821657736338717u >> 11) % n;
}

static void *resize(void *context, void *block, size_t old, size_t size) {
  run *r = context;
  if (size > old) {
    r->allocations++;
    if (r->fails_at > 0 && (r->fails_on ? r->allocations >= r->fails_at : r->allocations == r->fails_at)) {
      r->failed = true;
      return NULL;
    }
  }
  r->held += size - old;
  if (r->held > r->peak) r->peak = r->held;
  if (size == 0) {
    free(block);
    return NULL;
  }
  void *result = realloc(block, size);
  if (result == NULL) abort();
  return result;
}

static double processor_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Feeds what is wanted: all of it, or a random piece that may start early, end late, or be somewhere else altogether. */
static void feed(run *r, const source *s, const hugh_want *want, bool pieces, uint8_t **lent) {
  if (want->offset >= s->size) {
    free(*lent);
    *lent = NULL;
    hugh_scan_eof(r->scan, pieces ? want->offset : s->size);
    return;
  }
  size_t from = (size_t)want->offset, length = want->hint;
  if (pieces) {
    switch (random_below(8)) {
      case 0: length = 1; break;
      case 1: length = want->min; break;
      case 2: length = want->hint + random_below(5000); break;
      case 3: from -= random_below(from < 100 ? from + 1 : 100); break;
      case 4: from = random_below(8) == 0 ? random_below(s->size) : from; break;
      default: length = 1 + random_below(want->hint < 1000 ? want->hint : 1000);
    }
  }
  if (length > s->size - from) length = s->size - from;
  uint8_t *fresh = malloc(length); /* a block of its own, so that a stale pointer or a read beyond is seen */
  if (fresh == NULL) abort();
  memcpy(fresh, s->data + from, length);
  free(*lent); /* as a host does that reads into the same buffer again */
  hugh_scan_feed(r->scan, from, fresh, length);
  *lent = fresh;
  r->fed += length;
}

static void finish(run *r) {
  hugh_scan_free(r->scan);
  CHECK(r->held == 0, "%zu bytes leak", r->held);
}

static void start(run *r, const source *s, hugh_options options, bool pieces) {
  r->allocator = (hugh_allocator){resize, r};
  r->fed = r->wants = r->slices = 0;
  r->report = NULL;
  options.name = (hugh_text){s->name, strlen(s->name)};
  options.allocator = &r->allocator;
  if (r->scan == NULL) r->scan = hugh_scan_new(&options);
  else hugh_scan_reset(r->scan, &options);
  CHECK(r->scan != NULL || r->failed, "no scan");
  if (r->scan == NULL) return;
  uint8_t *lent = NULL;
  hugh_want want;
  for (;;) {
    double before = processor_time();
    hugh_next next = hugh_scan_step(r->scan, pieces ? 1 + random_below(2 * WORK) : WORK, &want);
    double took = processor_time() - before;
    CHECK(took < STEP_MOST, "a slice takes %g s", took);
    if (next == HUGH_DONE) break;
    CHECK(next != HUGH_FAIL || r->failed, "no allocation failed");
    if (next == HUGH_FAIL) break;
    if (next == HUGH_AGAIN) {
      r->slices++;
      continue;
    }
    CHECK(want.min > 0 && want.hint >= want.min, "a want of %zu to %zu bytes", want.min, want.hint);
    r->wants++;
    do feed(r, s, &want, pieces, &lent);
    while (pieces && random_below(8) == 0);
  }
  r->report = hugh_scan_report(r->scan);
  free(lent);
  CHECK((r->report == NULL) == r->failed, "a report in spite of a failed allocation, or none without");
  if (r->report == NULL) return;
  CHECK(r->report->complete || r->report->safety != HUGH_SAFE, "safe, but not read in full");
  CHECK(r->peak < MEMORY_MOST, "%zu bytes of memory", r->peak);
}

static bool same_text(hugh_text a, hugh_text b) { return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0); }

static bool same_finding(const hugh_finding *a, const hugh_finding *b) {
  return strcmp(a->id, b->id) == 0 && same_text(a->message, b->message) && same_text(a->member, b->member) && a->offset == b->offset;
}

static bool out_of_budget(const hugh_report *report) {
  for (size_t i = 0; i < report->finding_count; i++) {
    if (strcmp(report->findings[i].id, "scan.budget") == 0) return true;
  }
  return false;
}

/* How the source arrived must not show in the report. */
static void check_same(const hugh_report *a, const hugh_report *b) {
  if (out_of_budget(a) || out_of_budget(b)) return; /* joining pieces needs memory of its own */
  CHECK(a->classified.kind == b->classified.kind, "%s or %s", hugh_kind_name(a->classified.kind), hugh_kind_name(b->classified.kind));
  for (size_t i = 0; i < a->finding_count; i++) { /* in whatever order: a broken stream shows sooner in one piece */
    const hugh_finding *f = &a->findings[i];
    size_t j = 0;
    while (j < b->finding_count && !same_finding(f, &b->findings[j])) j++;
    CHECK(j < b->finding_count, "%s at %llu: %.*s", f->id, (unsigned long long)f->offset, (int)f->message.length, f->message.data);
  }
  CHECK(a->finding_count == b->finding_count, "%zu or %zu findings", a->finding_count, b->finding_count);
  CHECK(a->complete == b->complete, "%d or %d", a->complete, b->complete);
  CHECK(a->safety == b->safety, "%s or %s", hugh_safety_name(a->safety), hugh_safety_name(b->safety));
  CHECK(a->global_count == b->global_count, "%zu or %zu globals", a->global_count, b->global_count);
  for (size_t i = 0; i < a->global_count; i++) {
    const hugh_global *g = &a->globals[i], *h = &b->globals[i];
    CHECK(same_text(g->module, h->module) && same_text(g->name, h->name) && g->judged == h->judged && g->called == h->called &&
              g->offset == h->offset,
          "global %zu, called %d at %llu or %d at %llu: %.*s.%.*s or %.*s.%.*s", i, g->called, (unsigned long long)g->offset, h->called,
          (unsigned long long)h->offset, (int)g->module.length, g->module.data, (int)g->name.length, g->name.data,
          (int)h->module.length, h->module.data, (int)h->name.length, h->name.data);
  }
}

/* `b` saw the same content with more around it, or with less known about it: it may be more careful, never more trusting. */
static void check_no_safer(const hugh_report *a, const hugh_report *b) {
  if (!b->complete) return; /* and so not safe */
  CHECK(b->safety >= a->safety, "%s, then %s", hugh_safety_name(a->safety), hugh_safety_name(b->safety));
  for (size_t i = 0; i < a->global_count; i++) {
    const hugh_global *g = &a->globals[i];
    size_t j = 0;
    while (j < b->global_count && !(same_text(g->module, b->globals[j].module) && same_text(g->name, b->globals[j].name))) j++;
    CHECK(j < b->global_count && b->globals[j].judged == g->judged && b->globals[j].called >= g->called, "%.*s.%.*s is gone",
          (int)g->module.length, g->module.data, (int)g->name.length, g->name.data);
  }
}

/* The work, the bytes fed and the questions asked grow linearly. */
static void check_cost(const run *r, const source *s) {
  uint64_t size = s->size + r->report->inflated;
  CHECK(r->slices <= 1000 + size / 10, "%llu slices for %llu bytes", (unsigned long long)r->slices, (unsigned long long)size);
  CHECK(r->wants <= 100 + size / 4, "%llu wants for %llu bytes", (unsigned long long)r->wants, (unsigned long long)size);
  CHECK(r->fed <= 10000 + size * 64, "%llu bytes fed of %llu", (unsigned long long)r->fed, (unsigned long long)size);
}

static void put(uint8_t **p, size_t bytes, uint64_t value) {
  for (; bytes > 0; bytes--, value >>= 8) *(*p)++ = (uint8_t)value;
}

/* The source as the only member of a zip, stored. */
static source zip_of(const source *s) {
  size_t name = strlen(s->name);
  uint8_t *zip = malloc(s->size + 2 * name + 98), *p = zip;
  if (zip == NULL) abort();
  uint32_t crc = (uint32_t)crc32(0, s->data, (uInt)s->size);
  put(&p, 4, 0x04034b50), put(&p, 2, 10), put(&p, 8, 0), put(&p, 4, crc), put(&p, 4, s->size), put(&p, 4, s->size), put(&p, 4, name);
  memcpy(p, s->name, name), p += name;
  if (s->size > 0) memcpy(p, s->data, s->size), p += s->size;
  uint64_t directory = (uint64_t)(p - zip);
  put(&p, 4, 0x02014b50), put(&p, 2, 10), put(&p, 2, 10), put(&p, 8, 0), put(&p, 4, crc), put(&p, 4, s->size), put(&p, 4, s->size);
  put(&p, 8, name), put(&p, 8, 0), put(&p, 2, 0); /* lengths, disk, attributes; the offset is 0 */
  memcpy(p, s->name, name), p += name;
  put(&p, 4, 0x06054b50), put(&p, 4, 0), put(&p, 2, 1), put(&p, 2, 1), put(&p, 4, 46 + name), put(&p, 4, directory), put(&p, 2, 0);
  return (source){"a.zip", zip, (size_t)(p - zip)};
}

static hugh_options options_for(const source *s) {
  hugh_options options;
  hugh_options_init(&options);
  options.size = s->size;
  options.limits = (hugh_limits){.kept = KEPT, .inflated = INFLATED, .opcodes = 1 << 20};
  return options;
}

/* Scans in another way than the first run did, and compares. */
static void vary(const run *first, const source *s) {
  run r = {0};
  hugh_options options = options_for(s);
  switch (random_below(8)) {
    case 0:
    case 1: /* in pieces */
      start(&r, s, options, true);
      check_same(first->report, r.report);
      break;
    case 2: { /* with a scan that has seen something else */
      static const source other = {"other.pkl", (const uint8_t *)"cos\nsystem\n(S'true'\ntR.", 24};
      start(&r, &other, options_for(&other), false);
      start(&r, s, options, false);
      check_same(first->report, r.report);
      break;
    }
    case 3: /* explained as well */
      options.explain = true;
      options.disassemble = random_below(2) == 0;
      start(&r, s, options, false);
      check_same(first->report, r.report);
      break;
    case 4: /* in pieces, with no size to begin with or a wrong one */
      options.size = random_below(3) == 0 ? s->size + 1 + random_below(10000) : HUGH_UNKNOWN_SIZE;
      start(&r, s, options, true);
      if (options.size == HUGH_UNKNOWN_SIZE) check_no_safer(first->report, r.report);
      break;
    case 5: { /* inside a zip */
      source zip = zip_of(s);
      start(&r, &zip, options_for(&zip), false);
      check_no_safer(first->report, r.report);
      free((void *)(uintptr_t)zip.data);
      break;
    }
    case 6: /* out of memory, then once more with enough */
      r.fails_at = 1 + random_below(first->allocations);
      r.fails_on = random_below(2) == 0;
      start(&r, s, options, random_below(2) == 0);
      r.fails_at = 0;
      r.failed = false;
      start(&r, s, options, false);
      check_same(first->report, r.report);
      break;
    default: /* with little of everything: either that shows, or it makes no difference */
      options.limits = (hugh_limits){.kept = 1 + random_below(random_below(2) == 0 ? 20000 : 400000),
                                     .inflated = 1 + random_below(20000),
                                     .opcodes = 1 + random_below(500),
                                     .nesting = 1 + (uint32_t)random_below(4),
                                     .findings = 1 + (uint32_t)random_below(3)};
      start(&r, s, options, false);
      CHECK(!r.report->complete || r.report->safety == first->report->safety, "%s, then %s", hugh_safety_name(first->report->safety),
            hugh_safety_name(r.report->safety));
  }
  finish(&r);
}

void fuzz_drive(const char *const *names, size_t count, const uint8_t *data, size_t size) {
  if (size == 0) return;
  source s = {names[data[0] % count], data + 1, size - 1};
  random_state = crc32(1, data, (uInt)size) | (uint64_t)1 << 32;
  run first = {0};
  start(&first, &s, options_for(&s), false);
  check_cost(&first, &s);
  vary(&first, &s);
  finish(&first);
}
