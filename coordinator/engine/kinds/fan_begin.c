/* fan_begin.c - begins a fan-out, which is a step with for_each that runs once for each item of a
 * list. */
#include "engine/kinds/fan_begin.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/fail.h"
#include "engine/fill.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/awake.h"
#include "saga/fan.h"
#include "saga/saga.h"

/* Why the fan-out may not have `count` items, a literal; NULL: it may. */
static const char *too_many(const struct step *container, uint32_t count)
{
    PRE(step_is_container(container));
    const struct saga *saga = container->saga;
    uint32_t others = saga->step_total - saga->definition->step_count;
    if (count > LIMIT_ITEMS) {
        return "for_each gives more than 10000 items";
    }
    if (container->fan) {
        bool fits = count <= container->fan->room;
        return fits ? NULL : "for_each gives more items than before the save-point";
    }
    return others + count > LIMIT_ITEMS_ALL ? "the saga's fan-outs have more than 20000 items"
                                            : NULL;
}

void fan_begin(struct turn *turn, struct step *container)
{
    PRE(step_is_container(container));
    struct span collection;
    if (!fill_or_fail(turn, container, container->spec->for_each, &collection)) {
        return;
    }
    struct mp mp = mp_open(collection);
    if (mp_peek(&mp) != MP_ARRAY) {
        step_fail(turn, container, "bad_reference", span_text("for_each gives no array"));
        return;
    }
    uint32_t count = mp_array(&mp);
    const char *why = too_many(container, count);
    if (why) {
        step_fail(turn, container, "too_many_items", span_text(why));
        return;
    }
    struct record record = {.type = RECORD_STEP_ITEMS,
                            .fields = 1,
                            .step = container->index,
                            .code = span_text("items"),
                            .input = collection,
                            .count = count};
    turn_emit(turn, &record);
}
