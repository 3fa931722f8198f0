/* returns.c - attempts from before a restart, listed by the instance (one process of a participant)
 * that each was for.
 *
 * The lists are made while sagas are loaded. An instance that comes back names the attempts that it
 * has one by one (EVENT_ADOPT); EVENT_RETURNED says that it has named all. Then its whole list is
 * settled, some attempts with each event, for there may be a hundred thousand. The list has only
 * tokens, by which an attempt is found if it is still in memory, so whatever becomes of an attempt
 * meanwhile need not change the list. */
#include "engine/returns.h"

#include "base/limits.h"
#include "engine/attempts.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/lookup.h"
#include "engine/state.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/call.h"
#include "saga/saga.h"

struct away {
    uint8_t token[TOKEN_SIZE];
    /* the next one in the same list: of one instance, or of those to be settled */
    struct away *next;
};

struct home {
    uint64_t instance;
    struct away *first;
    struct away *last;
};

enum { RETURNS_BYTES = 256 * 1024 * 1024 }; /* room for some ten million attempts */

void returns_open(struct engine *engine)
{
    PRE(engine->serving_ms == 0);
    arena_open(&engine->returns.arena, engine->options.memory, RETURNS_BYTES);
    map_open(&engine->returns.homes);
    POST(!returns_wait(engine));
}

void returns_close(struct engine *engine)
{
    MAYBE(engine->returns.count > 0);
    map_close(&engine->returns.homes);
    arena_close(&engine->returns.arena);
}

static struct span number_of(const uint64_t *instance)
{
    PRE(*instance > 0);
    return span_of(instance, sizeof(*instance));
}

static struct home *home_of(struct returns *returns, uint64_t instance)
{
    struct home *home = map_get(&returns->homes, number_of(&instance));
    if (home) {
        CHECK(home->instance == instance);
        return home;
    }
    home = ARENA_NEW(&returns->arena, struct home);
    if (!home) {
        return NULL;
    }
    home->instance = instance;
    return map_put(&returns->homes, number_of(&home->instance), home) == SAGA_OK ? home : NULL;
}

void returns_note(struct engine *engine, const struct attempt *attempt)
{
    struct returns *returns = &engine->returns;
    PRE(engine->serving_ms == 0);
    if (attempt->instance == 0 || attempt->answered || attempt->later) {
        return;
    }
    struct home *home = home_of(returns, attempt->instance);
    struct away *away = home ? ARENA_NEW(&returns->arena, struct away) : NULL;
    if (!away) {
        return;
    }
    memcpy(away->token, attempt->token, TOKEN_SIZE);
    if (home->last) {
        home->last->next = away;
    } else {
        home->first = away;
    }
    home->last = away;
    returns->count++;
}

enum saga_error returns_take(struct engine *engine, const struct event *event, struct batch *batch)
{
    PRE(event->kind == EVENT_RETURNED);
    PRE(engine->serving_ms > 0);
    struct returns *returns = &engine->returns;
    uint64_t instance = instance_number(event->returned);
    struct home *home = instance > 0 ? map_get(&returns->homes, number_of(&instance)) : NULL;
    if (!home || !home->first) {
        return SAGA_OK;
    }
    if (returns->last) {
        returns->last->next = home->first;
    } else {
        returns->first = home->first;
    }
    returns->last = home->last;
    home->first = NULL;
    home->last = NULL;
    return returns_settle(engine, event, batch);
}

bool returns_wait(const struct engine *engine)
{
    IMPLIES(engine->returns.first, engine->returns.count > 0);
    return engine->returns.first != NULL;
}

/* Has the instance neither named the attempt nor answered it, and has its saga not ended? */
static bool is_untaken(const struct attempt *attempt)
{
    PRE(attempt->instance > 0);
    return !attempt->answered && !attempt->later && !attempt->live.is_named &&
           !saga_state_is_final(attempt->call->step->saga->state);
}

static enum saga_error settle(struct engine *engine, const struct event *event,
                              const struct away *away, struct batch *batch)
{
    const struct attempt *attempt = lookup_token(engine, away->token);
    if (!attempt || !is_untaken(attempt)) {
        return SAGA_OK;
    }
    struct event untaken = {.kind = EVENT_UNTAKEN,
                            .now_ms = event->now_ms,
                            .entropy = event->entropy,
                            .placement = event->placement};
    memcpy(untaken.task.token, away->token, TOKEN_SIZE);
    CHECK(attempt->live.left);
    return attempts_take(engine, &untaken, batch);
}

enum saga_error returns_settle(struct engine *engine, const struct event *event,
                               struct batch *batch)
{
    struct returns *returns = &engine->returns;
    PRE(event->kind == EVENT_RETURNED || event->kind == EVENT_TIME);
    for (uint32_t i = 0; i < LIMIT_TIMERS_PER_STEP && returns->first; i++) {
        if (event->entropy->size - event->entropy->used < (size_t)ENTROPY_PER_EVENT) {
            break;
        }
        const struct away *away = returns->first;
        returns->first = away->next;
        returns->last = away->next ? returns->last : NULL;
        returns->count--;
        enum saga_error rc = settle(engine, event, away, batch);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    if (returns->count == 0) {
        /* nothing is left to settle: gives the memory back; the empty map and arena can be used and
         * closed again */
        returns_close(engine);
    }
    return SAGA_OK;
}
