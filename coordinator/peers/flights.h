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
    PAST_MAX = 100000, /* past flights remembered, of all instances */
    /* A past flight is remembered for so many ms: well above the time that a reconnect takes. */
    PAST_MS = 10 * 60 * 1000,
    /* Tasks that may wait at most; the engine holds the sagas behind these tasks in memory
     * anyway. */
    WAITING_MAX = 8 * 1000 * 1000,
    FREE_MAX = 100000, /* structs flight that are kept for reuse */
};

struct flights {
    struct actions *actions; /* here a flight that waits no more gives back its use of an action */
    struct instances *instances; /* here an instance is forgotten with its last past flight */
    struct map map;              /* attempt and key -> flight */
    struct flight *free;         /* structs kept for reuse, linked by `next` */
    uint32_t free_count;
    struct flight *past_first; /* oldest of all past flights */
    struct flight *past_last;
    uint32_t past_count;
    uint32_t waiting_count; /* flights that stand in queues of actions */
    uint32_t open_count;
    uint64_t order; /* order number of the last flight that began to wait */
};

struct flight *flights_find(const struct flights *flights, struct span key, uint32_t attempt);
/* Makes a flight of this key and attempt, which is in no list yet; NULL: no memory, or the key is
 * too long. There must be no flight of this name. */
struct flight *flights_new(struct flights *flights, struct span key, uint32_t attempt);
/* Takes the flight out of whatever list it is in, and forgets it. */
void flights_forget(struct flights *flights, struct flight *flight);
/* Takes the flight out of its list: it may then begin to wait, open or become past. */
void flights_unlink(struct flights *flights, struct flight *flight);
/* Puts the flight into the queue of the action; the use of the action that the caller has counted
 * now belongs to the flight. */
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
