/* definition_events.h - steps that wait for an event, or send one. */
#ifndef LANGUAGE_DEFINITION_EVENTS_H
#define LANGUAGE_DEFINITION_EVENTS_H

#include "base/span.h"

struct compile;
struct draft;
struct step_spec;

/* Reads the key `event`; false when a problem was noted. */
bool definition_events_name(struct compile *c, struct span value, struct span *name);

void definition_events_read_wait(struct compile *c, struct draft *draft, struct step_spec *spec);

void definition_events_read_emit(struct compile *c, struct draft *draft, struct step_spec *spec);

/* Conditions and templates. */
void definition_events_finish(struct compile *c, uint32_t step);

/* What the steps wait for. */
void definition_events_collect(struct compile *c);

#endif
