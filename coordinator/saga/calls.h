/* calls.h - what is asked of a participant for a step: questions about one call. */
#ifndef SAGA_CALLS_H
#define SAGA_CALLS_H

#include "base/span.h"
#include "journal/states.h"

struct attempt;
struct call;
struct call_spec;
struct step;

/* The call of a kind. */
struct call *step_call(struct step *step, enum task_kind kind);

const struct call_spec *call_spec(const struct call *call);

/* What a participant is asked to do. */
struct span call_action(const struct call *call);

/* Is this what the step's check was asked about last? */
bool call_is_checked(const struct call *call);

/* Does it depend on the answer of the step's check, which has been asked? */
bool call_awaits_check(const struct call *call);

/* Does anything depend on what the check says? */
bool check_is_awaited(const struct call *check);

/* What it was asked about last: the step's do, or its undo. */
const struct call *check_asked(const struct call *check);

/* In doubt, and its provider may not know the key any more: sending it again might do it twice. */
bool call_key_is_over(const struct call *call, int64_t now_ms);

struct attempt *call_attempt(const struct call *call, uint32_t run, uint32_t number);

/* The attempt that the next one may take the memory of, once LIMIT_ATTEMPTS_KEPT are kept: the
 * oldest that nobody waits for. Durable state alone says which. NULL: none. */
struct attempt *call_spare(const struct call *call);

/* Is it of a key that is history: not of the present one, or of one that was undone? */
bool attempt_is_of_old_key(const struct attempt *attempt);

/* What the undo's call is at: for the step's own undo, or for a late effect of an old key. */
enum undo_state undo_call_state(const struct step *step);

/* Has any attempt an unknown outcome? */
bool call_in_doubt(const struct call *call);

/* Some attempt has had its effect. */
bool call_has_succeeded(const struct call *call);

/* Some attempt is open: an answer is hoped for. */
bool call_is_open(const struct call *call);

/* Does the undo ask a child rather than a participant? */
bool call_is_of_child(const struct call *call);

/* When the call runs out of its schedule_to_close; 0: never. */
int64_t call_close_ms(const struct call *call);

#endif
