/* fold_attempt.h - attempts as records make them: added, adopted, and at some time forgotten. */
#ifndef SAGA_FOLD_ATTEMPT_H
#define SAGA_FOLD_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;

/* fold_attempt.c */
bool fold_adopt(struct call *call, const struct record *record);

bool fold_add_attempt(struct call *call, const struct record *record, int64_t at_ms);

/* A new key of this call begins: its request is frozen from here on. */
bool fold_open_run(struct call *call, const struct record *record, int64_t at_ms);

#endif
