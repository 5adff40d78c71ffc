/*
** Jinja templates. A chat template formats messages; none needs an attribute with two underscores, the attr filter or a base class list.
** Outside a sandbox those lead from any value to os.system.
*/
#include "jinja.h"

#define TEMPLATE_MOST ((uint64_t)1 << 20)

/* Words of the walk from a value to the interpreter, each a part of no word that real templates use. */
static const char *const walks[] = {"__class__", "__globals__",  "__builtins__", "__subclasses__", "__mro__", "__bases__", "__base__",  "__init__",
                                    "__import__", "__getattribute__", "__dict__",    "__getitem__",    "__self__", "__code__", "|attr(", "| attr("};

static bool contains(hugh_text text, const char *word) {
  size_t n = strlen(word);
  const char *p = text.data, *end = text.data + text.length;
  while ((size_t)(end - p) >= n && (p = memchr(p, word[0], (size_t)(end - p) - n + 1)) != NULL) {
    if (memcmp(p, word, n) == 0) return true;
    p++;
  }
  return false;
}

void hugh_jinja_judge(hugh_scan *scan, const hugh_task *task, uint64_t offset, hugh_text text) {
  for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
    if (!contains(text, walks[i])) continue;
    hugh_find(scan, task, HUGH_FOUND_JINJA_WALK, offset, "a template uses %s, which leads from a value to code when it is rendered outside a sandbox",
              walks[i]);
    return;
  }
  if (contains(text, "\\x5f") || contains(text, "\\u005f")) { /* escapes for the underscore, which only hide the words above */
    hugh_find(scan, task, HUGH_FOUND_JINJA_WALK, offset, "a template spells underscores as escapes, to hide the attributes it uses");
  }
}

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  size_t length;
  const uint8_t *p = hugh_view_upto(scan, task->view, 0, TEMPLATE_MOST, &length);
  if (p == NULL) return task->view->got == HUGH_NEED ? HUGH_WANT : HUGH_DONE;
  hugh_jinja_judge(scan, task, 0, (hugh_text){(const char *)p, length});
  if (length == TEMPLATE_MOST) hugh_incomplete(scan, task, length, "a template is longer than 1 MiB");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_jinja = {"jinja", 0, step, NULL};
