/* call.h - attempts: sending one, and calling off what is no longer wanted. */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct call;
struct span;
struct turn;

/* Writes the intent of the next attempt of the call and sends it: under a new key when `input`
 * is given (its request from then on), else under the same key. flags: those of the record.
 * Without memory turn->failed is set. */
void call_send(struct turn *turn, struct call *call, const struct span *input, uint32_t flags);

/* Would another attempt of the call still serve anything, as the saga and the step are now? */
bool call_is_wanted(const struct call *call);

/* Tells the participant once that the attempt is no longer wanted; reason: a literal. timed_out:
 * said again even if it has been said, and the participant's slot is free at once. */
void call_off(struct turn *turn, struct attempt *attempt, const char *reason, bool timed_out);

/* Tells the same of all attempts of the call that have not been answered. */
void call_off_all(struct turn *turn, struct call *call, const char *reason);

#endif
