/* ready.c - packs a `ready` that fits a message, whatever the ledger holds. */
#include "participants/ready.h"

#include "base/mp.h"
#include "participants/session.h"
#include "participants/window.h"

static void put_actions(struct saga_participant *participant)
{
    mp_put_text(&participant->out, "actions");
    mp_put_array(&participant->out, (uint32_t)participant->actions.count);
    size_t at = 0;
    for (const struct action *action; (action = map_next(&participant->actions, &at)) != NULL;) {
        mp_put_text(&participant->out, action->name);
    }
}

/* Every attempt that was taken and that `done` has not named yet, answered ones too. */
static void put_running(struct saga_participant *participant)
{
    mp_put_text(&participant->out, "running");
    mp_put_array(&participant->out, (uint32_t)participant->ledger.attempt_count);
    size_t at = 0;
    for (const struct run *run; (run = ledger_next(&participant->ledger, &at)) != NULL;) {
        for (const struct attempt *attempt = run->attempts; attempt; attempt = attempt->next) {
            mp_put_map(&participant->out, 2);
            mp_put_text(&participant->out, "key");
            mp_put_str(&participant->out, span_of(run->key, run->key_size));
            mp_put_text(&participant->out, "attempt");
            mp_put_uint(&participant->out, attempt->number);
        }
    }
}

static void put_ready(struct saga_participant *participant, bool has_running)
{
    bool has_meta = participant->meta.size > 0;
    session_begin(participant, (has_meta ? 5u : 4u) + (has_running ? 1u : 0u), "ready");
    mp_put_text(&participant->out, "instance");
    mp_put_text(&participant->out, participant->instance);
    put_actions(participant);
    mp_put_text(&participant->out, "window");
    participant->window_told = window_now(participant);
    mp_put_uint(&participant->out, participant->window_told);
    if (has_running) {
        put_running(participant);
    }
    mp_put_text(&participant->out, "barrier");
    mp_put_bool(&participant->out, participant->has_barrier);
    if (has_meta) {
        mp_put_text(&participant->out, "meta");
        mp_put_value(&participant->out, buf_span(&participant->meta));
    }
}

/* When the ledger holds more attempts than a message may name, `running` is left out: all of them
 * are then in doubt, which costs time. A `ready` that is too large would never be taken. */
void ready_say(struct saga_participant *participant)
{
    int64_t size_max = atomic_load_explicit(&participant->max_message, memory_order_relaxed);
    const struct buf *out = &participant->out;
    put_ready(participant, true);
    if (buf_failed(out) || (int64_t)out->size > size_max ||
        mp_extent(buf_span(out)).nodes > MP_NODE_MAX) {
        put_ready(participant, false);
    }
    participant->is_welcome = false;
    participant->owes_ready = false;
    participant->ready_ms = participant->now_ms;
    MAYBE(session_send_out(
        participant)); /* when the queue is full, it is said again after heartbeat_ms */
}

bool ready_is_due(const struct saga_participant *participant)
{
    bool is_late = participant->now_ms - participant->ready_ms >= participant->heartbeat_ms;
    return participant->owes_ready ||
           (participant->is_connected && !participant->is_welcome && is_late);
}
