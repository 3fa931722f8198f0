/* confirm.c - after the commit of an open saga: asks participants to confirm what its steps
 * reserved.
 *
 * After the commit the saga cannot go back, so a confirmation is retried like an undo: as long as
 * its policy says, which is for ever by default. A confirmation that is stuck, or was refused for
 * good, does not hold up those of other steps. */
#include "engine/confirm.h"

#include "base/mp.h"
#include "engine/call.h"
#include "engine/park.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempts.h"
#include "saga/open.h"

bool confirm_waits(const struct step *step)
{
    PRE(step->open != NULL);
    enum undo_state state = step->open->confirm_state;
    return !step->by_person && (state == UNDO_STATE_RUNNING || state == UNDO_STATE_RETRYING);
}

/* Sends the step's confirmation, or its retry, if it is due. Returns true when anything was sent.
 */
static bool send(struct turn *turn, struct step *step)
{
    struct call *call = step_call(step, TASK_CONFIRM);
    PRE(call != NULL);
    if (step->open->confirm_state == UNDO_STATE_RETRYING) {
        bool due = !call_is_open(call) && call->retry_ms <= turn->now_ms && turn_has_room(turn);
        if (due) {
            struct span input = call->rerun_input.size > 0 ? call->rerun_input : call->input;
            call_send(turn, call, call->rerun ? &input : NULL, 0);
        }
        return due;
    }
    if (step->open->confirm_state != UNDO_STATE_NONE || !turn_has_room(turn)) {
        return false;
    }
    struct span inputs = step->open->calls.inputs;
    struct span own =
        inputs.size > 0 ? mp_find(inputs, span_text("confirm")) : (struct span){NULL, 0};
    struct span input = own.size > 0 ? own : step->calls[0].input;
    call_send(turn, call, &input, 0);
    return true;
}

bool confirm_go_on(struct turn *turn, bool *all, bool *still)
{
    const struct saga *saga = turn->saga;
    PRE(open_is_committed(saga));
    bool changed = false;
    *all = true;
    *still = !saga->live.has_more;
    for (uint32_t i = 0; i < saga->definition->step_count && !turn->failed; i++) {
        struct step *step = saga_step(saga, saga->definition->order[i]);
        bool clear = true;
        for (uint32_t k = 0; k < step->spec->needs_count && clear; k++) {
            clear = saga_step(saga, step->spec->needs[k])->live.all_clear;
        }
        bool done = open_step_is_confirmed(step);
        if (!done && clear && !step->by_person && step->state == STEP_STATE_SUCCEEDED) {
            changed |= send(turn, step);
        }
        bool is_parked = step->open->confirm_state == UNDO_STATE_PARKED;
        step->live.all_clear = clear && (done || is_parked || step->open->confirm_stuck);
        *all = *all && done;
        *still = *still && (done || is_parked || !clear);
    }
    return changed;
}

static void stuck(struct turn *turn, const struct call *confirm)
{
    PRE(!confirm->step->open->confirm_stuck);
    struct record record = {.type = RECORD_RETRY_SCHEDULED,
                            .fields = 1,
                            .step = confirm->step->index,
                            .kind = TASK_CONFIRM,
                            .run = confirm->run,
                            .due_ms = confirm->retry_ms,
                            .flags = FLAG_STUCK,
                            .code = span_text("stuck")};
    turn_emit(turn, &record);
    turn_alert(turn, confirm->step, "confirm_stuck");
}

void confirm_failed(struct turn *turn, const struct call *confirm, bool is_final)
{
    struct step *step = confirm->step;
    PRE(confirm->kind == TASK_CONFIRM);
    uint32_t most = step->spec->confirm->stuck_attempts;
    if (is_final && call_is_wanted(confirm)) {
        const char *why = step->open->confirm_refused ? "confirm_refused" : "confirm_used_up";
        park(turn, step, TASK_CONFIRM, why);
    } else if (!is_final && !step->open->confirm_stuck && most > 0 && confirm->counted >= most) {
        stuck(turn, confirm);
    }
}

int64_t confirm_stuck_ms(const struct step *step)
{
    const struct confirm_spec *spec = step->spec->confirm;
    if (!step->open || !spec || !confirm_waits(step) || step->open->confirm_stuck) {
        return INT64_MAX;
    }
    CHECK(step->calls[2].first_ms > 0);
    return spec->stuck_ms > 0 ? step->calls[2].first_ms + spec->stuck_ms : INT64_MAX;
}

void confirm_expire(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    if (confirm_stuck_ms(step) <= turn->now_ms && open_is_committed(turn->saga)) {
        stuck(turn, &step->calls[2]);
    }
}
