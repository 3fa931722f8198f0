/* outbox.h - what the world is told, from the store's rows to the receivers: at least once, in
 * order per saga and hook.
 *
 *     store --read--> lane --due--> flight --post--> receiver
 *                      ^              | outcome
 *                      +--- durable --+--> desk, core, store
 *
 * The rows of the store are the truth; here is only what is at work. A lane is one saga's queue to
 * one hook: its oldest undelivered event is its head, and nothing passes the head. An outcome goes
 * to the loop's desk like any request, and the lane moves on when it is durable: so a crash repeats
 * an attempt and never skips one.
 *
 * A dead event (no attempt left) holds nobody back: the lane goes on without it, and a person may
 * send it again. A hook whose receiver answered 410 is disabled: its events wait for a person.
 *
 * outbox_pump() is all of it, in one thread, with time and transport from outside; courier.c is the
 * thread. */
#ifndef OUTBOX_OUTBOX_H
#define OUTBOX_OUTBOX_H

#include "outbox/transport.h"
#include "door/request.h"
#include "store/store.h"
#include "door/webhook.h"

struct outbox;

struct outbox_options {
    const struct webhooks *hooks;  /* borrowed for life */
    const char *source;            /* of the CloudEvents; borrowed for life */
    struct store_reader *reader;   /* taken: closed with the outbox */
    struct transport *transport;   /* taken; done and arg are set here */
    const struct desk *desk;       /* for outcomes, with post */
    int64_t (*now_ms)(void *arg);  /* running time; any thread */
    int64_t (*wall_ms)(void *arg); /* the time that receivers compare with theirs */
    void *arg;
    uint64_t seed; /* of the jitter */
};

/* *outbox is set on SAGA_OK; on SAGA_NO_MEMORY reader and transport stay the caller's. */
MUST_CHECK enum saga_error outbox_new(const struct outbox_options *options, struct outbox **outbox);
/* When nobody pumps any more and the loop has answered all that was asked. */
void outbox_destroy(struct outbox **outbox);

/* There are new deliveries in the store; `anew`: old ones have changed too. Any thread. */
void outbox_wake(struct outbox *outbox, bool anew);

/* Takes what is new, sends what is due, and works on what is under way: at most until timeout_ms
 * have passed. */
void outbox_pump(struct outbox *outbox, int64_t timeout_ms);

struct outbox_stats {
    uint64_t delivered; /* attempts by their outcome */
    uint64_t failed;
    uint64_t died;
    uint32_t lanes; /* sagas times hooks with something undelivered */
    uint32_t flights;
};

/* From the pumping thread. */
void outbox_stats(const struct outbox *outbox, struct outbox_stats *stats);

#endif
