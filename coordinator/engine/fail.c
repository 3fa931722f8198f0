/* fail.c - fails a step that has not begun. */
#include "engine/fail.h"

#include "engine/failure.h"
#include "engine/wait.h"
#include "language/definition.h"
#include "saga/step.h"

void step_fail(struct turn *turn, struct step *step, const char *code, struct span message)
{
    PRE(step->state == STEP_STATE_PENDING);
    if (!step_kind_facts(step->spec->kind)->asks) {
        wait_end(turn, step, code, message);
        return;
    }
    struct failure failure = {
        .code = span_text(code), .message = message, .refused = true, .retry_after_ms = -1};
    call_fail(turn, step_call(step, TASK_DO), &failure);
}
