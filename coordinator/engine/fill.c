/* fill.c - computes a value from a template of a step that begins, or fails the step. */
#include "engine/fill.h"

#include "engine/fail.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "language/template.h"
#include "saga/step.h"

/* The error code with which the step fails; NULL: the step is not to blame, memory ran out. */
static const char *code_of(enum saga_error rc)
{
    PRE(rc != SAGA_OK);
    if (rc == SAGA_INVALID) {
        return "bad_reference";
    }
    return rc == SAGA_TOO_LARGE ? "too_large" : NULL;
}

bool fill_or_fail(struct turn *turn, struct step *step, const struct template *template,
                  struct span *value)
{
    PRE(step->state == STEP_STATE_PENDING);
    struct scope scope;
    struct span missing = {NULL, 0};
    struct buf *out = &turn->engine->scratch;
    step_scope(step, false, &scope);
    buf_clear(out);
    enum saga_error rc = template_fill(template, &scope, out, &missing);
    if (rc == SAGA_OK) {
        *value = buf_span(out);
        return true;
    }
    const char *code = code_of(rc);
    if (code) {
        step_fail(turn, step, code, missing);
    } else {
        turn->failed = true;
    }
    return false;
}
