/* commit.c - one batch, one transaction.
 *
 *   BEGIN IMMEDIATE
 *     rows, names, kinds where needed, sagas (new ones first come with their name), definitions
 *     the inbox: events, and who waits for them
 *     a few of the old tails into `saga`; heads_lsn when they are all written
 *   COMMIT                      the sync: from here on the batch is durable
 *   tails                       readers find the new rows
 *
 * Whatever fails before COMMIT has returned leaves the store failed for good: a commit that was cut
 * off may or may not be on the disk, and only a restart can tell. */
#include "store/writer.h"

#include <unistd.h>

#include "store/claim_rows.h"
#include "store/inbox_commit.h"
#include "store/outbox_rows.h"
#include "store/rows.h"

enum {
    TAILS_PER_COMMIT = 512, /* old tails written with one commit: about a millisecond */
    CRASH_STATUS = 137,     /* what a shell says of a process that was killed by SIGKILL */
};

static enum saga_error insert_events(struct writer *writer, const struct rows *rows)
{
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_EVENT];
    for (uint32_t at = 0; at < rows->row_count; at++) {
        const struct row *row = &rows->rows[at];
        db_bind_number(insert, 1, (int64_t)row->lsn);
        db_bind_number(insert, 2, (int64_t)row->saga);
        db_bind_number(insert, 3, (int64_t)row->seq);
        db_bind_number(insert, 4, (int64_t)row->prev);
        db_bind_number(insert, 5, row->count);
        db_bind_blob(insert, 6, row->body);
        db_bind_blob_or_null(insert, 7, row->payload);
        enum saga_error rc = db_step(insert);
        if (rc != SAGA_OK)
            return rc;
    }
    return SAGA_OK;
}

static enum saga_error insert_names(struct writer *writer, const struct rows *rows)
{
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_NAME];
    for (uint32_t at = 0; at < rows->name_count; at++) {
        const struct name *name = &rows->names[at];
        db_bind_text(insert, 1, name->text);
        db_bind_number(insert, 2, (int64_t)name->saga);
        db_bind_blob(insert, 3, span_of(name->digest, sizeof(name->digest)));
        enum saga_error rc = db_step(insert);
        if (rc != SAGA_OK)
            return rc;
    }
    return SAGA_OK;
}

static int64_t status_of(const struct head *head)
{
    return 2 * (int64_t)head->state + (head->paused ? 1 : 0);
}

/* Runs the prepared insert of a saga; its kind is added the first time that it is seen. */
static enum saga_error insert_of_kind(struct writer *writer, const struct head *head)
{
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_SAGA_OF_KIND];
    enum saga_error rc = db_step(insert);
    if (rc != SAGA_OK || sqlite3_changes(writer->db) == 1)
        return rc;
    sqlite3_stmt *insert_kind = writer->statements[WRITE_INSERT_KIND];
    db_bind_text(insert_kind, 1, head->definition);
    db_bind_number(insert_kind, 2, head->version);
    rc = db_change_one(insert_kind);
    return rc == SAGA_OK ? db_change_one(insert) : rc;
}

static enum saga_error insert_head(struct writer *writer, const struct head *head, struct span name)
{
    if (name.size == 0)
        return SAGA_STORE_CORRUPT;
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_SAGA_OF_KIND];
    db_bind_number(insert, 1, (int64_t)head->saga);
    db_bind_text(insert, 2, name);
    db_bind_text(insert, 3, head->definition);
    db_bind_number(insert, 4, head->version);
    db_bind_number(insert, 5, status_of(head));
    db_bind_number(insert, 6, head->started_ms);
    db_bind_number(insert, 7, head->ended_ms == 0 ? -head->started_ms : head->ended_ms);
    db_bind_number(insert, 8, (int64_t)head->first_lsn);
    db_bind_number(insert, 9, (int64_t)head->last_lsn);
    db_bind_number(insert, 10, head->due_ms);
    return insert_of_kind(writer, head);
}

/* Of another version from now on. */
static enum saga_error move_head(struct writer *writer, const struct head *head)
{
    sqlite3_stmt *kind = writer->statements[WRITE_INSERT_KIND_IF_NEW];
    db_bind_text(kind, 1, head->definition);
    db_bind_number(kind, 2, head->version);
    enum saga_error rc = db_step(kind);
    sqlite3_stmt *move = writer->statements[WRITE_MOVE_SAGA];
    db_bind_number(move, 1, (int64_t)head->saga);
    db_bind_text(move, 2, head->definition);
    db_bind_number(move, 3, head->version);
    return rc == SAGA_OK ? db_change_one(move) : rc;
}

static enum saga_error update_head(struct writer *writer, const struct head *head)
{
    sqlite3_stmt *update = writer->statements[WRITE_UPDATE_SAGA_IF_NOT_LATER];
    db_bind_number(update, 1, (int64_t)head->saga);
    db_bind_number(update, 2, status_of(head));
    db_bind_number(update, 3, head->ended_ms);
    db_bind_number(update, 4, (int64_t)head->last_lsn);
    db_bind_number(update, 5, head->due_ms);
    return db_change_one(update);
}

static enum saga_error write_heads(struct writer *writer, const struct rows *rows)
{
    uint32_t hint = 0;
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->head_count && rc == SAGA_OK; at++) {
        const struct head *head = &rows->heads[at];
        if (head->is_new)
            rc = insert_head(writer, head, rows_saga_name(rows, head->saga, &hint));
        else
            rc = update_head(writer, head);
        if (rc == SAGA_OK && head->has_moved)
            rc = move_head(writer, head);
    }
    return rc;
}

static enum saga_error insert_definitions(struct writer *writer, const struct rows *rows)
{
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_DEFINITION];
    for (uint32_t at = 0; at < rows->definition_count; at++) {
        const struct definition_row *row = &rows->definitions[at];
        db_bind_text(insert, 1, row->name);
        db_bind_number(insert, 2, row->version);
        db_bind_blob(insert, 3, span_of(row->digest, sizeof(row->digest)));
        db_bind_blob(insert, 4, row->source);
        db_bind_number(insert, 5, row->applied_ms);
        db_bind_text(insert, 6, row->actor);
        enum saga_error rc = db_change_one(insert);
        if (rc != SAGA_OK)
            return rc;
    }
    return SAGA_OK;
}

/* --- tails ------------------------------------------------------------------------------------ */

static enum saga_error set_meta(struct writer *writer, const char *key, int64_t value)
{
    sqlite3_stmt *set = writer->statements[WRITE_SET_META];
    db_bind_text(set, 1, span_text(key));
    db_bind_number(set, 2, value);
    return db_change_one(set);
}

/* Writes up to `most` old tails; *all says whether none is left. heads_lsn goes with the last. */
static enum saga_error raise_heads(struct writer *writer, uint64_t most, bool *all)
{
    sqlite3_stmt *raise = writer->statements[WRITE_RAISE_LAST_LSN];
    struct tail tail;
    for (uint64_t written = 0; written < most; written++) {
        if (!tails_take(&writer->tails, &tail)) {
            *all = true;
            enum saga_error rc = set_meta(writer, "heads_lsn", (int64_t)writer->turn_lsn);
            return rc == SAGA_OK ? set_meta(writer, "last_ms", writer->last_ms) : rc;
        }
        db_bind_number(raise, 1, (int64_t)tail.saga);
        db_bind_number(raise, 2, (int64_t)tail.lsn);
        /* No change when the head of this batch, or one before it, has said more. */
        enum saga_error rc = db_step(raise);
        if (rc != SAGA_OK)
            return rc;
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

/* The old tails are in `saga`, durably. */
static void end_turn(struct writer *writer)
{
    tails_drop_old(&writer->tails);
    writer->heads_lsn = writer->turn_lsn;
    writer->is_turning = false;
}

static enum saga_error end_transaction(struct writer *writer, enum saga_error rc)
{
    if (rc == SAGA_OK)
        rc = db_step(writer->statements[WRITE_COMMIT]);
    if (rc != SAGA_OK && sqlite3_get_autocommit(writer->db) == 0) {
        /* Only to give the lock back; what it says does not matter any more. */
        enum saga_error ignored = db_step(writer->statements[WRITE_ROLLBACK]);
        MAYBE(ignored != SAGA_OK);
    }
    return rc;
}

enum saga_error commit_tails(struct writer *writer)
{
    enum saga_error rc = SAGA_OK;
    /* The old ones if they are on their way, then the young ones. */
    for (int turns = 0; turns < 2 && rc == SAGA_OK && writer->heads_lsn < writer->last_lsn;
         turns++) {
        if (!writer->is_turning)
            turn(writer);
        bool all = false;
        rc = db_step(writer->statements[WRITE_BEGIN]);
        if (rc == SAGA_OK)
            rc = raise_heads(writer, UINT64_MAX, &all);
        rc = end_transaction(writer, rc);
        if (rc == SAGA_OK)
            end_turn(writer);
    }
    return rc;
}

/* --- the batch -------------------------------------------------------------------------------- */

/* Rows of the journal, and of the inbox, as tests count them. */
static uint64_t weight_of(const struct rows *rows)
{
    return (uint64_t)rows->row_count + rows->inbox_count + rows->inbox_done_count +
           rows->wait_count;
}

/* Tests kill the process here: does row number crash_at_row belong to this batch? */
static void crash_if_due(const struct writer *writer, const struct rows *rows, int phase)
{
    uint64_t at = writer->options.crash_at_row;
    if (at > writer->row_count && at <= writer->row_count + weight_of(rows) &&
        writer->options.crash_phase == phase)
        _exit(CRASH_STATUS);
}

/* What is to be known of a batch once it is durable. */
struct written {
    bool has_turned;      /* the old tails are all in `saga` */
    int64_t inbox_change; /* by how many events the inbox grew */
};

static enum saga_error write_all(struct writer *writer, const struct rows *rows,
                                 struct written *written)
{
    enum saga_error rc = insert_events(writer, rows);
    if (rc == SAGA_OK)
        rc = insert_names(writer, rows);
    if (rc == SAGA_OK)
        rc = write_heads(writer, rows);
    if (rc == SAGA_OK)
        rc = insert_definitions(writer, rows);
    if (rc == SAGA_OK)
        rc = outbox_write(writer->db, writer->statements, rows);
    if (rc == SAGA_OK)
        rc = claim_rows_write(writer->statements, rows);
    if (rc == SAGA_OK)
        rc = inbox_commit(writer, rows, &written->inbox_change);
    if (rc == SAGA_OK && writer->is_turning)
        rc = raise_heads(writer, TAILS_PER_COMMIT, &written->has_turned);
    return rc;
}

enum saga_error commit_batch(struct writer *writer, const struct rows *rows)
{
    PRE(rows->row_count == 0 || rows->rows[0].lsn == writer->last_lsn + 1);
    int64_t last_ms = rows_last_ms(rows);
    if (writer->last_ms < last_ms)
        writer->last_ms = last_ms;
    if (!writer->is_turning && writer->last_lsn - writer->heads_lsn >= writer->options.turn_rows)
        turn(writer);

    enum saga_error rc = tails_reserve(&writer->tails, rows->row_count);
    if (rc != SAGA_OK)
        return rc;
    struct written written = {0};
    rc = db_step(writer->statements[WRITE_BEGIN]);
    if (rc == SAGA_OK)
        rc = write_all(writer, rows, &written);
    if (rc == SAGA_OK)
        crash_if_due(writer, rows, 0);
    rc = end_transaction(writer, rc);
    if (rc != SAGA_OK)
        return rc;
    crash_if_due(writer, rows, 1);

    tails_commit(&writer->tails, rows);
    if (written.has_turned)
        end_turn(writer);
    writer->last_lsn += rows->row_count;
    writer->row_count += weight_of(rows);
    atomic_fetch_add(&writer->inbox_count, (unsigned long long)written.inbox_change);
    return SAGA_OK;
}
