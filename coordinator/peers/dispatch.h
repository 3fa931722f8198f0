/* dispatch.h - brings tasks to sessions: at once when one has room, else in order when a slot
 * frees.
 *
 * undo, confirm and check go before do; within each the order is that of arrival, over all actions
 * that the session offers. A send that fails leaves the task where it was, at the front: it has
 * used up no attempt. A task whose time is over before it could leave is never sent: its flight
 * stays known, so that the cancel from the engine's own timer finds that it was not taken. */
#ifndef PEERS_DISPATCH_H
#define PEERS_DISPATCH_H

#include "peers/state.h"

/* Sends a new task to a session that offers its action, or puts the task into the queue of its
 * action. */
void dispatch_task(struct peers *peers, const struct task *task, int64_t now_ms);
/* Sends the session tasks from the queues of the actions that it offers, while the session has a
 * free slot. */
void dispatch_session(struct peers *peers, struct session *session, int64_t now_ms);

#endif
