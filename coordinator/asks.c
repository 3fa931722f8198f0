/* asks.c - requests from outside: looked up, decided, answered when durable. */
#include "base/log.h"
#include "core_parts.h"
#include "view/view.h"

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

/* Is the saga in memory, durable or not? */
static bool is_in_memory(const struct core *core, struct span name)
{
    struct event event = {.kind = EVENT_VERB, .verb.saga = name};
    struct span lacking;
    return !engine_lacks(core->engine, &event, &lacking);
}

/* Answers with what is durable now, or waits when that is wanted and not yet so. A saga whose start
 * is on its way to the store may be waited for already. */
static void answer_or_wait(struct core *core, struct request *request, struct span name)
{
    struct arena arena;
    struct answer answer = {.duplicate = request->duplicate};
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    answer.error = core_look(core, name, &answer, &arena);
    bool is_open = answer.error == SAGA_OK
                       ? !state_is_settled(answer.state)
                       : answer.error == SAGA_NOT_FOUND && is_in_memory(core, name);
    if (is_open && request->wait_settled && request->wait_ms > 0) {
        waiters_add(core, request, name);
    } else {
        /* Only who waited hears it, whether the saga is still in memory or not. */
        answer.output = request->wait_settled ? answer.output : (struct span){NULL, 0};
        request->answer(request, &answer);
    }
    arena_close(&arena);
}

/* ---- requests that are with the engine ---- */

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
                            .problems = effect->reply.problems,
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

/* ---- idempotency keys ---- */

/* The same key is on its way to the store: what it stands for must not be said before it is
 * durable, and may not come to pass. Asked again when that is decided. */
static void defer(struct core *core, struct request *request)
{
    request->next = NULL;
    *core->deferred_end = request;
    core->deferred_end = &request->next;
}

void core_ask_again(struct core *core)
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

struct found_saga {
    uint64_t saga;
    size_t size; /* 0 = not found */
    uint8_t name[2 * LIMIT_SAGA_ID];
};

static enum saga_error take_name(const struct store_item *item, void *arg)
{
    struct found_saga *found = arg;
    if (item->head.saga == found->saga && item->name.size <= sizeof(found->name)) {
        memcpy(found->name, item->name.data, item->name.size);
        found->size = item->name.size;
    }
    return SAGA_OK;
}

/* The external id of a saga that is durable. Only a list can tell; it is rarely asked. */
static enum saga_error name_saga(struct core *core, struct found_saga *found)
{
    struct store *store = core->options.store;
    enum saga_error rc = core->reader ? SAGA_OK : store->ops->reader_open(store, &core->reader);
    if (rc == SAGA_OK) {
        struct store_filter filter = {.before = found->saga + 1, .limit = 1};
        rc = core->reader->ops->list(core->reader, &filter, take_name, found);
    }
    return rc == SAGA_OK && found->size == 0 ? SAGA_STORE_CORRUPT : rc;
}

/* A key that came before: the same request has the same outcome, another one is refused. */
static void key_again(struct core *core, struct request *request, const struct name *known,
                      const uint8_t *digest)
{
    if (memcmp(known->digest, digest, sizeof(known->digest)) != 0) {
        core_answer(request, SAGA_IDEMPOTENCY_CONFLICT,
                    "this idempotency key came before with another request");
        return;
    }
    struct found_saga found = {.saga = known->saga};
    enum saga_error rc = name_saga(core, &found);
    if (rc != SAGA_OK) {
        core_answer(request, rc, NULL);
        return;
    }
    request->duplicate = true;
    answer_or_wait(core, request, span_of(found.name, found.size));
}

/* Is the key new? Else the request is answered, or waits for its turn. */
static bool key_is_new(struct core *core, struct request *request, struct span key,
                       const uint8_t *digest)
{
    struct store *store = core->options.store;
    struct name known;
    if (key.size == 0) {
        return true;
    }
    if (map_get(&core->keys_pending, key)) {
        defer(core, request);
        return false;
    }
    enum saga_error rc = store->ops->find_name(store, key, &known);
    if (rc == SAGA_OK) {
        key_again(core, request, &known, digest);
    } else if (rc != SAGA_NOT_FOUND) {
        core_answer(request, rc, NULL);
    }
    return rc == SAGA_NOT_FOUND;
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
        if (map_put(&core->keys_pending, kept->text, kept) != SAGA_OK) {
            core_fail(core, SAGA_NO_MEMORY);
        }
    }
}

/* ---- start ---- */

static void start_again(struct core *core, struct request *request, const struct name *found)
{
    if (memcmp(found->digest, request->start.digest, sizeof(found->digest)) != 0) {
        core_answer(request, SAGA_IDEMPOTENCY_CONFLICT,
                    "a saga of this id was started with another request");
        return;
    }
    request->duplicate = true;
    answer_or_wait(core, request, request->start.name);
}

/* Minted ids ascend (UUIDv7), so one that is greater than every id of its kind is new for sure, and
 * no look-up is needed: '0' is the first digit of them all until the year 2527. */
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

/* Is the id new, or its saga in memory? Else the request is answered. */
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
        core_answer(request, rc, NULL);
    }
    return rc == SAGA_NOT_FOUND;
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
    if (!key_is_new(core, request, start->key, start->key_digest) ||
        !id_is_open(core, request, &event)) {
        return;
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
    if (core_is_disk_full(core)) {
        core_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    if (!key_is_new(core, request, verb->key, verb->digest)) {
        return;
    }
    if (!remember(core, request)) {
        core_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    struct event event = {.kind = EVENT_VERB, .now_ms = core->now_ms, .ref = request->ref};
    event.verb = *verb;
    uint32_t names_before = core->making->batch.rows.name_count;
    core_step(core, &event);
    remember_key(core, verb->key, names_before);
}

/* Without its key a task that was answered `later` is found by its token, also when its saga has
 * left memory. */
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
    rc = name_saga(core, &found);
    struct span name = span_of(found.name, found.size);
    return rc == SAGA_OK && !engine_holds(core->engine, name) ? core_load(core, name) : rc;
}

static void ask_finish(struct core *core, struct request *request)
{
    const struct result *result = &request->result;
    enum saga_error rc = result->key.size > 0 ? SAGA_OK : load_of_token(core, result->token);
    if (rc != SAGA_OK) {
        core_answer(request, rc, NULL);
        return;
    }
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
        arena_take(&batch->arena, (rows->definition_count + 1) * sizeof(*all));
    if (!all) {
        return false;
    }
    if (rows->definition_count > 0) {
        memcpy(all, rows->definitions, rows->definition_count * sizeof(*all));
    }
    struct definition_row *row = &all[rows->definition_count];
    *row = (struct definition_row){.name = request->define.name,
                                   .version = request->version,
                                   .source = request->define.source,
                                   .applied_ms = core->now_ms,
                                   .actor = request->define.actor};
    memcpy(row->digest, request->define.digest, sizeof(row->digest));
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
    uint32_t more = 1;
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        more += core->works[i].batch.rows.definition_count;
    }
    if (!same && !catalog_has_room(core->options.catalog, more)) {
        core_answer(request, SAGA_OVERLOADED, "no more versions of definitions can be held");
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
    memcpy(row.digest, request->define.digest, sizeof(row.digest));
    enum saga_error rc = catalog_add(core->options.catalog, &row);
    return rc == SAGA_OK ? schedules_define(core, row.name) : rc;
}

void core_defined(struct core *core, struct work *work)
{
    struct request *request = work->defines;
    work->defines = NULL;
    while (request) {
        struct request *next = request->next;
        struct answer answer = {.version = request->version, .unchanged = request->unchanged};
        answer.error = request->unchanged ? SAGA_OK : define(core, request);
        if (answer.error != SAGA_OK) {
            /* It is in the store and would not be in the catalog: a restart brings both together.
             */
            core_fail(core, answer.error);
        }
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
    [REQUEST_START] = ask_start,  [REQUEST_VERB] = ask_verb,     [REQUEST_FINISH] = ask_finish,
    [REQUEST_WAIT] = ask_wait,    [REQUEST_DEFINE] = ask_define, [REQUEST_OUTBOX] = hooks_ask,
    [REQUEST_EVENT] = offers_ask,
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
