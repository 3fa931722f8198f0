/* calls.h - questions about one call: a do, an undo, a check or a confirmation that a
 * participant is asked for. */
#ifndef SAGA_CALLS_H
#define SAGA_CALLS_H

#include "base/span.h"
#include "journal/states.h"

struct call;
struct call_spec;
struct step;

/* The part of the definition that rules the call; for a check the part of the do or the undo that
 * the check asks about, for it has no policies of its own. */
const struct call_spec *call_spec(const struct call *call);

/* The action that the participant is asked to do, such as "flights.book". */
struct span call_action(const struct call *call);

/* Is the call in doubt, and did its key begin so long ago that the provider may have forgotten the
 * key? To send the key again might then do the work twice. */
bool call_key_is_over(const struct call *call, int64_t now_ms);

/* How far the undo has come that the step's undo call is used for now: the step's own undo, or the
 * undo of a late effect of an old key. */
enum undo_state undo_call_state(const struct step *step);

/* Does this undo reverse a child saga, so that the child is asked, and no participant? */
bool call_is_of_child(const struct call *call);

/* When the schedule_to_close of the call is over, in running milliseconds; 0: it has no such
 * limit. */
int64_t call_close_ms(const struct call *call);

#endif
