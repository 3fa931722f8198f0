/* settle.c - what follows from a saga's state: round after round, until nothing more can be done.
 *
 * forward.c starts steps and turns back; backward.c undoes. Both look at the state alone, so that a
 * saga that was loaded from the store goes on exactly where it stood. */
#include "base/limits.h"
#include "engine/turn.h"

void settle(struct turn *turn)
{
    struct saga *saga = turn->saga;
    saga->is_unsettled = false;
    saga->has_more = false;
    /* Each round moves at least one step at least one state on; a step has few states. */
    uint32_t rounds = 16 * saga->step_total + 64;
    while (!turn->failed && !saga->paused && !saga_state_is_final(saga->state)) {
        CHECK(rounds-- > 0);
        bool changed = strays(turn);
        changed |= saga->direction == FORWARD ? forward(turn) : backward(turn);
        if (!changed) {
            break;
        }
    }
}

void park(struct turn *turn, struct step *step, enum task_kind kind, const char *code)
{
    struct record record = {.type = RECORD_STEP_PARKED,
                            .fields = 1,
                            .step = step->index,
                            .kind = kind,
                            .code = span_text(code)};
    turn_emit(turn, &record);
    turn_alert(turn, step, "step_parked");
}

void park_unfinished(struct turn *turn, struct step *step)
{
    park(turn, step, TASK_DO, "later_without_end");
    step->undo_due_ms = 0; /* its undo's patience begins when somebody has finished it */
}

static const struct step *pivot_of(const struct saga *saga)
{
    uint32_t pivot = saga->definition->pivot;
    return pivot > 0 ? saga_step(saga, pivot - 1) : NULL;
}

bool pivot_has_succeeded(const struct saga *saga)
{
    const struct step *pivot = pivot_of(saga);
    /* Skipped: the saga has gone past it, and what comes after it cannot be undone. */
    return pivot && (pivot->state == STEP_STATE_SUCCEEDED || pivot->state == STEP_STATE_SKIPPED ||
                     (pivot->state == STEP_STATE_RESOLVED && !pivot->refused));
}

bool step_is_open_pivot(const struct step *step)
{
    bool doubt = call_in_doubt(&step->calls[0]) &&
                 (step->state == STEP_STATE_RETRYING || step->state == STEP_STATE_IN_DOUBT ||
                  step->state == STEP_STATE_PARKED);
    /* What a person accepts is the doubt that is left when nobody can be asked any more. */
    bool is_accepted = step->accepted && step->state == STEP_STATE_PARKED;
    return step->spec->step_class == CLASS_PIVOT && !is_accepted &&
           (step->state == STEP_STATE_RUNNING || child_is_watched(step) || doubt);
}

bool pivot_is_open(const struct saga *saga)
{
    const struct step *pivot = pivot_of(saga);
    return pivot && step_is_open_pivot(pivot);
}

static enum doubt keep(struct turn *turn, const struct step *step)
{
    struct record record = {.type = RECORD_STEP_KEPT,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("in_doubt_readonly")};
    turn_emit(turn, &record);
    return DOUBT_CHANGED;
}

enum doubt settle_in_doubt(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_IN_DOUBT);
    const struct saga *saga = turn->saga;
    struct call *done = step_call(step, TASK_DO);
    if (call_is_open(done)) {
        return DOUBT_WAITS;
    }
    if (check_is_left(done)) {
        return check_ask(turn, done) ? DOUBT_CHANGED : DOUBT_WAITS;
    }
    bool turns = saga->direction == BACKWARD || (saga->turn_wanted && !step_is_open_pivot(step));
    if (done->expired && !turns) {
        park(turn, step, TASK_DO, "key_expired");
        return DOUBT_CHANGED;
    }
    bool past = step->spec->after_pivot || pivot_has_succeeded(saga);
    bool forward_only = saga->direction == FORWARD && past;
    if (step->spec->step_class == CLASS_READONLY && !forward_only) {
        return keep(turn, step);
    }
    bool pivot = step->spec->step_class == CLASS_PIVOT && saga->direction == FORWARD;
    if (!step->spec->has_undo || pivot || forward_only) {
        park(turn, step, TASK_DO, "in_doubt");
        return DOUBT_CHANGED;
    }
    return DOUBT_TO_UNDO;
}

static struct span scope_output(uint32_t index, const void *arg)
{
    const struct saga *saga = arg;
    return saga_step(saga, index)->output;
}

static const char *scope_status(uint32_t index, const void *arg)
{
    const struct saga *saga = arg;
    return step_state_name(saga_step(saga, index)->state);
}

static bool scope_gives_null(uint32_t index, const void *arg)
{
    const struct saga *saga = arg;
    return saga_step(saga, index)->state == STEP_STATE_SKIPPED;
}

/* An item's own step is the item, not all of them. */
static struct span scope_output_here(uint32_t index, const void *arg)
{
    const struct step *item = arg;
    bool own = index == item->container->index;
    return own ? item->output : saga_step(item->saga, index)->output;
}

static const char *scope_status_here(uint32_t index, const void *arg)
{
    const struct step *item = arg;
    bool own = index == item->container->index;
    return step_state_name(own ? item->state : saga_step(item->saga, index)->state);
}

static bool scope_gives_null_here(uint32_t index, const void *arg)
{
    const struct step *item = arg;
    return scope_gives_null(index, item->saga);
}

void saga_scope(const struct saga *saga, struct scope *scope)
{
    *scope = (struct scope){.input = saga->input,
                            .saga_id = saga->name,
                            .event = saga->event,
                            .step_output = scope_output,
                            .step_status = scope_status,
                            .step_gives_null = scope_gives_null,
                            .arg = saga};
}

void step_scope(const struct step *step, bool undo, struct scope *scope)
{
    const struct saga *saga = step->saga;
    saga_scope(saga, scope);
    scope->reason = undo ? saga->reason : (struct span){NULL, 0};
    scope->null_when_missing = undo;
    if (step->container) {
        scope->item = step->value;
        scope->index = step->place;
        scope->step_output = scope_output_here;
        scope->step_status = scope_status_here;
        scope->step_gives_null = scope_gives_null_here;
        scope->arg = step;
    }
}
