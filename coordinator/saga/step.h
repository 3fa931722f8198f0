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

/* Memory that holds a text which may change often over weeks, so that each change takes no new
 * memory. */
struct text_room {
    uint8_t *bytes;
    size_t size;
};

/* The fields that every event looks at come first, beside the do's call: when the next event of
 * a saga comes, nothing of the saga is in a processor's cache. */
struct step {
    const struct step_spec *spec;
    struct saga *saga;
    /* of an item: the step with for_each; NULL = the step is no item */
    struct step *container;
    struct open_step *open; /* what only a step of an open saga has; else NULL */
    struct fan *fan;        /* of a step with for_each, once it has its items; else NULL */
    enum step_state state;
    enum undo_state undo_state;
    uint32_t index;      /* its place in the saga: see saga_step() */
    uint32_t call_count; /* how many of `calls`, from the first, have ever been used */
    /* waiting: until this running time; for a child: at most until then; 0 = no limit */
    int64_t wake_ms;
    int64_t until_ms;            /* waiting: until this time of day; 0 = none was named */
    int64_t wait_from_ms;        /* waiting: when the wait began */
    int64_t undo_before_ms;      /* the time of day until which the step's undo must be done; 0 = no
                                    such deadline */
    struct old_key *late_effect; /* the old key whose late effect is being undone; NULL = none */
    /* how far the undo of that late effect has come, for which calls[1] is used */
    enum undo_state late_undo_state;
    /* when somebody was alerted ahead of undo_before_ms; 0 = not yet */
    int64_t undo_before_told_ms;
    /* the time has come to go back, so that the undo is done before undo_before_ms */
    bool undo_before_due;
    bool chosen; /* while the saga goes back: this step is to be undone */
    /* the step cannot be undone, and a person said that its effect may stay */
    bool accepted;
    /* an effect came after the step was decided: it is to be undone (again) */
    bool late;
    /* the step's undo has failed for long: other steps need not wait for it */
    bool stuck;
    bool by_person; /* a person settled the step */
    bool refused;   /* the participant refused the do for good */
    /* `at` of the record that started the step; stuck_ms and parked_ms are such times as well */
    int64_t started_ms;
    int64_t stuck_ms;  /* when the undo was found stuck last */
    int64_t parked_ms; /* when the step, or its undo, was parked last */
    /* seq of the saga when the step started, so that steps sort by start; 0 = not started */
    uint64_t started_seq;
    struct span output; /* of the do; empty = it has none */
    struct step_live live;
    struct call calls[CALL_COUNT]; /* do, undo, check; of an open saga: do, undo, confirm */
    struct span name;              /* as people and participants say it: "pack", "pack[3]" */
    uint32_t item;                 /* of an item: its place in the collection, from 0 */
    struct span value;             /* of an item: the element of the collection at that place */
    struct span place;             /* of an item: its place as a msgpack value */
    struct span code;              /* of the do's error that stands */
    struct span message;
    uint32_t error_attempt;
    /* what a person settled the step as, if not as succeeded; else empty */
    struct span outcome;
    struct span outcome_reason; /* why the person did */
    struct span undo_code;
    struct span undo_message;
    struct text_room code_rooms[2]; /* memory that holds `code` and `undo_code` */
    struct text_room message_rooms[2];
    int64_t ended_ms;
    int64_t done_ms; /* when its do had succeeded or failed; 0 = not yet */
    int64_t cost_micros;
    struct span child; /* the id of the child that was started last; empty = none */
    /* what persons are asked, and which ones: msgpack map; empty = nothing yet */
    struct span approval;
    struct span decider;    /* the person who ended the wait; empty = nobody */
    struct span skip_actor; /* the person who wants the step skipped; empty = nobody */
    struct span skip_reason;
    int64_t event_mark;       /* number of the last event that the step took; 0 = none */
    struct old_key *old_keys; /* the latest first */
};

/* Makes a step that has not begun, with this spec; the caller sets its index. */
void step_open(struct step *step, struct saga *saga, const struct step_spec *spec);

/* The call of this kind that the step has; NULL: it has none. */
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
