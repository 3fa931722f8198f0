/* memory_claims.h - schedules and concurrency keys of the memory store. */
#ifndef STORE_MEMORY_CLAIMS_H
#define STORE_MEMORY_CLAIMS_H

#include "store/store.h"

struct memory_claims {
    struct schedule_row *schedules; /* owned, in the order of definition and entry */
    struct claim_row *claims;       /* owned, in the order of their places */
    size_t schedule_count;
    size_t schedule_capacity;
    size_t claim_count;
    size_t claim_capacity;
};

void memory_claims_close(struct memory_claims *claims);
/* Room for what the batch brings: afterwards memory_claims_commit() fails in the arena only. */
MUST_CHECK enum saga_error memory_claims_reserve(struct memory_claims *claims,
                                                 const struct rows *rows);
/* *ok is set to false when the arena has no more memory, else kept. SAGA_STORE_CORRUPT: a claim
 * ends that there is not, or a schedule goes back. */
MUST_CHECK enum saga_error memory_claims_commit(struct memory_claims *claims,
                                                const struct rows *rows, struct arena *arena,
                                                bool *ok);
MUST_CHECK enum saga_error memory_claims_schedules(const struct memory_claims *claims,
                                                   store_schedule_fn fn, void *arg);

#endif
