/* placing.h - whom a task will go to, while its record is still on its way to the disk.
 *
 * A slot is kept free for the task from then on. What is placed overtakes nobody: not what waits
 * for a slot, and not what was decided before and will wait. */
#ifndef PEERS_PLACING_H
#define PEERS_PLACING_H

#include "engine/placement.h"
#include "peers/state.h"

/* In place of a session: the task goes wherever there is room, and those that are decided after it
 * know that it will come. */
#define PLACING_ANYWHERE UINT64_MAX

/* As choose() of a placement. */
struct placed placing_choose(struct peers *peers, struct span name, enum task_kind kind,
                             int64_t now_ms);
/* As give_back() of a placement. */
void placing_give_back(struct peers *peers, struct span name, enum task_kind kind,
                       uint64_t session);

/* The task is there: its slot is its own from now on. Gives the session that it was placed at;
 * NULL: the session is gone. */
struct session *placing_arrive(const struct peers *peers, const struct task *task);
/* The task is there, and goes anywhere. */
void placing_come(struct peers *peers, struct action *action, enum task_kind kind);

#endif
