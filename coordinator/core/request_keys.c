/* request_keys.c - looks up the idempotency keys of requests: new, on their way to the store, or
 * known. */
#include "core/request_keys.h"

#include "core/answers.h"
#include "core/look.h"
#include "core/state.h"
#include "door/request.h"

/* Puts the request on a list because an earlier one with the same key is on its way to the store.
 * The outcome of that one may be lost, so it must not be told before it is durable: then the
 * request is looked at again. */
static void defer(struct core *core, struct request *request)
{
    request->next = NULL;
    *core->deferred_end = request;
    core->deferred_end = &request->next;
}

/* Answers a request whose key came before: the same request gets the same outcome, another request
 * with that key is refused. */
static void key_again(struct core *core, struct request *request, const struct name *known,
                      const uint8_t *digest)
{
    if (memcmp(known->digest, digest, sizeof(known->digest)) != 0) {
        request_answer(request, SAGA_IDEMPOTENCY_CONFLICT,
                       "this idempotency key came before with another request");
        return;
    }
    request->duplicate = true;
    if (known->saga == 0) { /* the key came by a REQUEST_KEY, so it belongs to no saga */
        struct answer answer = {.duplicate = true};
        request->answer(request, &answer);
        return;
    }
    struct found_saga found = {.saga = known->saga};
    enum saga_error rc = look_up_name(core, &found);
    if (rc != SAGA_OK) {
        request_answer(request, rc, NULL);
        return;
    }
    answers_give(core, request, span_of(found.name, found.size));
}

/* A key is known by the store, pending in a batch, or new; an empty key is always new. */
bool request_keys_is_new(struct core *core, struct request *request, struct span key,
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
        request_answer(request, rc, NULL);
    }
    return rc == SAGA_NOT_FOUND;
}

/* The engine has just put the key into the batch: copies the entry, to know the key until the batch
 * is durable. */
void request_keys_remember(struct core *core, struct span key, uint32_t names_before)
{
    const struct rows *rows = &core->making->batch.rows;
    for (uint32_t i = names_before; i < rows->name_count && key.size > 0; i++) {
        struct name *name = &rows->names[i];
        if (!span_equal(name->text, key)) {
            continue;
        }
        /* The list of names may move in memory when it grows: so the batch's arena gets a copy of
         * the entry, which stays. */
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
