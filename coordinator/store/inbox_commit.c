/* inbox_commit.c - a batch's events and waits, inside the transaction of the batch.
 *
 *   new events                with their identities
 *   wants and waits, in order waits begin, are told what came before, end
 *   events offered            what came of them, and the mark of all that have been offered
 *   pruning                   of each event name of which one of the changes may have let events go
 *
 * An event is kept while it has not been offered, and while a saga wants it: see PRUNE_INBOX. */
#include "store/inbox_commit.h"

enum { NAMES_MAX = 64 };

/* Event names whose events may no longer be wanted by any saga: such events are deleted at the end
 * of the commit. When more names come than fit here, an earlier one is dealt with at once to make
 * room. */
struct prune {
    struct writer *writer;
    struct span names[NAMES_MAX];
    uint32_t count;
    uint64_t pruned; /* how many events have been deleted from the inbox */
};

static enum saga_error prune_name(struct prune *prune, struct span name)
{
    PRE(prune->count < NAMES_MAX);
    sqlite3_stmt *delete = prune->writer->statements[WRITE_PRUNE_INBOX];
    db_bind_text(delete, 1, name);
    enum saga_error rc = db_step(delete);
    prune->pruned += rc == SAGA_OK ? (uint64_t)sqlite3_changes(prune->writer->db) : 0;
    return rc;
}

static enum saga_error prune_later(struct prune *prune, struct span name)
{
    PRE(prune->count <= NAMES_MAX);
    for (uint32_t i = 0; i < prune->count; i++) {
        if (span_equal(prune->names[i], name)) {
            return SAGA_OK;
        }
    }
    enum saga_error rc = SAGA_OK;
    if (prune->count == NAMES_MAX) {
        rc = prune_name(prune, prune->names[--prune->count]);
    }
    prune->names[prune->count++] = name;
    return rc;
}

static enum saga_error set_meta(struct writer *writer, const char *key, uint64_t value)
{
    sqlite3_stmt *set = writer->statements[WRITE_SET_META];
    PRE(value > 0);
    db_bind_text(set, 1, span_text(key));
    db_bind_number(set, 2, (int64_t)value);
    return db_change_one(set);
}

static enum saga_error insert_event(struct writer *writer, const struct inbox_row *row)
{
    PRE(row->number > 0);
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_INBOX];
    db_bind_number(insert, 1, (int64_t)row->number);
    db_bind_text(insert, 2, row->name);
    db_bind_text(insert, 3, row->source);
    db_bind_text(insert, 4, row->id);
    db_bind_text(insert, 5, row->saga);
    db_bind_text(insert, 6, row->cause);
    db_bind_number(insert, 7, row->at_ms);
    db_bind_blob(insert, 8, row->data);
    db_bind_number(insert, 9, row->came_ms);
    enum saga_error rc = db_step(insert);
    if (rc != SAGA_OK) {
        return rc;
    }
    sqlite3_stmt *insert_id = writer->statements[WRITE_INSERT_INBOX_ID];
    db_bind_text(insert_id, 1, row->source);
    db_bind_text(insert_id, 2, row->id);
    db_bind_number(insert_id, 3, (int64_t)row->number);
    return db_step(insert_id);
}

static enum saga_error insert_events(struct writer *writer, const struct rows *rows)
{
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->inbox_count && rc == SAGA_OK; at++) {
        IMPLIES(at > 0, rows->inbox[at].number == rows->inbox[at - 1].number + 1);
        rc = insert_event(writer, &rows->inbox[at]);
    }
    if (rc == SAGA_OK && rows->inbox_count > 0) {
        rc = set_meta(writer, "inbox_last", rows->inbox[rows->inbox_count - 1].number);
    }
    return rc;
}

static const enum writer_query wait_queries[] = {
    [WAIT_WANTED] = WRITE_INSERT_WANT, [WAIT_UNWANTED] = WRITE_DELETE_WANT,
    [WAIT_BEGUN] = WRITE_INSERT_WAIT,  [WAIT_RECALLED] = WRITE_RECALL_WAIT,
    [WAIT_ENDED] = WRITE_DELETE_WAIT,  [WAIT_MISSED] = WRITE_MISS_WAIT,
};

static enum saga_error change_wait(struct writer *writer, const struct wait_row *row)
{
    PRE(row->change < ARRAY_COUNT(wait_queries));
    PRE(row->saga > 0);
    sqlite3_stmt *change = writer->statements[wait_queries[row->change]];
    if (row->change == WAIT_WANTED || row->change == WAIT_UNWANTED) {
        db_bind_text(change, 1, row->name);
        db_bind_number(change, 2, (int64_t)row->saga);
    } else {
        db_bind_number(change, 1, (int64_t)row->saga);
        db_bind_number(change, 2, row->step);
    }
    if (row->change == WAIT_WANTED || row->change == WAIT_MISSED) {
        db_bind_number(change, 3, (int64_t)row->mark);
    }
    if (row->change == WAIT_BEGUN) {
        db_bind_text(change, 3, row->name);
        db_bind_text(change, 4, row->path);
        db_bind_number(change, 5, row->value);
        db_bind_number(change, 6, (int64_t)row->mark);
    }
    return db_step(change);
}

static enum saga_error change_waits(struct writer *writer, const struct rows *rows,
                                    struct prune *prune)
{
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->wait_count && rc == SAGA_OK; at++) {
        const struct wait_row *row = &rows->waits[at];
        rc = change_wait(writer, row);
        bool lets_go =
            row->change != WAIT_WANTED && row->change != WAIT_BEGUN && row->change != WAIT_MISSED;
        if (rc == SAGA_OK && lets_go) {
            rc = prune_later(prune, row->name);
        }
    }
    return rc;
}

static enum saga_error note_offered(struct writer *writer, const struct rows *rows,
                                    struct prune *prune)
{
    sqlite3_stmt *offered = writer->statements[WRITE_OFFERED_IF_NOT_YET];
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->inbox_done_count && rc == SAGA_OK; at++) {
        const struct inbox_done *done = &rows->inbox_done[at];
        IMPLIES(at > 0, done->number > rows->inbox_done[at - 1].number);
        db_bind_text(offered, 1, done->source);
        db_bind_text(offered, 2, done->id);
        db_bind_number(offered, 3, done->delivered);
        db_bind_blob(offered, 4, done->started);
        rc = db_change_one(offered);
        if (rc == SAGA_OK) {
            rc = prune_later(prune, done->name);
        }
    }
    if (rc == SAGA_OK && rows->inbox_done_count > 0) {
        rc = set_meta(writer, "inbox_offered", rows->inbox_done[rows->inbox_done_count - 1].number);
    }
    return rc;
}

enum saga_error inbox_commit(struct writer *writer, const struct rows *rows, int64_t *change)
{
    PRE(sqlite3_get_autocommit(writer->db) == 0);
    struct prune prune = {.writer = writer};
    *change = 0;
    if (rows->inbox_count + rows->wait_count + rows->inbox_done_count == 0) {
        return SAGA_OK;
    }
    enum saga_error rc = insert_events(writer, rows);
    if (rc == SAGA_OK) {
        rc = change_waits(writer, rows, &prune);
    }
    if (rc == SAGA_OK) {
        rc = note_offered(writer, rows, &prune);
    }
    while (rc == SAGA_OK && prune.count > 0) {
        rc = prune_name(&prune, prune.names[--prune.count]);
    }
    *change = (int64_t)rows->inbox_count - (int64_t)prune.pruned;
    return rc;
}
