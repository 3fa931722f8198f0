/* at_work.c - lists the attempts of a saga that participants work on now, from what no record says.
 */
#include "engine/at_work.h"

#include "base/arena.h"
#include "base/check.h"
#include "engine/due.h"
#include "engine/lookup.h"
#include "saga/attempt.h"
#include "saga/awake.h"
#include "saga/call.h"
#include "saga/calls.h"
#include "saga/saga.h"

static bool is_at_work(const struct call *call)
{
    PRE(call->attempts || !call->newest);
    const struct attempt *newest = call->newest;
    return newest && newest->state == ATTEMPT_OPEN && !call_is_of_child(call);
}

/* Copies what the list says of one attempt, for the saga may change while the list is in use.
 * Returns false when memory runs out. */
static bool fill(const struct engine *engine, const struct attempt *attempt, struct arena *arena,
                 struct task_at_work *out)
{
    const struct call *call = attempt->call;
    bool ok = true;
    PRE(attempt->intended_ms > 0);
    *out = (struct task_at_work){.step = call->step->index,
                                 .kind = call->kind,
                                 .of_undo = call->of_undo,
                                 .number = attempt->number,
                                 .key = arena_copy(arena, attempt->task.key, &ok),
                                 .action = arena_copy(arena, attempt->task.action, &ok),
                                 .intended_ms = attempt->intended_ms,
                                 .details = arena_copy(arena, call->live.details, &ok)};
    if (attempt->live.left) {
        bool is_known = !attempt->live.is_of_past && !attempt->live.orphan;
        out->sent_ms = is_known ? attempt->live.left_ms : attempt->intended_ms;
        /* A heartbeat may come in the same millisecond as the sending: then only its details show
         * that one has come. */
        bool is_first = attempt->number == 1 && out->details.size > 0;
        bool is_heard = attempt->live.beat_ms > attempt->live.left_ms || is_first;
        out->heard_ms = is_heard ? attempt->live.beat_ms : 0;
    }
    out->until_ms = due_attempt_ms(engine, attempt, &out->limit);
    IMPLIES(out->until_ms < INT64_MAX, out->limit != NULL);
    return ok;
}

bool engine_at_work(const struct engine *engine, struct span name, struct at_work *open)
{
    const struct saga *saga = lookup_saga(engine, name);
    PRE(open->arena != NULL);
    open->count = 0;
    if (!saga) {
        return true;
    }
    open->items = arena_take(open->arena, AT_WORK_MAX * sizeof(*open->items));
    bool ok = open->items != NULL;
    for (uint32_t i = saga_awake(saga, 0); ok && i < saga->step_total;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        for (uint32_t k = 0; k < step->call_count && open->count < AT_WORK_MAX && ok; k++) {
            const struct call *call = &step->calls[k];
            if (is_at_work(call)) {
                ok = fill(engine, call->newest, open->arena, &open->items[open->count++]);
            }
        }
    }
    POST(open->count <= AT_WORK_MAX);
    return ok;
}
