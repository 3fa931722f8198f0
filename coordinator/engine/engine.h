/* engine.h - the heart: events in, rows and effects out.
 *
 * The contract in one sentence: the same events in the same order give the same rows and the same
 * effects, byte for byte. The engine does no I/O, reads no clock (time comes with the event), draws
 * no randomness (entropy comes with the event; jitter is seeded), and knows nothing of ZeroMQ, SQL
 * or HTTP. It returns effects and never calls anybody: the loop makes the rows durable and only
 * then lets the effects go. That makes group commit, recovery and simulation one and the same code.
 *
 * Recovery is engine_load() of every saga that is neither final nor asleep, which folds its rows
 * with effects muted, and then EVENT_SERVING. Sagas that are final, and those that only wait, leave
 * memory when their last batch has been released; an event about such a saga needs the saga loaded
 * again (engine_lacks()), and so does the time until which it sleeps (engine_next_sleeper()). See
 * leave.c.
 *
 * A step that fails with SAGA_NO_MEMORY leaves the engine unusable, except for EVENT_START,
 * which then answers `overloaded` and changes nothing: stop, restart, replay. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"
#include "journal/row.h"

struct definition;
struct effect;
struct engine;
struct event;
struct saga_image;
struct task;

struct engine_options {
    const struct arena_source *memory; /* where all memory of the engine comes from */
    int64_t dead_ms;                   /* a silent session is lost after this */
    uint64_t seed;                     /* of the jitter */
    uint64_t last_lsn; /* the last number that the store has: the next row gets the one after it */
    uint64_t last_saga;
    uint64_t inbox_last;
    uint32_t sagas_max; /* how many may be in memory; more: `overloaded` */
    int64_t near_ms;    /* a saga that only waits, and for longer, leaves memory; 0: none does */
    bool any_event;     /* an event matches whatever condition a step has: for drills, which imagine
                           their events */
    bool tells;         /* somebody is told of what happens: turns add notices to their batch */
};

/* The lists of a batch that batch.c makes longer. */
enum batch_list {
    BATCH_ROWS,
    BATCH_HEADS,
    BATCH_NAMES,
    BATCH_NOTICES,
    BATCH_DELIVERIES,
    BATCH_SCHEDULES,
    BATCH_LOCKS,
    BATCH_INBOX,
    BATCH_INBOX_DONE,
    BATCH_WAITS,
    BATCH_EFFECTS,
    BATCH_LIST_COUNT,
};

/* What some events have made: rows to make durable, and effects to let go when the rows are. */
struct batch {
    uint64_t serial;    /* the engine's, from the first event on: batches are released in order */
    struct arena arena; /* owns what only the batch refers to, but for the lists themselves */
    struct rows rows;
    struct effect *effects;
    uint32_t effect_count;
    uint32_t capacities[BATCH_LIST_COUNT]; /* of the lists */
    size_t size;                           /* bytes of bodies and payloads */
};

/* A new engine without sagas: *engine is set on SAGA_OK. SAGA_NO_MEMORY. engine_destroy() gives
 * all memory back and sets the caller's pointer to NULL. */
MUST_CHECK enum saga_error engine_new(const struct engine_options *options, struct engine **engine);
void engine_destroy(struct engine **engine);

/* Decides what the event means; appends rows and effects to the batch. SAGA_OK also for requests
 * that are refused: the refusal is an effect. SAGA_NO_MEMORY: see above. */
MUST_CHECK enum saga_error engine_step(struct engine *engine, const struct event *event,
                                       struct batch *batch);

/* What is looked at when a task leaves is in no processor's cache by then, and each piece of it
 * says where the next one lies. Fetched in this order, some tasks ahead, all of it is there when
 * it is needed. */
enum engine_fetch { FETCH_ATTEMPT, FETCH_STEP, FETCH_SAGA };
void engine_fetch(const struct task *task, enum engine_fetch what);

/* Does the event need a saga that is not in memory? Then *name is the saga's external id; the
 * loop looks the saga up (names first for a start), calls engine_load() if the store has it, and
 * steps the event in any case. */
bool engine_lacks(const struct engine *engine, const struct event *event, struct span *name);

/* The definition of an image's saga, by name and version; NULL when there is none. */
typedef const struct definition *(*definition_lookup_fn)(struct span name, uint32_t version,
                                                         void *arg);
/* Folds the rows of a saga into memory. SAGA_STORE_CORRUPT with *why when they make no sense. */
MUST_CHECK enum saga_error engine_load(struct engine *engine, const struct saga_image *image,
                                       definition_lookup_fn lookup, void *arg, const char **why);

/* From the store: a saga that holds a concurrency key, or waits for one. Called before any
 * engine_load(), in the order of the places in the queue. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_lock(struct engine *engine, const struct lock_row *row,
                                       struct span name);

/* The batch of this serial (0 = none) is durable and its effects are out, and what came of those
 * effects is in the batch `making`: sagas that are final or asleep may leave memory.
 * SAGA_NO_MEMORY: stop. */
MUST_CHECK enum saga_error engine_released(struct engine *engine, uint64_t serial,
                                           struct batch *making);

/* Does a saga wait to leave memory with this batch, which may have nothing else to release? */
bool engine_waits_for(const struct engine *engine, uint64_t serial);

/* Is the saga of this external id in memory? */
bool engine_holds(const struct engine *engine, struct span name);
/* Is the attempt of this token in memory? */
bool engine_holds_token(const struct engine *engine, const uint8_t token[TOKEN_SIZE]);
/* The name (row.h) under which the saga is found whose task of this token was answered `later`. */
struct span engine_token_name(const uint8_t token[TOKEN_SIZE], char name[NAME_TOKEN_SIZE + 1]);
/* Says that every saga that sleeps and is due by until_ms is in memory now, and that the first
 * of the others is due at next_ms (INT64_MAX: none ever is). From now on, what is due by
 * until_ms stays in memory. until_ms never goes back. */
void engine_sleepers_loaded(struct engine *engine, int64_t until_ms, int64_t next_ms);
/* When the first saga that sleeps outside of memory is due, at the earliest; INT64_MAX = none
 * is. By then engine_sleepers_loaded() must have been called with a time at least as late. */
int64_t engine_next_sleeper(const struct engine *engine);

/* When EVENT_TIME has something to do; INT64_MAX when no timer runs. */
int64_t engine_next_due(const struct engine *engine);

/* The greatest number that an event of the inbox was given. */
uint64_t engine_inbox_last(const struct engine *engine);

/* How many sagas are in memory. */
uint32_t engine_count(const struct engine *engine);

#endif
