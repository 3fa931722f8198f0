/* calls.h - what is asked of a participant for a step: questions about one call. */
#ifndef SAGA_CALLS_H
#define SAGA_CALLS_H

#include "base/span.h"
#include "journal/states.h"

struct call;
struct call_spec;
struct step;

/* What the definition says of the call: a check has the policies of what it asks about. */
const struct call_spec *call_spec(const struct call *call);

/* The action that a participant is asked to do, "flights.book". */
struct span call_action(const struct call *call);

/* Is the call in doubt, and older than its provider remembers its key? To send it again might do
 * it twice. */
bool call_key_is_over(const struct call *call, int64_t now_ms);

/* The state of what the step's undo call is used for now: the step's own undo, or the undo of a
 * late effect of an old key. */
enum undo_state undo_call_state(const struct step *step);

/* Is the call the undo of a child, which asks the child rather than a participant? */
bool call_is_of_child(const struct call *call);

/* When the call runs out of its schedule_to_close; 0: never. */
int64_t call_close_ms(const struct call *call);

#endif
