/* events.h - brings events from the inbox to sagas; private to the core.
 *
 * An event is durable before anybody hears of it. Then it is delivered, in the order of the numbers
 * that the engine gives, one event after the other:
 *
 *     durable ─> each step that waits for it (by name, and by key where its match has one)
 *             ─> each definition that it starts a saga of
 *             ─> done: the mark moves on, in the commit that holds what came of it
 *
 * After a crash in between, the event is delivered again from the beginning, which changes nothing
 * for those who had it already. A wait that begins is recalled first: the events that came before
 * it are delivered to its step, in order; only then does the step hear of new events. Which waits
 * have not been recalled yet is durable too. */
#ifndef CORE_EVENTS_H
#define CORE_EVENTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "journal/row.h"

struct core;
struct request;
struct work;

/* An event from outside whose outcome is not durable yet, and the requests that wait for it. */
struct arrival {
    uint64_t number;
    struct request *requests; /* those that wait for its outcome, the latest first */
    struct arrival *next;     /* another event whose outcome the same batch makes durable */
    size_t key_size;
    uint8_t key[]; /* the event's identity: see arrivals_identity() */
};

/* A step that has begun to wait, and is yet to be offered the events that came before. */
struct recall {
    struct recall *next;
    uint64_t saga;
    uint32_t step;
    uint64_t number; /* of the last event that the step was offered */
    size_t id_size;
    size_t name_size;
    uint8_t text[]; /* id of the saga, then name of the event that the step waits for */
};

/* A step that has been offered the events that came before its wait, which the store does not know
 * durably yet. */
struct recalled {
    struct recalled *next; /* another one that the same batch tells the store of */
    uint64_t key[2];       /* numbers of the saga and the step */
};

/* How far the event that is being delivered has got. */
enum deliver_stage { DELIVER_NONE, DELIVER_WAITS, DELIVER_STARTS };

struct delivering {
    enum deliver_stage stage;
    struct arena arena;
    struct inbox_row row;
    struct buf event; /* the event as definitions see it: $.event */
    /* steps that wait for a value at this path of the event are being offered it */
    struct span path;
    /* this saga, and `step` of it, were the last to be offered the event by this path */
    uint64_t saga;
    uint32_t step;
    uint32_t delivered;
    /* ids of the sagas that the event has started: msgpack array without header */
    struct buf started;
    uint32_t started_count;
    size_t catalog_at;
};

struct events {
    struct map arrivals;         /* identity of the event -> struct arrival */
    struct recall *recalls;      /* oldest first */
    struct recall **recalls_end; /* the pointer at which the next one is hung up */
    struct map recalled;         /* saga and step -> struct recalled */
    struct delivering delivering;
    struct buf scratch;
    /* number of the last event that was offered to all, and whose outcome is in a batch */
    uint64_t offered;
    uint64_t durable; /* number of the last event that is durable */
    /* how many sagas an event could not start, since the process began */
    uint64_t refused;
    /* there was no room to start a saga: go on at this time; 0 = at once */
    int64_t retry_ms;
    bool is_serving;
};

/* What is to be done about events when this batch is durable. */
struct events_work {
    struct arrival *decided;   /* events whose outcome the batch makes durable */
    struct recalled *recalled; /* steps that the batch tells the store of as recalled */
};

/* Opens the core's events; nothing is delivered before events_serve(). */
void events_open(struct core *core);
/* Frees the core's events, and answers requests that still wait with `unavailable`. */
void events_close(struct core *core);
void events_serve(struct core *core);

/* Delivers durable events, as many as one round has time and room for. */
void events_round(struct core *core);
/* To be called when a batch is durable: answers the requests that wait for its events' outcomes. */
void events_released(struct core *core, struct work *work);
/* When events_round() is to be called even without input; INT64_MAX = it need not be. */
int64_t events_next_due(const struct core *core);

#endif
