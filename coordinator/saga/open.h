/* open.h - what an open saga has besides: a definition that grows, with each step that its client
 * registers.
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
    struct definition definition; /* the saga's */
    struct step_spec *specs;      /* definition.steps; moves when it grows */
    uint16_t *order;              /* definition.order */
    uint32_t room;                /* steps that both have room for */
    bool committed;               /* by its client: from now on only a person's reverse undoes */
};

/* What a step of an open saga has besides. */
struct open_step {
    struct open_calls calls; /* as its client gave them last */
    struct span needs;       /* as given: a list of steps, as records have it; empty = not given */
    uint32_t needs_room;     /* places behind spec->needs, and behind spec->needed_by */
    uint32_t needed_by_room;
    enum undo_state confirm_state; /* of its confirmation; UNDO_STATE_NONE: not asked for yet */
    bool confirm_stuck;            /* has failed for long: others need not wait for it */
    bool confirm_refused;          /* its last answer was a refusal for good */
    struct span confirm_code;      /* of the last error of the confirmation */
    struct span confirm_message;
    struct text_room confirm_rooms[2];
};

/* An open saga without steps: as saga_new(). `definition` is the name that stands where that of a
 * definition would. */
struct saga *open_new(const struct arena_source *source, uint64_t id, struct span name,
                      struct span definition);

/* Has the saga's client committed it? */
bool open_is_committed(const struct saga *saga);

/* Is nothing left to confirm of the step? */
bool open_step_is_confirmed(const struct step *step);

/* Would a step that has these needs need itself, by way of others? `step`: its index. */
bool open_needs_itself(const struct saga *saga, uint32_t step, struct span needs);

/* One more step, of the name; NULL: no memory. */
struct step *open_add_step(struct saga *saga, struct span name);

/* Sets which steps the step needs, a list as records have it; an empty list means the step before
 * it. false: no memory, or (in a replay) the list names a step that the saga does not have, or
 * steps would need each other in a circle. */
MUST_CHECK bool open_set_needs(struct step *step, struct span needs);

#endif
