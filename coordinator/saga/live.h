/* live.h - what is known of a saga only until the process ends: in no record, and gone with the
 * process.
 *
 * What was sent, when, and to whom; what waits in the engine's own lists. Attempts, calls, steps
 * and sagas have such fields in structs of their own (attempt_live.h, call_live.h, step_live.h,
 * saga_live.h, facet_live.h), each called `live`; after a restart all of these fields begin as
 * zero. The fold makes state of records alone, live and replayed alike, so the fold may not look at
 * any of them: its files include saga/no_live.h last, and the compiler refuses the word. */
#ifndef SAGA_LIVE_H
#define SAGA_LIVE_H

struct call;
struct step;

/* To be called when a record says that the call, or the step, begins anew: forgets what `live` held
 * of its last run. The fold may call these two functions, for they tell the fold nothing. */
void live_forget_call(struct call *call);
void live_forget_step(struct step *step);

#endif
