/* proceed.c - does all that a saga can do now, round after round, until a round changes nothing.
 *
 * forward.c starts steps and sends the saga back; backward.c undoes. Both look at the state
 * alone, so that a saga that was loaded from the store goes on exactly where it stood. */
#include "engine/proceed.h"

#include "engine/backward.h"
#include "engine/forward.h"
#include "engine/kinds/child.h"
#include "engine/late_effects.h"
#include "engine/open_forward.h"
#include "engine/turn.h"
#include "saga/awake.h"
#include "saga/child_state.h"
#include "saga/saga.h"

/* Tells the children that are at work that their parent is paused. That the parent goes on they are
 * told when it does. */
static void pause_children(struct turn *turn)
{
    PRE(turn->saga->paused);
    const struct saga *saga = turn->saga;
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        if (child_is_watched(saga_step(saga, i))) {
            child_watch(turn, saga_step(saga, i));
        }
    }
}

void proceed(struct turn *turn)
{
    struct saga *saga = turn->saga;
    saga->live.must_proceed = false;
    saga->live.has_more = false;
    /* A round that changes something moves a step to another state, and a step has few states: more
     * rounds than this mean an endless loop. */
    uint32_t rounds = 16 * saga->step_total + 64;
    while (!turn->failed && !saga->paused && !saga_state_is_final(saga->state)) {
        CHECK(rounds-- > 0);
        bool changed = late_effects_undo(turn);
        changed |= saga->direction == BACKWARD ? backward(turn)
                   : saga->open                ? open_forward(turn)
                                               : forward(turn);
        if (!changed) {
            break;
        }
    }
    if (saga->paused) {
        pause_children(turn);
    }
}
