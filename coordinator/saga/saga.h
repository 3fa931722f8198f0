/* saga.h - the state of one saga: what its records add up to.
 *
 * Only the files fold*.c write the durable part, and only from a record, so that live and replayed
 * sagas cannot differ. Times are running times (journal/moment.h) unless their phrase says
 * otherwise. What is not in the journal, but known for this process's life, stands in
 * structs of its own, each called `live` (live.h): the fold may not look at them. */
#ifndef SAGA_SAGA_H
#define SAGA_SAGA_H

#include "base/arena.h"
#include "journal/moment.h"
#include "language/definition.h"
#include "saga/lock.h"
#include "saga/saga_live.h"
#include "saga/step.h"

enum { SAGA_MAGIC = 0x5a6a5a6a };

enum direction { FORWARD, BACKWARD };

struct saga {
    uint32_t magic;
    uint64_t id;
    struct arena arena; /* owns the saga itself and all it points to */
    const struct definition *definition;
    struct span name;
    enum saga_state state;
    enum direction direction;
    bool paused;
    bool timed_out;
    bool back_wanted;       /* the saga shall go back as soon as no pivot is open */
    int64_t back_wanted_ms; /* since when */
    bool back_by_person;
    bool partial;        /* only chosen steps are undone: ends completed */
    uint32_t save_point; /* 1 + index of the step that the saga goes back to, and then forward from;
                            0 = none */
    bool then_pause;     /* at the save-point: paused */
    uint32_t back_to;    /* of the way back that is wanted: its save_point */
    bool back_then_pause;
    uint64_t seq;         /* of the last record */
    struct moment moment; /* of the last record */
    uint64_t first_lsn;
    uint64_t last_lsn;
    struct span input;
    struct span output;
    struct span labels;
    struct span reason;    /* msgpack map {code, message, step?, actor?} */
    struct span back_code; /* of the way back that is wanted */
    struct span back_message;
    struct span back_actor;
    struct span end_actor; /* who terminated it */
    struct span end_reason;
    struct span pause_actor; /* who paused it; empty = it is not, or nobody did by name */
    struct span event;       /* the event that started the saga; empty = none */
    int64_t
        event_mark; /* the number of that event, or of the last one that came before the start */
    struct span traceparent;
    struct span tracestate;
    uint8_t trace_id[32]; /* hex, of every traceparent of this saga */
    uint64_t trace_mix;   /* of trace_id: what the ids of spans begin with */
    int64_t started_ms;   /* `at` of its records, as ended_ms */
    int64_t start_at_ms;  /* a time of day; 0 = at once */
    bool has_begun;       /* start_at has come, and something was done then */
    struct span
        lock_text; /* a digest of the saga's concurrency key; empty = none, or its parent's */
    enum lock_state lock;
    bool shares_lock; /* the saga shares its parent's key */
    struct queued_reversal queued;
    uint64_t lock_lsn; /* number of the row that made `lock` what it is */
    int64_t ended_ms;
    int64_t completed_ms;     /* first time; the reversal window counts from here; 0 = never */
    int64_t deadline_ms;      /* 0 = none, or the saga has not begun */
    int64_t cost_micros;      /* of all attempts */
    int64_t undo_cost_micros; /* the part of that which undos have cost */
    struct open *open;        /* an open saga: see open.h; a defined one: NULL */
    struct step *steps;       /* the steps of the definition: see saga_step() */
    uint32_t row_count;       /* of `steps` */
    struct step **items;      /* the items of fan-outs, in the order in which they came; of an open
                                 saga its steps, which it gets one by one */
    uint32_t step_total;      /* steps of the definition, and items */
    uint32_t item_room;       /* pointers that `items` has room for */
    uint64_t *awake;          /* a bit for each step, by index: see saga_awake() */
    uint32_t awake_room;      /* words of `awake` */
    uint32_t passed; /* steps of the definition that have succeeded, were skipped, resolved */

    struct saga_live live; /* the engine's own */
};

/* A saga in an arena of its own, whose memory comes from `source`; the name is copied, the
 * definition borrowed for the process's life. NULL: no memory. */
struct saga *saga_new(const struct arena_source *source, uint64_t id, struct span name,
                      const struct definition *definition);
/* Gives all memory of the saga back, and sets the caller's pointer to NULL. */
void saga_destroy(struct saga **saga);
/* Memory for so many steps, those of fan-outs included. false: none. */
bool saga_make_room(struct saga *saga, uint32_t total);

/* The steps of its definition, as if none had begun. false: no memory. */
bool saga_open_steps(struct saga *saga);

/* Step i of step_total: first those of the definition, by their index there. */
static inline struct step *saga_step(const struct saga *saga, uint32_t i)
{
    uint32_t count = saga->row_count;
    PRE(i < saga->step_total);
    return i < count ? &saga->steps[i] : saga->items[i - count];
}

#endif
