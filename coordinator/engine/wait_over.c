/* wait_over.c - ends the wait of a step whose time has come. */
#include "engine/wait_over.h"

#include "engine/kinds/kinds.h"
#include "engine/turn.h"
#include "engine/wait.h"
#include "saga/step.h"

bool wait_is_over(struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    switch (wait_end_of(turn, step)) {
    case WAIT_GOES_ON:
        return false;
    case WAIT_LIMIT:
        wait_end(turn, step, "schedule_to_close", span_text("it did not end in time"));
        return true;
    case WAIT_OVER:
        kind_of(step)->time_over(turn, step);
        return true;
    }
    UNREACHABLE("unknown end of a wait");
}
