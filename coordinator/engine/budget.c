/* budget.c - limits on the money that a saga may cost, checked before each attempt of a do.
 *
 * The cost of an attempt is known only when it has answered, so the last attempt may exceed the
 * limit, unless its step says what an attempt is expected to cost. Undos are never stopped for
 * money: when they cost more than their own limit a person is alerted, once. */
#include "engine/budget.h"

#include "engine/failure.h"
#include "engine/turn.h"
#include "saga/saga.h"
#include "saga/step.h"

/* Would another attempt with the expected cost exceed the limit (in millionths of a US dollar)?
 * limit 0 = there is none. */
static bool is_past(int64_t limit, int64_t spent, int64_t expected)
{
    PRE(expected >= 0);
    return limit > 0 && spent > limit - expected;
}

bool budget_allows(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    const struct step_spec *spec = step->spec;
    int64_t spent = saga->cost_micros - saga->undo_cost_micros;
    const char *why = NULL;
    if (is_past(saga->definition->cost_max_micros, spent, spec->cost_expected_micros)) {
        why = "another attempt would go past the saga's max_cost_usd";
    } else if (is_past(spec->cost_max_micros, step->cost_micros, spec->cost_expected_micros)) {
        why = "another attempt would go past the step's max_cost_usd";
    }
    if (!why) {
        return true;
    }
    struct failure failure = {.code = span_text("budget_exceeded"),
                              .message = span_text(why),
                              .refused = true,
                              .uncounted = true,
                              .retry_after_ms = -1};
    call_fail(turn, step_call(step, TASK_DO), &failure);
    return false;
}

void budget_watch_undo(struct turn *turn, const struct step *step, int64_t cost_micros)
{
    PRE(cost_micros >= 0);
    const struct saga *saga = turn->saga;
    int64_t limit = saga->definition->undo_cost_max_micros;
    bool crossed = is_past(limit, saga->undo_cost_micros, 0) &&
                   !is_past(limit, saga->undo_cost_micros - cost_micros, 0);
    if (crossed) {
        turn_alert(turn, step, "undo_budget_exceeded");
    }
}
