/* memory_reads.c - single sagas and names; and the operations of readers that other threads have.
 *
 * A reader takes the lock for each read, and shows what was durable then. */
#include "store/memory_reads.h"

#include <stdlib.h>

#include "store/memory_lists.h"

enum { READER_MAGIC = 0x6d726431 };

struct memory_reader {
    struct store_reader reader; /* first: handed out as this */
    uint32_t magic;             /* READER_MAGIC */
    struct memory *memory;      /* borrowed */
};

enum saga_error memory_reads_rows(const struct memory *memory, const struct memory_saga *saga,
                                  struct arena *arena, struct saga_image *image)
{
    PRE(saga->head.last_lsn <= memory->row_count);
    *image = (struct saga_image){.head = saga->head, .name = saga->name};
    for (uint64_t lsn = saga->head.last_lsn; lsn != 0; lsn = memory->rows[lsn - 1].prev) {
        if (memory->rows[lsn - 1].saga != saga->head.saga) {
            image->row_count = 0;
            image->is_unreadable = true;
            image->flaw = (struct saga_flaw){.why = "a row is of another saga", .lsn = lsn};
            return SAGA_STORE_CORRUPT;
        }
        image->row_count++;
    }
    image->rows = arena_take(arena, image->row_count * sizeof(struct row));
    if (!image->rows) {
        return SAGA_NO_MEMORY;
    }
    uint64_t lsn = saga->head.last_lsn;
    for (uint32_t left = image->row_count; left > 0; left--) {
        image->rows[left - 1] = memory->rows[lsn - 1];
        lsn = memory->rows[lsn - 1].prev;
    }
    POST(lsn == 0);
    return SAGA_OK;
}

enum saga_error memory_reads_head(const struct memory *memory, struct span name,
                                  struct arena *arena, struct store_item *item)
{
    PRE(item != NULL);
    const struct memory_saga *saga = memory_saga_named(memory, name);
    bool ok = true;
    if (!saga) {
        return SAGA_NOT_FOUND;
    }
    *item = (struct store_item){.head = saga->head};
    item->name = arena_copy(arena, saga->name, &ok);
    item->head.definition = arena_copy(arena, saga->head.definition, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

/* The image of a saga, with all its bytes copied into the arena. */
enum saga_error memory_reads_one(const struct memory *memory, struct span name, struct arena *arena,
                                 struct saga_image *image)
{
    const struct memory_saga *saga = memory_saga_named(memory, name);
    if (!saga) {
        return SAGA_NOT_FOUND;
    }
    enum saga_error rc = memory_reads_rows(memory, saga, arena, image);
    if (rc != SAGA_OK) {
        return rc;
    }
    bool ok = true;
    image->name = arena_copy(arena, image->name, &ok);
    image->head.definition = arena_copy(arena, image->head.definition, &ok);
    for (uint32_t at = 0; at < image->row_count; at++) {
        image->rows[at].body = arena_copy(arena, image->rows[at].body, &ok);
        image->rows[at].payload = arena_copy(arena, image->rows[at].payload, &ok);
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error memory_reads_name(const struct memory *memory, struct span text, struct name *found)
{
    PRE(found != NULL);
    const struct name *name = map_get(&memory->names, text);
    if (!name) {
        return SAGA_NOT_FOUND;
    }
    *found = *name;
    found->text = (struct span){NULL, 0};
    return SAGA_OK;
}

/* ---- readers of other threads ---- */

static struct memory_reader *reader_of(struct store_reader *base)
{
    PRE(base != NULL);
    struct memory_reader *reader = (struct memory_reader *)(void *)base;
    PRE(reader->magic == READER_MAGIC);
    return reader;
}

/* Takes the lock of the store, so that the store does not change while another thread reads. */
static struct memory *lock(struct store_reader *base)
{
    struct memory *memory = reader_of(base)->memory;
    int failed = pthread_mutex_lock(&memory->lock);
    CHECK(failed == 0);
    return memory;
}

/* Gives the lock back and returns rc, the result of the read. */
static enum saga_error unlock(struct memory *memory, enum saga_error rc)
{
    int failed = pthread_mutex_unlock(&memory->lock);
    CHECK(failed == 0);
    return rc;
}

static enum saga_error load_one(struct store_reader *base, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    PRE(image != NULL);
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    return unlock(memory, rc == SAGA_OK ? memory_reads_one(memory, name, arena, image) : rc);
}

/* Keeps in the image only the rows that hold records of the page. */
static void cut_to_page(struct saga_image *image, const struct store_page *page)
{
    uint64_t end = page->first_seq + page->limit;
    uint32_t kept = 0;
    PRE(page->first_seq > 0);
    for (uint32_t at = 0; at < image->row_count; at++) {
        const struct row *row = &image->rows[at];
        if (row->seq < end && row->seq + row->count > page->first_seq) {
            image->rows[kept++] = *row;
        }
    }
    POST(kept <= image->row_count);
    image->row_count = kept;
}

static enum saga_error load_page(struct store_reader *base, struct span name,
                                 const struct store_page *page, struct arena *arena,
                                 struct saga_image *image)
{
    PRE(page->limit > 0);
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    if (rc == SAGA_OK) {
        rc = memory_reads_one(memory, name, arena, image);
    }
    if (rc == SAGA_OK) {
        cut_to_page(image, page);
    }
    return unlock(memory, rc);
}

static enum saga_error list(struct store_reader *base, const struct store_filter *filter,
                            store_item_fn fn, void *arg)
{
    PRE(filter->limit > 0);
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    return unlock(memory, rc == SAGA_OK ? memory_lists_show(memory, filter, fn, arg) : rc);
}

static enum saga_error find_name(struct store_reader *base, struct span text, struct name *found)
{
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    return unlock(memory, rc == SAGA_OK ? memory_reads_name(memory, text, found) : rc);
}

static enum saga_error list_deliveries(struct store_reader *base,
                                       const struct delivery_filter *filter, store_delivery_fn fn,
                                       void *arg)
{
    PRE(fn != NULL);
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    return unlock(memory,
                  rc == SAGA_OK ? memory_outbox_list(&memory->outbox, filter, fn, arg) : rc);
}

static enum saga_error load_delivery(struct store_reader *base, uint64_t id, store_delivery_fn fn,
                                     void *arg)
{
    PRE(fn != NULL);
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    return unlock(memory, rc == SAGA_OK ? memory_outbox_load(&memory->outbox, id, fn, arg) : rc);
}

static enum saga_error list_hooks(struct store_reader *base, store_hook_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    return unlock(memory, rc == SAGA_OK ? memory_outbox_hooks(&memory->outbox, fn, arg) : rc);
}

static enum saga_error list_schedules(struct store_reader *base, store_schedule_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct memory *memory = lock(base);
    enum saga_error rc = memory_check(memory);
    return unlock(memory, rc == SAGA_OK ? memory_locks_schedules(&memory->locks, fn, arg) : rc);
}

static void close_reader(struct store_reader **base)
{
    struct memory_reader *reader = reader_of(*base);
    reader->magic = 0;
    free(reader);
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

enum saga_error memory_reads_open(struct store *store, struct store_reader **reader)
{
    PRE(reader != NULL);
    struct memory_reader *opened = calloc(1, sizeof(*opened));
    if (!opened) {
        return SAGA_NO_MEMORY;
    }
    *opened = (struct memory_reader){
        .reader.ops = &ops, .magic = READER_MAGIC, .memory = memory_of(store)};
    *reader = &opened->reader;
    return SAGA_OK;
}
