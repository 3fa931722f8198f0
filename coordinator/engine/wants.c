/* wants.c - tells the store the names of the events that steps of a saga will wait for later, so
 * that it keeps such events for the saga. */
#include "engine/wants.h"

#include "engine/inbox_rows.h"
#include "engine/pivot.h"
#include "engine/turn.h"
#include "saga/saga.h"

/* Will the step still begin: because it has not begun, or will begin anew after the save-point that
 * the saga goes back to, or when a person retries it? */
static bool will_begin(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    const struct saga *saga = step->saga;
    bool is_parked = step->state == STEP_STATE_PARKED && step->undo_state == UNDO_STATE_NONE;
    bool is_pending = step->state == STEP_STATE_PENDING || is_parked || step_may_be_revised(step);
    if (saga->direction == BACKWARD) {
        return saga->save_point > 0 && (step->chosen || is_pending);
    }
    return is_pending;
}

/* Will a step that has not begun wait for an event of this name, if the saga goes on as it does? */
static bool will_wait(const struct saga *saga, struct span name)
{
    PRE(name.size > 0);
    if (saga_state_is_final(saga->state)) {
        return false;
    }
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        if (step_kind_facts(step->spec->kind)->takes_event && will_begin(step) &&
            span_equal(step->spec->event, name)) {
            return true;
        }
    }
    return false;
}

/* Makes room for all event names of the definition, which after a migration may be more than
 * before. Returns false when memory runs out. */
static bool reserve_wants(struct saga *saga)
{
    uint32_t needed = saga->definition->event_name_count;
    if (needed <= saga->live.want_capacity) {
        return true;
    }
    struct span *names = arena_take(&saga->arena, needed * sizeof(*names));
    if (!names) {
        return false;
    }
    CHECK(saga->live.want_count <= needed);
    for (uint32_t i = 0; i < saga->live.want_count; i++) {
        names[i] = saga->live.wants[i];
    }
    saga->live.wants = names;
    saga->live.want_capacity = needed;
    return true;
}

/* Does the store know that the saga wants events of this name? */
static bool is_wanted(const struct saga *saga, struct span name)
{
    PRE(saga->live.want_count <= saga->live.want_capacity);
    for (uint32_t i = 0; i < saga->live.want_count; i++) {
        if (span_equal(saga->live.wants[i], name)) {
            return true;
        }
    }
    return false;
}

bool wants_note(struct saga *saga)
{
    if (!reserve_wants(saga)) {
        return false;
    }
    saga->live.want_count = 0;
    for (uint32_t i = 0; i < saga->definition->event_name_count; i++) {
        if (will_wait(saga, saga->definition->event_names[i])) {
            saga->live.wants[saga->live.want_count++] = saga->definition->event_names[i];
        }
    }
    POST(saga->live.want_count <= saga->live.want_capacity);
    return true;
}

bool wants_tell(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->magic == SAGA_MAGIC);
    for (uint32_t i = 0; i < saga->live.want_count; i++) {
        if (!will_wait(saga, saga->live.wants[i])) {
            (void)inbox_rows_add_wait(turn, WAIT_UNWANTED, saga->live.wants[i]);
        }
    }
    for (uint32_t i = 0; i < saga->definition->event_name_count; i++) {
        struct span name = saga->definition->event_names[i];
        if (!is_wanted(saga, name) && will_wait(saga, name)) {
            struct wait_row *row = inbox_rows_add_wait(turn, WAIT_WANTED, name);
            uint64_t mark = (uint64_t)saga->event_mark;
            if (row) {
                row->mark = mark;
            }
        }
    }
    turn->failed |= !turn->failed && !wants_note(saga);
    return !turn->failed;
}
