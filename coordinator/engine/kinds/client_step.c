/* client_step.c - the kind of step that the client of an open saga does itself. */
#include "engine/kinds/client_step.h"

#include "base/check.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/saga.h"

void client_step_begin(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    UNREACHABLE("the client of an open saga begins its steps");
}

void client_step_doubt(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_RUNNING);
    const struct call *done = step_call(step, TASK_DO);
    struct record record = {.type = RECORD_TASK_IN_DOUBT,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_DO,
                            .run = done->run,
                            .attempt = done->number_last,
                            .flags = FLAG_FINAL,
                            .code = span_text("uncompleted"),
                            .message = span_text("the saga turned back before its client had said "
                                                 "what came of the step")};
    turn_emit(turn, &record);
    IMPLIES(!turn->failed, step->state == STEP_STATE_IN_DOUBT);
}
