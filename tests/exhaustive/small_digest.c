/* small_digest.c - the state of a small world as a digest, to know a state that was seen before.
 *
 * Times count from now, and only what the future depends on is in it: not the number of records,
 * nor how long ago an attempt was given up. */
#include <string.h>

#include "base/digest.h"
#include "base/mp.h"
#include "language/definition.h"
#include "saga/attempt.h"
#include "saga/calls.h"
#include "saga/old_key.h"
#include "saga/saga.h"
#include "small.h"

struct dump {
    struct buf *out;
    const struct small *world;
};

static void put_ms(const struct dump *dump, int64_t at_ms)
{
    int64_t from_ms = at_ms > 0 ? dump->world->now_ms : 0;
    mp_put_int(dump->out, at_ms > 0 && at_ms < from_ms ? -1 : at_ms - from_ms);
}

static void dump_attempt(const struct dump *dump, const struct attempt *attempt)
{
    struct buf *out = dump->out;
    mp_put_uint(out, attempt->run);
    mp_put_uint(out, attempt->number);
    mp_put_uint(out, (uint64_t)attempt->state);
    mp_put_bool(out, attempt->answered);
    mp_put_bool(out, attempt->untaken);
    mp_put_bool(out, attempt->timed_out);
    mp_put_bool(out, attempt->later);
    mp_put_uint(out, (uint64_t)attempt->verdict);
    mp_put_bool(out, attempt == attempt->call->newest);
    mp_put_bool(out, attempt->live.left);
    mp_put_bool(out, attempt->live.orphan);
    mp_put_bool(out, attempt->live.called_off);
    int64_t act_ms = attempt->task.ttl_ms + SMALL_DEAD_MS;
    put_ms(dump, attempt->answered ? 0 : attempt->live.left_ms + act_ms);
}

static void dump_call(const struct dump *dump, const struct call *call)
{
    struct buf *out = dump->out;
    mp_put_uint(out, call->run);
    mp_put_uint(out, call->number_last);
    mp_put_uint(out, call->counted);
    mp_put_uint(out, call->losses);
    put_ms(dump, call->retry_ms);
    mp_put_bool(out, call->used_up);
    mp_put_bool(out, call->spent);
    mp_put_bool(out, call->refused);
    mp_put_bool(out, call->of_undo);
    mp_put_bool(out, call->expired);
    mp_put_uint(out, call->old_run);
    mp_put_bool(out, call->late_effect);
    if (call_spec(call)->key_ttl_ms > 0) {
        put_ms(dump, call->first_ms);
    }
    mp_put_bool(out, call->in_doubt);
    mp_put_str(out, call->key);
    mp_put_value(out, call->input);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        dump_attempt(dump, a);
    }
}

static void dump_step(const struct dump *dump, const struct step *step)
{
    struct buf *out = dump->out;
    mp_put_uint(out, (uint64_t)step->state);
    mp_put_uint(out, (uint64_t)step->undo_state);
    mp_put_bool(out, step->chosen);
    mp_put_uint(out, (uint64_t)step->late_undo_state);
    for (const struct old_key *past = step->old_keys; past; past = past->older) {
        mp_put_uint(out, past->run);
        mp_put_bool(out, past->wanted);
        mp_put_bool(out, past->again);
    }
    mp_put_bool(out, step->late);
    mp_put_bool(out, step->stuck);
    mp_put_bool(out, step->refused);
    mp_put_value(out, step->output);
    mp_put_str(out, step->code);
    mp_put_bool(out, step->skip_actor.size > 0);
    put_ms(dump, step->wake_ms);
    mp_put_str(out, step->child);
    mp_put_uint(out, (uint64_t)(step->live.watch.has_asked | step->live.watch.called_off << 1 |
                                step->live.watch.is_there << 2));
    mp_put_uint(out, (uint64_t)step->live.watch.wish);
    put_ms(dump, step->live.watch.again_ms);
    put_ms(dump, step->undo_before_ms);
    mp_put_bool(out, step->undo_before_told_ms > 0);
    mp_put_bool(out, step->undo_before_due);
    if (step->undo_state != UNDO_STATE_SUCCEEDED) {
        put_ms(dump,
               step->live.undo_due_ms > 0 ? step->live.undo_due_ms + step->spec->stuck_ms : 0);
    }
    /* The order of starting, without the numbers that other records take. */
    for (uint32_t i = 0; i < step->saga->step_total; i++) {
        mp_put_bool(out, step->started_seq > saga_step(step->saga, i)->started_seq);
    }
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        dump_call(dump, &step->calls[k]);
    }
}

static void dump_saga(const struct dump *dump, const struct saga *saga)
{
    struct buf *out = dump->out;
    mp_put_uint(out, (uint64_t)saga->state);
    mp_put_uint(out, (uint64_t)saga->direction);
    mp_put_bool(out, saga->back_wanted);
    mp_put_uint(out, saga->back_to);
    mp_put_uint(out, saga->save_point);
    mp_put_bool(out, saga->timed_out);
    mp_put_value(out, saga->reason);
    put_ms(dump, saga->deadline_ms);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        dump_step(dump, saga_step(saga, i));
    }
}

uint64_t small_digest(const struct small *world)
{
    static uint8_t room[1 << 16];
    struct buf out = {.data = room, .capacity = sizeof(room), .size_max = sizeof(room)};
    struct dump dump = {&out, world};
    const struct saga *saga = small_saga(world);
    uint8_t digest[DIGEST_SIZE];
    uint64_t value;
    mp_put_str(&out, world->definition->name);
    mp_put_uint(&out, (uint64_t)world->state);
    if (saga) {
        dump_saga(&dump, saga);
    }
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        mp_put_uint(&out, (uint64_t)(task->answered | task->applied << 1 | task->lost << 2 |
                                     task->orphan << 3 | task->cleared << 4 | task->settled << 5 |
                                     task->disowned << 6));
        put_ms(&dump, task->answered ? 0 : task->sent_ms + task->ttl_ms);
    }
    for (uint32_t i = 0; i < world->child_count; i++) {
        mp_put_uint(&out, (uint64_t)world->children[i].state);
        mp_put_bool(&out, world->children[i].told_back);
    }
    for (uint32_t i = 0; i < small_step_count(world->definition); i++) {
        mp_put_uint(&out, world->effect[i]);
        mp_put_uint(&out, world->fresh[i]);
        mp_put_uint(&out, world->late[i]);
    }
    mp_put_uint(&out, world->acts);
    mp_put_uint(&out, world->crashes);
    mp_put_uint(&out, world->returned);
    mp_put_uint(&out, world->skipped);
    mp_put_bool(&out, world->approved);
    mp_put_bool(&out, world->rejected);
    mp_put_bool(&out, world->cancelled);
    mp_put_bool(&out, world->went_back);
    mp_put_bool(&out, world->alerted);
    must(!buf_failed(&out), "memory");
    digest_pair(buf_span(&out), span_of(NULL, 0), digest);
    memcpy(&value, digest, sizeof(value));
    return value ? value : 1;
}
