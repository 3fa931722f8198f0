/* fold_claim.h - the concurrency key of a saga, as its records say. */
#ifndef SAGA_FOLD_CLAIM_H
#define SAGA_FOLD_CLAIM_H

#include <stdbool.h>

struct record;
struct saga;

/* fold_claim.c: concurrency keys. false: no memory, or it makes no sense. */
bool fold_claim_started(struct saga *saga, const struct record *record);

bool fold_claim_queued(struct saga *saga, const struct record *record);

bool fold_claim_admitted(struct saga *saga);

void fold_claim_end(struct saga *saga);

#endif
