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
    struct session **sessions; /* those that offer it; owned */
    uint32_t session_count;
    uint32_t session_capacity;
    uint32_t turn;             /* where the next choice begins */
    struct flight_list urgent; /* waiting: undo, confirm, check */
    struct flight_list plain;  /* waiting: do */
    uint32_t expected_urgent;  /* tasks that are decided, and will wait for any session */
    uint32_t expected_plain;   /* the same, of kind do */
    uint32_t uses; /* sessions, waiting flights, expected tasks; 0: the action may be forgotten */
    uint32_t name_size;
    uint8_t name[LIMIT_ACTION];
};

struct actions {
    struct map map; /* name -> action */
};

/* NULL: nobody offers it, and nothing waits for it. */
struct action *actions_find(const struct actions *actions, struct span name);
/* Finds or makes; NULL without memory. Each use is given back by actions_release(). */
struct action *actions_take(struct actions *actions, struct span name);
void actions_release(struct actions *actions, struct action *action);
/* The session offers these actions from now on, and no others; names: a checked msgpack array of
 * str. After SAGA_NO_MEMORY the session offers fewer actions than it said, and the caller must end
 * the session. */
MUST_CHECK enum saga_error actions_set(struct actions *actions, struct session *session,
                                       struct span names);
/* The session offers nothing any more. */
void actions_drop(struct actions *actions, struct session *session);
/* The least loaded session that offers the action and has room, or NULL. */
struct session *actions_choose(struct action *action, int64_t now_ms);
/* Any session that offers the action, or another one of its service; NULL. */
struct session *actions_any(const struct actions *actions, struct span name);
void actions_close(struct actions *actions);

static inline struct span action_name(const struct action *action)
{
    return span_of(action->name, action->name_size);
}

#endif
