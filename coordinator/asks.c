/* asks.c - requests from outside: looked up, decided, answered when durable. */
#include "base/log.h"
#include "core_parts.h"
#include "engine/view.h"

void core_answer(struct request *request, enum saga_error error, const char *why)
{
    struct answer answer = {.error = error, .why = why};
    request->answer(request, &answer);
}

/* ---- what is durable of a saga ---- */

enum saga_error core_look(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena)
{
    struct store *store = core->options.store;
    struct saga_image image;
    enum saga_error rc = store->ops->load_one(store, name, arena, &image);
    if (rc != SAGA_OK) {
        return rc;
    }
    const struct definition *definition =
        catalog_find(core->options.catalog, image.head.definition, image.head.version);
    struct view view;
    if (!definition) {
        return SAGA_STORE_CORRUPT;
    }
    rc = view_make(&image, definition, arena, &view);
    if (rc == SAGA_OK) {
        answer->saga = view.name;
        answer->state = view.state;
        answer->seq = view.seq;
        answer->version = view.version;
        answer->output = view.output;
    }
    return rc;
}

/* Answers with what is durable now, or waits when that is wanted and not yet so. */
static void answer_or_wait(struct core *core, struct request *request, struct span name)
{
    struct arena arena;
    struct answer answer = {.duplicate = request->duplicate};
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    answer.error = core_look(core, name, &answer, &arena);
    bool waits = answer.error == SAGA_OK && request->wait_settled && request->wait_ms > 0 &&
                 !state_is_settled(answer.state);
    if (waits) {
        waiters_add(core, request, name);
    } else {
        request->answer(request, &answer);
    }
    arena_close(&arena);
}

/* ---- requests that are with the engine ---- */

static bool remember(struct core *core, struct request *request)
{
    request->ref = REF_OF_REQUEST | ++core->ref_last;
    return map_put(&core->requests, span_of(&request->ref, sizeof request->ref), request) ==
           SAGA_OK;
}

static struct request *recall(struct core *core, uint64_t ref)
{
    return map_drop(&core->requests, span_of(&ref, sizeof ref));
}

void core_reply(struct core *core, const struct effect *effect)
{
    struct request *request = recall(core, effect->ref);
    if (!request) {
        return;
    }
    request->duplicate = effect->reply.duplicate;
    bool waits = effect->reply.error == SAGA_OK && request->wait_settled && request->wait_ms > 0;
    if (waits && request->duplicate) {
        answer_or_wait(core, request, effect->reply.saga);
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
                            .version = request->version};
    request->answer(request, &answer);
}

void core_finished(struct core *core, const struct effect *effect)
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

/* What an idempotency key, or a saga's id, stands for: durable, or about to be. */
static enum saga_error find_name(struct core *core, struct span text, struct name *found)
{
    const struct name *pending = map_get(&core->names_pending, text);
    if (pending) {
        *found = *pending;
        return SAGA_OK;
    }
    struct store *store = core->options.store;
    return store->ops->find_name(store, text, found);
}

/* Keys that the engine has just put into the batch are remembered until they are durable. */
static void remember_key(struct core *core, struct span key, uint32_t names_before)
{
    const struct rows *rows = &core->making->batch.rows;
    for (uint32_t i = names_before; i < rows->name_count && key.size > 0; i++) {
        struct name *name = &rows->names[i];
        if (!span_equal(name->text, key)) {
            continue;
        }
        /* The list may move when it grows: the entry is kept in the batch's arena by itself. */
        struct name *kept = ARENA_NEW(&core->making->batch.arena, struct name);
        if (!kept) {
            core_fail(core, SAGA_NO_MEMORY);
            return;
        }
        *kept = *name;
        if (map_put(&core->names_pending, kept->text, kept) != SAGA_OK) {
            core_fail(core, SAGA_NO_MEMORY);
        }
    }
}

/* ---- start ---- */

static void start_again(struct core *core, struct request *request, const struct name *found)
{
    if (memcmp(found->digest, request->start.digest, sizeof found->digest) != 0) {
        core_answer(request, SAGA_IDEMPOTENCY_CONFLICT,
                    "a saga of this id was started with another request");
        return;
    }
    request->duplicate = true;
    answer_or_wait(core, request, request->start.name);
}

static void ask_start(struct core *core, struct request *request)
{
    struct start_request *start = &request->start;
    if (core->draining || core_is_disk_full(core)) {
        core_answer(request, core->draining ? SAGA_UNAVAILABLE : SAGA_DISK_FULL, NULL);
        return;
    }
    struct event event = {.kind = EVENT_START, .now_ms = core->now_ms};
    event.start = *start;
    struct span name;
    struct name found;
    if (engine_lacks(core->engine, &event, &name)) {
        enum saga_error rc = find_name(core, start->name, &found);
        if (rc != SAGA_NOT_FOUND) {
            if (rc == SAGA_OK) {
                start_again(core, request, &found);
            } else {
                core_answer(request, rc, NULL);
            }
            return;
        }
    }
    start->definition = catalog_find(core->options.catalog, request->definition, request->version);
    if (!start->definition) {
        core_answer(request, SAGA_NOT_FOUND, "there is no definition of that name and version");
        return;
    }
    if (!remember(core, request)) {
        core_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    request->version = start->definition->version;
    event.start = *start;
    event.ref = request->ref;
    uint32_t names_before = core->making->batch.rows.name_count;
    core_step(core, &event);
    remember_key(core, start->key, names_before);
}

/* ---- verbs ---- */

static void ask_verb(struct core *core, struct request *request)
{
    struct verb_request *verb = &request->verb;
    struct name found;
    if (core_is_disk_full(core)) {
        core_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    enum saga_error rc = SAGA_NOT_FOUND;
    if (verb->key.size > 0) {
        rc = find_name(core, verb->key, &found);
    }
    if (rc == SAGA_OK) {
        bool same = memcmp(found.digest, verb->digest, sizeof found.digest) == 0;
        if (same) {
            request->duplicate = true;
            answer_or_wait(core, request, verb->saga);
        } else {
            core_answer(request, SAGA_IDEMPOTENCY_CONFLICT,
                        "this idempotency key came before with another request");
        }
        return;
    }
    if (rc != SAGA_NOT_FOUND || !remember(core, request)) {
        core_answer(request, rc == SAGA_NOT_FOUND ? SAGA_NO_MEMORY : rc, NULL);
        return;
    }
    struct event event = {.kind = EVENT_VERB, .now_ms = core->now_ms, .ref = request->ref};
    event.verb = *verb;
    uint32_t names_before = core->making->batch.rows.name_count;
    core_step(core, &event);
    remember_key(core, verb->key, names_before);
}

static void ask_finish(struct core *core, struct request *request)
{
    if (!remember(core, request)) {
        core_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    struct event event = {.kind = EVENT_RESULT, .now_ms = core->now_ms, .ref = request->ref};
    event.result = request->result;
    core_step(core, &event);
}

/* ---- definitions ---- */

/* The newest version of a name that is on its way to the store; NULL = none. */
static const struct request *newest_pending(const struct core *core, struct span name)
{
    const struct request *newest = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        for (const struct request *r = core->works[i].defines; r; r = r->next) {
            bool newer =
                span_equal(r->define.name, name) && (!newest || r->version > newest->version);
            newest = newer ? r : newest;
        }
    }
    return newest;
}

static bool add_definition(struct core *core, const struct request *request)
{
    struct batch *batch = &core->making->batch;
    struct rows *rows = &batch->rows;
    struct definition_row *all =
        arena_take(&batch->arena, (rows->definition_count + 1) * sizeof *all);
    if (!all) {
        return false;
    }
    if (rows->definition_count > 0) {
        memcpy(all, rows->definitions, rows->definition_count * sizeof *all);
    }
    struct definition_row *row = &all[rows->definition_count];
    *row = (struct definition_row){.name = request->define.name,
                                   .version = request->version,
                                   .source = request->define.source,
                                   .applied_ms = core->now_ms,
                                   .actor = request->define.actor};
    memcpy(row->digest, request->define.digest, sizeof row->digest);
    rows->definitions = all;
    rows->definition_count++;
    return true;
}

static void ask_define(struct core *core, struct request *request)
{
    const struct definition *held = catalog_find(core->options.catalog, request->define.name, 0);
    const struct request *pending = newest_pending(core, request->define.name);
    uint32_t version = pending ? pending->version : held ? held->version : 0;
    const uint8_t *digest = pending ? pending->define.digest : held ? held->digest : NULL;
    if (core_is_disk_full(core)) {
        core_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    bool same = digest && memcmp(digest, request->define.digest, 32) == 0;
    if (same && !pending) {
        struct answer answer = {.version = version, .unchanged = true};
        request->answer(request, &answer);
        return;
    }
    /* The same as one that is not durable yet: it must not be called unchanged before that is. */
    request->unchanged = same;
    request->version = same ? version : version + 1;
    if (!same && !add_definition(core, request)) {
        core_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    request->next = NULL;
    struct request **at = &core->making->defines;
    while (*at) {
        at = &(*at)->next;
    }
    *at = request;
}

static enum saga_error define(struct core *core, const struct request *request)
{
    struct definition_row row = {.name = request->define.name,
                                 .version = request->version,
                                 .source = request->define.source,
                                 .applied_ms = core->now_ms,
                                 .actor = request->define.actor};
    memcpy(row.digest, request->define.digest, sizeof row.digest);
    return catalog_add(core->options.catalog, &row);
}

void core_defined(struct core *core, struct work *work)
{
    struct request *request = work->defines;
    work->defines = NULL;
    while (request) {
        struct request *next = request->next;
        struct answer answer = {.version = request->version, .unchanged = request->unchanged};
        answer.error = request->unchanged ? SAGA_OK : define(core, request);
        request->answer(request, &answer);
        request = next;
    }
}

/* ---- the door ---- */

static void ask_wait(struct core *core, struct request *request)
{
    request->wait_settled = true;
    answer_or_wait(core, request, request->saga);
}

typedef void (*ask_fn)(struct core *core, struct request *request);

static const ask_fn asks[] = {
    [REQUEST_START] = ask_start, [REQUEST_VERB] = ask_verb,     [REQUEST_FINISH] = ask_finish,
    [REQUEST_WAIT] = ask_wait,   [REQUEST_DEFINE] = ask_define,
};

void core_ask(struct request *request, void *arg)
{
    struct core *core = arg;
    CHECK(request->kind < ARRAY_COUNT(asks));
    if (core->failure != SAGA_OK) {
        core_answer(request, SAGA_UNAVAILABLE, NULL);
        return;
    }
    asks[request->kind](core, request);
}
