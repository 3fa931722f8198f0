/* attempts.h - questions about the attempts of one call. */
#ifndef SAGA_ATTEMPTS_H
#define SAGA_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct attempt;
struct call;

/* The attempt of that number under the run's key; NULL: there is none (any more). */
struct attempt *call_attempt(const struct call *call, uint32_t run, uint32_t number);

/* The attempt whose memory the next one may take, once LIMIT_ATTEMPTS_KEPT are kept: the oldest
 * one that nobody waits for. Chosen by durable state alone, so that a replay chooses the same.
 * NULL: none. */
struct attempt *call_spare(const struct call *call);

/* Was the attempt sent under a key that is history, because the step runs under the next key or
 * was undone? */
bool attempt_is_of_old_key(const struct attempt *attempt);

/* Has any attempt under the present key an unknown outcome? */
bool call_in_doubt(const struct call *call);

/* Has any attempt under the present key had its effect? */
bool call_has_succeeded(const struct call *call);

/* Is any attempt under the present key open: no answer yet, and still hoped for? */
bool call_is_open(const struct call *call);

/* The number that stands for an instance's name; 0: it has no name. Two names have one number as
 * good as never. No record has the number: they have the name. */
uint64_t instance_number(struct span name);

#endif
