/* record_steps.h - finds the step that a record names by numbers, and packs lists of steps. */
#ifndef SAGA_RECORD_STEPS_H
#define SAGA_RECORD_STEPS_H

#include <stdint.h>

struct buf;
struct record;
struct saga;
struct step;

/* The step that a record names by two numbers: the index of a step of the definition, and which of
 * its items, from 1 (0 = the step itself); NULL = there is none. */
struct step *saga_item(const struct saga *saga, uint32_t step, uint32_t item);
/* Appends the step to a packed list of steps, as records have them. */
void step_list_put(struct buf *list, const struct step *step);
/* The step that the record names; NULL = the record names none, or one that is not there. */
struct step *saga_step_of_record(const struct saga *saga, const struct record *record);

#endif
