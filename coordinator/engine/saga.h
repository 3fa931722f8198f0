/* saga.h - the state of one saga: what its records add up to.
 *
 * Only fold.c writes the durable part, and only from a record, so that live and replayed sagas
 * cannot differ. Fields marked "volatile" are not in the journal: what was sent in this process's
 * life, when, and to whom. They are never read by the fold.
 *
 *   do:    pending -> running <-> retrying -> succeeded | failed | in_doubt | kept | parked
 *   wait:  pending -> waiting -> succeeded | failed; a child may be asked for again
 *   skip:  pending -> skipped, when its condition does not hold; or whenever a person says so and
 *          no effect of it can stand
 *   many:  pending -> running -> succeeded | failed; its items are steps, see items.c
 *   undo:  (succeeded | in_doubt | failed) -> compensating -> compensated | parked
 *   and a person may settle what is not settled: -> resolved
 */
#ifndef ENGINE_SAGA_H
#define ENGINE_SAGA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/heap.h"
#include "base/map.h"
#include "engine/engine.h"
#include "journal/record.h"

enum { SAGA_MAGIC = 0x5a6a5a6a, CALL_COUNT = 3, TRACE_PARENT_SIZE = 55 };

enum attempt_state {
    ATTEMPT_OPEN = 1,  /* no answer yet, and still hoped for */
    ATTEMPT_DOUBT,     /* its outcome never came, or was "I do not know" */
    ATTEMPT_NO_EFFECT, /* answered: failed; or never taken */
    ATTEMPT_SUCCEEDED,
};

struct call;

/* One sending of a key. */
struct attempt {
    uint8_t token[TOKEN_SIZE];
    uint32_t run;    /* n of its key */
    uint32_t number; /* from 1, ascending within the run */
    enum attempt_state state;
    enum verdict verdict; /* given to its answer, `later` too, once there is one */
    bool answered;        /* it has spoken its last word, or was never taken: it cannot act */
    bool later;           /* answered `later`: may act until finish or schedule_to_close */
    bool of_undo;         /* of a check that asks about the undo */
    bool left;            /* volatile: sent to a session (after a restart: taken to be) */
    bool orphan;          /* volatile: sent before the restart, not named by anyone yet */
    bool barrier;         /* volatile: its participant's database refuses a do after its undo */
    bool called_off;      /* volatile: `cancel` was asked for */
    bool out_of_time;     /* volatile: called off because of schedule_to_start or _close */
    int64_t intended_ms;
    int64_t left_ms; /* volatile: when it was sent; after a restart: since serving */
    int64_t beat_ms; /* volatile: last heartbeat, or when sent */
    struct call *call;
    struct attempt *older;
    struct task task;                       /* what adapters are given */
    uint8_t traceparent[TRACE_PARENT_SIZE]; /* its task's */
};

/* One thing that is asked of a participant for a step: its do, its undo, or its check. */
struct call {
    struct step *step;
    enum task_kind kind;
    uint32_t run;            /* n of the present key; 0 = never asked */
    uint32_t number_last;    /* greatest attempt number of this run */
    uint32_t counted;        /* attempts that count against max_attempts */
    uint32_t losses;         /* sessions lost under this key */
    bool used_up;            /* do, undo: its check gave no answer that counts */
    bool spent;              /* undo: in doubt without an attempt left: its check is to be asked */
    bool refused;            /* undo: what it said last was a refusal for good */
    bool of_undo;            /* check: it asks about the undo; else about the do */
    bool in_doubt;           /* undo: as it was asked */
    uint32_t past_run;       /* do: keys up to this one were undone, and are history */
    bool stray;              /* undo: of an effect of an old key, not of the step's present one */
    bool expired;            /* in doubt, and its provider may have forgotten the key */
    bool rerun;              /* the next attempt goes under the next key */
    struct span rerun_input; /* with this input; empty = the same */
    int64_t first_ms;        /* first intent of this run, or a person's retry of it */
    int64_t retry_ms;        /* when the next attempt is due; 0 = none is */
    struct span key;         /* of this run */
    struct span do_key;      /* undo: of the do; check: of what it asks about */
    struct span input;       /* frozen */
    struct span output;      /* undo, check: frozen; nil when unknown */
    struct span details;     /* volatile: of the last heartbeat */
    size_t details_room;
    struct attempt *newest;   /* the one whose failure decides; NULL = none of this run */
    struct attempt *attempts; /* all of them, of earlier runs too, the latest first */
    uint32_t attempt_count;
    bool forgot_unanswered;    /* an attempt was forgotten that may still act, or answer */
    bool forgot_doubt;         /* one was in doubt: its doubt stands until the key's is settled */
    int64_t forgotten_left_ms; /* volatile: when the last of those was sent */
};

/* A key of a do that is history: the step was undone and runs again, under the next. */
struct past {
    uint32_t run;
    struct span key;
    struct span input;
    struct span output; /* of an effect that came late; else empty */
    bool wanted;        /* such an effect stands, and is to be undone */
    bool again;         /* the same while its undo was on its way: once more */
    bool by_person;     /* a person settled it: a late effect is told, and left alone */
    struct past *older;
};

/* Where a text stands that changes, perhaps for weeks. */
struct text_room {
    uint8_t *bytes;
    size_t size;
};

/* What every event looks at comes first, beside the do's call: a saga at work is in nobody's cache
 * when its next event comes. */
struct step {
    const struct step_spec *spec;
    struct saga *saga;
    struct step *container; /* an item's: the step with for_each; NULL = it is none */
    struct fan *fan;        /* a container's, once its items are there */
    enum step_state state;
    enum undo_state undo_state;
    uint32_t index;              /* in the saga */
    uint32_t call_count;         /* of calls: those behind have never been asked */
    int64_t wake_ms;             /* waiting: until then; for a child: at most until then */
    int64_t undo_due_ms;         /* volatile: since when its undo could have gone; 0 = not */
    int64_t undo_before_ms;      /* its undo's deadline; 0 = none */
    struct past *stray;          /* the one whose late effect is being undone; NULL = none */
    enum undo_state stray_state; /* of that undo, for which the undo's call is used */
    bool undo_before_told;       /* somebody was alerted ahead of it */
    bool undo_before_due;        /* it was the time to turn back for it */
    bool all_clear;              /* volatile: it and all steps after it are done (backward.c) */
    bool chosen;                 /* of the undo at work: to be undone */
    bool accepted;               /* irrevocable, and a person said: keep it */
    bool late;                   /* an effect came after the decision: undo it (again) */
    bool stuck;                  /* its undo fails for long: others need not wait */
    bool by_person;              /* settled by hand */
    bool refused;                /* its do was refused for good */
    int64_t started_ms;
    uint64_t started_seq;          /* order of starting; 0 = never */
    struct span output;            /* empty = none */
    struct call calls[CALL_COUNT]; /* do, undo, check */
    struct child_watch {           /* volatile: what was asked of the child */
        bool has_asked;            /* asked for, in this process's life */
        enum child_wish wish;
        int64_t again_ms; /* it could not be started; when to ask again; 0 = it need not */
        bool called_off;  /* it shall end, though the saga goes forward */
        bool is_there;    /* it has begun, and will say by itself when it has ended */
    } watch;
    struct span name;  /* as people and participants say it: "pack", "pack[3]" */
    uint32_t item;     /* an item's place in the collection */
    struct span value; /* an item's: what stands there */
    struct span place; /* an item's: the same as a msgpack value */
    struct span code;  /* first error that stands */
    struct span message;
    uint32_t error_attempt;
    struct span outcome;        /* what a person settled it as, other than succeeded; empty = not */
    struct span outcome_reason; /* and why */
    struct span undo_code;
    struct span undo_message;
    struct text_room code_rooms[2]; /* of do, undo */
    struct text_room message_rooms[2];
    int64_t ended_ms;
    int64_t cost_micros;
    struct span child;      /* the id of the child that was started last; empty = none */
    struct span approval;   /* what was asked, of whom: msgpack map; empty = nothing yet */
    struct span decider;    /* who ended the wait; empty = nobody */
    struct span skip_actor; /* who said that it shall be skipped; empty = nobody */
    struct span skip_reason;
    int64_t event_mark; /* number of the last event that it took; 0 = none */
    struct past *pasts; /* the latest first */
};

/* The items of a step with for_each: steps of their own, which a saga gets while it runs. */
struct fan {
    struct step *items;
    uint32_t count;                    /* of this run of the step */
    uint32_t room;                     /* of its greatest run */
    uint32_t next;                     /* no item before it is pending */
    uint32_t undo_end;                 /* no item from it on still waits for its undo's turn */
    uint32_t undo_open;                /* items whose undo is due, or under way, or parked */
    uint32_t counts[STEP_STATE_COUNT]; /* items by state */
};

enum direction { FORWARD, BACKWARD };

/* Of its concurrency key: see claims.h. */
enum claim_state {
    CLAIM_STATE_NONE, /* it has none, or has not asked for it yet */
    CLAIM_STATE_QUEUED,
    CLAIM_STATE_HELD,
    CLAIM_STATE_ENDED,
};

/* A reversal that waits for the key: what its SAGA_COMPENSATING will say. */
struct queued_turn {
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
    bool turn_wanted;       /* it shall turn back as soon as no pivot is open */
    int64_t turn_wanted_ms; /* since when */
    bool turn_by_person;
    bool partial;        /* only chosen steps are undone: ends completed */
    uint32_t save_point; /* 1 + index of the step it goes back to, and then forward; 0 = none */
    bool then_pause;     /* at the save-point: paused */
    uint32_t turn_to;    /* of the turn that is wanted: its save_point */
    bool turn_then_pause;
    uint64_t seq; /* of the last record */
    uint64_t first_lsn;
    uint64_t last_lsn;
    bool is_migrated; /* volatile: in the turn at work */
    struct span input;
    struct span output;
    struct span labels;
    struct span reason;    /* msgpack map {code, message, step?, actor?} */
    struct span turn_code; /* of the turn that is wanted */
    struct span turn_message;
    struct span turn_actor;
    struct span end_actor; /* who terminated it */
    struct span end_reason;
    struct span event;  /* that started it; empty = none */
    int64_t event_mark; /* its number, or that of the last event before the start */
    struct span traceparent;
    struct span tracestate;
    uint8_t trace_id[32]; /* hex, of every traceparent of this saga */
    int64_t started_ms;
    int64_t start_at_ms;
    struct span claim_text; /* a digest of its concurrency key; empty = none, or its parent's */
    enum claim_state claim;
    bool shares_claim; /* its parent's */
    struct queued_turn queued;
    uint64_t claim_lsn; /* of the row that made `claim` what it is */
    int64_t ended_ms;
    int64_t completed_ms; /* first time; the reversal window counts from here; 0 = never */
    int64_t deadline_ms;
    int64_t cost_micros;      /* of all that was asked */
    int64_t undo_cost_micros; /* of it: of compensations */
    uint8_t digest[32];       /* volatile: of the start, while its name is not yet durable */
    bool has_digest;
    struct step *steps;  /* those of the definition: see saga_step() */
    struct step **items; /* those of fan-outs, in the order in which they came */
    uint32_t step_total; /* of the definition, and items */
    uint32_t item_room;  /* of items */
    uint64_t *awake;     /* bits by index: see saga_awake() */
    uint32_t awake_room; /* words of it */
    uint32_t settled;    /* steps of the definition that have succeeded, were skipped, resolved */
    bool has_more;       /* volatile: a turn has no room for all that could be done: due at once */

    /* Volatile: the engine's own. */
    struct heap_node timer;
    struct saga *next_leaving; /* waits to leave memory */
    uint64_t leave_serial;     /* until this batch has been released */
    uint64_t touched_serial;   /* batch that its newest turn is part of */
    int64_t touched_ms;        /* when that was */
    int64_t asleep_ms;         /* as its newest head says: due_ms */
    bool is_leaving;
    bool owes;          /* an effect of it has yet to make something durable: see leave.c */
    struct span *wants; /* names of events that a step will wait for, as the store knows it */
    uint32_t want_count;
    uint32_t want_capacity;
    bool is_unsettled; /* loaded, and not looked at since: due at once */
    bool is_untold;    /* loaded, with an end that its parent may not have heard of: due at once */
};

/* A saga in an arena of its own (taken from `source`). NULL: no memory. Also gives the name a
 * copy. */
struct saga *saga_new(const struct arena_source *source, uint64_t id, struct span name,
                      const struct definition *definition);
void saga_destroy(struct saga **saga);
/* A step that has not begun; its index is the caller's. */
void step_open(struct step *step, struct saga *saga, const struct step_spec *spec);
/* A saga folded from its rows. SAGA_STORE_CORRUPT with *why when they make no sense,
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error saga_load(const struct arena_source *source,
                                     const struct saga_image *image,
                                     const struct definition *definition, struct saga **saga,
                                     const char **why);

/* Makes one record part of the state. `values` of the record must live in the saga's arena.
 * false: no memory, or (replay) a record that makes no sense here. */
MUST_CHECK bool fold(struct saga *saga, const struct record *record, int64_t at_ms);

/* What the fold makes of a migration: what has begun goes on under the other version, the rest is
 * as that says. false: no memory, or (replay) something that has begun is not there. */
bool saga_migrate(struct saga *saga, const struct definition *target);
/* The steps of its definition, as if none had begun. false: no memory. */
bool saga_open_steps(struct saga *saga);

/* Why it turns back, as references see it: {code, message, step?, actor?} in the saga's arena;
 * empty = no memory. */
struct span saga_pack_reason(struct saga *saga, const struct record *record);

/* Its start_at has not come yet (or the sagas's steps have not noticed it yet). */
bool saga_waits_for_start(const struct saga *saga);
/* Step i of step_total: first those of the definition, by their index there. */
static inline struct step *saga_step(const struct saga *saga, uint32_t i)
{
    uint32_t count = saga->definition->step_count;
    PRE(i < saga->step_total);
    return i < count ? &saga->steps[i] : saga->items[i - count];
}

/* items.c */

/* What asks for a step's attention: the first from `from` on that something may follow from, or
 * that may have a timer; step_total = none. All others are at rest: not started and not due to,
 * or settled for now. A saga of ten thousand items has few that are awake, and every event is
 * paid for by them alone. fold() lets a step rest; whoever adds a state, or a timer, that a loop
 * over awake steps must see says so in step_may_rest(). Too many awake ones cost time only. */
uint32_t saga_awake(const struct saga *saga, uint32_t from);
void step_wake(const struct step *step);
/* Lets the step rest if it may. */
void step_rest(const struct step *step);
/* It waits for what it needs, which wakes it. */
void step_rest_until_needed(const struct step *step);
/* Looks at all steps: what may rest depends on the direction. */
void saga_rest_all(struct saga *saga);
/* After the step's state was `from`: counts, and whom it wakes. */
void step_moved(struct step *step, enum step_state from);
void step_set_undo(struct step *step, enum undo_state state);
/* Gives the container its items; false = no memory, or they make no sense. */
MUST_CHECK bool fan_add(struct step *container, struct span collection, uint32_t count);
/* The saga has the steps of another version: counts them, and gives it its items again. */
MUST_CHECK bool saga_carry_items(struct saga *saga, uint32_t count);
/* How many bytes the array of its items' outputs takes, at most. */
size_t fan_output_size(const struct step *container);
/* The outputs of its items as an array in the saga's arena; empty = no memory. */
struct span fan_output(const struct step *container);
/* After a record on an item: its container's state on the way back is what its items' add up to. */
void fan_follow(struct step *item);
/* The item that is to be undone next, from the last one on; NULL = none waits for its turn. */
struct step *fan_next_undo(const struct fan *fan);
/* A step with for_each, not one of its items. */
bool step_is_container(const struct step *step);
/* Its failure stays its own: on_item_failure: continue. */
bool step_is_forgiven(const struct step *step);
/* While the saga goes forward its undo settles it: continue leaves no doubtful effect behind. */
bool step_undoes_alone(const struct step *step);
/* As records say it: step of the definition, and which item of it, from 1 (0 = itself); NULL =
 * there is none. */
struct step *saga_item(const struct saga *saga, uint32_t step, uint32_t item);
/* Appends the step to a record's list. */
void step_list_put(struct buf *list, const struct step *step);
struct step *saga_step_of_record(const struct saga *saga, const struct record *record);
/* The index of the step of that name, or -1. */
int32_t saga_step_named(const struct saga *saga, struct span name);
/* The call of a kind. */
struct call *step_call(struct step *step, enum task_kind kind);
/* What its undo is told: the key of its do, or the one it would have had. Empty = no memory. */
struct span step_do_key(struct step *step);
const struct call_spec *call_spec(const struct call *call);
/* What a participant is asked to do. */
struct span call_action(const struct call *call);
/* Is this what the step's check was asked about last? */
bool call_is_checked(const struct call *call);
/* Does it depend on the answer of the step's check, which has been asked? */
bool call_awaits_check(const struct call *call);
/* Does anything depend on what the check says? */
bool check_is_awaited(const struct call *check);
/* What it was asked about last: the step's do, or its undo. */
const struct call *check_asked(const struct call *check);
/* In doubt, and its provider may not know the key any more: sending it again might do it twice. */
bool call_key_is_over(const struct call *call, int64_t now_ms);
/* In doubt, and nothing is left to ask: only its undo can settle it. */
bool step_awaits_undo(const struct step *step);
struct attempt *call_attempt(const struct call *call, uint32_t run, uint32_t number);
/* Is it of a key that is history: not of the present one, or of one that was undone? */
bool attempt_is_past(const struct attempt *attempt);
struct past *step_past(const struct step *step, uint32_t run);
/* A late effect of an old key is being undone, or waits for that. */
bool step_has_stray(const struct step *step);
/* The same, and no person is waited for. */
bool step_stray_is_open(const struct step *step);
/* What the undo's call is at: for the step's own undo, or for a stray. */
enum undo_state undo_call_state(const struct step *step);
/* The step's own undo has been asked for, for the present key. */
bool step_undo_is_begun(const struct step *step);
/* Its do has been asked for, under a key that is not history. */
bool step_is_begun(const struct step *step);
/* The attempt that the next one may take the memory of, once LIMIT_ATTEMPTS_KEPT are kept: the
 * oldest that nobody waits for. Durable state alone says which. NULL: none. */
struct attempt *call_spare(const struct call *call);
/* Has any attempt an unknown outcome? */
bool call_in_doubt(const struct call *call);
/* Some attempt has had its effect. */
bool call_has_succeeded(const struct call *call);
/* Some attempt is open: an answer is hoped for. */
bool call_is_open(const struct call *call);
/* When is the time over that an attempt was given with its task? */
int64_t attempt_over_ms(const struct attempt *attempt);
/* When can no attempt of it act any more? 0 = now; INT64_MAX = not foreseeable. */
int64_t call_quiet_ms(const struct call *call, int64_t dead_ms);
/* It answered `later`, and only a `finish` can say that it acts no more. */
bool call_waits_for_finish(const struct call *call);
/* When may its undo leave? The same, but what a barrier refuses after the undo needs no waiting. */
int64_t call_clear_ms(const struct call *call, int64_t dead_ms);
/* "<saga>/<step>[~run]/<kind>" in the saga's arena; empty = no memory. */
struct span call_key(const struct call *call, uint32_t run);
/* "<saga>~<step>[~run]" in the saga's arena: the id of a child; empty = no memory. */
struct span step_child_name(const struct step *step, uint32_t run);
/* The parent's id in a child's; empty when the saga is nobody's child. */
struct span saga_parent_name(struct span name);
/* Does the undo ask a child rather than a participant? */
bool call_is_of_child(const struct call *call);
/* The step that a key of this saga names; NULL when it has none. */
struct step *saga_step_of_key(struct saga *saga, struct span key);
/* Which step, kind and run a key of this saga means; NULL when it means none. */
struct call *saga_call_of_key(struct saga *saga, struct span key);

#endif
