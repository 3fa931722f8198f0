/* recover.c - what the store knows, read back at the start. */
#include "core/recover.h"

#include <stdio.h>

#include "base/log.h"
#include "core/decide.h"
#include "core/deliveries.h"
#include "core/recalls.h"
#include "core/state.h"
#include "engine/engine.h"
#include "engine/load.h"
#include "store/catalog.h"

struct recovery {
    struct core *core;
    char *why;
    size_t why_size;
};

static enum saga_error recover_definition(const struct definition_row *row, void *arg)
{
    struct recovery *recovery = arg;
    struct catalog_entry *none = NULL;
    enum saga_error rc = catalog_add(recovery->core->options.catalog, row, &none);
    if (rc != SAGA_OK) {
        snprintf(recovery->why, recovery->why_size, "definition %.*s version %u: %s",
                 (int)row->name.size, (const char *)row->name.data, row->version,
                 error_sentence(rc));
    }
    return rc;
}

static enum saga_error recover_lock(const struct store_lock *lock, void *arg)
{
    const struct core *core = arg;
    return engine_lock(core->engine, &lock->row, lock->name);
}

static enum saga_error recover_saga(const struct saga_image *image, void *arg)
{
    struct recovery *recovery = arg;
    const char *why = NULL;
    enum saga_error rc = SAGA_STORE_CORRUPT;
    if (!image->is_unreadable) {
        rc = engine_load(recovery->core->engine, image, decide_definition, recovery->core, &why);
    }
    if (rc != SAGA_OK) {
        snprintf(recovery->why, recovery->why_size, "saga %.*s: %s", (int)image->name.size,
                 (const char *)image->name.data, why ? why : error_sentence(rc));
    }
    return rc;
}

enum saga_error core_recover(struct core *core, char *why, size_t why_size)
{
    struct store *store = core->options.store;
    struct recovery recovery = {core, why, why_size};
    snprintf(why, why_size, "the store cannot be read");
    enum saga_error rc = store->ops->load_definitions(store, recover_definition, &recovery);
    if (rc == SAGA_OK) {
        rc = store->ops->load_locks(store, recover_lock, core);
    }
    if (rc == SAGA_OK) {
        rc = store->ops->load_awake(store, recover_saga, &recovery);
    }
    if (rc == SAGA_OK) {
        rc = deliveries_open(core);
    }
    if (rc == SAGA_OK) {
        rc = ticks_recover(core);
    }
    if (rc == SAGA_OK) {
        rc = recalls_recover(core);
    }
    if (rc == SAGA_OK) {
        char count[16];
        snprintf(count, sizeof(count), "%u", engine_count(core->engine));
        log_line(LOG_INFO, "recovered", "#sagas", count, NULL);
    }
    return rc;
}
