/* commit.c - one batch, one transaction.
 *
 *   BEGIN IMMEDIATE
 *     rows, names, sagas (new ones come with their name) after their kinds, definitions
 *     what sagas are found by (index_rows.h)
 *     the outbox, locks, the inbox: events, and the steps that wait for events
 *     a few of the old tails into `saga`; heads_lsn when all old tails are written
 *   COMMIT                      the sync: from here on the batch is durable
 *   tails                       readers find the new rows
 *
 * Rows, names and sagas are written a list at a time: one statement reads the whole list from the
 * batch (batch_table.h). What is rarer is written one by one.
 *
 * Whatever fails before COMMIT has returned leaves the store failed for good: a commit that was cut
 * off may or may not be on the disk, and only a restart can tell. */
#include "store/commit.h"

#include <unistd.h>

#include "store/lock_rows.h"
#include "store/inbox_commit.h"
#include "store/index_rows.h"
#include "store/outbox_rows.h"
#include "store/rows.h"

enum {
    TAILS_PER_COMMIT = 512, /* old tails written with one commit: about a millisecond */
    /* From this many changed heads on one statement over all is cheaper than one UPDATE for each
     * head. */
    CHANGES_MANY = 4,
    CRASH_STATUS = 137, /* what a shell says of a process that was killed by SIGKILL */
};

/* Runs a statement over a whole list of the batch: each of `count` is to make one change. */
static enum saga_error change_all(struct writer *writer, enum writer_query query, uint32_t count)
{
    PRE(query < WRITE_COUNT);
    if (count == 0) {
        return SAGA_OK;
    }
    enum saga_error rc = db_step(writer->statements[query]);
    if (rc == SAGA_OK && (uint32_t)sqlite3_changes(writer->db) != count) {
        return SAGA_STORE_CORRUPT;
    }
    return rc;
}

/* SQLite numbers the rows itself, on from the last row of the table, which is cheaper than to look
 * whether each number is free; the number of the last one then shows that all lsn are right. */
static enum saga_error insert_events(struct writer *writer, const struct rows *rows)
{
    PRE(writer->shown.rows == rows);
    enum saga_error rc = change_all(writer, WRITE_INSERT_EVENTS, rows->row_count);
    if (rc != SAGA_OK || rows->row_count == 0) {
        return rc;
    }
    uint64_t last = rows->rows[rows->row_count - 1].lsn;
    return sqlite3_last_insert_rowid(writer->db) == (int64_t)last ? SAGA_OK : SAGA_STORE_CORRUPT;
}

static uint32_t count_new(const struct rows *rows)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < rows->head_count; at++) {
        count += rows->heads[at].is_new;
    }
    POST(count <= rows->head_count);
    return count;
}

static enum saga_error insert_heads(struct writer *writer, const struct rows *rows, uint32_t count)
{
    PRE(count <= rows->head_count);
    if (count == 0) {
        return SAGA_OK;
    }
    enum saga_error rc = kinds_of_heads(&writer->kinds, writer->statements, rows);
    CHECK(writer->kinds.of_heads != NULL);
    writer->shown.kinds = writer->kinds.of_heads;
    return rc == SAGA_OK ? change_all(writer, WRITE_INSERT_SAGAS, count) : rc;
}

static enum saga_error update_head(struct writer *writer, const struct head *head)
{
    PRE(!head->is_new);
    sqlite3_stmt *update = writer->statements[WRITE_UPDATE_SAGA_IF_NOT_LATER];
    db_bind_number(update, 1, (int64_t)head->saga);
    db_bind_number(update, 2, batch_table_status(head));
    db_bind_number(update, 3, head->ended_ms);
    db_bind_number(update, 4, (int64_t)head->last_lsn);
    db_bind_number(update, 5, head->due_ms);
    db_bind_number(update, 6, head->until_ms);
    return db_change_one(update);
}

/* SQLite has no update that takes its rows from a table as they come. So this is an insert of rows
 * that are all there already; a row that is not there is seen by the number that it gets. */
static enum saga_error update_many(struct writer *writer, uint32_t count)
{
    PRE(count >= CHANGES_MANY);
    sqlite3_set_last_insert_rowid(writer->db, 0);
    enum saga_error rc = change_all(writer, WRITE_UPDATE_SAGAS_IF_NOT_LATER, count);
    if (rc == SAGA_OK && sqlite3_last_insert_rowid(writer->db) != 0) {
        return SAGA_STORE_CORRUPT;
    }
    return rc;
}

static enum saga_error update_heads(struct writer *writer, const struct rows *rows, uint32_t count)
{
    PRE(count <= rows->head_count);
    if (count >= CHANGES_MANY) {
        return update_many(writer, count);
    }
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->head_count && rc == SAGA_OK && count > 0; at++) {
        if (!rows->heads[at].is_new) {
            rc = update_head(writer, &rows->heads[at]);
        }
    }
    return rc;
}

/* Points the saga's row to another row of `kind`, because the saga goes on by another version of
 * its definition. */
static enum saga_error move_head(struct writer *writer, const struct head *head)
{
    PRE(head->has_moved);
    int64_t kind = 0;
    enum saga_error rc = kinds_find(&writer->kinds, writer->statements, head, &kind);
    sqlite3_stmt *move = writer->statements[WRITE_MOVE_SAGA];
    db_bind_number(move, 1, (int64_t)head->saga);
    db_bind_number(move, 2, kind);
    return rc == SAGA_OK ? db_change_one(move) : rc;
}

/* A saga may have several heads in a batch: the new one first, the others in their order. */
static enum saga_error write_heads(struct writer *writer, const struct rows *rows)
{
    PRE(rows->head_count <= writer->kinds.capacity);
    uint32_t new_count = count_new(rows);
    enum saga_error rc = insert_heads(writer, rows, new_count);
    if (rc == SAGA_OK) {
        rc = update_heads(writer, rows, rows->head_count - new_count);
    }
    for (uint32_t at = 0; at < rows->head_count && rc == SAGA_OK; at++) {
        if (rows->heads[at].has_moved) {
            rc = move_head(writer, &rows->heads[at]);
        }
    }
    return rc;
}

static enum saga_error insert_definitions(struct writer *writer, const struct rows *rows)
{
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_DEFINITION];
    for (uint32_t at = 0; at < rows->definition_count; at++) {
        const struct definition_row *row = &rows->definitions[at];
        PRE(row->version > 0);
        db_bind_text(insert, 1, row->name);
        db_bind_number(insert, 2, row->version);
        db_bind_blob(insert, 3, span_of(row->digest, sizeof(row->digest)));
        db_bind_blob(insert, 4, row->source);
        db_bind_number(insert, 5, row->applied_ms);
        db_bind_text(insert, 6, row->actor);
        enum saga_error rc = db_change_one(insert);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    return SAGA_OK;
}

/* --- tails ------------------------------------------------------------------------------------ */

static enum saga_error set_meta(struct writer *writer, const char *key, int64_t value)
{
    PRE(value >= 0);
    sqlite3_stmt *set = writer->statements[WRITE_SET_META];
    db_bind_text(set, 1, span_text(key));
    db_bind_number(set, 2, value);
    return db_change_one(set);
}

/* Writes up to `most` old tails (newest lsn of a saga, see tails.h) into the rows of `saga`. When
 * none is left, *all is true and heads_lsn is written in the same transaction. */
static enum saga_error raise_heads(struct writer *writer, uint64_t most, bool *all)
{
    PRE(writer->is_turning);
    sqlite3_stmt *raise = writer->statements[WRITE_RAISE_LAST_LSN];
    PRE(most > 0);
    struct tail tail;
    for (uint64_t written = 0; written < most; written++) {
        if (!tails_take(&writer->tails, &tail)) {
            *all = true;
            return set_meta(writer, "heads_lsn", (int64_t)writer->turn_lsn);
        }
        db_bind_number(raise, 1, (int64_t)tail.saga);
        db_bind_number(raise, 2, (int64_t)tail.lsn);
        /* Changes nothing when a head, of this batch or of one before, has brought a later row into
         * `saga` already. */
        enum saga_error rc = db_step(raise);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    *all = false;
    return SAGA_OK;
}

static void turn(struct writer *writer)
{
    PRE(!writer->is_turning);
    tails_turn(&writer->tails);
    writer->turn_lsn = writer->last_lsn;
    writer->is_turning = true;
}

/* The rows of `saga` know the newest rows of all old tails now, durably: the old tails are
 * dropped. */
static void end_turn(struct writer *writer)
{
    PRE(writer->is_turning);
    PRE(writer->turn_lsn >= writer->heads_lsn);
    tails_drop_old(&writer->tails);
    writer->heads_lsn = writer->turn_lsn;
    writer->is_turning = false;
}

static enum saga_error end_transaction(struct writer *writer, enum saga_error rc)
{
    if (rc == SAGA_OK) {
        rc = db_step(writer->statements[WRITE_COMMIT]);
    }
    if (rc != SAGA_OK && sqlite3_get_autocommit(writer->db) == 0) {
        /* Only to give the lock back: the store has failed, whatever the rollback says. */
        enum saga_error ignored = db_step(writer->statements[WRITE_ROLLBACK]);
        MAYBE(ignored != SAGA_OK);
    }
    return rc;
}

/* Writes all old tails (tails.h) into the rows of `saga`, in a transaction of its own. */
static enum saga_error write_old(struct writer *writer)
{
    bool all = false;
    enum saga_error rc = db_step(writer->statements[WRITE_BEGIN]);
    if (rc == SAGA_OK) {
        rc = raise_heads(writer, UINT64_MAX, &all);
    }
    rc = end_transaction(writer, rc);
    if (rc == SAGA_OK) {
        CHECK(all);
        end_turn(writer);
    }
    return rc;
}

enum saga_error commit_tails(struct writer *writer)
{
    PRE(writer->heads_lsn <= writer->last_lsn);
    enum saga_error rc = SAGA_OK;
    /* Two rounds: the first finishes the old tails if some are being written; then the young tails
     * become the old ones and are written as well. */
    for (int turns = 0; turns < 2 && rc == SAGA_OK && writer->heads_lsn < writer->last_lsn;
         turns++) {
        if (!writer->is_turning) {
            turn(writer);
        }
        rc = write_old(writer);
    }
    IMPLIES(rc == SAGA_OK, writer->heads_lsn == writer->last_lsn);
    return rc;
}

/* --- the batch -------------------------------------------------------------------------------- */

/* Rows of the journal and of the inbox: what tests count to kill the process at one of them. */
static uint64_t weight_of(const struct rows *rows)
{
    return (uint64_t)rows->row_count + rows->inbox_count + rows->inbox_done_count +
           rows->wait_count;
}

/* Tests kill the process here: does row number crash_at_row belong to this batch? */
static void crash_if_due(const struct writer *writer, const struct rows *rows, int phase)
{
    PRE(phase == 0 || phase == 1);
    uint64_t at = writer->options.crash_at_row;
    if (at > writer->row_count && at <= writer->row_count + weight_of(rows) &&
        writer->options.crash_phase == phase) {
        _exit(CRASH_STATUS);
    }
}

/* What the writer must remember of a batch until the batch is durable. */
struct written {
    /* All old tails have been written into `saga`: they can be dropped once the batch is
     * durable. */
    bool has_turned;
    int64_t inbox_change; /* by how many events the inbox grew */
};

static enum saga_error insert_names(struct writer *writer, const struct rows *rows)
{
    PRE(writer->shown.rows == rows);
    return change_all(writer, WRITE_INSERT_NAMES, rows->name_count);
}

static enum saga_error write_outbox(struct writer *writer, const struct rows *rows)
{
    IMPLIES(rows->delivery_count > 0, rows->deliveries != NULL);
    return outbox_write(writer->db, writer->statements, rows);
}

static enum saga_error write_locks(struct writer *writer, const struct rows *rows)
{
    return lock_rows_write(writer->statements, rows);
}

static enum saga_error write_clock(struct writer *writer, const struct rows *rows)
{
    PRE(sqlite3_get_autocommit(writer->db) == 0);
    if (!rows->clock) {
        return SAGA_OK;
    }
    sqlite3_stmt *set = writer->statements[WRITE_SET_CLOCK];
    db_bind_text(set, 1, span_text(rows->clock->boot));
    db_bind_number(set, 2, rows->clock->offset_ms);
    return db_change_one(set);
}

/* The lists of a batch, in the order in which they must be written: a saga's row names its kind,
 * and the inbox asks which sagas want an event. */
static enum saga_error (*const parts[])(struct writer *writer, const struct rows *rows) = {
    insert_events,      insert_names, write_heads, index_rows_write,
    insert_definitions, write_outbox, write_locks, write_clock,
};

static enum saga_error write_all(struct writer *writer, const struct rows *rows,
                                 struct written *written)
{
    PRE(sqlite3_get_autocommit(writer->db) == 0);
    enum saga_error rc = SAGA_OK;
    for (size_t at = 0; at < ARRAY_COUNT(parts) && rc == SAGA_OK; at++) {
        rc = parts[at](writer, rows);
    }
    if (rc == SAGA_OK) {
        rc = inbox_commit(writer, rows, &written->inbox_change);
    }
    if (rc == SAGA_OK && writer->is_turning) {
        rc = raise_heads(writer, TAILS_PER_COMMIT, &written->has_turned);
    }
    return rc;
}

/* Takes beforehand the memory that the commit needs once it has begun, so that it cannot fail half
 * way for lack of memory. */
static enum saga_error reserve(struct writer *writer, const struct rows *rows)
{
    enum saga_error rc = tails_reserve(&writer->tails, rows->row_count);
    return rc == SAGA_OK ? kinds_reserve(&writer->kinds, rows->head_count) : rc;
}

static enum saga_error transact(struct writer *writer, const struct rows *rows,
                                struct written *written)
{
    PRE(sqlite3_get_autocommit(writer->db) != 0);
    enum saga_error rc = db_step(writer->statements[WRITE_BEGIN]);
    if (rc == SAGA_OK) {
        rc = write_all(writer, rows, written);
    }
    if (rc == SAGA_OK) {
        crash_if_due(writer, rows, 0);
    }
    return end_transaction(writer, rc);
}

enum saga_error commit_batch(struct writer *writer, const struct rows *rows)
{
    PRE(rows->row_count == 0 || rows->rows[0].lsn == writer->last_lsn + 1);
    struct written written = {0};
    if (!writer->is_turning && writer->last_lsn - writer->heads_lsn >= writer->options.turn_rows) {
        turn(writer);
    }
    enum saga_error rc = reserve(writer, rows);
    if (rc != SAGA_OK) {
        return rc;
    }

    writer->shown.rows = rows;
    rc = transact(writer, rows, &written);
    writer->shown = (struct batch_shown){0};
    if (rc != SAGA_OK) {
        return rc;
    }
    crash_if_due(writer, rows, 1);

    tails_commit(&writer->tails, rows);
    if (written.has_turned) {
        end_turn(writer);
    }
    writer->last_lsn += rows->row_count;
    writer->row_count += weight_of(rows);
    atomic_fetch_add(&writer->inbox_count, (unsigned long long)written.inbox_change);
    POST(sqlite3_get_autocommit(writer->db) != 0);
    return SAGA_OK;
}
