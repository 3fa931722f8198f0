/* definitions.c - takes in new versions of definitions, and makes them known when they are
 * durable. */
#include "core/definitions.h"

#include "core/full.h"
#include "core/state.h"
#include "door/request.h"
#include "store/catalog.h"

/* Finds the request with the newest version of this definition that is on its way to the store;
 * NULL = none is. */
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
                                   .applied_ms = core_host_ms(core),
                                   .actor = request->define.actor};
    memcpy(row->digest, request->define.digest, sizeof(row->digest));
    rows->definitions = all;
    rows->definition_count++;
    return true;
}

void definitions_ask(struct core *core, struct request *request)
{
    const struct definition *held = catalog_find(core->options.catalog, request->define.name, 0);
    const struct request *pending = newest_pending(core, request->define.name);
    uint32_t version = pending
                           ? pending->version
                           : catalog_newest_version(core->options.catalog, request->define.name);
    const uint8_t *digest = pending ? pending->define.digest : held ? held->digest : NULL;
    if (core_is_disk_full(core)) {
        request_answer(request, SAGA_DISK_FULL, NULL);
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
        request_answer(request, SAGA_OVERLOADED, "no more versions of definitions can be held");
        return;
    }
    /* The same version as this one is on its way to the store: the answer "unchanged" must wait
     * until that version is durable. */
    request->unchanged = same;
    request->version = same ? version : version + 1;
    if (!same && !add_definition(core, request)) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    request->next = NULL;
    struct request **at = &core->making->defines;
    while (*at) {
        at = &(*at)->next;
    }
    *at = request;
}

static enum saga_error define(struct core *core, struct request *request)
{
    struct definition_row row = {.name = request->define.name,
                                 .version = request->version,
                                 .source = request->define.source,
                                 .applied_ms = core_host_ms(core),
                                 .actor = request->define.actor};
    memcpy(row.digest, request->define.digest, sizeof(row.digest));
    enum saga_error rc = catalog_add(core->options.catalog, &row, &request->define.prepared);
    return rc == SAGA_OK ? ticks_define(core, row.name) : rc;
}

void definitions_settle(struct core *core, struct work *work)
{
    struct request *request = work->defines;
    work->defines = NULL;
    while (request) {
        struct request *next = request->next;
        struct answer answer = {.version = request->version, .unchanged = request->unchanged};
        answer.error = request->unchanged ? SAGA_OK : define(core, request);
        if (answer.error != SAGA_OK) {
            /* The store has the definition, but memory (the catalog, or when its sagas start by the
             * clock) lacks it. The core decides nothing more; a restart reads it from the store. */
            core_fail(core, answer.error);
        }
        request->answer(request, &answer);
        request = next;
    }
}
