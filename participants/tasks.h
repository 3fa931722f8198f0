/* tasks.h - tasks, and their cancellations, as they come from the coordinator. */
#ifndef PARTICIPANTS_TASKS_H
#define PARTICIPANTS_TASKS_H

#include "participants/inbound.h"

/* A task has come. Every task is answered, unless it lacks the key, the attempt or the token that
 * an answer needs. Takes the frame's content or leaves it. */
void tasks_take(struct saga_participant *participant, struct inbound *inbound);
/* An attempt is no longer wanted: its work ends, or never begins, if that is still possible. */
void tasks_cancel(struct saga_participant *participant, struct inbound *inbound);

#endif
