/* placing.h - whom a task will go to, while its record is still on its way to the disk.
 *
 * A slot is kept free for the task from then on. What is placed overtakes nobody: not what waits
 * for a slot, and not what was decided before and will wait. */
#ifndef PEERS_PLACING_H
#define PEERS_PLACING_H

#include "engine/placement.h"
#include "peers/state.h"

/* Stands for a session when none has a free slot: the task will go to any session with room, and is
 * counted as expected, so that tasks decided later do not overtake it. */
#define PLACING_ANYWHERE UINT64_MAX

/* Keeps a slot free for a task that is being recorded, as engine/placement.h says of choose(). */
struct placed placing_choose(struct peers *peers, struct span name, enum task_kind kind,
                             int64_t now_ms);
/* Takes back what placing_choose() gave, because the task will not be sent (engine/placement.h:
 * give_back()). */
void placing_give_back(struct peers *peers, struct span name, enum task_kind kind,
                       uint64_t session);

/* A task has come for which placing_choose() kept a slot: ends the keeping and returns the session
 * of the slot, to which the caller sends the task. NULL: that session is gone. */
struct session *placing_arrive(const struct peers *peers, const struct task *task);
/* A task has come that was placed at PLACING_ANYWHERE: it is no longer counted as expected. */
void placing_come(struct peers *peers, struct action *action, enum task_kind kind);

#endif
