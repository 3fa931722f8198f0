/* start.c - begins a step whose needs are done, unless it is skipped or the saga has no room for
 * it. */
#include "engine/start.h"

#include "engine/fail.h"
#include "engine/kinds/kinds.h"
#include "engine/room.h"
#include "engine/skip.h"
#include "engine/turn.h"
#include "saga/step.h"

void step_start(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_PENDING);
    if (!step_is_wanted(turn, step)) {
        return;
    }
    if (!room_to_start(turn->saga)) {
        /* The memory that is left is kept for the ends and the undos of steps that have begun. */
        step_fail(turn, step, "too_large", span_text("the saga holds too much for another step"));
        return;
    }
    kind_of(step)->begin(turn, step);
}
