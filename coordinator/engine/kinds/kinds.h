/* kinds.h - what each kind of step does of its own: one row of functions a kind.
 *
 * What is true of a kind, and is needed outside the engine too, stands in language/step_kind.h. */
#ifndef ENGINE_KINDS_KINDS_H
#define ENGINE_KINDS_KINDS_H

#include <stdbool.h>

struct step;
struct turn;
struct verb_request;

struct kind {
    /* All that the step needs is done, and there is room for the step. It ends as running,
     * waiting, or settled; failed, with a code, when something in its definition gives no value. */
    void (*begin)(struct turn *turn, struct step *step);
    /* A retry of the step's do is due, and may go: the next attempt leaves. NULL: the kind has
     * no attempts. */
    void (*retry)(struct turn *turn, struct step *step);
    /* The time until which the step waited is over, and that was not the step's time limit.
     * NULL: the kind does not wait, or (a child) hears from elsewhere what has become of its
     * wait. */
    void (*time_over)(struct turn *turn, const struct step *step);
    /* May this person pass the step by without what it waits for? NULL: everybody may who may
     * use the verb. */
    bool (*may_pass)(const struct step *step, const struct verb_request *verb);
};

/* The row of the step's kind, or, of a fan-out as a whole, the row of fan-outs. Never NULL. */
const struct kind *kind_of(const struct step *step);

/* May this person pass the step by, or settle it? A fan-out as a whole is treated as its items
 * are. */
bool kind_may_pass(const struct step *step, const struct verb_request *verb);

#endif
