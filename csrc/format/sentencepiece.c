/*
** A vocabulary of SentencePiece: a message of pieces, each a text and a number, and of settings. Whatever is not one is left unknown.
*/
#include "protobuf.h"

#define FIELDS 5 /* pieces, trainer, normalizer, self-test, denormalizer */

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  hugh_protobuf *pb = task->state;
  do {
    switch (hugh_protobuf_next(scan, task->view, pb)) {
      case HUGH_PROTOBUF_NEED: return HUGH_WANT;
      case HUGH_PROTOBUF_END: return HUGH_DONE;
      case HUGH_PROTOBUF_FIELD:
        if (pb->wire == HUGH_WIRE_BYTES && pb->field <= FIELDS) break;
        hugh_task_reclassify(scan, task, HUGH_KIND_UNKNOWN);
        return HUGH_DONE;
      default:
        hugh_find(scan, task, HUGH_FOUND_SCAN_TRUNCATED, pb->at, "the vocabulary breaks off here");
        return HUGH_DONE;
    }
  } while (!hugh_work(scan, 16));
  return HUGH_AGAIN;
}

const hugh_parser hugh_parser_sentencepiece = {"sentencepiece", sizeof(hugh_protobuf), step, NULL};
