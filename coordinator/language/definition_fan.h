/* definition_fan.h - steps that are many: for_each, max_parallel, on_item_failure. */
#ifndef LANGUAGE_DEFINITION_FAN_H
#define LANGUAGE_DEFINITION_FAN_H

#include <stdint.h>

struct compile;
struct draft;
struct step_spec;

/* Reads for_each's companions into *spec; the collection itself stays in the draft. The place is at
 * the step. */
void definition_fan_read(struct compile *c, const struct draft *draft, struct step_spec *spec);

/* Compiles the collection of one step, once the graph is known. */
void definition_fan_finish(struct compile *c, uint32_t step);

#endif
