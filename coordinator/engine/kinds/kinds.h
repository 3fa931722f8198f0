/* kinds.h - the functions in which the kinds of step differ: one row of functions for each kind.
 *
 * Facts about a kind that are needed outside the engine too are in language/step_kind.h. */
#ifndef ENGINE_KINDS_KINDS_H
#define ENGINE_KINDS_KINDS_H

#include <stdbool.h>

struct step;
struct turn;
struct verb_request;

struct kind {
    /* Begins the step: all that it needs is done, and the saga has room for it. Afterwards the step
     * runs, waits, or is settled; it has failed, with a code, when something in its definition
     * gives no value. */
    void (*begin)(struct turn *turn, struct step *step);
    /* Sends the next attempt of the step's do, whose retry is due. NULL: steps of this kind have no
     * attempts. */
    void (*retry)(struct turn *turn, struct step *step);
    /* Ends the step's wait, because the time until which the step waited has come (its
     * schedule_to_close is handled elsewhere). NULL: the kind does not wait, or (a child) is told
     * otherwise how its wait ended. */
    void (*time_over)(struct turn *turn, const struct step *step);
    /* May this person skip or resolve the step, without what the step waits for? NULL: everybody
     * who may use the verb may. */
    bool (*may_pass)(const struct step *step, const struct verb_request *verb);
};

/* The functions of the step's kind, or, for a fan-out as a whole, those of fan-outs. Never NULL. */
const struct kind *kind_of(const struct step *step);

/* May this person skip or resolve the step? For a fan-out as a whole the answer is that for its
 * items. */
bool kind_may_pass(const struct step *step, const struct verb_request *verb);

#endif
