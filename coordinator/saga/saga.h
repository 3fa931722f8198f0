/* saga.h - the state of one saga: what its records add up to.
 *
 * Only the files fold*.c write the durable part, and only from a record, so that live and replayed
 * sagas cannot differ. What is not in the journal, but known for this process's life, stands in
 * structs of its own, each called `live` (live.h): the fold may not look at them. The moves of a
 * step:
 *
 *   do:    pending -> running <-> retrying -> succeeded | failed | in_doubt | kept | parked
 *   wait:  pending -> waiting -> succeeded | failed; a child may be asked for again
 *   skip:  pending -> skipped, when its condition does not hold; or whenever a person says so and
 *          no effect of the step can stand
 *   many:  pending -> running -> succeeded | failed; its items are steps, see items.c
 *   undo:  (succeeded | in_doubt | failed) -> compensating -> compensated | parked
 *   any state that is not settled -> resolved, when a person says what became of the step */
#ifndef SAGA_SAGA_H
#define SAGA_SAGA_H

#include "base/arena.h"
#include "language/definition.h"
#include "saga/live.h"

struct buf;
struct record;

enum { SAGA_MAGIC = 0x5a6a5a6a, CALL_COUNT = 3, TRACE_PARENT_SIZE = 55 };

enum attempt_state {
    ATTEMPT_OPEN = 1,  /* no answer yet, and still hoped for */
    ATTEMPT_DOUBT,     /* the outcome never came, or was "I do not know" */
    ATTEMPT_NO_EFFECT, /* answered: failed; or never taken */
    ATTEMPT_SUCCEEDED,
};

struct call;

/* One attempt: one sending of a key. */
struct attempt {
    uint8_t token[TOKEN_SIZE];
    uint32_t run;    /* n of its key */
    uint32_t number; /* from 1, ascending within the run */
    enum attempt_state state;
    enum verdict verdict; /* given to the attempt's answer, also to `later`, once there is one */
    bool answered;  /* the participant's last word has come, or the attempt was never taken: it
                       cannot act */
    bool untaken;   /* answered by nobody: an instance says that no participant took the attempt */
    bool timed_out; /* in doubt because its own time was over: naming it revives nothing */
    bool later;   /* answered `later`: the participant may act until finish or schedule_to_close */
    bool of_undo; /* of a check that asks about the undo */
    int64_t intended_ms;
    struct attempt_live live;
    struct call *call;
    struct attempt *older;
    struct task task;                       /* what adapters are given */
    uint8_t traceparent[TRACE_PARENT_SIZE]; /* the traceparent of its task */
};

/* One thing that is asked of a participant for a step: its do, its undo, or its check. */
struct call {
    struct step *step;
    enum task_kind kind;
    uint32_t run;         /* n of the present key; 0 = never asked */
    uint32_t number_last; /* greatest attempt number of this run */
    uint32_t counted;     /* attempts that count against max_attempts */
    uint32_t losses;      /* sessions lost under this key */
    bool used_up;         /* do, undo: the check of this call gave no answer that counts */
    bool spent;       /* undo: in doubt without an attempt left: the undo's check is to be asked */
    bool refused;     /* undo: its last answer was a refusal for good */
    bool of_undo;     /* check: asks about the undo; else about the do */
    bool in_doubt;    /* undo: the participant was told that the do is in doubt */
    uint32_t old_run; /* do: what was done under keys up to this one was undone; they are history */
    bool late_effect; /* undo: of an effect of an old key, not of the step's present one */
    bool expired;     /* in doubt, and the provider may have forgotten the key */
    bool rerun;       /* the next attempt goes under the next key */
    struct span rerun_input; /* the next key's input; empty = the same as before */
    int64_t first_ms;        /* first intent of this run, or a person's retry of it */
    int64_t retry_ms;        /* when the next attempt is due; 0 = none is */
    struct span key;         /* of this run */
    struct span do_key;      /* undo: of the do; check: of what the check asks about */
    struct span input;       /* frozen */
    struct span output;      /* undo, check: frozen; nil when unknown */
    struct call_live live;
    struct attempt *newest;   /* the attempt whose failure decides; NULL = none of this run */
    struct attempt *attempts; /* all attempts, of earlier runs too, the latest first */
    uint32_t attempt_count;
    bool forgot_unanswered; /* an attempt was forgotten that may still act, or answer */
    bool forgot_doubt; /* a forgotten attempt was in doubt: that doubt stands until the key's is
                          settled */
};

/* A key of a do that is history: the step was undone and runs again, under the next key. */
struct old_key {
    uint32_t run;
    struct span key;
    struct span input;
    struct span output; /* of an effect that came late; else empty */
    bool wanted;        /* a late effect of the key stands, and is to be undone */
    bool again; /* another late effect came while the undo of the first was on its way: undone once
                   more */
    bool by_person; /* a person settled the key: a late effect is told, and left alone */
    struct old_key *older;
};

/* Memory for a text that changes, perhaps for weeks. */
struct text_room {
    uint8_t *bytes;
    size_t size;
};

/* The fields that every event looks at come first, beside the do's call: when the next event of
 * a saga comes, nothing of the saga is in a processor's cache. */
struct step {
    const struct step_spec *spec;
    struct saga *saga;
    struct step *container; /* an item's: the step with for_each; NULL = the step is no item */
    struct fan *fan;        /* a container's, once its items are there */
    enum step_state state;
    enum undo_state undo_state;
    uint32_t index;              /* in the saga */
    uint32_t call_count;         /* of calls: those behind have never been used */
    int64_t wake_ms;             /* waiting: until when; for a child: at most until when */
    int64_t undo_before_ms;      /* until when the step's undo must be done; 0 = no such deadline */
    struct old_key *late_effect; /* the old key whose late effect is being undone; NULL = none */
    enum undo_state
        late_undo_state;         /* of the undo of that late effect, for which calls[1] is used */
    int64_t undo_before_told_ms; /* when somebody was alerted ahead of that deadline; 0 = not yet */
    bool undo_before_due;        /* the time to go back for that deadline has come */
    bool chosen;                 /* in the way back at work: the step is to be undone */
    bool accepted;               /* irrevocable, and a person said: keep what it did */
    bool late;                   /* an effect came after the decision: undo the step (again) */
    bool stuck;     /* the step's undo has failed for long: others need not wait for it */
    bool by_person; /* settled by a person */
    bool refused;   /* the step's do was refused for good */
    int64_t started_ms;
    int64_t stuck_ms;     /* since when, the last time that it was */
    int64_t parked_ms;    /* when the step, or its undo, was parked last */
    uint64_t started_seq; /* order of starting; 0 = not started */
    struct span output;   /* empty = none */
    struct step_live live;
    struct call calls[CALL_COUNT]; /* do, undo, check */
    struct span name;              /* as people and participants say it: "pack", "pack[3]" */
    uint32_t item;                 /* an item's place in the collection */
    struct span value;             /* an item's: the element of the collection at that place */
    struct span place;             /* an item's: the place as a msgpack value */
    struct span code;              /* first error that stands */
    struct span message;
    uint32_t error_attempt;
    struct span outcome; /* what a person settled the step as, other than succeeded; empty = not */
    struct span outcome_reason; /* and why */
    struct span undo_code;
    struct span undo_message;
    struct text_room code_rooms[2]; /* what holds the code of the do's error, of the undo's */
    struct text_room message_rooms[2];
    int64_t ended_ms;
    int64_t done_ms; /* when its do came to its end; 0 = not yet */
    int64_t cost_micros;
    struct span child;      /* the id of the child that was started last; empty = none */
    struct span approval;   /* what was asked of which persons: msgpack map; empty = nothing yet */
    struct span decider;    /* who ended the wait; empty = nobody */
    struct span skip_actor; /* who said that the step shall be skipped; empty = nobody */
    struct span skip_reason;
    int64_t event_mark;       /* number of the last event that the step took; 0 = none */
    struct old_key *old_keys; /* the latest first */
};

/* The items of a step with for_each: steps of their own, which a saga gets while it runs. */
struct fan {
    struct step *items;
    uint32_t count;                    /* of this run of the step */
    uint32_t room;                     /* of its greatest run */
    uint32_t next;                     /* no item before it is pending */
    uint32_t undo_end;                 /* no item from this one on waits for its undo to be due */
    uint32_t undo_open;                /* items whose undo is due, or under way, or parked */
    uint32_t counts[STEP_STATE_COUNT]; /* items by state */
};

enum direction { FORWARD, BACKWARD };

/* What a saga has of its concurrency key: see locks.h. */
enum lock_state {
    LOCK_STATE_NONE, /* the saga has no key, or has not asked for its key yet */
    LOCK_STATE_QUEUED,
    LOCK_STATE_HELD,
    LOCK_STATE_ENDED,
};

/* A reversal of a completed saga that waits for the concurrency key: what its record
 * SAGA_COMPENSATING will say. */
struct queued_reversal {
    struct span message;
    struct span actor;
    struct span steps;
    struct span accept;
    uint32_t flags;
};

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
    uint64_t seq; /* of the last record */
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
    int64_t started_ms;
    int64_t start_at_ms;
    struct span
        lock_text; /* a digest of the saga's concurrency key; empty = none, or its parent's */
    enum lock_state lock;
    bool shares_lock; /* the saga shares its parent's key */
    struct queued_reversal queued;
    uint64_t lock_lsn; /* number of the row that made `lock` what it is */
    int64_t ended_ms;
    int64_t completed_ms; /* first time; the reversal window counts from here; 0 = never */
    int64_t deadline_ms;
    int64_t cost_micros;      /* of all attempts */
    int64_t undo_cost_micros; /* the part of that which undos have cost */
    struct step *steps;       /* the steps of the definition: see saga_step() */
    struct step **items;      /* the items of fan-outs, in the order in which they came */
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
/* Makes a step that has not begun; its index is the caller's to set. */
void step_open(struct step *step, struct saga *saga, const struct step_spec *spec);

/* The steps of its definition, as if none had begun. false: no memory. */
bool saga_open_steps(struct saga *saga);

/* Why the saga goes back, as references see the reason: {code, message, step?, actor?}, from a
 * record, in the saga's arena; empty = no memory. */
struct span saga_pack_reason(struct saga *saga, const struct record *record);

/* A text of that reason, by its key; empty = the saga has no reason, or the reason no such text. */
struct span saga_reason_text(const struct saga *saga, const char *key);

/* Step i of step_total: first those of the definition, by their index there. */
static inline struct step *saga_step(const struct saga *saga, uint32_t i)
{
    uint32_t count = saga->definition->step_count;
    PRE(i < saga->step_total);
    return i < count ? &saga->steps[i] : saga->items[i - count];
}

/* The step's call of a kind; NULL: it has none of that kind. */
static inline struct call *step_call(struct step *step, enum task_kind kind)
{
    switch (kind) {
    case TASK_DO:
        return &step->calls[0];
    case TASK_UNDO:
        CHECK(step->calls[1].kind == TASK_UNDO);
        return &step->calls[1];
    case TASK_CHECK:
        return &step->calls[2];
    case TASK_CONFIRM:
        break;
    }
    return NULL;
}

/* The step that records name so: a step of the definition, and which item of it, from 1 (0 = the
 * step itself); NULL = there is none. */
struct step *saga_item(const struct saga *saga, uint32_t step, uint32_t item);
/* Appends the step to a record's list. */
void step_list_put(struct buf *list, const struct step *step);
/* The step that the record names; NULL = the record names none, or one that is not there. */
struct step *saga_step_of_record(const struct saga *saga, const struct record *record);

#endif
