/* call.h - attempts: sending one, and what its failure means for the next. */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct call;
struct span;
struct turn;

/* Intends and sends the next attempt of the call: a new key when `input` is given (its frozen
 * input), else the same key. */
void call_send(struct turn *turn, struct call *call, const struct span *input, uint32_t flags);

bool call_is_wanted(const struct call *call);

/* Tells the participant that the attempt is no longer wanted, once. */
void call_off(struct turn *turn, struct attempt *attempt, const char *reason, bool timed_out);

/* The same for all that is unanswered. */
void call_off_all(struct turn *turn, struct call *call, const char *reason);

#endif
