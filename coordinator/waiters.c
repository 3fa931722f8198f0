/* waiters.c - requests that want to hear how a saga ends. */
#include <stdlib.h>

#include "core_parts.h"

bool state_is_settled(enum saga_state state)
{
    return saga_state_is_final(state) || state == SAGA_STATE_PARKED;
}

static struct span name_of(const struct waiter *waiter)
{
    return span_of(waiter->name, waiter->name_size);
}

void waiters_add(struct core *core, struct request *request, struct span saga)
{
    struct waiter *waiter = core->waiter_count < LIMIT_WAITERS ? calloc(1, sizeof *waiter) : NULL;
    if (!waiter || saga.size > sizeof waiter->name) {
        free(waiter);
        core_answer(request, SAGA_OVERLOADED, "too many requests wait");
        return;
    }
    waiter->request = request;
    waiter->name_size = saga.size;
    memcpy(waiter->name, saga.data, saga.size);
    waiter->deadline.tie = ++core->ref_last;
    struct waiter *first = map_get(&core->waiters, name_of(waiter));
    enum saga_error rc = SAGA_OK;
    if (first) {
        waiter->next = first->next;
        first->next = waiter;
    } else {
        rc = map_put(&core->waiters, name_of(waiter), waiter);
    }
    if (rc == SAGA_OK) {
        rc = heap_set(&core->deadlines, &waiter->deadline, core->now_ms + request->wait_ms);
    }
    CHECK(rc == SAGA_OK || rc == SAGA_NO_MEMORY);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    }
    core->waiter_count++;
}

static void finish(struct core *core, struct waiter *waiter, const struct answer *answer)
{
    struct request *request = waiter->request;
    heap_drop(&core->deadlines, &waiter->deadline);
    core->waiter_count--;
    free(waiter);
    request->answer(request, answer);
}

void waiters_wake(struct core *core, const struct effect *effect)
{
    if (!state_is_settled(effect->status.state) || core->waiter_count == 0) {
        return;
    }
    struct waiter *waiter = map_drop(&core->waiters, effect->status.saga);
    while (waiter) {
        struct waiter *next = waiter->next;
        struct answer answer = {.saga = effect->status.saga,
                                .state = effect->status.state,
                                .duplicate = waiter->request->duplicate,
                                .version = waiter->request->version,
                                .output = effect->status.output};
        finish(core, waiter, &answer);
        waiter = next;
    }
}

/* Takes one waiter out of its saga's list. */
static void unlink_waiter(struct core *core, struct waiter *waiter)
{
    struct waiter *first = map_drop(&core->waiters, name_of(waiter));
    struct waiter **at = &first;
    while (*at && *at != waiter) {
        at = &(*at)->next;
    }
    CHECK(*at == waiter);
    *at = waiter->next;
    if (first && map_put(&core->waiters, name_of(first), first) != SAGA_OK) {
        core_fail(core, SAGA_NO_MEMORY);
    }
}

void waiters_expire(struct core *core)
{
    for (;;) {
        struct heap_node *node = heap_first(&core->deadlines);
        if (!node || node->due > core->now_ms) {
            return;
        }
        struct waiter *waiter =
            (struct waiter *)(void *)((uint8_t *)node - offsetof(struct waiter, deadline));
        unlink_waiter(core, waiter);
        struct arena arena;
        struct answer answer = {0};
        arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
        answer.error = core_look(core, name_of(waiter), &answer, &arena);
        answer.duplicate = waiter->request->duplicate;
        finish(core, waiter, &answer);
        arena_close(&arena);
    }
}

void waiters_close(struct core *core)
{
    size_t at = 0;
    for (struct waiter *waiter; (waiter = map_next(&core->waiters, &at)) != NULL;) {
        while (waiter) {
            struct waiter *next = waiter->next;
            core_answer(waiter->request, SAGA_UNAVAILABLE, "the coordinator stops");
            free(waiter);
            waiter = next;
        }
    }
}
