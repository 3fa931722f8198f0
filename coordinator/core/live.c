/* live.c - shows those who look at a saga what no record says of its attempts: see at_work.h. */
#include "core/live.h"

#include "core/state.h"
#include "door/request.h"
#include "engine/at_work.h"
#include "peers/peers.h"

/* Turns a running time into what people are shown: what the host's clock showed, or will show, at
 * that time. */
static void show_host(const struct core *core, int64_t *running_ms)
{
    if (*running_ms != 0 && *running_ms != INT64_MAX) {
        *running_ms += core->host_lead_ms;
    }
}

void live_look(const struct core *core, struct span saga, struct at_work *open)
{
    if (!engine_at_work(core->engine, saga, open)) {
        open->count = 0; /* of a saga that is not in memory nothing is known */
    }
    for (uint32_t i = 0; i < open->count; i++) {
        struct task_at_work *attempt = &open->items[i];
        show_host(core, &attempt->intended_ms);
        show_host(core, &attempt->sent_ms);
        show_host(core, &attempt->heard_ms);
        show_host(core, &attempt->until_ms);
    }
    for (uint32_t i = 0; i < open->count && core->peers; i++) {
        struct task_at_work *attempt = &open->items[i];
        bool ok = true;
        struct peers_place place = peers_where(core->peers, attempt->key, attempt->number);
        attempt->instance = arena_copy(open->arena, place.instance, &ok);
        attempt->nobody_serves = attempt->sent_ms == 0 && place.is_unserved;
        attempt->instance = ok ? attempt->instance : (struct span){NULL, 0};
    }
}

void live_ask(struct core *core, struct request *request)
{
    live_look(core, request->saga, request->at_work);
    request_answer(request, SAGA_OK, NULL);
}
