/*
** Programs and libraries: nothing is looked at inside, for loading one runs it. A model repository has no need of them.
*/
#include "../core.h"

static hugh_next step(hugh_scan *scan, hugh_task *task) {
  hugh_find(scan, task, HUGH_FOUND_FILE_EXECUTABLE, 0, "compiled code: loading or running it does whatever it was built to do");
  return HUGH_DONE;
}

const hugh_parser hugh_parser_native = {"native", 0, step, NULL};
