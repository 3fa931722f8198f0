/* step.c - one step of a saga, before the step has begun. */
#include "saga/step.h"

#include "language/definition.h"

void step_open(struct step *step, struct saga *saga, const struct step_spec *spec)
{
    PRE(spec->name.size > 0);
    step->spec = spec;
    step->saga = saga;
    step->name = spec->name;
    step->state = STEP_STATE_PENDING;
    step->call_count = 1;
    static const enum task_kind kinds[CALL_COUNT] = {TASK_DO, TASK_UNDO, TASK_CHECK};
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        step->calls[k].step = step;
        step->calls[k].kind = kinds[k];
    }
}
