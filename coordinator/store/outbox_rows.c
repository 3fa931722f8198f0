/* outbox_rows.c - deliveries and webhooks in SQLite.
 *
 * An outcome may be of a delivery that a person has discarded meanwhile: then it changes nothing.
 * All else must find what it changes. */
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

static enum saga_error end(sqlite3_stmt *statement, int rc)
{
    enum saga_error result = SAGA_OK;
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE) {
        result = db_error(sqlite3_db_handle(statement), rc);
    }
    sqlite3_reset(statement);
    return result;
}

static void read_delivery(sqlite3_stmt *row, struct store_delivery *out)
{
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
    enum saga_error result = SAGA_OK;
    int rc = SQLITE_OK;
    while (result == SAGA_OK && (rc = sqlite3_step(list)) == SQLITE_ROW) {
        struct store_delivery delivery;
        read_delivery(list, &delivery);
        result = fn(&delivery, arg);
    }
    enum saga_error error = end(list, rc);
    return error == SAGA_OK ? result : error;
}

enum saga_error outbox_load(sqlite3_stmt *const *statements, uint64_t id, store_delivery_fn fn,
                            void *arg)
{
    sqlite3_stmt *load = statements[READ_DELIVERY];
    db_bind_number(load, 1, (int64_t)id);
    int rc = sqlite3_step(load);
    enum saga_error result = SAGA_NOT_FOUND;
    if (rc == SQLITE_ROW) {
        struct store_delivery delivery;
        read_delivery(load, &delivery);
        result = fn(&delivery, arg);
    }
    enum saga_error error = end(load, rc);
    return error == SAGA_OK ? result : error;
}

/* Two lists in the order of names, of which either may lack one, become one. */
enum saga_error outbox_hooks(sqlite3_stmt *const *statements, store_hook_fn fn, void *arg)
{
    sqlite3_stmt *hooks = statements[READ_HOOKS];
    sqlite3_stmt *counts = statements[READ_HOOK_COUNTS];
    int hook_rc = sqlite3_step(hooks);
    int count_rc = sqlite3_step(counts);
    enum saga_error result = SAGA_OK;
    while (result == SAGA_OK && (hook_rc == SQLITE_ROW || count_rc == SQLITE_ROW)) {
        struct store_hook found = {0};
        struct span name = hook_rc == SQLITE_ROW ? db_span(hooks, 0) : (struct span){NULL, 0};
        struct span counted = count_rc == SQLITE_ROW ? db_span(counts, 0) : (struct span){NULL, 0};
        int order = hook_rc != SQLITE_ROW    ? 1
                    : count_rc != SQLITE_ROW ? -1
                                             : span_order(name, counted);
        found.row.name = order <= 0 ? name : counted;
        if (order <= 0) {
            found.row.disabled_ms = sqlite3_column_int64(hooks, 1);
            found.row.dropped = (uint64_t)sqlite3_column_int64(hooks, 2);
            found.row.dropped_ms = sqlite3_column_int64(hooks, 3);
        }
        if (order >= 0) {
            found.pending = (uint64_t)sqlite3_column_int64(counts, 1);
            found.dead = (uint64_t)sqlite3_column_int64(counts, 2);
            found.oldest_ms = sqlite3_column_int64(counts, 3);
        }
        result = fn(&found, arg);
        hook_rc = order <= 0 ? sqlite3_step(hooks) : hook_rc;
        count_rc = order >= 0 ? sqlite3_step(counts) : count_rc;
    }
    enum saga_error hook_error = end(hooks, hook_rc);
    enum saga_error count_error = end(counts, count_rc);
    result = result == SAGA_OK ? hook_error : result;
    return result == SAGA_OK ? count_error : result;
}
