/* outbox_rows.c - deliveries and webhooks in SQLite.
 *
 * A person may have discarded a delivery while an attempt of it was under way: the outcome of the
 * attempt then changes no row. All other changes must find the row that they are for. */
#include "store/outbox_rows.h"

enum delivery_column {
    DELIVERY_ID,
    DELIVERY_HOOK,
    DELIVERY_SAGA,
    DELIVERY_SEQ,
    DELIVERY_AT,
    DELIVERY_NAME,
    DELIVERY_EVENT,
    DELIVERY_TYPE,
    DELIVERY_ATTEMPTS,
    DELIVERY_DUE,
    DELIVERY_DEAD_AT,
    DELIVERY_STATUS,
    DELIVERY_WHY,
    DELIVERY_DATA,
};

/* ---- writing ---- */

static enum saga_error insert(sqlite3_stmt *insert, const struct delivery *delivery,
                              const struct notice *notice)
{
    PRE(delivery->hook.size > 0);
    PRE(notice->saga > 0);
    db_bind_text(insert, 1, delivery->hook);
    db_bind_number(insert, 2, (int64_t)notice->saga);
    db_bind_number(insert, 3, (int64_t)notice->seq);
    db_bind_number(insert, 4, notice->at_ms);
    db_bind_text(insert, 5, notice->name);
    db_bind_text(insert, 6, notice->event);
    db_bind_text(insert, 7, notice->type);
    db_bind_blob(insert, 8, notice->data);
    db_bind_number(insert, 9, delivery->due_ms);
    return db_change_one(insert);
}

static enum saga_error update(sqlite3_stmt *update, const struct delivery *delivery)
{
    bool dead = delivery->change == DELIVERY_DEAD;
    /* The column dead_at 0 would say that the delivery is not dead. */
    IMPLIES(dead, delivery->at_ms > 0);
    PRE(delivery->id > 0);
    db_bind_number(update, 1, (int64_t)delivery->id);
    db_bind_text(update, 2, delivery->hook);
    db_bind_number(update, 3, delivery->attempts);
    db_bind_number(update, 4, delivery->due_ms);
    db_bind_number(update, 5, dead ? delivery->at_ms : 0);
    db_bind_number(update, 6, delivery->status);
    db_bind_text(update, 7, delivery->why);
    return db_step(update);
}

static enum saga_error revive(sqlite3_stmt *revive, const struct delivery *delivery)
{
    db_bind_text(revive, 1, delivery->hook);
    db_bind_number(revive, 2, (int64_t)delivery->id);
    db_bind_number(revive, 3, delivery->due_ms);
    return db_step(revive);
}

static enum saga_error discard(sqlite3_stmt *discard, const struct delivery *delivery)
{
    db_bind_text(discard, 1, delivery->hook);
    db_bind_number(discard, 2, (int64_t)delivery->id);
    return db_step(discard);
}

static enum saga_error write_one(sqlite3_stmt *const *statements, const struct rows *rows,
                                 const struct delivery *delivery)
{
    switch (delivery->change) {
    case DELIVERY_NEW:
        return insert(statements[WRITE_INSERT_DELIVERY], delivery,
                      &rows->notices[delivery->notice]);
    case DELIVERY_DONE: {
        sqlite3_stmt *done = statements[WRITE_DELETE_DELIVERY];
        db_bind_number(done, 1, (int64_t)delivery->id);
        db_bind_text(done, 2, delivery->hook);
        return db_step(done);
    }
    case DELIVERY_LATER:
    case DELIVERY_DEAD:
        return update(statements[WRITE_UPDATE_DELIVERY], delivery);
    case DELIVERY_AGAIN:
        return revive(statements[WRITE_REVIVE_DEAD_OF_HOOK], delivery);
    case DELIVERY_DISCARD:
        return discard(statements[WRITE_DELETE_DEAD_OF_HOOK], delivery);
    }
    UNREACHABLE("a change of a delivery");
}

enum saga_error outbox_write(sqlite3 *db, sqlite3_stmt *const *statements, const struct rows *rows)
{
    PRE(sqlite3_get_autocommit(db) == 0);
    for (uint32_t at = 0; at < rows->delivery_count; at++) {
        enum saga_error rc = write_one(statements, rows, &rows->deliveries[at]);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    sqlite3_stmt *set = statements[WRITE_SET_HOOK];
    for (uint32_t at = 0; at < rows->hook_count; at++) {
        const struct hook_row *hook = &rows->hooks[at];
        PRE(hook->name.size > 0);
        db_bind_text(set, 1, hook->name);
        db_bind_number(set, 2, hook->disabled_ms);
        db_bind_number(set, 3, (int64_t)hook->dropped);
        db_bind_number(set, 4, hook->dropped_ms);
        enum saga_error rc = db_change_one(set);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    return SAGA_OK;
}

/* ---- reading ---- */

static void read_delivery(sqlite3_stmt *row, struct store_delivery *out)
{
    PRE(sqlite3_data_count(row) > DELIVERY_DATA);
    int64_t dead_ms = sqlite3_column_int64(row, DELIVERY_DEAD_AT);
    out->delivery = (struct delivery){
        .change = dead_ms > 0 ? DELIVERY_DEAD : DELIVERY_NEW,
        .id = (uint64_t)sqlite3_column_int64(row, DELIVERY_ID),
        .hook = db_span(row, DELIVERY_HOOK),
        .attempts = (uint32_t)sqlite3_column_int64(row, DELIVERY_ATTEMPTS),
        .due_ms = sqlite3_column_int64(row, DELIVERY_DUE),
        .at_ms = dead_ms,
        .status = (uint32_t)sqlite3_column_int64(row, DELIVERY_STATUS),
        .why = db_span(row, DELIVERY_WHY),
    };
    out->notice = (struct notice){
        .saga = (uint64_t)sqlite3_column_int64(row, DELIVERY_SAGA),
        .seq = (uint64_t)sqlite3_column_int64(row, DELIVERY_SEQ),
        .at_ms = sqlite3_column_int64(row, DELIVERY_AT),
        .name = db_span(row, DELIVERY_NAME),
        .event = db_span(row, DELIVERY_EVENT),
        .type = db_span(row, DELIVERY_TYPE),
        .data = db_span(row, DELIVERY_DATA),
    };
}

static const enum reader_query queries[] = {
    [DELIVERIES_PENDING] = READ_DELIVERIES,
    [DELIVERIES_OF_SAGA] = READ_DELIVERIES_OF_SAGA,
    [DELIVERIES_DEAD] = READ_DELIVERIES_DEAD,
};

enum saga_error outbox_list(sqlite3_stmt *const *statements, const struct delivery_filter *filter,
                            store_delivery_fn fn, void *arg)
{
    PRE(filter->limit >= 1);
    PRE(filter->which < ARRAY_COUNT(queries));
    sqlite3_stmt *list = statements[queries[filter->which]];
    db_bind_number(list, 1, (int64_t)filter->after);
    db_bind_number(list, 2, filter->limit);
    if (filter->which != DELIVERIES_PENDING) {
        db_bind_text(list, 3, filter->hook);
    }
    if (filter->which == DELIVERIES_OF_SAGA) {
        db_bind_number(list, 4, (int64_t)filter->saga);
    }
    enum saga_error rc = SAGA_OK;
    while (db_next(list, &rc)) {
        struct store_delivery delivery;
        read_delivery(list, &delivery);
        rc = fn(&delivery, arg);
    }
    return rc;
}

enum saga_error outbox_load(sqlite3_stmt *const *statements, uint64_t id, store_delivery_fn fn,
                            void *arg)
{
    PRE(id > 0);
    sqlite3_stmt *load = statements[READ_DELIVERY];
    enum saga_error rc = SAGA_OK;
    db_bind_number(load, 1, (int64_t)id);
    if (!db_next(load, &rc)) {
        return rc == SAGA_OK ? SAGA_NOT_FOUND : rc;
    }
    struct store_delivery delivery;
    read_delivery(load, &delivery);
    rc = fn(&delivery, arg);
    db_end(load);
    return rc;
}

/* The two lists that outbox_hooks() reads side by side, each in the order of webhook names. */
struct both {
    sqlite3_stmt *hooks;  /* rows that are kept of webhooks; NULL: all have been read */
    sqlite3_stmt *counts; /* deliveries counted by webhook; NULL: all have been read */
};

/* Which list has the smaller webhook name next? Negative: `hooks`; positive: `counts`; 0: both have
 * the same name. */
static int order_of(const struct both *both)
{
    PRE(both->hooks || both->counts);
    if (!both->hooks || !both->counts) {
        return both->hooks ? -1 : 1;
    }
    return span_order(db_span(both->hooks, 0), db_span(both->counts, 0));
}

static struct store_hook hook_of(const struct both *both, int order)
{
    struct store_hook found = {0};
    if (order >= 0) {
        found.row.name = db_span(both->counts, 0);
        found.pending = (uint64_t)sqlite3_column_int64(both->counts, 1);
        found.dead = (uint64_t)sqlite3_column_int64(both->counts, 2);
        found.oldest_ms = sqlite3_column_int64(both->counts, 3);
    }
    if (order <= 0) {
        found.row.name = db_span(both->hooks, 0);
        found.row.disabled_ms = sqlite3_column_int64(both->hooks, 1);
        found.row.dropped = (uint64_t)sqlite3_column_int64(both->hooks, 2);
        found.row.dropped_ms = sqlite3_column_int64(both->hooks, 3);
    }
    POST(found.row.name.size > 0);
    return found;
}

static sqlite3_stmt *next_of(sqlite3_stmt *list, enum saga_error *rc)
{
    return list && db_next(list, rc) ? list : NULL;
}

/* Merges the kept rows of webhooks with the counts of deliveries by name, because a webhook may
 * have a row and no deliveries, or deliveries and no row. */
enum saga_error outbox_hooks(sqlite3_stmt *const *statements, store_hook_fn fn, void *arg)
{
    PRE(fn != NULL);
    enum saga_error rc = SAGA_OK;
    struct both both = {.hooks = next_of(statements[READ_HOOKS], &rc),
                        .counts = next_of(statements[READ_HOOK_COUNTS], &rc)};
    while (rc == SAGA_OK && (both.hooks || both.counts)) {
        int order = order_of(&both);
        struct store_hook found = hook_of(&both, order);
        rc = fn(&found, arg);
        both.hooks = order <= 0 ? next_of(both.hooks, &rc) : both.hooks;
        both.counts = order >= 0 ? next_of(both.counts, &rc) : both.counts;
    }
    db_end(statements[READ_HOOKS]);
    db_end(statements[READ_HOOK_COUNTS]);
    return rc;
}
