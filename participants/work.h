/* work.h - the work on keys: begun once, whichever attempt asks for it, and answered for each. */
#ifndef PARTICIPANTS_WORK_H
#define PARTICIPANTS_WORK_H

#include "participants/participant.h"

/* Begins the work on an idle run for one of its attempts: by the crew, or here and now. */
void work_begin(struct saga_participant *participant, struct run *run, struct attempt *attempt);
/* Runs the handler for run->current, or says why not. On a worker, or inline. */
void work_execute(struct run *run);
/* The work on a run is over: its attempts are answered. */
void work_finish(struct saga_participant *participant, struct run *run);
/* Answers a run that was taken out of the queue before a worker began: "cancelled" or "expired". */
void work_finish_void(struct saga_participant *participant, struct run *run, const char *code);
/* The coordinator was silent for dead_ms: answers "expired" for all that has not begun. */
void work_expire_all(struct saga_participant *participant);

#endif
