/* look.c - a saga as the store has it. */
#include "core/look.h"

#include "core/state.h"
#include "door/request.h"
#include "store/catalog.h"
#include "view/view.h"

enum saga_error look_saga(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena)
{
    struct store *store = core->options.store;
    struct saga_image image;
    enum saga_error rc = store->ops->load_one(store, name, arena, &image);
    if (rc == SAGA_OK || (rc == SAGA_STORE_CORRUPT && image.name.size > 0)) {
        answer->saga = image.name;
        answer->state = image.head.state;
        answer->version = image.head.version;
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    const struct definition *definition = catalog_of_saga(core->options.catalog, &image.head);
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

/* The external id of a durable saga, by its number. Only a list of the store can tell, which is
 * slow; the id is rarely asked for. */
enum saga_error look_up_name(struct core *core, struct found_saga *found)
{
    enum saga_error rc = look_reader(core);
    if (rc == SAGA_OK) {
        struct store_filter filter = {.before = found->saga + 1, .limit = 1};
        rc = core->reader->ops->list(core->reader, &filter, take_name, found);
    }
    return rc == SAGA_OK && found->size == 0 ? SAGA_STORE_CORRUPT : rc;
}
