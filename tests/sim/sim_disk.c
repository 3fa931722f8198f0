/* sim_disk.c - the memory store on a disk that is slow, fills up, and dies with its process.
 *
 * A batch is durable some time after it was given; a dead process commits nothing more. */
#include "sim.h"
#include "store/inbox.h"

static struct sim_disk *disk_of(const struct store *store)
{
    return (struct sim_disk *)(uintptr_t)store;
}

static struct sim *world_of(const struct sim_disk *disk)
{
    return (struct sim *)(uintptr_t)((const uint8_t *)disk - offsetof(struct sim, node.disk));
}

static void disk_facts(const struct store *store, struct store_facts *facts)
{
    disk_of(store)->inner->ops->facts(disk_of(store)->inner, facts);
}

static enum saga_error disk_submit(struct store *store, const struct rows *rows)
{
    struct sim_disk *disk = disk_of(store);
    struct sim *sim = world_of(disk);
    if (disk->is_full) {
        return SAGA_DISK_FULL;
    }
    if (sim->node.dead) {
        return SAGA_OK;
    }
    enum saga_error rc = disk->inner->ops->submit(disk->inner, rows);
    if (rc == SAGA_OK) {
        disk->pending = rows;
        disk->ready_ms = sim->now_ms + sim_draw(sim, sim->weather.sync_max);
    }
    return rc;
}

static enum saga_error disk_durable(struct store *store, uint64_t *count)
{
    struct sim_disk *disk = disk_of(store);
    struct sim *sim = world_of(disk);
    *count = disk->durable;
    if (!disk->pending || sim->node.dead || sim->now_ms < disk->ready_ms) {
        return SAGA_OK;
    }
    enum saga_error rc = disk->inner->ops->durable(disk->inner, &disk->durable);
    if (rc == SAGA_OK) {
        sim_watch_commit(sim, disk->pending);
    }
    disk->pending = NULL;
    if (sim->node.dies_at_commit) {
        sim->node.dead = true;
        sim_tally(sim, COUNT_UNSAID);
        return SAGA_OK;
    }
    *count = disk->durable;
    return rc;
}

static int disk_wake(const struct store *store)
{
    return disk_of(store)->inner->ops->wake(disk_of(store)->inner);
}

static uint64_t disk_room(struct store *store)
{
    return disk_of(store)->is_full ? 0 : UINT64_MAX;
}

static enum saga_error disk_load_awake(struct store *store, store_image_fn fn, void *arg)
{
    return disk_of(store)->inner->ops->load_awake(disk_of(store)->inner, fn, arg);
}

static enum saga_error disk_list_due(struct store *store, struct store_due *due, store_item_fn fn,
                                     void *arg)
{
    return disk_of(store)->inner->ops->list_due(disk_of(store)->inner, due, fn, arg);
}

static enum saga_error disk_load_definitions(struct store *store, store_definition_fn fn, void *arg)
{
    return disk_of(store)->inner->ops->load_definitions(disk_of(store)->inner, fn, arg);
}

static enum saga_error disk_load_schedules(struct store *store, store_schedule_fn fn, void *arg)
{
    return disk_of(store)->inner->ops->load_schedules(disk_of(store)->inner, fn, arg);
}

static enum saga_error disk_load_locks(struct store *store, store_lock_fn fn, void *arg)
{
    return disk_of(store)->inner->ops->load_locks(disk_of(store)->inner, fn, arg);
}

static enum saga_error disk_find_name(struct store *store, struct span text, struct name *found)
{
    return disk_of(store)->inner->ops->find_name(disk_of(store)->inner, text, found);
}

static enum saga_error disk_load_head(struct store *store, struct span name, struct arena *arena,
                                      struct store_item *item)
{
    return disk_of(store)->inner->ops->load_head(disk_of(store)->inner, name, arena, item);
}

static enum saga_error disk_load_one(struct store *store, struct span name, struct arena *arena,
                                     struct saga_image *image)
{
    return disk_of(store)->inner->ops->load_one(disk_of(store)->inner, name, arena, image);
}

static enum saga_error disk_reader_open(struct store *store, struct store_reader **reader)
{
    return disk_of(store)->inner->ops->reader_open(disk_of(store)->inner, reader);
}

static uint64_t disk_count(const struct store *store)
{
    return disk_of(store)->inner->ops->inbox->count(disk_of(store)->inner);
}

static enum saga_error disk_find(struct store *store, struct span source, struct span id,
                                 struct arena *arena, struct inbox_found *found)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->find(inner, source, id, arena, found);
}

static enum saga_error disk_load(struct store *store, uint64_t number, struct arena *arena,
                                 struct inbox_row *row)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->load(inner, number, arena, row);
}

static enum saga_error disk_next(struct store *store, struct span name, uint64_t number,
                                 struct arena *arena, struct inbox_row *row)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->next(inner, name, number, arena, row);
}

static enum saga_error disk_next_path(struct store *store, struct span name, struct span path,
                                      struct arena *arena, struct span *next)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->next_path(inner, name, path, arena, next);
}

static enum saga_error disk_waits(struct store *store, const struct wait_query *query,
                                  store_wait_fn fn, void *arg)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->waits(inner, query, fn, arg);
}

static enum saga_error disk_waits_of(struct store *store, struct span id, struct span name,
                                     store_wait_fn fn, void *arg)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->waits_of(inner, id, name, fn, arg);
}

static enum saga_error disk_unrecalled(struct store *store, store_wait_fn fn, void *arg)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->unrecalled(inner, fn, arg);
}

static const struct store_inbox_ops disk_inbox = {
    .count = disk_count,
    .find = disk_find,
    .load = disk_load,
    .next = disk_next,
    .next_path = disk_next_path,
    .waits = disk_waits,
    .waits_of = disk_waits_of,
    .unrecalled = disk_unrecalled,
};

const struct store_ops sim_disk_ops = {
    .name = "sim",
    .inbox = &disk_inbox,
    .facts = disk_facts,
    .submit = disk_submit,
    .durable = disk_durable,
    .wake = disk_wake,
    .room = disk_room,
    .load_awake = disk_load_awake,
    .list_due = disk_list_due,
    .load_definitions = disk_load_definitions,
    .load_schedules = disk_load_schedules,
    .load_locks = disk_load_locks,
    .find_name = disk_find_name,
    .load_head = disk_load_head,
    .load_one = disk_load_one,
    .reader_open = disk_reader_open,
};
