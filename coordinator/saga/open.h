/* open.h - what an open saga has and a defined one has not: a definition of its own, which grows
 * with each step that the saga's client registers.
 *
 * A defined saga runs a definition that others share. An open saga owns one of its own, in its own
 * memory, so that everything which follows a definition (the way back, plans, views) follows this
 * one as well. */
#ifndef SAGA_OPEN_H
#define SAGA_OPEN_H

#include "base/check.h"
#include "language/definition.h"
#include "language/open_step.h"
#include "saga/saga.h"

struct record;

struct open {
    struct definition definition; /* the one that the saga follows */
    /* what definition.steps points to; moves when the array grows */
    struct step_spec *specs;
    uint16_t *order; /* what definition.order points to */
    uint32_t room;   /* steps that `specs` and `order` have room for */
    /* its client has committed the saga: from now on only a person's reversal undoes it */
    bool committed;
};

/* What a step of an open saga has and a step of a defined one has not. */
struct open_step {
    /* how the step is undone and confirmed, as its client said last */
    struct open_calls calls;
    /* the steps that it needs, packed as records pack lists; empty = its client named none */
    struct span needs;
    uint32_t needs_room; /* places that spec->needs has room for */
    uint32_t needed_by_room;
    /* of the step's confirmation; UNDO_STATE_NONE: not asked for yet */
    enum undo_state confirm_state;
    /* the step's confirmation has been tried for too long, or too often: the confirmations of the
     * steps that need this step no longer wait for that one */
    bool confirm_stuck;
    bool confirm_refused;     /* the participant answered last that it will never confirm */
    struct span confirm_code; /* code and message of the last error of the confirmation */
    struct span confirm_message;
    struct text_room confirm_rooms[2];
};

/* Makes an open saga without steps, in memory from `source` as saga_new() does. `definition`: the
 * name to show where a defined saga has that of its definition. */
struct saga *open_new(const struct arena_source *source, uint64_t id, struct span name,
                      struct span definition);

/* Has the saga's client committed it? */
bool open_is_committed(const struct saga *saga);

/* Is the step confirmed, or has it nothing to confirm? */
bool open_step_is_confirmed(const struct step *step);

/* Would the step of this index need itself, by way of others, if it had these needs (a list as
 * records pack it)? */
bool open_needs_itself(const struct saga *saga, uint32_t step, struct span needs);

/* Adds a step of this name to the open saga; NULL: no memory. */
struct step *open_add_step(struct saga *saga, struct span name);

/* Sets which steps the step needs, a list as records have it; an empty list means the step before
 * it. false: no memory, or (in a replay) the list names a step that the saga does not have, or
 * steps would need each other in a circle. */
MUST_CHECK bool open_set_needs(struct step *step, struct span needs);

#endif
