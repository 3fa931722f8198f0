/* flight.h - a flight: one attempt at a task, while peers has anything to do with it.
 *
 *               peers_task                 sent                  answered, or
 *      (none) ------------> WAITING -----------------> OPEN ---------------> (none)
 *                              |                        |  ^      its result came
 *                 cancel: UNTAKEN                       |  | `ready` names it: ADOPT
 *                              v   timed out, or LOST   v  |
 *                           (none)                     PAST ----> (none)
 *                                      `ready` does not name it: UNTAKEN, or it grew old
 *
 * Only OPEN flights count against a window. A flight is in at most one list. */
#ifndef PEERS_FLIGHT_H
#define PEERS_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "journal/row.h"

enum flight_state { FLIGHT_WAITING, FLIGHT_OPEN, FLIGHT_PAST };

struct flight {
    enum flight_state state;
    bool has_token;      /* false: adopted, only its name is known */
    bool is_listed;      /* WAITING: in a queue; false: its time is over, the engine knows */
    bool is_urgent;      /* WAITING: undo, confirm or check */
    struct flight *prev; /* in the action's queue, the session's or the instance's list */
    struct flight *next;
    struct flight *older; /* PAST: of all past flights */
    struct flight *newer;
    const struct task *task;   /* WAITING: borrowed from the engine */
    struct action *action;     /* WAITING */
    struct session *session;   /* OPEN */
    struct instance *instance; /* PAST */
    uint64_t ref;    /* OPEN, PAST: of the contact that the attempt was sent to, or named by */
    int64_t past_ms; /* PAST: since when */
    bool is_unnamed; /* PAST: the last `running` of its instance did not name it */
    int64_t over_ms; /* OPEN: called off, and past from then on; INT64_MAX: not called off */
    uint64_t order;  /* WAITING: order of arrival */
    uint8_t token[TOKEN_SIZE];
    uint32_t attempt;
    uint32_t name_size;
    uint8_t name[4 + LIMIT_KEY]; /* attempt and idempotency key: its key in the map */
};

struct flight_list {
    struct flight *first;
    struct flight *last;
};

/* Adds at the end; the flight must be in no list. */
void flight_append(struct flight_list *list, struct flight *flight);
/* Takes out; the flight must be in this list. */
void flight_cut(struct flight_list *list, struct flight *flight);

/* Writes the name of an attempt, at most 4 + LIMIT_KEY bytes, and gives its size. The key has at
 * most LIMIT_KEY bytes. */
uint32_t flight_write_name(uint8_t *name, struct span key, uint32_t attempt);
struct span flight_name(const struct flight *flight);
/* The idempotency key alone. */
struct span flight_key(const struct flight *flight);

#endif
