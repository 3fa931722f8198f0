/* state.h - struct outbox: the hooks, the attempts under way, and what the loop has answered.
 *
 * All of it belongs to the pumping thread, but the list of attempts that the loop has answered. */
#ifndef OUTBOX_STATE_H
#define OUTBOX_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "outbox/lanes.h"
#include "outbox/outbox.h"

enum {
    RETRY_MS = 1000, /* after trouble of our own */
};

struct hook {
    const struct webhook *config;
    struct lanes lanes;
    uint32_t flights;  /* attempts under way */
    uint32_t failures; /* in a row */
    int64_t held_ms;   /* nothing leaves before */
    bool is_disabled;
};

struct attempt;

struct outbox {
    struct outbox_options options;
    struct hook hooks[WEBHOOK_COUNT_MAX];
    struct attempt *attempts; /* all of them */
    struct attempt *unasked;  /* their outcome waits for room on the desk */
    uint64_t last_id;         /* deliveries up to it have been seen */
    int64_t retry_ms;         /* no look at the store before */
    uint64_t random;
    struct outbox_stats stats;
    atomic_bool is_new;   /* deliveries were added */
    atomic_bool is_anew;  /* others were changed: forget what was seen */
    pthread_mutex_t lock; /* guards the list of the answered */
    struct attempt *answered;
};

#endif
