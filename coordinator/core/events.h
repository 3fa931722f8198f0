/* events.h - events on their way from the inbox to sagas; private to the core.
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

/* An event from outside whose outcome is not durable yet, and who waits to hear of it. */
struct arrival {
    uint64_t number;
    struct request *requests; /* the latest first */
    struct arrival *next;     /* another event whose outcome is decided by the same batch */
    size_t key_size;
    uint8_t key[]; /* the event's identity */
};

/* A step to be told what came before its wait. */
struct recall {
    struct recall *next;
    uint64_t saga;
    uint32_t step;
    uint64_t number; /* of the last event that was delivered to the step */
    size_t id_size;
    size_t name_size;
    uint8_t text[]; /* external id, name of the event */
};

/* A step that has been told what came before its wait, which is not durable yet. */
struct recalled {
    struct recalled *next; /* of the same batch */
    uint64_t key[2];       /* saga, step */
};

/* How far the event that is being delivered has got. */
enum deliver_stage { DELIVER_NONE, DELIVER_WAITS, DELIVER_STARTS };

struct delivering {
    enum deliver_stage stage;
    struct arena arena;
    struct inbox_row row;
    struct buf event; /* as $.event */
    struct span path; /* the steps that wait under this path are at work */
    uint64_t saga;    /* the last saga that was offered the event */
    uint32_t step;
    uint32_t delivered;
    struct buf started; /* msgpack, without its header */
    uint32_t started_count;
    size_t catalog_at;
};

struct events {
    struct map arrivals;         /* identity -> struct arrival */
    struct recall *recalls;      /* oldest first */
    struct recall **recalls_end; /* where the next one is put */
    struct map recalled;         /* key -> struct recalled */
    struct delivering delivering;
    struct buf scratch;
    uint64_t offered; /* number of the last event that is decided */
    uint64_t durable; /* of the last one that is durable */
    uint64_t refused; /* starts that could not be, since the process began */
    int64_t retry_ms; /* there was no room for a saga: go on then; 0 = at once */
    bool is_serving;
};

/* What becomes of events when the batch is durable. */
struct events_work {
    struct arrival *decided;   /* their outcome is durable with the batch */
    struct recalled *recalled; /* known to the store with the batch */
};

/* Nothing is delivered before events_serve(). */
void events_open(struct core *core);
/* Requests still open are answered `unavailable`. */
void events_close(struct core *core);
void events_serve(struct core *core);

/* Delivers the events that are durable, as far as one round goes. */
void events_round(struct core *core);
/* The batch is durable. */
void events_released(struct core *core, struct work *work);
/* When events_round() has something to do by itself; INT64_MAX = not. */
int64_t events_next_due(const struct core *core);

#endif
