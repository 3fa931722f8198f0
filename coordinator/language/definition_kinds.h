/* definition_kinds.h - what a step does: exactly one key says it, and some keys serve actions only.
 */
#ifndef LANGUAGE_DEFINITION_KINDS_H
#define LANGUAGE_DEFINITION_KINDS_H

#include "base/span.h"

struct compile;
struct draft;
struct step_spec;

/* `compensate: reverse`, of a child, under this key; false: it says something else. */
bool definition_kinds_reverse(struct compile *c, const char *key, const struct draft *draft,
                              struct step_spec *spec);

/* The one time-out that a step has whose kind is no action. */
void definition_kinds_time(struct compile *c, struct span timeout, struct step_spec *spec);

/* definition_kinds.c: exactly one key says what a step does. c->place is at the step. */
void definition_kinds_read(struct compile *c, struct draft *draft, struct step_spec *spec);

/* Templates of kinds other than actions. */
void definition_kinds_finish(struct compile *c, uint32_t step);

/* Is it a time, or a reference to one? */
bool definition_kinds_is_time(struct span value);

#endif
