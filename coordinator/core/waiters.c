/* waiters.c - keeps the requests that wait until a saga has settled, and answers them. */
#include "core/waiters.h"

#include <stdlib.h>

#include "core/look.h"
#include "core/state.h"
#include "door/request.h"
#include "engine/effect.h"

/* requests whose time to wait is over, answered in one round: each by a look into the store */
enum { EXPIRE_MAX = 64 };

static struct span name_of(const struct waiter *waiter)
{
    return span_of(waiter->name, waiter->name_size);
}

static int64_t deadline_of(const struct core *core, const struct request *request)
{
    bool is_far = request->wait_ms > INT64_MAX - core->now_ms;
    return is_far ? INT64_MAX : core->now_ms + request->wait_ms;
}

/* Puts the waiter behind the first that waits for its saga, or as the first into the map. */
static enum saga_error link_waiter(struct core *core, struct waiter *waiter)
{
    struct waiter *first = map_get(&core->waiters, name_of(waiter));
    if (!first) {
        return map_put(&core->waiters, name_of(waiter), waiter);
    }
    waiter->prev = first;
    waiter->next = first->next;
    if (first->next) {
        first->next->prev = waiter;
    }
    first->next = waiter;
    return SAGA_OK;
}

/* Takes one waiter out of its saga's list. */
static void unlink_waiter(struct core *core, struct waiter *waiter)
{
    if (waiter->next) {
        waiter->next->prev = waiter->prev;
    }
    if (waiter->prev) {
        waiter->prev->next = waiter->next;
    } else if (waiter->next) {
        /* An entry that is replaced takes no new memory. */
        enum saga_error rc = map_put(&core->waiters, name_of(waiter->next), waiter->next);
        CHECK(rc == SAGA_OK);
    } else {
        (void)map_drop(&core->waiters, name_of(waiter));
    }
}

void waiters_add(struct core *core, struct request *request, struct span saga)
{
    struct waiter *waiter = core->waiter_count < LIMIT_WAITERS ? calloc(1, sizeof(*waiter)) : NULL;
    if (!waiter || saga.size > sizeof(waiter->name)) {
        goto refuse;
    }
    waiter->request = request;
    waiter->name_size = saga.size;
    memcpy(waiter->name, saga.data, saga.size);
    waiter->deadline.tie = ++core->ref_last;
    if (link_waiter(core, waiter) != SAGA_OK) {
        goto refuse;
    }
    if (heap_set(&core->deadlines, &waiter->deadline, deadline_of(core, request)) != SAGA_OK) {
        unlink_waiter(core, waiter);
        goto refuse;
    }
    core->waiter_count++;
    return;

refuse:
    free(waiter);
    request_answer(request, SAGA_OVERLOADED, "too many requests wait");
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

void waiters_refuse(struct core *core, struct span saga, enum saga_error error, const char *why)
{
    struct waiter *waiter = core->waiter_count > 0 ? map_drop(&core->waiters, saga) : NULL;
    while (waiter) {
        struct waiter *next = waiter->next;
        struct answer answer = {.error = error, .why = why};
        finish(core, waiter, &answer);
        waiter = next;
    }
}

/* Answers with how the saga stands now, settled or not. When the core ends, nobody is told that
 * there is no such saga: the saga may have been on its way to the store. */
static void finish_as_it_is(struct core *core, struct waiter *waiter, bool is_end)
{
    struct arena arena;
    struct answer answer = {0};
    arena_open(&arena, &arena_heap, LIMIT_SAGA_MEMORY);
    answer.error = look_saga(core, name_of(waiter), &answer, &arena);
    if (is_end && answer.error != SAGA_OK) {
        answer = (struct answer){.error = SAGA_UNAVAILABLE, .why = STOPPING};
    }
    answer.duplicate = waiter->request->duplicate;
    finish(core, waiter, &answer);
    arena_close(&arena);
}

void waiters_expire(struct core *core)
{
    for (uint32_t i = 0; i < EXPIRE_MAX; i++) {
        struct heap_node *node = heap_first(&core->deadlines);
        if (!node || node->due > core->now_ms) {
            return;
        }
        struct waiter *waiter =
            (struct waiter *)(void *)((uint8_t *)node - offsetof(struct waiter, deadline));
        unlink_waiter(core, waiter);
        finish_as_it_is(core, waiter, false);
    }
}

void waiters_close(struct core *core)
{
    size_t at = 0;
    for (struct waiter *waiter; (waiter = map_next(&core->waiters, &at)) != NULL;) {
        while (waiter) {
            struct waiter *next = waiter->next;
            finish_as_it_is(core, waiter, true);
            waiter = next;
        }
    }
}
