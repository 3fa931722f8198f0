/* fold_wait.h - the records of steps that ask nobody for anything: they wait, take an event, send
 * one. */
#ifndef SAGA_FOLD_WAIT_H
#define SAGA_FOLD_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;
struct step;

/* fold_wait.c */
bool fold_waiting(struct step *step, struct call *call, const struct record *record, int64_t at_ms);

bool fold_woken(struct step *step, const struct record *record, int64_t at_ms);

bool fold_event(struct step *step, const struct record *record);

bool fold_emitted(struct step *step, const struct record *record, int64_t at_ms);

#endif
