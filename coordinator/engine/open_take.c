/* open_take.c - takes a request of the client of an open saga: register, complete, commit or abort.
 *
 * A client may repeat a request: it changes nothing the second time, and gets the same answer. */
#include "engine/open_take.h"

#include "engine/batch.h"
#include "engine/batch_saga.h"
#include "engine/effect.h"
#include "engine/event.h"
#include "engine/lookup.h"
#include "engine/open_complete.h"
#include "engine/open_end.h"
#include "engine/open_register.h"
#include "engine/proceed.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/turn_close.h"
#include "saga/saga.h"

typedef enum saga_error (*open_fn)(struct turn *turn, const struct open_request *request,
                                   struct open_reply *reply, const char **why);

static const open_fn verbs[OPEN_VERB_COUNT] = {
    [OPEN_REGISTER] = open_register,
    [OPEN_COMPLETE] = open_complete,
    [OPEN_COMMIT] = open_commit,
    [OPEN_ABORT] = open_abort,
};

/* Copies what the client is told, because a final saga may leave memory before the batch is
 * released. */
static void keep(struct turn *turn, struct open_reply *reply)
{
    PRE(turn->saga->magic == SAGA_MAGIC);
    bool ok = true;
    reply->key = arena_copy(&turn->batch->arena, reply->key, &ok);
    reply->output = arena_copy(&turn->batch->arena, reply->output, &ok);
    turn->failed |= !ok;
}

static enum saga_error refuse(struct batch *batch, const struct event *event, enum saga_error error,
                              const char *why)
{
    PRE(error != SAGA_OK);
    return batch_reply(batch, event->ref, error, why, NULL) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error open_take(struct engine *engine, const struct event *event, struct batch *batch)
{
    PRE(event->kind == EVENT_OPEN);
    PRE(event->open.verb < OPEN_VERB_COUNT);
    struct saga *saga = lookup_saga(engine, event->open.saga);
    if (!saga) {
        return refuse(batch, event, SAGA_NOT_FOUND, "there is no such saga");
    }
    if (!saga->open) {
        return refuse(batch, event, SAGA_CONFLICT, "the saga runs a definition, and is not open");
    }
    struct turn turn;
    struct open_reply reply = {.state = OPEN_STATE_NONE};
    const char *why = NULL;
    turn_open(&turn, engine, event, batch, saga);
    int64_t near_ms = engine->options.near_ms;
    saga->live.lingers_ms = near_ms > 0 ? event->now_ms + near_ms : 0;
    enum saga_error rc = verbs[event->open.verb](&turn, &event->open, &reply, &why);
    if (!turn.failed && saga->seq > turn.seq_before) {
        proceed(&turn);
    }
    if (event->open.verb == OPEN_COMMIT && saga->state == SAGA_STATE_COMPLETED) {
        reply.output = saga->output;
    }
    keep(&turn, &reply);
    if (!turn.failed && batch_reply(batch, event->ref, rc, why, saga)) {
        batch->effects[batch->effect_count - 1].reply.open = reply;
    } else {
        turn.failed = true;
    }
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}
