/* sqlite_inbox.c - the operations on events and waits, by the reader of the loop's own thread. */
#include "store/sqlite_inbox.h"

#include "store/inbox_reader.h"
#include "store/sqlite.h"

static uint64_t count_events(const struct store *base)
{
    PRE(base != NULL);
    return atomic_load(&sqlite_of(base)->writer.inbox_count);
}

static enum saga_error find_event(struct store *base, struct span source, struct span id,
                                  struct arena *arena, struct inbox_found *found)
{
    PRE(found != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? inbox_find(reader, source, id, arena, found) : rc;
}

static enum saga_error load_event(struct store *base, uint64_t number, struct arena *arena,
                                  struct inbox_row *row)
{
    PRE(row != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? inbox_load(reader, number, arena, row) : rc;
}

static enum saga_error next_event(struct store *base, struct span name, uint64_t number,
                                  struct arena *arena, struct inbox_row *row)
{
    PRE(row != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? inbox_next(reader, name, number, arena, row) : rc;
}

static enum saga_error next_path(struct store *base, struct span name, struct span path,
                                 struct arena *arena, struct span *next)
{
    PRE(next != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? inbox_next_path(reader, name, path, arena, next) : rc;
}

static enum saga_error waits(struct store *base, const struct wait_query *query, store_wait_fn fn,
                             void *arg)
{
    PRE(query->limit > 0);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? inbox_waits(reader, query, fn, arg) : rc;
}

static enum saga_error waits_of(struct store *base, struct span id, struct span name,
                                store_wait_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? inbox_waits_of(reader, id, name, fn, arg) : rc;
}

static enum saga_error unrecalled(struct store *base, store_wait_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? inbox_unrecalled(reader, fn, arg) : rc;
}

const struct store_inbox_ops sqlite_inbox_ops = {
    .count = count_events,
    .find = find_event,
    .load = load_event,
    .next = next_event,
    .next_path = next_path,
    .waits = waits,
    .waits_of = waits_of,
    .unrecalled = unrecalled,
};
_Static_assert(sizeof(struct store_inbox_ops) == 8 * sizeof(void *), "each operation is set");
