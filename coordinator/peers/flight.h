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
    /* False: an instance that came back named the attempt, so that only its key and number are
     * known. */
    bool has_token;
    /* WAITING: the flight stands in the queue of its action; false: it was taken out because its
     * time is over, and the engine's own timer will cancel it. */
    bool is_listed;
    bool is_urgent;      /* WAITING: the task is undo, confirm or check, which go before do */
    struct flight *prev; /* in the action's queue, the session's or the instance's list */
    struct flight *next;
    struct flight *older; /* PAST: neighbours in the list of all past flights, by age */
    struct flight *newer;
    const struct task *task;   /* WAITING: borrowed from the engine */
    struct action *action;     /* WAITING: the action in whose queue the flight stands */
    struct session *session;   /* OPEN: the session that the task was sent to */
    struct instance *instance; /* PAST: the participant process that the task was sent to */
    /* OPEN, PAST: ref of the contact to which the attempt was sent, or which named it. */
    uint64_t ref;
    int64_t past_ms; /* PAST: when the flight became past */
    bool is_unnamed; /* PAST: the last `running` of its instance did not name it */
    /* OPEN: the task was cancelled, and the flight becomes past at this time, which frees its slot;
     * INT64_MAX: not cancelled. */
    int64_t over_ms;
    uint64_t order; /* WAITING: a number that grows with each flight that begins to wait */
    uint8_t token[TOKEN_SIZE];
    uint32_t attempt;
    uint32_t name_size;
    /* Attempt (4 bytes) and idempotency key: by this name flights.c finds the flight. */
    uint8_t name[4 + LIMIT_KEY];
};

struct flight_list {
    struct flight *first;
    struct flight *last;
};

/* Adds the flight at the end of the list; it must be in no list. */
void flight_append(struct flight_list *list, struct flight *flight);
/* Takes the flight out of the list; it must be in this list. */
void flight_cut(struct flight_list *list, struct flight *flight);

/* Writes the name of an attempt, at most 4 + LIMIT_KEY bytes, and gives its size. The key has at
 * most LIMIT_KEY bytes. */
uint32_t flight_write_name(uint8_t *name, struct span key, uint32_t attempt);
struct span flight_name(const struct flight *flight);
/* The idempotency key of the flight: its name without the four bytes of the attempt. */
struct span flight_key(const struct flight *flight);

#endif
