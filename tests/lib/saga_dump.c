/* saga_dump.c - what replay must bring back, field by field. */
#include "lib/saga_dump.h"

#include "base/mp.h"
#include "engine/due.h"
#include "engine/load.h"
#include "engine/state.h"
#include "journal/saga_image.h"
#include "saga/attempt.h"
#include "saga/fan.h"
#include "saga/old_key.h"
#include "saga/open.h"
#include "saga/saga.h"

static void dump_call(const struct call *call, struct buf *out)
{
    mp_put_uint(out, call->run);
    mp_put_uint(out, call->number_last);
    mp_put_uint(out, call->counted);
    mp_put_uint(out, call->losses);
    mp_put_bool(out, call->used_up);
    mp_put_bool(out, call->spent);
    mp_put_bool(out, call->refused);
    mp_put_bool(out, call->of_undo);
    mp_put_bool(out, call->in_doubt);
    mp_put_bool(out, call->rerun);
    mp_put_bool(out, call->expired);
    mp_put_uint(out, call->old_run);
    mp_put_bool(out, call->late_effect);
    mp_put_bool(out, call->forgot_unanswered);
    mp_put_bool(out, call->forgot_doubt);
    mp_put_int(out, call->first_ms);
    mp_put_int(out, call->retry_ms);
    mp_put_str(out, call->key);
    mp_put_str(out, call->do_key);
    mp_put_value(out, call->input);
    mp_put_value(out, call->output);
    mp_put_value(out, call->rerun_input);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        mp_put_bin(out, span_of(a->token, TOKEN_SIZE));
        mp_put_uint(out, a->run);
        mp_put_uint(out, a->number);
        mp_put_uint(out, (uint64_t)a->state);
        mp_put_uint(out, (uint64_t)a->verdict);
        mp_put_bool(out, a->answered);
        mp_put_bool(out, a->untaken);
        mp_put_bool(out, a->timed_out);
        mp_put_bool(out, a->later);
        mp_put_int(out, a->intended_ms);
        mp_put_bool(out, a == call->newest);
    }
}

static void dump_lock(const struct saga *saga, struct buf *out)
{
    mp_put_str(out, saga->lock_text);
    mp_put_uint(out, (uint64_t)saga->lock);
    mp_put_bool(out, saga->shares_lock);
    mp_put_uint(out, saga->lock_lsn);
    mp_put_uint(out, saga->queued.flags);
    mp_put_str(out, saga->queued.message);
    mp_put_str(out, saga->queued.actor);
    mp_put_str(out, saga->queued.steps);
    mp_put_str(out, saga->queued.accept);
}

static void dump_open_step(const struct step *step, struct buf *out)
{
    const struct open_step *own = step->open;
    mp_put_value(out, own->calls.form);
    mp_put_value(out, own->calls.inputs);
    mp_put_value(out, own->needs);
    mp_put_uint(out, (uint64_t)own->confirm_state);
    mp_put_bool(out, own->confirm_stuck);
    mp_put_bool(out, own->confirm_refused);
    mp_put_str(out, own->confirm_code);
    mp_put_str(out, own->confirm_message);
    mp_put_uint(out, step->spec->needs_count);
    mp_put_uint(out, step->spec->needed_by_count);
    mp_put_uint(out, (uint64_t)step->spec->step_class);
}

static void dump_open(const struct saga *saga, struct buf *out)
{
    mp_put_bool(out, saga->open->committed);
    mp_put_int(out, saga->definition->timeout_ms);
    mp_put_int(out, saga->definition->reversal_window_ms);
    mp_put_int(out, saga->definition->cost_max_micros);
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        mp_put_uint(out, saga->definition->order[i]);
    }
}

static void dump_step(const struct step *step, struct buf *out)
{
    if (step->open) {
        dump_open_step(step, out);
    }
    mp_put_uint(out, (uint64_t)step->state);
    mp_put_uint(out, (uint64_t)step->undo_state);
    mp_put_str(out, step->name);
    mp_put_value(out, step->value);
    if (step->fan) {
        mp_put_uint(out, step->fan->undo_open);
        for (uint32_t i = 0; i < STEP_STATE_COUNT; i++) {
            mp_put_uint(out, step->fan->counts[i]);
        }
    }
    mp_put_value(out, step->output);
    mp_put_str(out, step->code);
    mp_put_str(out, step->message);
    mp_put_str(out, step->outcome);
    mp_put_str(out, step->outcome_reason);
    mp_put_str(out, step->undo_code);
    mp_put_str(out, step->undo_message);
    mp_put_uint(out, step->error_attempt);
    mp_put_uint(out, step->started_seq);
    mp_put_int(out, step->started_ms);
    mp_put_int(out, step->ended_ms);
    mp_put_int(out, step->cost_micros);
    mp_put_int(out, step->event_mark);
    mp_put_value(out, step->approval);
    mp_put_str(out, step->decider);
    mp_put_str(out, step->skip_actor);
    mp_put_str(out, step->skip_reason);
    mp_put_int(out, step->wake_ms);
    mp_put_int(out, step->undo_before_ms);
    mp_put_int(out, step->undo_before_told_ms);
    mp_put_int(out, step->stuck_ms);
    mp_put_int(out, step->parked_ms);
    mp_put_bool(out, step->undo_before_due);
    mp_put_str(out, step->child);
    mp_put_uint(out, (uint64_t)step->late_undo_state);
    mp_put_uint(out, step->late_effect ? step->late_effect->run : 0);
    for (const struct old_key *past = step->old_keys; past; past = past->older) {
        mp_put_uint(out, past->run);
        mp_put_str(out, past->key);
        mp_put_value(out, past->input);
        mp_put_value(out, past->output);
        mp_put_bool(out, past->wanted);
        mp_put_bool(out, past->again);
        mp_put_bool(out, past->by_person);
    }
    mp_put_bool(out, step->chosen);
    mp_put_bool(out, step->accepted);
    mp_put_bool(out, step->late);
    mp_put_bool(out, step->stuck);
    mp_put_bool(out, step->by_person);
    mp_put_bool(out, step->refused);
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        dump_call(&step->calls[k], out);
    }
}

void saga_dump(const struct saga *saga, struct buf *out)
{
    buf_clear(out);
    if (saga->open) {
        dump_open(saga, out);
    }
    mp_put_uint(out, saga->id);
    mp_put_str(out, saga->name);
    mp_put_uint(out, saga->seq);
    mp_put_uint(out, saga->first_lsn);
    mp_put_uint(out, saga->last_lsn);
    mp_put_uint(out, (uint64_t)saga->state);
    mp_put_uint(out, (uint64_t)saga->direction);
    mp_put_bool(out, saga->paused);
    mp_put_bool(out, saga->timed_out);
    mp_put_bool(out, saga->back_wanted);
    mp_put_bool(out, saga->back_by_person);
    mp_put_bool(out, saga->partial);
    mp_put_uint(out, saga->save_point);
    mp_put_bool(out, saga->then_pause);
    mp_put_uint(out, saga->back_to);
    mp_put_bool(out, saga->back_then_pause);
    mp_put_value(out, saga->input);
    mp_put_value(out, saga->output);
    mp_put_value(out, saga->labels);
    mp_put_value(out, saga->reason);
    mp_put_str(out, saga->back_code);
    mp_put_str(out, saga->back_message);
    mp_put_str(out, saga->back_actor);
    mp_put_str(out, saga->end_actor);
    mp_put_str(out, saga->end_reason);
    mp_put_int(out, saga->started_ms);
    mp_put_int(out, saga->start_at_ms);
    dump_lock(saga, out);
    mp_put_int(out, saga->ended_ms);
    mp_put_int(out, saga->completed_ms);
    mp_put_int(out, saga->deadline_ms);
    mp_put_int(out, saga->cost_micros);
    mp_put_int(out, saga->undo_cost_micros);
    mp_put_uint(out, saga->passed);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        dump_step(saga_step(saga, i), out);
    }
}

bool saga_equals_replay(const struct saga *live, const struct saga_image *image)
{
    struct buf ours;
    struct buf theirs;
    struct saga *copy = NULL;
    struct saga_flaw flaw;
    if (saga_load(&arena_heap, image, live->definition, &copy, &flaw) != SAGA_OK) {
        return false;
    }
    buf_open(&ours, 1 << 24);
    buf_open(&theirs, 1 << 24);
    saga_dump(live, &ours);
    saga_dump(copy, &theirs);
    bool equal = !buf_failed(&ours) && !buf_failed(&theirs) &&
                 span_equal(buf_span(&ours), buf_span(&theirs));
    buf_close(&ours);
    buf_close(&theirs);
    saga_destroy(&copy);
    return equal;
}

bool saga_sleepers_owe_nothing(const struct engine *engine, struct saga *saga)
{
    uint64_t awake[512];
    size_t size = saga->awake_room * sizeof(*awake);
    if (size > sizeof(awake)) {
        return false;
    }
    struct dues dues = saga_next_due(engine, saga);
    memcpy(awake, saga->awake, size);
    memset(saga->awake, 0xff, size);
    struct dues all = saga_next_due(engine, saga);
    memcpy(saga->awake, awake, size);
    return dues.ms[TIMELINE_RUNNING] == all.ms[TIMELINE_RUNNING] &&
           dues.ms[TIMELINE_HOST] == all.ms[TIMELINE_HOST];
}
