/* scenario.h - one script at work: a saga, an engine, the rows that are durable, a clock.
 *
 * world.c gives events to the engine and plays store and participants; clock.c lets time pass and
 * crashes; orders.c turns a line of a script into an event; print.c and show.c turn what came of it
 * into lines. All output goes to `out`. */
#ifndef SCENARIOS_SCENARIO_H
#define SCENARIOS_SCENARIO_H

#include "base/buf.h"
#include "engine/batch.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/migrate.h"
#include "engine/placement.h"
#include "engine/plan.h"
#include "language/definition.h"
#include "lib/facet_set.h"
#include "saga/asleep.h"
#include "view/view.h"

enum {
    EVENTS_MAX = 32,
    ROWS_MAX = 512,
    TASKS_MAX = 256,
    START_MS = 1000000,
    VERSIONS_MAX = 4,
    OPEN_STEPS_MAX = 64
};

/* What becomes of a task that the engine lets go. */
enum participants { PARTICIPANTS_ABSENT, PARTICIPANTS_PRESENT, PARTICIPANTS_BARRIER };

struct sent {
    uint8_t token[TOKEN_SIZE];
    char key[256];
    uint32_t attempt;
    uint8_t values[32]; /* digest of those that it carries */
    bool waits;         /* for a participant: it has not left */
};

struct words;

struct world {
    struct versions versions;                           /* must be first */
    const struct definition *definitions[VERSIONS_MAX]; /* version 1 is the first */
    uint32_t definition_count;
    const struct definition *definition;    /* of the saga now */
    char name[64];                          /* of the saga: "s", or a child's */
    struct span open_name;                  /* the saga is open, and this is its name; else empty */
    struct span open_steps[OPEN_STEPS_MAX]; /* its steps, as they were registered */
    uint32_t open_step_count;
    uint64_t saga;      /* its internal id */
    struct arena arena; /* of the definition and the rows */
    struct engine *engine;
    struct batch batch;
    struct row rows[ROWS_MAX];
    uint32_t row_count;
    struct asleep asleep;    /* of the saga's newest head */
    struct facet_set facets; /* that the store would have of the saga */
    struct lock_row lock;    /* the newest of the saga; of no change: none */
    struct sent tasks[TASKS_MAX];
    uint32_t task_count;
    enum participants participants;
    char instance[32]; /* of the participant that each task is meant for; empty = for any */
    bool tells;        /* the world hears of it: notices are printed */
    int64_t now_ms;
    int64_t host_lead_ms;                /* how much more the host's clock shows */
    int64_t wakes_ms;                    /* as last printed */
    struct inbox_row events[EVENTS_MAX]; /* that came, by number - 1; in the arena */
    uint32_t event_count;
    char plan_digest[65];
    struct entropy entropy;
    struct placement placement;
    uint8_t random[ENTROPY_PER_EVENT];
    uint64_t seed;
    struct buf value; /* of the line at work: what its words mean as msgpack */
    struct buf out;
};

/* Prints why and exits: a script, or the engine, is wrong. */
_Noreturn void stop(const char *what, const char *which);

/* world.c */
void world_open(struct world *world, const char *document);
void world_close(struct world *world);
/* One event: the engine's answer is printed, made durable, and let go. */
void world_step(struct world *world, struct event *event);
/* An event of another saga: only what it means for this one is shown. */
void world_rival(struct world *world, struct event *event);
/* The attempt, by number, or the newest of its key for 0; NULL = there is none. */
struct sent *world_sent(struct world *world, const char *key, uint32_t attempt);
/* A participant comes: what waited leaves. */
void world_send_waiting(struct world *world);
/* When something is due: of the saga in memory, or asleep outside of it. */
int64_t world_next_due(const struct world *world);
/* The saga as a store reader would give it. */
struct saga_image world_image(struct world *world);
void world_open_engine(struct world *world);
/* Folds the rows into the engine, as after a restart or for a saga that has left memory. */
void world_load(struct world *world);
void world_lock(struct world *world);
/* Its time has come: it is loaded, if it has left memory. */
void world_load_sleeper(struct world *world);
/* An invariant does not hold: prints what led to it, and exits. */
_Noreturn void world_violated(const struct world *world, const char *what);

/* clock.c */
/* Time passes; every timer on the way fires at its time. */
void world_pass(struct world *world, int64_t ms);
void world_crash(struct world *world, int64_t outage_ms);
/* Says so when the time of the next timer has changed. */
void world_print_timer(struct world *world);

const struct definition *world_version(const struct world *world, uint32_t version);

/* The name of a step of the definition, or of the open saga. */
struct span world_step_name(const struct world *world, uint32_t step);

/* orders_open.c: what the client of an open saga says. */
void orders_begin(struct world *world, struct words *words);
void orders_open(struct world *world, struct words *words);

/* orders.c: obeys one line of a script, without its "> ". */
void obey(struct world *world, const char *line);

/* events.c */
/* An event comes, or comes again: it is offered to each step of the saga. */
void events_come(struct world *world, struct words *words);
/* The event with that number starts the saga. */
void events_start(struct world *world, uint32_t number, struct start_request *start);
void events_again(struct world *world, struct words *words);
/* What a turn gave to the inbox, and told the store of who waits. */
void events_keep(struct world *world);

/* print.c */
void print_row(struct world *world, const struct row *row);
void print_notice(struct world *world, const struct notice *notice);
void print_effect(struct world *world, const struct effect *effect);
void print_ms(struct buf *out, int64_t at_ms);
/* " name=value" */
void print_json(struct buf *out, const char *name, struct span value);
void print_text(struct buf *out, const char *name, struct span text);

/* show.c */
void print_view(struct world *world);
/* What lists find the saga by. */
void print_facets(struct world *world);
void print_plan(struct world *world, const struct plan *plan);
void print_migration(struct world *world, const struct migration *plan);

#endif
