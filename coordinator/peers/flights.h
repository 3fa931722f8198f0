/* flights.h - all flights, found by their names, and the one way from one state to the next.
 *
 * A past flight no longer counts but may still be spoken of: its session was lost or it timed out,
 * and its instance may come back and say whether it took the task. Past flights are bounded in
 * number and in time; what is forgotten stays in doubt, which is always safe.
 *
 * A flight is found by attempt and key: a participant that comes back names no tokens. */
#ifndef PEERS_FLIGHTS_H
#define PEERS_FLIGHTS_H

#include "peers/actions.h"
#include "peers/instances.h"

enum {
    PAST_MAX = 100000,             /* past flights remembered, of all instances */
    PAST_MS = 10 * 60 * 1000,      /* for how long: well above any reconnect */
    WAITING_MAX = 8 * 1000 * 1000, /* tasks that wait; the engine holds the sagas behind them */
    FREE_MAX = 100000,             /* structs kept for reuse */
};

struct flights {
    struct actions *actions; /* here a flight that waits no more gives back its use of an action */
    struct instances *instances; /* here an instance is forgotten with its last past flight */
    struct map map;              /* attempt and key -> flight */
    struct flight *free;         /* by `next` */
    uint32_t free_count;
    struct flight *past_first; /* oldest of all past flights */
    struct flight *past_last;
    uint32_t past_count;
    uint32_t waiting_count; /* in queues */
    uint32_t open_count;
    uint64_t order; /* of the last task that began to wait */
};

struct flight *flights_find(const struct flights *flights, struct span key, uint32_t attempt);
/* A flight of this name, in no list; NULL without memory or when the key is too long. The name must
 * be new. */
struct flight *flights_new(struct flights *flights, struct span key, uint32_t attempt);
/* Takes the flight out of whatever list it is in, and forgets it. */
void flights_forget(struct flights *flights, struct flight *flight);
/* Takes the flight out of its list: it may then begin to wait, open or become past. */
void flights_unlink(struct flights *flights, struct flight *flight);
/* Into the action's queue; takes over the caller's use of the action. */
void flights_wait(struct flights *flights, struct flight *flight, struct action *action);
void flights_open(struct flights *flights, struct flight *flight, struct session *session);
void flights_retire(struct flights *flights, struct flight *flight, struct instance *instance,
                    int64_t now_ms);
/* Forgets past flights that are too old. */
void flights_expire(struct flights *flights, int64_t now_ms);
/* When the next past flight is too old; INT64_MAX: there is no past flight. */
int64_t flights_next_due(const struct flights *flights);
void flights_close(struct flights *flights);

#endif
