/* park.c - parks steps and undos: marks them as standing still until a person acts, and raises an
 * alert. */
#include "engine/park.h"

#include "engine/turn.h"
#include "journal/record.h"
#include "language/definition.h"
#include "saga/reason.h"
#include "saga/step.h"

void park(struct turn *turn, struct step *step, enum task_kind kind, const char *code)
{
    PRE(step->saga == turn->saga);
    struct record record = {.type = RECORD_STEP_PARKED,
                            .fields = 1,
                            .step = step->index,
                            .kind = kind,
                            .code = span_text(code)};
    turn_emit(turn, &record);
    turn_alert(turn, step, "step_parked");
}

void keep_step(struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    struct record record = {.type = RECORD_STEP_KEPT,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("nothing_to_undo")};
    if (step->open && step->spec->step_class != CLASS_READONLY) {
        record.code = span_text("irrevocable");
    }
    if (step->accepted) {
        record.code = span_text("accepted");
        record.actor = saga_reason_text(saga, "actor");
        record.reason = saga_reason_text(saga, "message");
    }
    turn_emit(turn, &record);
}

void park_unfinished(struct turn *turn, struct step *step)
{
    PRE(step->state != STEP_STATE_PARKED);
    park(turn, step, TASK_DO, "later_without_end");
    step->live.undo_due_ms =
        0; /* once somebody has finished the do, the time for which the undo may wait counts anew */
}

void park_undo(struct turn *turn, struct step *step)
{
    const struct call *undo = step_call(step, TASK_UNDO);
    PRE(undo->run > 0);
    const char *why = undo->refused ? "undo_refused" : "undo_used_up";
    park(turn, step, TASK_UNDO, undo->expired ? "key_expired" : why);
}

void park_stuck(struct turn *turn, struct step *step)
{
    PRE(!step->stuck);
    struct record record = {.type = RECORD_RETRY_SCHEDULED,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_UNDO,
                            .run = step->calls[1].run,
                            .due_ms = step->calls[1].retry_ms,
                            .flags = FLAG_STUCK,
                            .code = span_text("stuck")};
    turn_emit(turn, &record);
    turn_alert(turn, step, "undo_stuck");
}
