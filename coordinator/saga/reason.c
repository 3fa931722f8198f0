/* reason.c - why a saga goes back, as expressions of the definition see the reason. */
#include "saga/reason.h"

#include "base/limits.h"
#include "base/mp.h"
#include "journal/record.h"
#include "saga/record_steps.h"
#include "saga/saga.h"

struct span saga_pack_reason(struct saga *saga, const struct record *record)
{
    uint8_t *bytes = arena_take(&saga->arena, record->code.size + record->message.size +
                                                  record->actor.size + LIMIT_STEP + 64);
    if (!bytes) {
        return (struct span){NULL, 0};
    }
    struct buf out = {.data = bytes,
                      .capacity = record->code.size + record->message.size + record->actor.size +
                                  LIMIT_STEP + 64};
    out.size_max = out.capacity;
    /* A record with a save-point names the step to go back to, which is not the one that failed:
     * the reason then has no step. */
    const struct step *step =
        (record->flags & FLAG_SAVE_POINT) ? NULL : saga_step_of_record(saga, record);
    mp_put_map(&out, 2 + (step ? 1u : 0) + (record->actor.size > 0 ? 1u : 0));
    mp_put_text(&out, "code");
    mp_put_str(&out, record->code);
    mp_put_text(&out, "message");
    mp_put_str(&out, record->message);
    if (step) {
        mp_put_text(&out, "step");
        mp_put_str(&out, step->name);
    }
    if (record->actor.size > 0) {
        mp_put_text(&out, "actor");
        mp_put_str(&out, record->actor);
    }
    CHECK(!buf_failed(&out) && out.data == bytes);
    return buf_span(&out);
}

struct span saga_reason_text(const struct saga *saga, const char *key)
{
    PRE(saga->magic == SAGA_MAGIC);
    struct span value = mp_find(saga->reason, span_text(key));
    struct mp mp = mp_open(value);
    return mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
}
