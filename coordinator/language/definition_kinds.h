/* definition_kinds.h - which kind of step it is: exactly one key says that, and some keys serve
 * only actions. */
#ifndef LANGUAGE_DEFINITION_KINDS_H
#define LANGUAGE_DEFINITION_KINDS_H

#include "base/span.h"

struct compile;
struct draft;
struct step_spec;

/* Reads `compensate: reverse`, or the same under `key` in the long form: the undo of a child.
 * false: the compensation is an action. */
bool definition_kinds_reverse(struct compile *c, const char *key, const struct draft *draft,
                              struct step_spec *spec);

/* Reads the one time-out of a step that is no action. */
void definition_kinds_time(struct compile *c, struct span timeout, struct step_spec *spec);

/* Reads which kind the step is, and the keys of its kind, into *spec; conditions and templates stay
 * in the draft. The place is at the step. */
void definition_kinds_read(struct compile *c, struct draft *draft, struct step_spec *spec);

/* Compiles conditions and templates of a step that is no action, once the graph is known. */
void definition_kinds_finish(struct compile *c, uint32_t step);

/* Is the value a time (RFC 3339, or ms since 1970), or a text with a reference to one? */
bool definition_kinds_is_time(struct span value);

#endif
