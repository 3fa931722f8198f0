/* record_steps.h - how records name the steps of a saga. */
#ifndef SAGA_RECORD_STEPS_H
#define SAGA_RECORD_STEPS_H

#include <stdint.h>

struct buf;
struct record;
struct saga;
struct step;

/* The step that records name so: a step of the definition, and which item of it, from 1 (0 = the
 * step itself); NULL = there is none. */
struct step *saga_item(const struct saga *saga, uint32_t step, uint32_t item);
/* Appends the step to a record's list. */
void step_list_put(struct buf *list, const struct step *step);
/* The step that the record names; NULL = the record names none, or one that is not there. */
struct step *saga_step_of_record(const struct saga *saga, const struct record *record);

#endif
