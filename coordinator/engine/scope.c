/* scope.c - sets which values (input, outputs, reasons) the templates of a saga and of its steps
 * can refer to. */
#include "engine/scope.h"

#include "engine/state.h"
#include "engine/turn.h"
#include "language/template.h"
#include "saga/saga.h"

static struct span scope_output(uint32_t index, const void *arg)
{
    PRE(index < ((const struct saga *)arg)->definition->step_count);
    const struct saga *saga = arg;
    return saga_step(saga, index)->output;
}

static const char *scope_status(uint32_t index, const void *arg)
{
    PRE(index < ((const struct saga *)arg)->definition->step_count);
    const struct saga *saga = arg;
    return step_state_name(saga_step(saga, index)->state);
}

static bool scope_gives_null(uint32_t index, const void *arg)
{
    PRE(index < ((const struct saga *)arg)->definition->step_count);
    const struct saga *saga = arg;
    return saga_step(saga, index)->state == STEP_STATE_SKIPPED;
}

/* The templates of an item that refer to their own step get the item's output, not that of the
 * whole fan-out. */
static struct span scope_output_here(uint32_t index, const void *arg)
{
    PRE(((const struct step *)arg)->container);
    const struct step *item = arg;
    bool own = index == item->container->index;
    return own ? item->output : saga_step(item->saga, index)->output;
}

static const char *scope_status_here(uint32_t index, const void *arg)
{
    PRE(((const struct step *)arg)->container);
    const struct step *item = arg;
    bool own = index == item->container->index;
    return step_state_name(own ? item->state : saga_step(item->saga, index)->state);
}

static bool scope_gives_null_here(uint32_t index, const void *arg)
{
    PRE(((const struct step *)arg)->container);
    const struct step *item = arg;
    return scope_gives_null(index, item->saga);
}

void saga_scope(const struct saga *saga, struct scope *scope)
{
    PRE(saga->magic == SAGA_MAGIC);
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
    PRE(step->index < saga->step_total);
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

bool scope_fill(struct turn *turn, const struct scope *scope, const struct template *template,
                struct span *value)
{
    PRE(scope->null_when_missing);
    struct span missing;
    struct buf *out = &turn->engine->scratch;
    buf_clear(out);
    bool ok = template_fill(template, scope, out, &missing) == SAGA_OK;
    turn->failed |= !ok;
    *value = ok ? buf_span(out) : (struct span){NULL, 0};
    return ok;
}
