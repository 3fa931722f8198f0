/* step.h - one step of a saga, or one item of a step. The moves of its state:
 *
 *   do:    pending -> running <-> retrying -> succeeded | failed | in_doubt | kept | parked
 *   wait:  pending -> waiting -> succeeded | failed; a child may be asked for again
 *   skip:  pending -> skipped, when its condition does not hold; or whenever a person says so and
 *          no effect of the step can stand
 *   many:  pending -> running -> succeeded | failed; its items are steps, see items.c
 *   undo:  (succeeded | in_doubt | failed) -> compensating -> compensated | parked
 *   any state that is not settled -> resolved, when a person says what became of the step */
#ifndef SAGA_STEP_H
#define SAGA_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/span.h"
#include "saga/call.h"
#include "saga/step_live.h"

struct fan;
struct old_key;
struct saga;
struct step_spec;

enum { CALL_COUNT = 3 };

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
    struct open_step *open; /* of an open saga; else NULL */
    struct fan *fan;        /* a container's, once its items are there */
    enum step_state state;
    enum undo_state undo_state;
    uint32_t index;              /* in the saga */
    uint32_t call_count;         /* of calls: those behind have never been used */
    int64_t wake_ms;             /* waiting: until when; for a child: at most until when */
    int64_t until_ms;            /* waiting: until this time of day; 0 = none was named */
    int64_t wait_from_ms;        /* waiting: since when */
    int64_t undo_before_ms;      /* the time of day until which the step's undo must be done; 0 = no
                                    such deadline */
    struct old_key *late_effect; /* the old key whose late effect is being undone; NULL = none */
    enum undo_state
        late_undo_state;         /* of the undo of that late effect, for which calls[1] is used */
    int64_t undo_before_told_ms; /* when somebody was alerted ahead of that deadline; 0 = not yet */
    bool undo_before_due;        /* the time to go back for that deadline has come */
    bool chosen;                 /* in the way back at work: the step is to be undone */
    bool accepted;               /* irrevocable, and a person said: keep what it did */
    bool late;                   /* an effect came after the decision: undo the step (again) */
    bool stuck;           /* the step's undo has failed for long: others need not wait for it */
    bool by_person;       /* settled by a person */
    bool refused;         /* the step's do was refused for good */
    int64_t started_ms;   /* `at` of its records, as those below */
    int64_t stuck_ms;     /* since when, the last time that it was */
    int64_t parked_ms;    /* when the step, or its undo, was parked last */
    uint64_t started_seq; /* order of starting; 0 = not started */
    struct span output;   /* empty = none */
    struct step_live live;
    struct call calls[CALL_COUNT]; /* do, undo, check; of an open saga: do, undo, confirm */
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

/* Makes a step that has not begun; its index is the caller's to set. */
void step_open(struct step *step, struct saga *saga, const struct step_spec *spec);

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
    case TASK_CONFIRM:
        return step->calls[2].kind == kind ? &step->calls[2] : NULL;
    }
    return NULL;
}

#endif
