/* call.h - sends an attempt of a call to a participant, and calls attempts off that nobody wants
 * any more. (A call is one do, undo, check or confirmation of a step, with all its attempts.) */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct call;
struct span;
struct turn;

/* Writes a record that the next attempt of the call is intended, then sends it. With `input` the
 * attempt gets a new idempotency key, and input is the request under that key from then on; with
 * NULL the attempt repeats the present key and request. flags: those of the record. When memory
 * runs out turn->failed is set. */
void call_send(struct turn *turn, struct call *call, const struct span *input, uint32_t flags);

/* Would the outcome of another attempt of the call still matter, as the saga and the step are now?
 */
bool call_is_wanted(const struct call *call);

/* Tells the participant, once, that nobody wants the attempt any more; reason: a literal.
 * timed_out: tell it even if that has been said before, and count the participant's slot as free
 * from now on. */
void call_off(struct turn *turn, struct attempt *attempt, const char *reason, bool timed_out);

/* Calls off every attempt of the call that has not been answered; reason: a literal. */
void call_off_all(struct turn *turn, struct call *call, const char *reason);

#endif
