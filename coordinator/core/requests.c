/* requests.c - takes requests from outside: looks up their saga, lets the engine decide, answers
 * when that is durable. */
#include "core/requests.h"

#include "core/answers.h"
#include "core/arrivals.h"
#include "core/aside.h"
#include "core/decide.h"
#include "core/definitions.h"
#include "core/deliveries.h"
#include "core/full.h"
#include "core/live.h"
#include "core/look.h"
#include "core/request_keys.h"
#include "core/state.h"
#include "core/waiters.h"
#include "door/request.h"
#include "engine/batch_items.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/name.h"
#include "language/open_terms.h"
#include "store/catalog.h"

static bool remember(struct core *core, struct request *request)
{
    request->ref = REF_OF_REQUEST | ++core->ref_last;
    return map_put(&core->requests, span_of(&request->ref, sizeof(request->ref)), request) ==
           SAGA_OK;
}

static struct request *recall(struct core *core, uint64_t ref)
{
    return map_drop(&core->requests, span_of(&ref, sizeof(ref)));
}

void requests_reply(struct core *core, const struct effect *effect)
{
    struct request *request = recall(core, effect->ref);
    if (!request) {
        return;
    }
    request->duplicate = effect->reply.duplicate;
    bool waits = effect->reply.error == SAGA_OK && request->wait_settled && request->wait_ms > 0;
    if (waits && request->duplicate) {
        answers_give(core, request, effect->reply.saga);
        return;
    }
    if (waits && !state_is_settled(effect->reply.state)) {
        waiters_add(core, request, effect->reply.saga);
        return;
    }
    struct answer answer = {.error = effect->reply.error,
                            .why = effect->reply.why,
                            .saga = effect->reply.saga,
                            .state = effect->reply.state,
                            .duplicate = effect->reply.duplicate,
                            .seq = effect->reply.seq,
                            .problems = effect->reply.problems,
                            .output = effect->reply.open.output,
                            .open = effect->reply.open,
                            .version = request->version};
    request->answer(request, &answer);
}

void requests_finished(struct core *core, const struct effect *effect)
{
    struct request *request = recall(core, effect->ref);
    if (request) {
        bool known = effect->call.verdict != VERDICT_UNKNOWN;
        struct answer answer = {.error = known ? SAGA_OK : SAGA_NOT_FOUND,
                                .why = known ? NULL : "no task has this token",
                                .verdict = effect->call.verdict};
        request->answer(request, &answer);
    }
}

void requests_ask_again(struct core *core)
{
    struct request *request = core->deferred;
    core->deferred = NULL;
    core->deferred_end = &core->deferred;
    while (request) {
        struct request *next = request->next;
        core_ask(request, core);
        request = next;
    }
}

static void start_again(struct core *core, struct request *request, const struct name *found)
{
    if (memcmp(found->digest, request->start.digest, sizeof(found->digest)) != 0) {
        request_answer(request, SAGA_IDEMPOTENCY_CONFLICT,
                       "a saga of this id was started with another request");
        return;
    }
    request->duplicate = true;
    answers_give(core, request, request->start.name);
}

/* Is the id new for sure, so that the store need not be asked? Ids that the coordinator makes
 * ascend (UUIDv7): one that is greater than all such ids before is new. Until the year 2527 their
 * first digit is "0". */
static bool is_minted_later(struct core *core, struct span id)
{
    if (id.size == 0 || id.data[0] != '0' || id.size > sizeof(core->minted)) {
        return false;
    }
    size_t size = id.size < core->minted_size ? id.size : core->minted_size;
    int order = memcmp(id.data, core->minted, size);
    bool later = order > 0 || (order == 0 && id.size > core->minted_size);
    if (later) {
        memcpy(core->minted, id.data, id.size);
        core->minted_size = id.size;
    }
    return later;
}

/* Is the saga's id new, or is its saga in memory, so that the engine can decide? If not, the
 * request is answered. */
static bool id_is_open(struct core *core, struct request *request, const struct event *event)
{
    struct store *store = core->options.store;
    struct span name;
    struct name found;
    if (!engine_lacks(core->engine, event, &name) || is_minted_later(core, name)) {
        return true;
    }
    enum saga_error rc = store->ops->find_name(store, name, &found);
    if (rc == SAGA_OK) {
        start_again(core, request, &found);
    } else if (rc != SAGA_NOT_FOUND) {
        request_answer(request, rc, NULL);
    }
    return rc == SAGA_NOT_FOUND;
}

static void ask_start(struct core *core, struct request *request)
{
    struct start_request *start = &request->start;
    if (core->draining || core_is_disk_full(core)) {
        request_answer(request, core->draining ? SAGA_UNAVAILABLE : SAGA_DISK_FULL, NULL);
        return;
    }
    struct event event = {.kind = EVENT_START, .now_ms = core->now_ms};
    event.start = *start;
    if (!request_keys_is_new(core, request, start->key, start->key_digest) ||
        !id_is_open(core, request, &event)) {
        return;
    }
    if (start->open_name.size > 0) {
        start->definition = open_terms_definition();
    } else {
        start->definition =
            catalog_find(core->options.catalog, request->definition, request->version);
    }
    if (!start->definition) {
        request_answer(request, SAGA_NOT_FOUND, "there is no definition of that name and version");
        return;
    }
    if (!remember(core, request)) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    request->version = start->definition->version;
    event.start = *start;
    event.ref = request->ref;
    uint32_t names_before = core->making->batch.rows.name_count;
    decide_step(core, &event);
    request_keys_remember(core, start->key, names_before);
}

/* Lets the engine decide what the client of an open saga says. A saga that is not in memory is
 * loaded, as for any event about it. */
static void ask_open(struct core *core, struct request *request)
{
    if (core_is_disk_full(core)) {
        request_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    if (!remember(core, request)) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    struct event event = {.kind = EVENT_OPEN, .now_ms = core->now_ms, .ref = request->ref};
    event.open = request->open;
    decide_step(core, &event);
}

static void ask_verb(struct core *core, struct request *request)
{
    struct verb_request *verb = &request->verb;
    if (core_is_disk_full_for_verbs(core)) {
        request_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    if (!request_keys_is_new(core, request, verb->key, verb->digest)) {
        return;
    }
    if (!remember(core, request)) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    struct event event = {.kind = EVENT_VERB, .now_ms = core->now_ms, .ref = request->ref};
    event.verb = *verb;
    uint32_t names_before = core->making->batch.rows.name_count;
    decide_step(core, &event);
    request_keys_remember(core, verb->key, names_before);
}

/* A `finish` without a key names its task by the token alone: loads the saga of that token, if the
 * task was answered `later` and the saga has left memory. */
static enum saga_error load_of_token(struct core *core, const uint8_t *token)
{
    struct store *store = core->options.store;
    char text[NAME_TOKEN_SIZE + 1];
    struct name known;
    if (engine_holds_token(core->engine, token)) {
        return SAGA_OK;
    }
    enum saga_error rc = store->ops->find_name(store, engine_token_name(token, text), &known);
    if (rc != SAGA_OK) {
        return rc == SAGA_NOT_FOUND ? SAGA_OK : rc;
    }
    struct found_saga found = {.saga = known.saga};
    rc = look_up_name(core, &found);
    struct span name = span_of(found.name, found.size);
    if (rc == SAGA_OK && aside_has(core, name)) {
        return SAGA_STORE_CORRUPT;
    }
    return rc == SAGA_OK && !engine_holds(core->engine, name) ? decide_load(core, name) : rc;
}

static void ask_finish(struct core *core, struct request *request)
{
    const struct result *result = &request->result;
    if (core_is_full(core)) {
        request_answer(
            request, SAGA_DISK_FULL,
            NULL); /* requests are taken into a full batch only to be refused: see desk_take() */
        return;
    }
    enum saga_error rc = result->key.size > 0 ? SAGA_OK : load_of_token(core, result->token);
    if (rc != SAGA_OK) {
        bool is_aside = rc == SAGA_STORE_CORRUPT;
        request_answer(request, is_aside ? SAGA_CONFLICT : rc, is_aside ? ASIDE_WHY : NULL);
        return;
    }
    if (!remember(core, request)) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    struct event event = {.kind = EVENT_RESULT, .now_ms = core->now_ms, .ref = request->ref};
    event.result = request->result;
    decide_step(core, &event);
}

static void ask_wait(struct core *core, struct request *request)
{
    request->wait_settled = true;
    answers_give(core, request, request->saga);
}

/* Makes an idempotency key durable for a request that cannot carry one: the requests that the
 * adapter makes of it afterwards have their effect once by the names in them. If the key came
 * before with the same digest, the answer is `duplicate`. */
static void ask_key(struct core *core, struct request *request)
{
    struct batch *batch = &core->making->batch;
    bool ok = true;
    if (core_is_disk_full(core)) {
        request_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    if (!request_keys_is_new(core, request, request->key.text, request->key.digest)) {
        return;
    }
    uint32_t names_before = batch->rows.name_count;
    struct span text = arena_copy(&batch->arena, request->key.text, &ok);
    if (!ok || !remember(core, request)) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    struct name *name = batch_name(batch);
    if (!name || !batch_effect(batch, EFFECT_REPLY, request->ref)) {
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    *name = (struct name){.text = text}; /* a key alone, which names no saga */
    memcpy(name->digest, request->key.digest, sizeof(name->digest));
    request_keys_remember(core, text, names_before);
}

typedef void (*ask_fn)(struct core *core, struct request *request);

static const ask_fn asks[] = {
    [REQUEST_START] = ask_start,        [REQUEST_VERB] = ask_verb,
    [REQUEST_FINISH] = ask_finish,      [REQUEST_WAIT] = ask_wait,
    [REQUEST_DEFINE] = definitions_ask, [REQUEST_OUTBOX] = deliveries_ask,
    [REQUEST_EVENT] = arrivals_ask,     [REQUEST_KEY] = ask_key,
    [REQUEST_OPEN] = ask_open,          [REQUEST_LOOK] = live_ask,
};

void core_ask(struct request *request, void *arg)
{
    struct core *core = arg;
    CHECK(request->kind < ARRAY_COUNT(asks));
    if (core->failure != SAGA_OK) {
        request_answer(request, SAGA_UNAVAILABLE, NULL);
        return;
    }
    asks[request->kind](core, request);
}
