/* live.c - forgets what `live` holds of a step that begins anew. */
#include "saga/live.h"

#include "saga/saga.h"

void live_forget_call(struct call *call)
{
    PRE(call->step->saga->magic == SAGA_MAGIC);
    call->live.details.size =
        0; /* the memory at details.data is kept for the details of the next run */
}

void live_forget_step(struct step *step)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    step->live.watch = (struct child_watch){0};
    step->live.undo_due_ms = 0;
}
