/* fold_migrate.c - moving a saga's state to another version of its definition. */
#include "saga/fold_migrate.h"

#include "saga/items.h"
#include "saga/saga.h"

#include "saga/attempt.h"
#include "saga/fan.h"
#include "saga/no_live.h"

/* A step has begun if it has used a key, or is in any other state than pending. */
bool fold_migrate_has_begun(const struct step *step)
{
    PRE(step->call_count <= CALL_COUNT);
    bool begun = step->state != STEP_STATE_PENDING;
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        begun |= step->calls[k].run > 0 || step->calls[k].attempts != NULL;
    }
    return begun;
}

/* Copies a step, as it was under the old version, to its place under the new one; what pointed to
 * the old place is made to point to the new one. */
static void carry(struct step *step, const struct step *from)
{
    PRE(span_equal(step->spec->name, from->name));
    const struct step_spec *spec = step->spec;
    uint32_t index = step->index;
    *step = *from;
    step->spec = spec;
    step->index = index;
    step->name = spec->name;
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        step->calls[k].step = step;
        for (struct attempt *a = step->calls[k].attempts; a; a = a->older) {
            a->call = &step->calls[k];
        }
    }
    for (uint32_t i = 0; step->fan && i < step->fan->room; i++) {
        step->fan->items[i].container = step;
        step->fan->items[i].spec = spec;
    }
}

/* Translates a step that is kept as 1 + its index in the version `from` to the same in the version
 * `to`; 0 = no step. */
static uint32_t place_of(const struct definition *from, const struct definition *to, uint32_t kept)
{
    PRE(kept <= from->step_count);
    return kept > 0 ? (uint32_t)(definition_step(to, from->steps[kept - 1].name) + 1) : 0;
}

bool saga_migrate(struct saga *saga, const struct definition *target)
{
    const struct definition *from = saga->definition;
    struct step *old = saga->steps;
    uint32_t items = saga->step_total - from->step_count;
    if (!target) {
        return false;
    }
    saga->definition = target;
    if (!saga_open_steps(saga)) {
        return false;
    }
    for (uint32_t i = 0; i < from->step_count; i++) {
        int32_t place = definition_step(target, from->steps[i].name);
        if (place < 0 && fold_migrate_has_begun(&old[i])) {
            return false;
        }
        if (place >= 0) {
            carry(saga_step(saga, (uint32_t)place), &old[i]);
        }
    }
    if (!saga_carry_items(saga, items)) {
        return false;
    }
    saga->save_point = place_of(from, target, saga->save_point);
    saga->back_to = place_of(from, target, saga->back_to);
    POST(saga->step_total == target->step_count + items);
    return true;
}
