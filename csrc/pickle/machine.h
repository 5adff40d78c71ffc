/*
** The inside of the pickle machine: values, nodes, memo, globals. For the files of this directory.
**
** A value is 64 bits: a tag and what fits beside it. What a container holds lies in a ring of recent nodes and is forgotten when the
** ring comes round: forgetting loses detail, never a global, because a global is judged the moment it is named. Strings stay in the
** input: a value holds the offset of the opcode that pushed it, and the text is read again when something is done with it.
*/
#ifndef HUGH_PICKLE_MACHINE_H
#define HUGH_PICKLE_MACHINE_H

#include "../core.h"
#include "judge.h"
#include "pickle.h"

typedef uint64_t hugh_value;

typedef enum hugh_tag {
  HUGH_TAG_ABSENT, /* not a value: an empty memo slot */
  HUGH_TAG_NONE,
  HUGH_TAG_FALSE,
  HUGH_TAG_TRUE,
  HUGH_TAG_INT,       /* payload: 48 bits, signed */
  HUGH_TAG_NUMBER,    /* payload: offset of the opcode; a float or an integer that is not worth keeping */
  HUGH_TAG_STRING,    /* payload: offset of the opcode */
  HUGH_TAG_BYTES,     /* payload: offset of the opcode */
  HUGH_TAG_MADE,      /* a string made by folding; payload: index into machine->made */
  HUGH_TAG_MODULE,    /* an imported module; payload: its name, as for MADE */
  HUGH_TAG_TUPLE,     /* payload: node */
  HUGH_TAG_LIST,
  HUGH_TAG_DICT,
  HUGH_TAG_SET,
  HUGH_TAG_GLOBAL,    /* global */
  HUGH_TAG_CALL,      /* global and node: what calling it returned */
  HUGH_TAG_PERSISTENT,/* node: what a persistent id stands for */
  HUGH_TAG_OPAQUE     /* node, or 0: anything */
} hugh_tag;

/* tag: bits 0-5, global: bits 6-25, node: bits 26-63; or offset and integers: bits 6-63. */
#define HUGH_GLOBAL_BITS 20
#define HUGH_GLOBAL_MOST (((size_t)1 << HUGH_GLOBAL_BITS) - 1)

static inline hugh_value hugh_value_of(hugh_tag tag) { return (hugh_value)tag; }
static inline hugh_value hugh_value_at(hugh_tag tag, uint64_t offset) { return (hugh_value)tag | offset << 6; }
static inline hugh_value hugh_value_int(int64_t number) { return (hugh_value)HUGH_TAG_INT | (hugh_value)number << 6; }
static inline hugh_value hugh_value_node(hugh_tag tag, uint64_t node) { return (hugh_value)tag | node << 26; }
static inline hugh_value hugh_value_call(hugh_tag tag, size_t global, uint64_t node) {
  return (hugh_value)tag | (hugh_value)global << 6 | node << 26;
}
static inline hugh_tag hugh_tag_of(hugh_value value) { return (hugh_tag)(value & 63); }
static inline uint64_t hugh_offset_of(hugh_value value) { return value >> 6; }
static inline int64_t hugh_int_of(hugh_value value) { return (int64_t)value >> 6; }
static inline size_t hugh_global_of(hugh_value value) { return (size_t)(value >> 6) & HUGH_GLOBAL_MOST; }
static inline uint64_t hugh_node_of(hugh_value value) { return value >> 26; }

/* A node: a header word (count, kept), a link to the node that continues it, and the items that were kept. */
#define HUGH_NODE_ITEMS 126 /* items kept of one node: 7 bits */

typedef struct hugh_known hugh_known; /* a function whose result can be folded */

typedef enum hugh_misused {
  HUGH_MISUSED_NOT,
  HUGH_MISUSED_CALL,  /* with these arguments */
  HUGH_MISUSED_STATE, /* what it made gets this state */
  HUGH_MISUSED_HANDED /* to another call, as an argument */
} hugh_misused;

/* A global this machine has met. */
typedef struct hugh_named {
  hugh_global *global;  /* in the report */
  hugh_text module, name;
  uint32_t hash;
  hugh_judgement judgement;
  const hugh_known *known; /* NULL: what it returns is not known */
  uint64_t offset, call_offset, misuse_offset;
  uint64_t count, calls;
  uint64_t looked_inside; /* calls whose bytes were scanned, all of them, the way the loader called reads them */
  const char *shown;    /* how it is called first: "('true')"; NULL while it is not */
  hugh_misused misused; /* used in a way that its entry does not allow */
  bool changed;         /* a finding says that its state is set */
} hugh_named;

/* The machines that read pickles differ in where their bytes come from once a frame is wrong. */
typedef enum hugh_flavour {
  HUGH_FLAVOUR_MEMORY, /* _pickle on bytes: frames are only checked */
  HUGH_FLAVOUR_FILE,   /* _pickle on a file: what is left of a frame is dropped when a read goes beyond it, unless a buffer held it all */
  HUGH_FLAVOUR_PURE,   /* pickle.py: a read across the end of a frame raises */
  HUGH_FLAVOUR_JOBLIB, /* joblib: raw arrays lie between the opcodes */
  HUGH_FLAVOURS
} hugh_flavour;

#define HUGH_CHOICES 3 /* frames of a stream that may lie in a buffer or not, each by itself */
#define HUGH_OTHERS  8 /* places where the next stream may begin besides the usual one */

/* What follows the state of one of joblib's array wrappers. */
typedef enum hugh_raw {
  HUGH_RAW_NONE,
  HUGH_RAW_BYTES,   /* machine->raw_size bytes */
  HUGH_RAW_ALIGNED, /* a byte that counts the padding, the padding, and then the bytes */
  HUGH_RAW_PICKLE   /* a pickle of its own: the array holds objects */
} hugh_raw;

/* A stream that waits for one inside it. */
typedef struct hugh_outer {
  struct hugh_outer *next;
  hugh_value *stack, *memo, *sparse;
  uint32_t *marks;
  size_t depth, stack_size, mark_count, mark_size, memo_size, sparse_size, sparse_count;
  uint64_t memo_count, at, frame_end;
  bool memo_full;
  uint8_t proto;
} hugh_outer;

typedef struct hugh_string {
  uint64_t offset;
  hugh_text text;        /* at most HUGH_TEXT_MOST bytes of it */
  uint64_t from, length; /* where its bytes lie as they are; 0 for escaped ones */
} hugh_string;

/* Bytes that a loader was handed before. */
typedef struct hugh_seen {
  uint64_t key; /* 0: none */
  bool fits;
} hugh_seen;

typedef enum hugh_argument {
  HUGH_ARG_NONE,
  HUGH_ARG_1,
  HUGH_ARG_2,
  HUGH_ARG_4,
  HUGH_ARG_8,
  HUGH_ARG_C1,
  HUGH_ARG_C4,
  HUGH_ARG_C8,
  HUGH_ARG_LINE,
  HUGH_ARG_LINE2
} hugh_argument;

typedef struct hugh_disassembly hugh_disassembly;

typedef struct hugh_machine {
  hugh_scan *scan;
  hugh_task *task;
  hugh_view *view;        /* where opcodes are read */
  hugh_view *texts;       /* where values' texts are */
  hugh_value fetching;    /* a text that has to be fed before the machine goes on; or 0 */

  uint64_t at;            /* the next opcode */
  uint64_t start;         /* of this stream */
  uint64_t frame_end;     /* HUGH_NO_OFFSET: not in a frame */
  uint64_t behind;        /* of joblib: where its file goes on after the frame, or 0: right there */
  uint64_t skip_from, skip_to; /* the last opcode whose payload was not at hand and was skipped */
  bool pushed;            /* a child was pushed and has to run first */
  uint64_t line_at;       /* 0, or: the opcode at `at` is a string whose line goes on here */
  size_t min;             /* bytes the opcode at `at` is known to need */
  hugh_flavour flavour;
  bool diverged;          /* the machines part in this stream: run it in the other flavours too */
  unsigned kept;          /* of the file flavour: bit n says that the nth frame that ends too soon lies in a buffer that holds more */
  unsigned choices, most_choices; /* such frames: in this run, in any run of this stream */
  bool resync;            /* an error was met: no machine gets further by itself */
  bool resync_start;      /* this stream begins behind an error */
  bool padding;           /* look for the next stream first */
  bool exhausted;         /* the input is at its end */
  bool finished;          /* everything was read */
  bool wrapped;           /* this stream has joblib's array wrappers: run it as joblib too */
  hugh_raw raw;
  uint64_t raw_size;
  hugh_outer *outer;
  unsigned outer_count;
  uint8_t *cut;           /* the bytes of an opcode that crosses the end of its frame */
  hugh_view *cut_view;    /* of them */
  uint8_t proto, highest;
  uint64_t streams, stream_opcodes;
  uint64_t stream_end;    /* where the first flavour ended this stream */
  uint64_t others[HUGH_OTHERS]; /* where others ended theirs, and look for the next one */
  size_t other_count;
  unsigned detours;       /* streams that began at one of those */

  hugh_value *stack;
  size_t depth, stack_size;
  uint32_t *marks;
  size_t mark_count, mark_size;

  hugh_value *memo;       /* by index */
  size_t memo_size;
  uint64_t memo_count;    /* entries in use, sparse ones included: what MEMOIZE numbers by */
  hugh_value *sparse;     /* pairs of key + 1 and value, open addressing: indices that are far apart */
  size_t sparse_size, sparse_count;
  bool memo_full;         /* out of room: what is missing may have been there */

  hugh_value *ring;
  size_t ring_size;
  uint64_t ring_head;     /* words ever written */
  bool ring_full;         /* no memory for a larger one */

  hugh_named *named;
  size_t named_count, named_size, reported;
  uint32_t *named_slots;
  size_t slot_count;
  bool states_matter;     /* one of them is a class that is safe only in some states */

  hugh_string *strings;   /* texts that were read again, by offset */
  size_t string_size, string_count;
  hugh_text *made;
  size_t made_count, made_size;

  hugh_seen *seen;        /* bytes that were scanned as sources, open addressing */
  size_t seen_size, seen_count;
  uint64_t pickles_carried, pickles_loaded, carried_at; /* bytes that look like pickles, and those of them that a loader is handed */

  uint64_t errors;        /* operations that no unpickler survives */
  uint64_t error_at;
  const char *error, *first_error; /* of this stream; of the file */
  uint64_t first_error_at;
  uint64_t tail_at; /* where the last good stream ended */
  uint64_t opaque_calls, opaque_at, opaque_changes;
  uint64_t items_at;      /* the opcode whose items are being checked, */
  size_t items_checked;   /* and how many of them were: not all again after every feed */
  const char *special;    /* what the first special key in a state does; NULL: there is none */
  uint64_t special_at;
  uint64_t persistent, persistent_at;
  uint64_t extensions, extension_at;
  uint64_t escapes, escape_at; /* imports of names that could not be followed */
  size_t computed;        /* a global whose name was put together */
  uint64_t computed_at;
  bool folded_out;        /* nothing is folded any more: what calls were folded from was changed since, or there is no room for more */
  bool marked;            /* there is a node with marks */
  const char *divergence;
  uint64_t divergence_at;
  uint64_t frame_most, frame_most_at; /* the furthest end of a frame: it may lie beyond the input, whose size need not be known yet */
  hugh_disassembly *disassembly;
  bool disassembled;
  unsigned fold_depth, folds; /* folded calls inside folded calls; of this opcode */
  uint64_t most_streams;  /* 0: all there are */
  hugh_storages *storages; /* what torch's persistent ids name */
  uint64_t last_at;       /* where the last stream that came to its STOP began */
} hugh_machine;

/* node.c */
uint64_t hugh_node_add(hugh_machine *, const hugh_value *items, size_t count);
bool hugh_node_alive(const hugh_machine *, uint64_t node);
/* How many items there are and how many of them are kept (in *kept); false if the node was forgotten. */
bool hugh_node_size(const hugh_machine *, uint64_t node, uint64_t *count, size_t *kept);
hugh_value hugh_node_item(const hugh_machine *, uint64_t node, size_t index);
/* What is noted of the object that a call made. */
#define HUGH_NODE_BUILT 1u /* its state was set, or it is a container in one that was */
#define HUGH_NODE_HOLDS 2u /* its state holds functions or classes that are not safe in every call */
unsigned hugh_node_marks(const hugh_machine *, uint64_t node);
void hugh_node_mark(hugh_machine *, uint64_t node, unsigned mark);
/* Adds items to a list, set or dict. */
void hugh_node_extend(hugh_machine *, uint64_t node, const hugh_value *items, size_t count);

/* memo.c */
bool hugh_memo_put(hugh_machine *, uint64_t index, hugh_value);
hugh_value hugh_memo_get(const hugh_machine *, uint64_t index); /* 0: nothing there */
void hugh_memo_clear(hugh_machine *);
bool hugh_memo_index(const hugh_machine *, const uint8_t *p, const uint8_t *end, uint64_t *index, bool *plain); /* from text; false: it is no number */

/* string.c: the text of a STRING, BYTES or MADE value. HUGH_END: it cannot be known. */
#define HUGH_TEXT_MOST ((size_t)64 * 1024)
hugh_got hugh_value_text(hugh_machine *, hugh_value, hugh_text *);
/* For what is compared with short words: a text that is longer is empty, and one that is at hand is not remembered. Valid until the next get. */
hugh_got hugh_value_word(hugh_machine *, hugh_value, hugh_text *);
hugh_value hugh_value_make(hugh_machine *, hugh_text); /* copies */
/* Where the bytes of a STRING or BYTES value lie in the view, if they are there as they are. */
hugh_got hugh_value_extent(hugh_machine *, hugh_value, uint64_t *from, uint64_t *length);
/* Reads the text that was not at hand when the machine stopped for it; false: feed more. */
bool hugh_fetch_pending(hugh_machine *);
hugh_value hugh_value_detach(hugh_machine *, hugh_view *, hugh_value); /* what a string of this view says, for use in any other */

/* named.c: globals */
size_t hugh_machine_name(hugh_machine *, uint64_t offset, hugh_text module, hugh_text name);
hugh_got hugh_machine_import(hugh_machine *, uint64_t offset, hugh_value module, hugh_value name, hugh_value *result); /* HUGH_END: no texts */
bool hugh_machine_report(hugh_machine *); /* the findings, once everything was read; false: the slice is spent, go on */

/* check.c: whether a use keeps a safe entry safe. HUGH_NEED: a text has to be fed first. */
typedef enum hugh_call {
  HUGH_CALL_REDUCE, /* callee(*arguments) */
  HUGH_CALL_NEW,    /* callee.__new__(callee, *arguments) */
  HUGH_CALL_OLD     /* INST and OBJ: __new__ without arguments, a call with some */
} hugh_call;
hugh_named *hugh_named_of(hugh_machine *, hugh_value); /* of a GLOBAL, or of what made a CALL; NULL otherwise */
bool hugh_may_be_text(hugh_machine *, hugh_value); /* exactly a str, which only some values are known not to be */
bool hugh_is_safe(hugh_machine *, hugh_value, hugh_check); /* a global that is safe under this check, or without any */
bool hugh_is_made_new(hugh_check); /* for classes that may be instantiated by their __new__ alone */
hugh_got hugh_check_call(hugh_machine *, const hugh_named *, hugh_call, hugh_value arguments, hugh_value keywords, bool *fine);
/* `learned`: what the node of the object is to hold from now on; untouched if that is nothing. */
hugh_got hugh_check_state(hugh_machine *, hugh_value object, hugh_value state, bool *fine, hugh_value learned[2]);
/* What a key of the state does that is more than data: a clause for a sentence. Untouched if there is none. */
hugh_got hugh_special_key(hugh_machine *, hugh_value state, const char **does);
/* Whether items, keys and values, may be more than data: those of objects that may have them as attributes, and those that are mappings. */
bool hugh_items_matter(hugh_machine *, const hugh_value *items, size_t count);
hugh_got hugh_check_items(hugh_machine *, uint64_t offset, hugh_value object, const hugh_value *items, size_t count);
void hugh_note_special(hugh_machine *, uint64_t offset, const char *does);
/* Whether unpicklers hand items to this object by a method of its class, which its attributes cannot replace. */
bool hugh_takes_items(hugh_machine *, hugh_value object, const char *how);
bool hugh_holds_callables(hugh_machine *, hugh_value state); /* that are not safe in every call */
void hugh_note_held(hugh_machine *, hugh_value state); /* marks the containers in a state: what is put there later belongs to it */
void hugh_check_late(hugh_machine *, uint64_t offset, hugh_value container, const hugh_value *items, size_t count);
void hugh_hand_over(hugh_machine *, uint64_t offset, const hugh_named *callee, hugh_value arguments, hugh_value keywords);
void hugh_misuse(hugh_named *, uint64_t offset, hugh_misused how);

/* dtype.c: numpy's types. */
bool hugh_is_structure(hugh_machine *, hugh_value type); /* numpy.record or numpy.void, the types of structures */
hugh_got hugh_check_dtype(hugh_machine *, hugh_value dtype, hugh_value state, bool *fine, hugh_value learned[2]);

/* nested.c: bytes that a loader is handed. */
typedef struct hugh_inside {
  hugh_view *view; /* NULL: there are none that can be seen, or they were scanned before */
  hugh_value value;
  uint64_t key;    /* of the value and how it is loaded */
  bool torch;      /* pickles behind torch's magic number; otherwise what the content says */
  bool fits;       /* the loader reads just these bytes, and in just that way */
  bool whole;      /* and is handed nothing else */
} hugh_inside;
hugh_got hugh_look_inside(hugh_machine *, const hugh_named *, hugh_value arguments, hugh_inside *);
void hugh_push_inside(hugh_machine *, uint64_t offset, const hugh_inside *); /* to be scanned next, if it was not yet */
void hugh_note_bytes(hugh_machine *, uint64_t offset, const uint8_t *head, size_t length, uint64_t size);

/* call.c: what opcodes do to objects. HUGH_NEED: nothing happened yet, feed and do it again. */
hugh_got hugh_machine_call(hugh_machine *, uint64_t offset, hugh_call, hugh_value callee, hugh_value arguments, hugh_value keywords,
                           hugh_value *result);
hugh_got hugh_machine_build(hugh_machine *, uint64_t offset, hugh_value object, hugh_value state);
/* What an opcode adds to an object that is not just a fresh container for it, or that may be more than data. */
hugh_got hugh_machine_items(hugh_machine *, uint64_t offset, uint8_t code, hugh_value object, const hugh_value *items, size_t count);
hugh_got hugh_machine_persistent(hugh_machine *, uint64_t offset, hugh_value id, hugh_value *result);

/* disassemble.c: the opcodes as lines, as pickletools writes them. */
hugh_next hugh_disassemble(hugh_machine *);
void hugh_disassembly_drop(hugh_machine *);

/* explain.c: the program as lines of Python, if the options ask for it. HUGH_NEED: a text has to be fed first. */
hugh_got hugh_explain_call(hugh_machine *, uint64_t offset, hugh_safety, hugh_call, hugh_value callee, hugh_value arguments, hugh_value keywords);
hugh_got hugh_explain_build(hugh_machine *, uint64_t offset, hugh_safety, hugh_value object, hugh_value state);
hugh_got hugh_explain_items(hugh_machine *, uint64_t offset, hugh_safety, hugh_value object, const char *how, const hugh_value *items, size_t count);
hugh_got hugh_explain_computed(hugh_machine *, uint64_t offset, hugh_value module, hugh_value name);
void hugh_explain_import(hugh_machine *, uint64_t offset, const hugh_named *);
void hugh_explain_return(hugh_machine *, uint64_t offset, hugh_value);

/* parser.c: the parser's parts, for those that read something around pickles. The task's state begins with a machine. */
void hugh_machine_begin(hugh_machine *, hugh_scan *, hugh_task *);
hugh_next hugh_pickle_step(hugh_scan *, hugh_task *);
void hugh_pickle_drop(hugh_scan *, hugh_task *);

/* joblib.c: how long the raw bytes behind a NumpyArrayWrapper are. */
bool hugh_is_array_wrapper(const hugh_named *);
hugh_got hugh_array_layout(hugh_machine *, hugh_value state, hugh_raw *, uint64_t *size);
bool hugh_outer_enter(hugh_machine *, uint64_t at); /* puts the stream aside and starts one at `at` */
void hugh_outer_leave(hugh_machine *); /* takes it up again */
void hugh_outer_drop(hugh_machine *);

/* fold.c: what a call is known to return; *result stays 0 if it is not. */
const hugh_known *hugh_fold_known(hugh_text module, hugh_text name);
hugh_got hugh_fold(hugh_machine *, uint64_t offset, hugh_value callee, hugh_value arguments, hugh_value *result);

/* unpack.c: what a constant holds that is written in another form; at most HUGH_TEXT_MOST bytes of it. 0: nothing. */
typedef enum hugh_packing {
  HUGH_PACKED_NOT, /* the same bytes */
  HUGH_PACKED_BASE64,
  HUGH_PACKED_BASE32,
  HUGH_PACKED_HEX,
  HUGH_PACKED_ROT13,
  HUGH_PACKED_DEFLATE, /* zlib, gzip or neither: the bytes say */
  HUGH_PACKED_BZIP2,
  HUGH_PACKED_LZMA
} hugh_packing;
hugh_value hugh_unpack(hugh_machine *, hugh_packing, hugh_text);
bool hugh_packing_of(hugh_text codec, hugh_packing *);
extern const hugh_decoder hugh_decode_latin1; /* the bytes that a text in UTF-8 stands for */

/* show.c: values as Python would write them. */
typedef struct hugh_writer {
  char *data;
  size_t size, length;
} hugh_writer;
void hugh_write(hugh_writer *, const char *text);
void hugh_write_text(hugh_writer *, hugh_text);
/* Appends the value; false if a text has to be fed first. */
hugh_got hugh_write_value(hugh_machine *, hugh_writer *, hugh_value);
hugh_got hugh_write_arguments(hugh_machine *, hugh_writer *, hugh_value arguments, hugh_value keywords);

#endif
