/* saga.h - the state of one saga: what its records add up to.
 *
 * Only the files fold*.c write the durable part, and only from a record, so that live and
 * replayed sagas cannot differ. Times are running times (journal/moment.h) unless their comment
 * says otherwise. What is not in the journal stands in structs that are each called `live`
 * (live.h) and end with the process: the fold may not look at them. */
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
    int64_t back_wanted_ms; /* when that was first wanted */
    bool back_by_person;
    /* only chosen steps are undone, and the saga then is completed again */
    bool partial;
    uint32_t save_point; /* 1 + index of the step that the saga goes back to, and then forward from;
                            0 = none */
    bool then_pause;     /* when the saga has gone back to its save-point, it pauses */
    /* the save_point of the way back that is wanted, and has not begun */
    uint32_t back_to;
    bool back_then_pause;
    uint64_t seq;         /* number of the saga's last record */
    struct moment moment; /* when that record was decided */
    uint64_t first_lsn;
    uint64_t last_lsn;
    struct span input;
    struct span output;
    struct span labels;
    struct span reason;    /* why the saga goes back: msgpack map {code, message, step?, actor?} */
    struct span back_code; /* why the way back is wanted, while it has not begun */
    struct span back_message;
    struct span back_actor;
    struct span end_actor; /* the person who terminated the saga */
    struct span end_reason;
    /* who paused the saga; empty = it is not paused, or nobody gave a name */
    struct span pause_actor;
    struct span event; /* the event that started the saga; empty = none */
    /* the number of the event that started the saga, or of the last event that came before its
     * start */
    int64_t event_mark;
    struct span traceparent;
    struct span tracestate;
    uint8_t trace_id[32]; /* in hex; the same in every traceparent of this saga */
    uint64_t trace_mix;   /* a hash of trace_id: what the ids of its spans begin with */
    /* `at` of the record that started the saga; ended_ms is an `at` as well */
    int64_t started_ms;
    int64_t start_at_ms; /* the saga begins at this time of day; 0 = at once */
    /* start_at_ms has come, and the saga has done something since */
    bool has_begun;
    /* a digest of the saga's concurrency key; empty = it has none, or shares its parent's */
    struct span lock_text;
    enum lock_state lock;
    bool shares_lock; /* the saga shares the concurrency key that its parent holds */
    struct queued_reversal queued;
    uint64_t lock_lsn; /* number of the row in the journal whose record set `lock` */
    int64_t ended_ms;
    /* when it was completed first: the reversal window counts from here; 0 = never */
    int64_t completed_ms;
    /* when its time limit is over; 0 = none, or the saga has not begun */
    int64_t deadline_ms;
    int64_t cost_micros;      /* millionths of a US dollar, of all attempts together */
    int64_t undo_cost_micros; /* the part of cost_micros that undos have cost */
    struct open *open;        /* what only an open saga has (open.h); NULL = a defined saga */
    struct step *steps;       /* the steps of the definition: see saga_step() */
    uint32_t row_count;       /* how many steps are in `steps` */
    struct step **items;      /* the items of fan-outs, in the order in which they came; of an open
                                 saga its steps, which it gets one by one */
    uint32_t step_total;      /* steps of the definition, and items */
    uint32_t item_room;       /* pointers that `items` has room for */
    /* a bit for each step, by its index, that is set while events look at it: see awake.h */
    uint64_t *awake;
    uint32_t awake_room; /* how many words of 64 bits `awake` has */
    /* how many steps of the definition have succeeded, were skipped or resolved */
    uint32_t passed;

    /* what the engine knows until the process ends; the fold may not look */
    struct saga_live live;
};

/* A saga in an arena of its own, whose memory comes from `source`; the name is copied, the
 * definition borrowed for the process's life. NULL: no memory. */
struct saga *saga_new(const struct arena_source *source, uint64_t id, struct span name,
                      const struct definition *definition);
/* Gives all memory of the saga back, and sets the caller's pointer to NULL. */
void saga_destroy(struct saga **saga);
/* Makes room for `total` steps, the items of fan-outs included. false: no memory. */
bool saga_make_room(struct saga *saga, uint32_t total);

/* Gives the saga the steps of its definition, none of which has begun. false: no memory. */
bool saga_open_steps(struct saga *saga);

/* Step i of step_total: first those of the definition, by their index there. */
static inline struct step *saga_step(const struct saga *saga, uint32_t i)
{
    uint32_t count = saga->row_count;
    PRE(i < saga->step_total);
    return i < count ? &saga->steps[i] : saga->items[i - count];
}

#endif
