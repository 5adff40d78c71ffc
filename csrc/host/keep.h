/*
** Reports that outlive their scans, so that one scan and its memory can be used for file after file.
*/
#ifndef HUGH_KEEP_H
#define HUGH_KEEP_H

#include "../hugh.h"

/* A copy in one block, to be freed with free(); NULL if there is no memory. */
hugh_report *hugh_report_keep(const hugh_report *);

#endif
