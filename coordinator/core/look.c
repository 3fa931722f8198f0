/* look.c - reads what the store says of a saga besides its rows: name, state and version. */
#include "core/look.h"

#include "core/state.h"
#include "door/request.h"

enum saga_error look_saga(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena)
{
    struct store *store = core->options.store;
    struct store_item item;
    enum saga_error rc = store->ops->load_head(store, name, arena, &item);
    if (rc != SAGA_OK) {
        return rc;
    }
    answer->saga = item.name;
    answer->state = item.head.state;
    answer->version = item.head.version;
    return SAGA_OK;
}

static enum saga_error take_name(const struct store_item *item, void *arg)
{
    struct found_saga *found = arg;
    if (item->head.saga == found->saga && item->name.size <= sizeof(found->name)) {
        memcpy(found->name, item->name.data, item->name.size);
        found->size = item->name.size;
    }
    return SAGA_OK;
}

enum saga_error look_reader(struct core *core)
{
    struct store *store = core->options.store;
    return core->reader ? SAGA_OK : store->ops->reader_open(store, &core->reader);
}

/* The store can only list sagas to find an id by a number, which is slow; but that is rarely asked
 * for. */
enum saga_error look_up_name(struct core *core, struct found_saga *found)
{
    enum saga_error rc = look_reader(core);
    if (rc == SAGA_OK) {
        struct store_filter filter = {.before = found->saga + 1, .limit = 1};
        rc = core->reader->ops->list(core->reader, &filter, take_name, found);
    }
    return rc == SAGA_OK && found->size == 0 ? SAGA_STORE_CORRUPT : rc;
}
