/* fold_fan.h - the records of fan-outs, and who is looked at after a record of any kind. */
#ifndef SAGA_FOLD_FAN_H
#define SAGA_FOLD_FAN_H

#include "base/span.h"

struct record;
struct saga;
struct step;

/* fold_fan.c */
bool fold_items(struct step *step, const struct record *record, int64_t at_ms);

/* Marks the steps of a list, and with a container its items, as chosen or as accepted. */
bool fold_mark(struct saga *saga, struct span list, bool chosen);

/* After a record: who is awake now, and what becomes of a container. */
void fold_look_again(struct saga *saga, bool everything, struct step *step);

#endif
