/* Jinja templates, wherever they are found: chat templates in GGUF, tokenizer_config.json and files of their own. */
#ifndef HUGH_JINJA_H
#define HUGH_JINJA_H

#include "../core.h"

/* Reports what a template that lies at `offset` of the task's view would reach. */
void hugh_jinja_judge(hugh_scan *, const hugh_task *, uint64_t offset, hugh_text);

#endif
