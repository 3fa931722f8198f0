/* definition_events.h - steps that wait for an event, or send one. */
#ifndef LANGUAGE_DEFINITION_EVENTS_H
#define LANGUAGE_DEFINITION_EVENTS_H

#include "base/span.h"

struct compile;
struct draft;
struct step_spec;

/* Reads the key `event`, a name that is copied; false when a problem was noted. */
bool definition_events_name(struct compile *c, struct span value, struct span *name);

/* Read the maps under `wait_event` and `emit` into *spec; condition and template stay in the draft.
 * The place is at the step. */
void definition_events_read_wait(struct compile *c, struct draft *draft, struct step_spec *spec);
void definition_events_read_emit(struct compile *c, struct draft *draft, struct step_spec *spec);

/* Compiles the condition or the template of one step, once the graph is known. */
void definition_events_finish(struct compile *c, uint32_t step);

/* Lists in the definition which events its steps wait for, each name once. */
void definition_events_collect(struct compile *c);

#endif
