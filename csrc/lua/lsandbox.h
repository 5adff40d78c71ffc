/*
** What the sandbox and the views of lent facts share.
*/
#ifndef HUGH_LSANDBOX_H
#define HUGH_LSANDBOX_H

#include "lcore.h"

typedef struct lsandbox {
  lua_State *L; /* NULL once closed */
  size_t used, most, allowance;
  int64_t instructions, instructions_most, milliseconds;
  int64_t deadline; /* when to look at the time used, in nanoseconds of the monotonic clock */
  int64_t started;  /* in nanoseconds of this thread's processor time */
  bool spent; /* the budget is */
  bool full;  /* it was memory that ran out */
  bool busy; /* a finalizer of the host may run while facts are looked up, and must not come back in */
  int64_t giving; /* since when facts are copied into the box, which costs it neither memory nor time; else 0 */
  lua_State *host; /* while a call lends facts, the state that has them; else NULL */
  int lent;        /* where on its stack the facts are, and above them what finds one */
  int kept;        /* where on its stack the last list ends of which entries may be asked for */
  int loan;        /* counts the loans: lists of an earlier one cannot be asked any more */
} lsandbox;

lsandbox *hugh_sandbox_of(lua_State *box);
/* Starts or ends copying facts into the box. */
void hugh_sandbox_give(lsandbox *, bool);
/* Pushes a copy of a boolean, number or string of another state; false, and nothing, for anything else. */
bool hugh_push_scalar(lua_State *to, lua_State *from, int index);

/* Adds to the table on top of the box's stack what the language uses of views. */
void hugh_loan_open(lua_State *box);
/* Lends the facts that the host has at 3 of its stack. */
void hugh_loan_start(lsandbox *, lua_State *host);
/* Pushes on the box's stack a table of those facts that are scalars; the language fetches the others. */
void hugh_loan_push(lsandbox *);

#endif
