/* aside.c - sagas that the store has but that cannot be read: what must be told to other sagas
 * because of them. */
#include "engine/aside.h"

#include "engine/batch.h"
#include "engine/batch_saga.h"
#include "engine/child_end.h"
#include "engine/due.h"
#include "engine/kinds/child_answer.h"
#include "engine/lock_table.h"
#include "engine/lookup.h"
#include "engine/state.h"
#include "engine/timer.h"
#include "journal/child_name.h"
#include "saga/saga.h"

enum saga_error engine_pass_over(struct engine *engine, uint64_t saga, struct batch *batch)
{
    PRE(batch->serial <= engine->serial);
    batch->serial = batch->serial > 0 ? batch->serial : ++engine->serial;
    return lock_table_pass_over(engine, saga, batch) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error engine_tell_parent(struct span name, struct batch *batch)
{
    PRE(name.size > 0);
    struct child_end end = {.parent = child_name_parent(name),
                            .child = name,
                            .state = SAGA_STATE_PARKED,
                            .code = span_text("child_parked"),
                            .message = span_text("the child cannot be read: a person must act")};
    return end.parent.size == 0 || child_say(batch, &end) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* The saga was asleep when it could not be read, and its head still says so: a new head says that
 * the saga is awake, and all its children are asked again. */
enum saga_error engine_catch_up(struct engine *engine, struct span name, struct batch *batch)
{
    struct saga *saga = lookup_saga(engine, name);
    PRE(batch->serial <= engine->serial);
    batch->serial = batch->serial > 0 ? batch->serial : ++engine->serial;
    if (!saga || saga_state_is_final(saga->state) || saga->live.asleep.due_ms == 0) {
        return SAGA_OK;
    }
    saga->live.asleep = (struct asleep){0};
    saga->live.must_proceed = true;
    saga->live.touched_serial = batch->serial;
    for (uint32_t i = 0; i < saga->step_total; i++) {
        saga_step(saga, i)->live.watch = (struct child_watch){0};
    }
    struct dues dues = saga_next_due(engine, saga);
    bool ok = timer_set(engine, saga, &dues);
    return ok && batch_put_head(batch, saga, false) ? SAGA_OK : SAGA_NO_MEMORY;
}
