/* sim_dump.c - all that is durable of a saga's state, as bytes to compare. */
#include "base/mp.h"
#include "sim.h"

static void dump_call(const struct call *call, struct buf *out)
{
    mp_put_uint(out, call->run);
    mp_put_uint(out, call->number_last);
    mp_put_uint(out, call->counted);
    mp_put_uint(out, call->losses);
    mp_put_int(out, call->retry_ms);
    mp_put_bool(out, call->used_up);
    mp_put_bool(out, call->in_doubt);
    mp_put_str(out, call->key);
    mp_put_value(out, call->input);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        mp_put_uint(out, a->run);
        mp_put_uint(out, a->number);
        mp_put_uint(out, (uint64_t)a->state);
        mp_put_bool(out, a->answered);
        mp_put_bool(out, a->later);
        mp_put_uint(out, (uint64_t)a->verdict);
        mp_put_bool(out, a == call->newest);
    }
}

void sim_dump_saga(const struct saga *saga, struct buf *out)
{
    buf_clear(out);
    mp_put_uint(out, saga->seq);
    mp_put_uint(out, (uint64_t)saga->state);
    mp_put_uint(out, (uint64_t)saga->direction);
    mp_put_bool(out, saga->turn_wanted);
    mp_put_bool(out, saga->timed_out);
    mp_put_bool(out, saga->paused);
    mp_put_bool(out, saga->partial);
    mp_put_value(out, saga->reason);
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        const struct step *step = &saga->steps[i];
        mp_put_uint(out, (uint64_t)step->state);
        mp_put_uint(out, (uint64_t)step->undo_state);
        mp_put_bool(out, step->chosen);
        mp_put_bool(out, step->accepted);
        mp_put_bool(out, step->late);
        mp_put_bool(out, step->stuck);
        mp_put_bool(out, step->refused);
        mp_put_bool(out, step->by_person);
        mp_put_value(out, step->output);
        mp_put_str(out, step->code);
        for (uint32_t k = 0; k < CALL_COUNT; k++) {
            dump_call(&step->calls[k], out);
        }
    }
}
