/* actions.h - "flights.book": who offers it, and what waits for it.
 *
 * The least loaded session is chosen; equals take turns, because the search begins behind the one
 * that was chosen last. An action is known while a session offers it or a flight waits for it. */
#ifndef PEERS_ACTIONS_H
#define PEERS_ACTIONS_H

#include "base/check.h"
#include "base/error.h"
#include "base/map.h"
#include "peers/session.h"

struct action {
    struct session **sessions; /* sessions that offer the action; the array is owned */
    uint32_t session_count;
    uint32_t session_capacity;
    /* Index in `sessions` at which the search for the next task begins, so that equals take
     * turns. */
    uint32_t turn;
    /* Flights of kind undo, confirm and check that wait for a free slot; they go first. */
    struct flight_list urgent;
    struct flight_list plain; /* flights of kind do that wait for a free slot */
    /* Tasks undo, confirm or check that are decided and still on their way to the disk, and will
     * then go to any session: later tasks must not overtake them. */
    uint32_t expected_urgent;
    uint32_t expected_plain; /* the same count of tasks of kind do */
    /* How many sessions, waiting flights and expected tasks need this action; 0: it may be
     * forgotten. */
    uint32_t uses;
    uint32_t name_size;
    uint8_t name[LIMIT_ACTION];
};

struct actions {
    struct map map; /* name -> action */
};

/* The action of this name; NULL: no session offers the action, and no task waits for it. */
struct action *actions_find(const struct actions *actions, struct span name);
/* Finds the action of this name or makes it, and counts one more use; NULL: no memory. Each use
 * must be given back by actions_release(). */
struct action *actions_take(struct actions *actions, struct span name);
void actions_release(struct actions *actions, struct action *action);
/* The session offers these actions from now on, and no others; names: a checked msgpack array of
 * str. After SAGA_NO_MEMORY the session offers fewer actions than it said, and the caller must end
 * the session. */
MUST_CHECK enum saga_error actions_set(struct actions *actions, struct session *session,
                                       struct span names);
/* Takes the session out of all actions that it offers, because the session ends. */
void actions_drop(struct actions *actions, struct session *session);
/* The session with the fewest tasks among those that offer the action and have a free slot; NULL:
 * there is none. */
struct session *actions_choose(struct action *action, int64_t now_ms);
/* Any session that offers this action, or else another action of the same service ("flights." of
 * "flights.book"); NULL: there is none. */
struct session *actions_any(const struct actions *actions, struct span name);
void actions_close(struct actions *actions);

static inline struct span action_name(const struct action *action)
{
    return span_of(action->name, action->name_size);
}

#endif
