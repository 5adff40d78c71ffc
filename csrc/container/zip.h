/*
** The parts of the zip reader. Three questions, three files: where are the central directories (zip_end.c), what do they list
** (zip_central.c), what do the bytes between say (zip_gap.c); zip.c puts the answers together and hands members on.
**
** A zip is read as its loaders read it: Python's zipfile, PyTorch's miniz, numpy. Where they disagree there are several readings, and the
** members of all of them are scanned.
*/
#ifndef HUGH_ZIP_H
#define HUGH_ZIP_H

#include "../core.h"

#define ZIP_LOCAL_SIZE   30
#define ZIP_CENTRAL_SIZE 46
#define ZIP_END_SIZE     22
#define ZIP_END64_SIZE   56
#define ZIP_LOCATOR_SIZE 20
#define ZIP_READINGS     8 /* end records times ways to read them: more than any honest file has */

#define ZIP_FLAG_ENCRYPTED  0x0001
#define ZIP_FLAG_DESCRIPTOR 0x0008 /* sizes and CRC follow the content */
#define ZIP_FLAG_PATCH      0x0020
#define ZIP_FLAG_STRONG     0x0040
#define ZIP_FLAG_MASKED     0x2000 /* the central directory is encrypted */

/* One way to find the members: where a loader takes the central directory to be, and what it adds to the offsets in there. */
typedef struct zip_reading {
  uint64_t central, size, base;
  uint64_t most; /* readers that do not look at the size go on up to here while there are records */
} zip_reading;

/* A member of the central directory, or (structure) a stretch of bytes that is part of the archive itself. */
typedef struct zip_entry {
  uint64_t header;       /* of the local header; of the stretch */
  uint64_t packed, size; /* as the central directory says */
  uint64_t data;         /* where the content starts, 0 until the local header was read */
  size_t name;           /* in zip_state.names */
  uint32_t crc;
  uint16_t name_length, method, flags;
  uint8_t reading;
  bool structure, visited;
} zip_entry;

/* What a local header says. */
typedef struct zip_local {
  uint64_t packed, size, data;
  hugh_text name; /* valid until the next get */
  uint32_t crc;
  uint16_t method, flags;
} zip_local;

typedef struct zip_state {
  int stage, phase; /* of the whole, and within the stage */
  uint64_t at;      /* where that is: a byte or an entry */

  uint64_t ends[ZIP_READINGS]; /* end records, the last one of the file first */
  size_t end_count, end;
  uint8_t tail[ZIP_END_SIZE + ZIP_LOCATOR_SIZE + ZIP_END64_SIZE]; /* the end record looked at, and what may stand before it */
  bool has_tail;
  zip_reading readings[ZIP_READINGS];
  size_t reading_count, reading;

  zip_entry *entries;
  size_t count, capacity, sorted;
  char *names;
  size_t names_length, names_capacity;
  uint64_t *seen; /* hashes of the names as loaders compare them; 0: free */
  size_t seen_size;

  size_t prefix_length;   /* of the directory that holds data.pkl, with its slash: where PyTorch looks for storages */
  const char *prefix;
  struct hugh_storages *storages; /* of a torch archive: what its pickles name */
  uint64_t handed;        /* the end of the members scanned in this stage */
  uint64_t shared;        /* bytes of members that others had, too */
  zip_local other;        /* the local header's version of a member when it differs from the central one */
  bool has_other;

  uint64_t covered;       /* bytes up to here are explained */
  uint64_t gap, gap_end;  /* being looked at */
  uint64_t look;          /* where in it the next local header is searched */
  uint64_t padding;       /* zeros between members so far */
  size_t previous;        /* the entry that reaches up to `covered`; meaningless while that is 0 */
} zip_state;

/* Finds the end records and what they point to: readings, and structures among the entries. DONE, WANT or AGAIN. */
hugh_next hugh_zip_find_ends(hugh_scan *, hugh_task *, zip_state *);
/* Reads the central directories of all readings into entries, then sorts them by offset. */
hugh_next hugh_zip_read_central(hugh_scan *, hugh_task *, zip_state *);
/* Looks at state->gap..gap_end, a stretch no member explains; pushes what it finds there. */
hugh_next hugh_zip_look_at_gap(hugh_scan *, hugh_task *, zip_state *);

/* A new entry, zeroed but for its place; NULL when there is no memory. */
zip_entry *hugh_zip_add(hugh_scan *, zip_state *, uint64_t header);
/* Adds a stretch of bytes that belongs to the archive itself. */
void hugh_zip_add_structure(hugh_scan *, zip_state *, uint64_t start, uint64_t length);
static inline hugh_text hugh_zip_name(const zip_state *state, const zip_entry *entry) {
  return entry->name_length > 0 ? (hugh_text){state->names + entry->name, entry->name_length} : (hugh_text){"", 0};
}

/* Reads the local header at `at`; `hint` bytes from there will be of use. HUGH_END: there is none. */
hugh_got hugh_zip_read_local(hugh_scan *, hugh_view *, uint64_t at, size_t hint, zip_local *);
/* Replaces 32-bit values that say "see the zip64 field" by those of the extra fields: of each in turn, like zipfile. */
void hugh_zip_apply_extra64(const uint8_t *extra, size_t length, uint64_t *size, uint64_t *packed, uint64_t *offset);
/* Pushes a member's content, decoded as `method` says. */
void hugh_zip_push_member(hugh_scan *, hugh_task *, hugh_text name, uint16_t method, uint64_t data, uint64_t packed, uint64_t size);

#endif
