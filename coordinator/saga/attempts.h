/* attempts.h - questions about the attempts of one call. */
#ifndef SAGA_ATTEMPTS_H
#define SAGA_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct attempt;
struct call;

/* Finds the attempt with this number under the key of this run; NULL: there is none, or it has been
 * forgotten. */
struct attempt *call_attempt(const struct call *call, uint32_t run, uint32_t number);

/* The attempt to forget when LIMIT_ATTEMPTS_KEPT are kept, so that the next one can take its
 * memory: the oldest one that nobody waits for. Chosen by durable state alone, so that a replay
 * chooses the same. NULL: there is room still, or none may be forgotten. */
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

/* A hash of the name of a participant's instance, to compare names by; 0: the name is empty. Two
 * names have the same number as good as never. Records have the name, not this number. */
uint64_t instance_number(struct span name);

#endif
