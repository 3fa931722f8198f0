/* open_step.h - a step of an open saga: how its client says that it is undone and confirmed.
 *
 * The values that undo and confirmation are given are kept apart from the rest, for a user's values
 * may be erased one day, and what is to be called may not. */
#ifndef LANGUAGE_OPEN_STEP_H
#define LANGUAGE_OPEN_STEP_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;
struct problems;
struct step_spec;

/* How a step is undone and confirmed: msgpack maps, each with its `compensate` and `confirm` if
 * given. */
struct open_calls {
    struct span form;   /* what is called, and how patiently; empty = neither is given */
    struct span inputs; /* the values written for them; empty = none is */
};

/* What a client wrote, each empty when not given: an action, the long form of a definition's
 * compensate, or (compensate alone) "none". Packs it into *calls, in the arena. SAGA_INVALID with
 * *problems, whose pointers begin at the request; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error open_step_read(struct span compensate, struct span confirm,
                                          struct arena *arena, struct open_calls *calls,
                                          struct problems *problems);

/* Sets kind, class, undo and confirmation of *spec, in the arena: everything but name and needs.
 * SAGA_INVALID: the form is none that open_step_read() makes. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error open_step_compile(const struct open_calls *calls, struct arena *arena,
                                             struct step_spec *spec);

#endif
