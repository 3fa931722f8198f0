/* index_rows.c - rows by which lists find sagas; a saga that is short, has no labels and is
 * nobody's step gets next to none. */
#include "store/index_rows.h"

#include "journal/child_name.h"
#include "store/rows.h"

/* Do the records of the row pass a multiple of WAYPOINT_RECORDS? */
static bool is_waypoint(const struct row *row)
{
    PRE(row->seq > 0);
    PRE(row->count > 0);
    return (row->seq - 1) / WAYPOINT_RECORDS != (row->seq + row->count - 1) / WAYPOINT_RECORDS;
}

static enum saga_error write_waypoints(struct writer *writer, const struct rows *rows)
{
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_WAYPOINT];
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->row_count && rc == SAGA_OK; at++) {
        const struct row *row = &rows->rows[at];
        if (is_waypoint(row)) {
            db_bind_number(insert, 1, (int64_t)row->saga);
            db_bind_number(insert, 2, (int64_t)row->seq);
            db_bind_number(insert, 3, (int64_t)row->lsn);
            rc = db_change_one(insert);
        }
    }
    return rc;
}

/* Notes the saga as a child of the saga whose step it is, as its name says. Nothing is noted when
 * that parent is not in the store, for then nobody can ask for its children. */
static enum saga_error write_child(struct writer *writer, uint64_t saga, struct span name)
{
    struct span parent = child_name_parent(name);
    PRE(parent.size < name.size || name.size == 0);
    if (parent.size == 0) {
        return SAGA_OK;
    }
    sqlite3_stmt *insert = writer->statements[WRITE_INSERT_CHILD];
    db_bind_text(insert, 1, parent);
    db_bind_number(insert, 2, (int64_t)saga);
    return db_step(insert);
}

static enum saga_error note_start(struct writer *writer, const struct head *head)
{
    PRE(head->is_new);
    enum saga_error rc = SAGA_OK;
    if (head->started_ms < writer->started_ms) {
        db_bind_number(writer->statements[WRITE_INSERT_CLOCK], 1, (int64_t)head->saga);
        rc = db_change_one(writer->statements[WRITE_INSERT_CLOCK]);
    }
    writer->started_ms = head->started_ms;
    return rc;
}

static enum saga_error write_starts(struct writer *writer, const struct rows *rows)
{
    IMPLIES(rows->head_count > 0, rows->heads != NULL);
    enum saga_error rc = SAGA_OK;
    uint32_t hint = 0;
    for (uint32_t at = 0; at < rows->head_count && rc == SAGA_OK; at++) {
        const struct head *head = &rows->heads[at];
        if (!head->is_new) {
            continue;
        }
        rc = note_start(writer, head);
        if (rc == SAGA_OK) {
            rc = write_child(writer, head->saga, rows_saga_name(rows, head->saga, &hint));
        }
    }
    return rc;
}

static enum saga_error write_facets(struct writer *writer, const struct rows *rows)
{
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->facet_count && rc == SAGA_OK; at++) {
        const struct facet_row *row = &rows->facets[at];
        PRE(row->kind > 0 && row->kind < FACET_KIND_COUNT);
        sqlite3_stmt *change =
            writer->statements[row->has_ended ? WRITE_DELETE_FACET : WRITE_SET_FACET];
        db_bind_number(change, 1, (int64_t)row->kind);
        db_bind_text(change, 2, row->value);
        db_bind_number(change, 3, (int64_t)row->saga);
        rc = db_step(change);
    }
    return rc;
}

enum saga_error index_rows_write(struct writer *writer, const struct rows *rows)
{
    PRE(sqlite3_get_autocommit(writer->db) == 0);
    enum saga_error rc = write_waypoints(writer, rows);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = write_starts(writer, rows);
    return rc == SAGA_OK ? write_facets(writer, rows) : rc;
}
