/*
** XML, PMML among it. A document type declaration is how XML reads other files and grows without bound; no model needs one. That of a drawing
** or a property list, which names a public type and nothing else, makes no reader open anything of the author's.
*/
#include "../core.h"

#define WORD "<!DOCTYPE"
#define DECLARATION_MOST 512

typedef struct state {
  uint64_t at;
  bool declared; /* a public type, which a document does once */
} state;

/* Where the declaration starts in `p`, or `length`. */
static size_t find(const uint8_t *p, size_t length) {
  for (const uint8_t *at = p; (at = memchr(at, '<', length - (size_t)(at - p))) != NULL; at++) {
    size_t left = length - (size_t)(at - p);
    if (HUGH_STARTS(at, left, WORD) || HUGH_STARTS(at, left, "<!ENTITY")) return (size_t)(at - p);
  }
  return length;
}

/* Whether the declaration at `p` has no part of its own and leads nowhere, or to the definitions that the W3C and Apple publish. */
static bool is_public(const uint8_t *p, size_t length) {
  static const char *const known[] = {"http://www.w3.org/", "https://www.w3.org/", "http://www.apple.com/DTDs/"};
  hugh_text last = {"", 0};
  bool quoted = false;
  for (size_t at = sizeof WORD - 1; at < length; at++) {
    if (p[at] == '"') {
      const uint8_t *end = memchr(p + at + 1, '"', length - at - 1);
      if (end == NULL) return false;
      last = (hugh_text){(const char *)p + at + 1, (size_t)(end - p) - at - 1};
      quoted = true;
      at = (size_t)(end - p);
    } else if (p[at] == '>') {
      for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (hugh_text_starts(last, known[i])) return true;
      }
      return !quoted;
    } else if (p[at] == '[' || p[at] == '\'') {
      return false;
    }
  }
  return false;
}

/* Whether the declaration names an encoding in which markup may be spelt in other bytes than ASCII's, such as UTF-7. */
static bool is_encoded(const uint8_t *p, size_t length) {
  static const char *const plain[] = {"utf-8", "UTF-8", "us-ascii", "US-ASCII", "ascii", "ASCII", "iso-8859", "ISO-8859", "windows-125", "Windows-125"};
  const uint8_t *end = HUGH_STARTS(p, length, "<?xml") ? memchr(p, '>', length) : NULL;
  for (size_t at = 0; end != NULL && p + at < end; at++) {
    size_t left = (size_t)(end - p) - at;
    if (!HUGH_STARTS(p + at, left, "encoding")) continue;
    at += 8;
    while (p + at < end && memchr(" \t\r\n='\"", p[at], 7) != NULL) at++;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
      if (hugh_text_starts((hugh_text){(const char *)p + at, (size_t)(end - p) - at}, plain[i])) return false;
    }
    return true;
  }
  return false;
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  state *st = task->state;
  for (;;) {
    size_t length;
    const uint8_t *p = hugh_view_upto(scan, task->view, st->at, HUGH_READ, &length);
    if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
    if (st->at == 0 && (memchr(p, 0, length) != NULL || is_encoded(p, length))) {
      hugh_incomplete(scan, task, 0, "XML is read in UTF-8 and its like only");
      return HUGH_DONE;
    }
    size_t found = find(p, length);
    if (found < length) {
      uint64_t at = st->at + found;
      p = hugh_view_upto(scan, task->view, at, DECLARATION_MOST, &length);
      if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
      if (st->declared || !is_public(p, length)) {
        hugh_find(scan, task, HUGH_FOUND_XML_ENTITY, at, "the document declares a type or entities, which can make a reader open other files");
        return HUGH_DONE;
      }
      st->declared = true;
      st->at = at + sizeof WORD;
      continue;
    }
    if (length < HUGH_READ) return HUGH_DONE;
    st->at += length - sizeof WORD; /* a word may lie across the seam */
    if (hugh_work(scan, length / 64)) return HUGH_AGAIN;
  }
}

const hugh_parser hugh_parser_xml = {"xml", sizeof(state), step, NULL};
