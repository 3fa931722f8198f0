/* wait_over.c - a waiting step whose time has come. */
#include "engine/wait_over.h"

#include "engine/kinds/approval.h"
#include "engine/turn.h"
#include "engine/wait.h"

bool wait_is_over(struct turn *turn, const struct step *step)
{
    if (step->wake_ms > 0 && step->wake_ms <= turn->now_ms && wait_is_limited(step)) {
        wait_end(turn, step, "schedule_to_close", span_text("it did not end in time"));
        return true;
    }
    if (step->spec->kind == STEP_KIND_APPROVE) {
        return approval_is_over(turn, step);
    }
    bool fails = step->spec->kind == STEP_KIND_WAIT_EVENT && !step->spec->wait_goes_on;
    bool over = step->wake_ms > 0 && step->wake_ms <= turn->now_ms;
    if (over && fails) {
        wait_end(turn, step, "timeout", span_text("the event did not come in time"));
    } else if (over) {
        wait_end(turn, step, NULL, (struct span){NULL, 0});
    }
    return over;
}
