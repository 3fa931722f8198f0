/* recover.c - reads back at the start what the store knows: definitions, sagas, alerts,
 * schedules, waits. */
#include "core/recover.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/log.h"
#include "core/aside.h"
#include "core/decide.h"
#include "core/deliveries.h"
#include "core/look.h"
#include "core/recalls.h"
#include "core/state.h"
#include "engine/engine.h"
#include "engine/load.h"
#include "store/catalog.h"

enum { PARKED_PAGE = 500 };

struct recovery {
    struct core *core;
    char *why;
    size_t why_size;
};

/* Is the definition's source what somebody once applied? A definition that was changed in the store
 * by damage must not be run. */
static bool is_as_applied(const struct definition_row *row)
{
    uint8_t digest[DIGEST_SIZE];
    digest_pair(row->source, (struct span){NULL, 0}, digest);
    return memcmp(digest, row->digest, sizeof(digest)) == 0;
}

/* Logs that a definition cannot be read. Its sagas are set aside one by one, when they are
 * loaded. */
static void say_unreadable(const struct definition_row *row)
{
    char name[LIMIT_NAME + 1];
    char version[16];
    snprintf(name, sizeof(name), "%.*s", (int)row->name.size, (const char *)row->name.data);
    snprintf(version, sizeof(version), "%u", row->version);
    log_line(LOG_ERROR, "definition_unreadable", "definition", name, "#version", version, "what",
             "its source is not what was applied, or does not compile any more", "do",
             "its sagas are set aside: restore its row; apply it again for new sagas", NULL);
}

static enum saga_error recover_definition(const struct definition_row *row, void *arg)
{
    struct recovery *recovery = arg;
    struct catalog_entry *none = NULL;
    struct catalog *catalog = recovery->core->options.catalog;
    enum saga_error rc = SAGA_STORE_CORRUPT;
    if (is_as_applied(row)) {
        rc = catalog_add(catalog, row, &none);
    }
    if (rc == SAGA_STORE_CORRUPT) {
        say_unreadable(row);
        rc = catalog_add_unreadable(catalog, row);
    }
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
    struct saga_image own = *image;
    enum saga_error rc = decide_take(recovery->core, &own);
    if (rc == SAGA_STORE_CORRUPT) {
        return recovery->core->failure; /* this saga is set aside, and the others are loaded */
    }
    if (rc != SAGA_OK) {
        snprintf(recovery->why, recovery->why_size, "saga %.*s: %s", (int)image->name.size,
                 (const char *)image->name.data, error_sentence(rc));
    }
    return rc;
}

/* Tries again to load the sagas that could not be read before this start, and that loading the
 * awake ones has passed over, for they sleep or have ended. */
static enum saga_error look_again(struct core *core)
{
    enum saga_error rc = SAGA_OK;
    size_t at = 0;
    struct span name;
    while (rc == SAGA_OK && aside_next(core, &at, &name)) {
        rc = decide_load(core, name);
        /* The saga is set aside again, or does not exist any more: either is fine. */
        rc = rc == SAGA_STORE_CORRUPT || rc == SAGA_NOT_FOUND ? core->failure : rc;
    }
    return rc;
}

struct parked {
    uint64_t before;
    uint32_t page; /* parked sagas in the page that is being read */
    uint64_t count;
};

static enum saga_error count_parked(const struct store_item *item, void *arg)
{
    struct parked *parked = arg;
    parked->before = item->head.saga;
    parked->page++;
    parked->count++;
    return SAGA_OK;
}

/* Counts the parked sagas in the store, for some may sleep and are not in memory. */
static enum saga_error find_parked(struct core *core, uint64_t *count)
{
    struct parked parked = {.page = PARKED_PAGE};
    enum saga_error rc = look_reader(core);
    while (rc == SAGA_OK && parked.page == PARKED_PAGE) {
        const struct store_filter filter = {
            .state = SAGA_STATE_PARKED, .before = parked.before, .limit = PARKED_PAGE};
        parked.page = 0;
        rc = core->reader->ops->list(core->reader, &filter, count_parked, &parked);
    }
    *count = parked.count;
    return rc;
}

/* Logs the number of sagas in memory, and of those that need a person: parked or unreadable
 * ones. */
static enum saga_error say_recovered(struct core *core)
{
    char sagas[16];
    char parked[24];
    char unreadable[16];
    uint64_t count = 0;
    enum saga_error rc = find_parked(core, &count);
    snprintf(sagas, sizeof(sagas), "%u", engine_count(core->engine));
    snprintf(parked, sizeof(parked), "%llu", (unsigned long long)count);
    snprintf(unreadable, sizeof(unreadable), "%u", core->aside.count);
    if (rc == SAGA_OK) {
        log_line(LOG_INFO, "recovered", "#sagas", sagas, "#parked", parked,
                 core->aside.count > 0 ? "#unreadable" : NULL, unreadable, NULL);
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
        rc = aside_recover(core);
    }
    if (rc == SAGA_OK) {
        rc = store->ops->load_awake(store, recover_saga, &recovery);
    }
    if (rc == SAGA_OK) {
        rc = look_again(core);
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
    return rc == SAGA_OK ? say_recovered(core) : rc;
}
