/* fan_begin.c - a fan-out begins: its collection is evaluated once, and kept. */
#include "engine/kinds/fan_begin.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/fail.h"
#include "engine/failure.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/template.h"
#include "saga/awake.h"

/* NULL = it is not. */
static const char *too_many(const struct step *container, uint32_t count)
{
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
    struct scope scope;
    struct span missing = {NULL, 0};
    struct buf *out = &turn->engine->scratch;
    step_scope(container, false, &scope);
    buf_clear(out);
    enum saga_error rc = template_fill(container->spec->for_each, &scope, out, &missing);
    if (rc != SAGA_OK) {
        const char *code = step_code_of(rc);
        turn->failed |= !code;
        if (code) {
            step_fail(turn, container, code, missing);
        }
        return;
    }
    struct mp mp = mp_open(buf_span(out));
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
                            .input = buf_span(out),
                            .count = count};
    turn_emit(turn, &record);
}
