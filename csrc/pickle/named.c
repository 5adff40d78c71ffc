/*
** The globals a pickle names, each once, and what the report says about them in the end.
*/
#include <stdio.h>

#include "machine.h"

#define NAME_MOST ((size_t)4 * 1024) /* of a text that is used as a name: it costs as much each time */

static uint32_t hash(const hugh_scan *scan, hugh_text module, hugh_text name) {
  return (uint32_t)(hugh_hash(scan, module.data, module.length) * 3 + hugh_hash(scan, name.data, name.length));
}

/* Both tables or neither: a failed allocation leaves the machine as it was. */
static bool grow(hugh_machine *m) {
  size_t size = m->named_size == 0 ? 32 : m->named_size * 2;
  uint32_t *slots = hugh_resize(m->scan, NULL, 0, size * 2 * sizeof *slots);
  if (slots == NULL) return false;
  hugh_named *named = hugh_resize(m->scan, m->named, m->named_size * sizeof *named, size * sizeof *named);
  if (named == NULL) {
    hugh_resize(m->scan, slots, size * 2 * sizeof *slots, 0);
    return false;
  }
  if (m->named_slots != NULL) hugh_resize(m->scan, m->named_slots, m->slot_count * sizeof *slots, 0);
  memset(slots, 0, size * 2 * sizeof *slots);
  m->named = named;
  m->named_size = size;
  m->named_slots = slots;
  m->slot_count = size * 2;
  for (size_t i = 1; i < m->named_count; i++) {
    size_t at = m->named[i].hash & (m->slot_count - 1);
    while (slots[at] != 0) at = (at + 1) & (m->slot_count - 1);
    slots[at] = (uint32_t)i;
  }
  return true;
}

/* After an error nothing is ever run: what looks like a name there is believed only if it reads like one. */
static bool plausible(hugh_text text) {
  for (size_t i = 0; i < text.length; i++) {
    uint8_t c = (uint8_t)text.data[i];
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (!word) return false;
  }
  return text.length > 1;
}

/* Whether a module is the code of the TorchScript archive around this pickle: its loader takes the class from there, not from Python. */
static bool is_compiled(const hugh_machine *m, hugh_text module) {
  const hugh_task *archive = m->task->parent;
  if (archive == NULL || archive->class.kind != HUGH_KIND_TORCHSCRIPT) return false;
  return hugh_text_is(module, "__torch__") || hugh_text_starts(module, "__torch__.");
}

/* The index of a global, judged and in the report; 0 stands for those there was no room for. */
size_t hugh_machine_name(hugh_machine *m, uint64_t offset, hugh_text module, hugh_text name) {
  if (m->named_count == 0) m->named_count = 1;
  if (m->named_count >= m->named_size && !grow(m)) return 0;
  uint32_t h = hash(m->scan, module, name);
  (void)hugh_work(m->scan, (module.length + name.length) / 4);
  size_t at = h & (m->slot_count - 1);
  for (; m->named_slots[at] != 0; at = (at + 1) & (m->slot_count - 1)) {
    hugh_named *named = &m->named[m->named_slots[at]];
    if (named->hash == h && hugh_text_equal(named->module, module) && hugh_text_equal(named->name, name)) {
      named->count++;
      return m->named_slots[at];
    }
  }
  hugh_judgement judgement = hugh_judge_global(module, name, m->proto);
  (void)hugh_work(m->scan, 256);
  if (judgement.class == HUGH_GLOBAL_UNKNOWN && is_compiled(m, module)) {
    judgement = (hugh_judgement){HUGH_GLOBAL_SAFE, HUGH_CHECK_NONE, "class", "a class that a TorchScript archive defines in its own code/"};
  }
  if (m->resync_start && judgement.class != HUGH_GLOBAL_DANGEROUS && (!plausible(module) || !plausible(name) || module.length + name.length < 8)) {
    return 0;
  }
  hugh_global *global = hugh_report_global(m->scan, m->task, offset, module, name);
  if (global == NULL) {
    if (judgement.class != HUGH_GLOBAL_DANGEROUS) return 0;
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_GLOBAL_DANGEROUS, offset, "%s.%s is imported; calling it %s",
              hugh_show(m->scan, module, 150), hugh_show(m->scan, name, 150), judgement.reason);
    return 0;
  }
  if (global->category == NULL || judgement.class == HUGH_GLOBAL_DANGEROUS) {
    global->judged = judgement.class;
    global->category = judgement.category;
    global->reason = judgement.reason;
  }
  m->named_slots[at] = (uint32_t)m->named_count;
  m->named[m->named_count] = (hugh_named){.global = global, .module = global->module, .name = global->name, .judgement = judgement,
                                          .known = hugh_fold_known(module, name), .hash = h, .offset = offset, .count = 1};
  m->states_matter = m->states_matter || judgement.check == HUGH_CHECK_PLAIN_STATE || judgement.check == HUGH_CHECK_TUPLE_STATE;
  hugh_explain_import(m, offset, &m->named[m->named_count]);
  return m->named_count++;
}

/* STACK_GLOBAL. No pickler puts a name together: one that is cannot be told for sure, since what it is made of may change meanwhile. */
hugh_got hugh_machine_import(hugh_machine *m, uint64_t offset, hugh_value module, hugh_value name, hugh_value *result) {
  const hugh_value given[2] = {module, name};
  hugh_text texts[2];
  bool known = true, constant = true;
  for (int i = 0; i < 2; i++) {
    hugh_got got = hugh_value_text(m, given[i], &texts[i]);
    if (got == HUGH_NEED) return got;
    if (!hugh_may_be_text(m, given[i])) return HUGH_END;
    known = known && got == HUGH_GOT && texts[i].length <= NAME_MOST;
    constant = constant && hugh_tag_of(given[i]) == HUGH_TAG_STRING;
  }
  if (!known) {
    if (hugh_explain_computed(m, offset, module, name) == HUGH_NEED) return HUGH_NEED;
    *result = hugh_value_of(HUGH_TAG_OPAQUE);
    if (m->escapes++ == 0) m->escape_at = offset;
    return HUGH_GOT;
  }
  size_t index = hugh_machine_name(m, offset, texts[0], texts[1]);
  if (!constant && m->computed == 0) {
    m->computed = index;
    m->computed_at = offset;
  }
  *result = hugh_value_call(HUGH_TAG_GLOBAL, index, 0);
  return HUGH_GOT;
}

/* ---------------------------------------------------------------- findings */

static void show_name(hugh_machine *m, const hugh_named *named, char *out, size_t size) {
  (void)snprintf(out, size, "%s.%s", hugh_show(m->scan, named->module, 150), hugh_show(m->scan, named->name, 150));
}

static void report_global(hugh_machine *m, const hugh_named *named) {
  char name[1300];
  show_name(m, named, name, sizeof name);
  const hugh_judgement *judgement = &named->judgement;
  const char *reason = judgement->reason != NULL ? judgement->reason : "is not known to be safe";
  const char *shown = named->shown != NULL ? named->shown : "(…)";
  char times[48] = "";
  if (named->calls > 1) (void)snprintf(times, sizeof times, " (%llu calls)", (unsigned long long)named->calls);
  switch (judgement->class) {
    case HUGH_GLOBAL_DANGEROUS:
      if (named->calls > 0 && named->looked_inside == named->calls) {
        if (!hugh_global_is_condemned(named->global)) named->global->judged = HUGH_GLOBAL_SAFE;
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_NESTED, named->call_offset,
                  "%s loads bytes that the pickle carries; they were scanned like a file of their own%s", name, times);
        break;
      }
      hugh_global_condemn(named->global);
      if (named->calls > 0) {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CALL_DANGEROUS, named->call_offset, "%s%s %s when the file is loaded%s", name,
                  shown, reason, times);
      } else {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_GLOBAL_DANGEROUS, named->offset,
                  "%s is imported, though not called here; calling it %s", name, reason);
      }
      break;
    case HUGH_GLOBAL_UNKNOWN:
      if (named->calls > 0) {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CALL_UNKNOWN, named->call_offset,
                  "%s is not on the list of known-safe classes; it is called with %s%s", name, shown, times);
      } else {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_GLOBAL_UNKNOWN, named->offset,
                  "%s is not on the list of known-safe classes; it is imported", name);
      }
      break;
    default:
      if (named->misused != HUGH_MISUSED_NOT) named->global->judged = HUGH_GLOBAL_UNKNOWN;
      if (named->misused == HUGH_MISUSED_CALL && (judgement->check == HUGH_CHECK_NAMED || hugh_is_made_new(judgement->check))) {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CALL_UNCHECKED, named->misuse_offset,
                  "%s is known to be safe only as long as nothing calls it; it is called with %s%s", name, shown, times);
      } else if (named->misused == HUGH_MISUSED_CALL) {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CALL_UNCHECKED, named->misuse_offset,
                  "%s is safe only for some arguments; %s is not among them%s", name, shown, times);
      } else if (named->misused == HUGH_MISUSED_STATE) {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CALL_UNCHECKED, named->misuse_offset,
                  "%s is safe only in some states; the one that is set here is not among them", name);
      } else if (named->misused == HUGH_MISUSED_HANDED) {
        hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CALL_UNCHECKED, named->misuse_offset,
                  "%s is handed to a call, which may call it with arguments that it is not safe for", name);
      }
  }
}

static const char *plural(uint64_t count) { return count == 1 ? "" : "s"; }

bool hugh_machine_report(hugh_machine *m) {
  while (m->reported + 1 < m->named_count) {
    report_global(m, &m->named[++m->reported]);
    if (hugh_work(m->scan, 256)) return false;
  }
  if (m->opaque_calls > 0) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CALL_OPAQUE, m->opaque_at,
              "calls something that the pickle computes and hugh cannot name (%llu time%s)", (unsigned long long)m->opaque_calls,
              plural(m->opaque_calls));
  }
  if (m->escapes > 0) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_GLOBAL_COMPUTED, m->escape_at,
              "imports something whose name the pickle computes and hugh cannot follow (%llu time%s)", (unsigned long long)m->escapes,
              plural(m->escapes));
  }
  if (m->computed > 0) {
    char name[1300];
    show_name(m, &m->named[m->computed], name, sizeof name);
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_GLOBAL_COMPUTED, m->computed_at,
              "imports %s by a name that the pickle puts together, which picklers never do", name);
  }
  if (m->special != NULL) hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_STATE_SPECIAL, m->special_at, "%s", m->special);
  if (m->divergence == NULL && m->frame_most > m->view->size) {
    m->divergence = "a frame is longer than the input";
    m->divergence_at = m->frame_most_at;
  }
  if (m->divergence != NULL) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_DIVERGENCE, m->divergence_at, "unpicklers read this pickle differently: %s",
              m->divergence);
  }
  if (m->persistent > 0) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_PERSISTENT, m->persistent_at,
              "asks the loader for %llu object%s by id; only a loader that knows such ids can load it", (unsigned long long)m->persistent,
              plural(m->persistent));
  }
  if (m->pickles_carried > m->pickles_loaded) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_CARRIED, m->carried_at,
              "carries bytes that look like a pickle of their own (%llu time%s); nothing here loads them",
              (unsigned long long)(m->pickles_carried - m->pickles_loaded), plural(m->pickles_carried - m->pickles_loaded));
  }
  if (m->extensions > 0) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_EXTENSION, m->extension_at,
              "names %llu object%s by a number in copyreg's registry; what that is depends on the program that loads it",
              (unsigned long long)m->extensions, plural(m->extensions));
  }
  if (m->first_error != NULL && m->streams == 0) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_BROKEN, m->first_error_at,
              "the pickle breaks off at byte %llu: %s; what comes before it still runs", (unsigned long long)m->first_error_at,
              m->first_error);
  } else if (m->first_error != NULL) {
    hugh_find(m->scan, m->task, HUGH_FOUND_PICKLE_TRAILING, m->tail_at,
              "after byte %llu, where the pickle ends, follow bytes that are no pickle", (unsigned long long)m->tail_at);
  }
  if (m->streams > 1) hugh_note_add(m->scan, "pickle.streams", m->streams);
  hugh_note_number(m->scan, "pickle.protocol", m->highest);
  return true;
}
