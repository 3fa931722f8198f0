/* request_keys.c - idempotency keys of requests: new, on their way to the store, or known. */
#include "core/request_keys.h"

#include "core/answers.h"
#include "core/look.h"
#include "core/state.h"
#include "door/request.h"

/* The same key is on its way to the store with an earlier request, whose outcome must not be told
 * before it is durable, and may be lost. The later request is looked at again when that is decided.
 */
static void defer(struct core *core, struct request *request)
{
    request->next = NULL;
    *core->deferred_end = request;
    core->deferred_end = &request->next;
}

/* The key is known: the same request gets the same outcome, another request with that key is
 * refused. */
static void key_again(struct core *core, struct request *request, const struct name *known,
                      const uint8_t *digest)
{
    if (memcmp(known->digest, digest, sizeof(known->digest)) != 0) {
        request_answer(request, SAGA_IDEMPOTENCY_CONFLICT,
                       "this idempotency key came before with another request");
        return;
    }
    request->duplicate = true;
    if (known->saga == 0) { /* a key that was made durable alone */
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

/* Is the key new? Else the request is answered, or waits until the first request with that key is
 * durable. */
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

/* Keys that the engine has just put into the batch are remembered until the batch is durable. */
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
