/* wait_over.c - a waiting step whose time has come. */
#include "engine/wait_over.h"

#include "engine/kinds/kinds.h"
#include "engine/turn.h"
#include "engine/wait.h"
#include "saga/step.h"

bool wait_is_over(struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    if (step->wake_ms == 0 || step->wake_ms > turn->now_ms) {
        return false;
    }
    if (wait_is_limited(step)) {
        wait_end(turn, step, "schedule_to_close", span_text("it did not end in time"));
    } else {
        kind_of(step)->time_over(turn, step);
    }
    return true;
}
