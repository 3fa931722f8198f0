/* calls.h - what is asked of a participant for a step: questions about one call. */
#ifndef SAGA_CALLS_H
#define SAGA_CALLS_H

#include "base/span.h"
#include "journal/states.h"

struct attempt;
struct call;
struct call_spec;
struct step;

/* What the definition says of the call: a check has the policies of what it asks about. */
const struct call_spec *call_spec(const struct call *call);

/* The action that a participant is asked to do, "flights.book". */
struct span call_action(const struct call *call);

/* Is this call, with its present key, what the step's check was asked about last? */
bool call_is_checked(const struct call *call);

/* Does what becomes of the call depend on the step's check, which has been asked about this
 * call? */
bool call_awaits_check(const struct call *call);

/* Does anything depend on what this check says? */
bool check_is_awaited(const struct call *check);

/* The call that the check was asked about last: the step's do, or its undo. */
const struct call *check_asked(const struct call *check);

/* Is the call in doubt, and older than its provider remembers its key? To send it again might do
 * it twice. */
bool call_key_is_over(const struct call *call, int64_t now_ms);

/* The attempt of that number under the run's key; NULL: there is none (any more). */
struct attempt *call_attempt(const struct call *call, uint32_t run, uint32_t number);

/* The attempt whose memory the next one may take, once LIMIT_ATTEMPTS_KEPT are kept: the oldest
 * one that nobody waits for. Chosen by durable state alone, so that a replay chooses the same.
 * NULL: none. */
struct attempt *call_spare(const struct call *call);

/* Was the attempt sent under a key that is history, because the step runs under the next key or
 * was undone? */
bool attempt_is_of_old_key(const struct attempt *attempt);

/* The state of what the step's undo call is used for now: the step's own undo, or the undo of a
 * late effect of an old key. */
enum undo_state undo_call_state(const struct step *step);

/* Has any attempt under the present key an unknown outcome? */
bool call_in_doubt(const struct call *call);

/* Has any attempt under the present key had its effect? */
bool call_has_succeeded(const struct call *call);

/* Is any attempt under the present key open: no answer yet, and still hoped for? */
bool call_is_open(const struct call *call);

/* Is the call the undo of a child, which asks the child rather than a participant? */
bool call_is_of_child(const struct call *call);

/* When the call runs out of its schedule_to_close; 0: never. */
int64_t call_close_ms(const struct call *call);

#endif
