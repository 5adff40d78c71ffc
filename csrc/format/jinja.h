/* Jinja templates, wherever they are found: chat templates in GGUF, tokenizer_config.json and files of their own. */
#ifndef HUGH_JINJA_H
#define HUGH_JINJA_H

#include "../core.h"

/* Pushes a task that reports what the template would reach; the caller returns HUGH_AGAIN, and the view stays as it is until then. */
void hugh_jinja_push(hugh_scan *, hugh_task *, hugh_view *template, const char *name);

#endif
