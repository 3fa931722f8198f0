/* reads.c - the operations of readers that other threads have: each a query on their connection. */
#include "store/reads.h"

#include "store/lock_rows.h"
#include "store/lists.h"
#include "store/outbox_rows.h"

static enum saga_error load_one(struct store_reader *base, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    PRE(image != NULL);
    return reader_load_one(reader_of(base), name, arena, image);
}

static enum saga_error load_page(struct store_reader *base, struct span name,
                                 const struct store_page *page, struct arena *arena,
                                 struct saga_image *image)
{
    PRE(image != NULL);
    return reader_load_page(reader_of(base), name, page, arena, image);
}

static enum saga_error list(struct store_reader *base, const struct store_filter *filter,
                            store_item_fn fn, void *arg)
{
    PRE(fn != NULL);
    return lists_show(reader_of(base), filter, fn, arg);
}

static enum saga_error find_name(struct store_reader *base, struct span text, struct name *found)
{
    PRE(found != NULL);
    return reader_find_name(reader_of(base), text, found);
}

static enum saga_error list_deliveries(struct store_reader *base,
                                       const struct delivery_filter *filter, store_delivery_fn fn,
                                       void *arg)
{
    PRE(fn != NULL);
    return outbox_list(reader_of(base)->statements, filter, fn, arg);
}

static enum saga_error load_delivery(struct store_reader *base, uint64_t id, store_delivery_fn fn,
                                     void *arg)
{
    PRE(fn != NULL);
    return outbox_load(reader_of(base)->statements, id, fn, arg);
}

static enum saga_error list_hooks(struct store_reader *base, store_hook_fn fn, void *arg)
{
    PRE(fn != NULL);
    return outbox_hooks(reader_of(base)->statements, fn, arg);
}

static enum saga_error list_schedules(struct store_reader *base, store_schedule_fn fn, void *arg)
{
    PRE(fn != NULL);
    return lock_rows_schedules(reader_of(base)->statements, fn, arg);
}

static void close_reader(struct store_reader **base)
{
    PRE(*base != NULL);
    struct reader *reader = reader_of(*base);
    reader_close(&reader);
    *base = NULL;
}

static const struct store_reader_ops ops = {
    .load_one = load_one,
    .load_page = load_page,
    .list = list,
    .find_name = find_name,
    .list_deliveries = list_deliveries,
    .load_delivery = load_delivery,
    .list_hooks = list_hooks,
    .list_schedules = list_schedules,
    .close = close_reader,
};
_Static_assert(sizeof(struct store_reader_ops) == 9 * sizeof(void *), "each operation is set");

enum saga_error reads_open(const char *path, struct tails *tails, uint64_t scan_max,
                           struct store_reader **reader)
{
    PRE(scan_max <= INT64_MAX);
    struct reader *made = NULL;
    enum saga_error rc = reader_open(path, tails, &made);
    if (rc != SAGA_OK) {
        return rc;
    }
    made->base.ops = &ops;
    made->scan_max = scan_max > 0 ? (int64_t)scan_max : made->scan_max;
    *reader = &made->base;
    return SAGA_OK;
}
