/* chain.c - a saga's rows point back, each to the one before; a long history is entered half way.
 *
 * The walk begins at the saga's newest row, or at the first waypoint (index_rows.h) behind the
 * range, and ends with the row that holds the range's first record. So its length depends on the
 * range and not on the history. */
#include "store/chain.h"

#include "store/row_sum.h"

enum { ROWS_FIRST = 16 };

enum event_column {
    EVENT_SAGA,
    EVENT_SEQ,
    EVENT_PREV,
    EVENT_COUNT,
    EVENT_BODY,
    EVENT_PAYLOAD,
    EVENT_SUM,
};

struct chain {
    const struct chain_range *range;
    struct arena *arena;
    struct saga_flaw flaw;
    struct row *rows; /* newest first while the chain is walked; in the arena */
    uint32_t count;
    uint32_t capacity;
};

static struct row *next_place(struct chain *chain)
{
    PRE(chain->count <= chain->capacity);
    if (chain->count == chain->capacity) {
        uint32_t capacity = chain->capacity ? chain->capacity * 2 : ROWS_FIRST;
        struct row *rows = arena_take(chain->arena, capacity * sizeof(*rows));
        if (!rows) {
            return NULL;
        }
        if (chain->count > 0) {
            memcpy(rows, chain->rows, chain->count * sizeof(*rows));
        }
        chain->rows = rows;
        chain->capacity = capacity;
    }
    return &chain->rows[chain->count++];
}

/* Adds the row on which the statement stands to the rows of the chain, with a copy of its bytes;
 * false: no memory. */
static bool keep(struct chain *chain, sqlite3_stmt *event, const struct row *head)
{
    bool ok = true;
    struct row *row = next_place(chain);
    if (!row) {
        return false;
    }
    *row = *head;
    row->body = arena_copy(chain->arena, db_span(event, EVENT_BODY), &ok);
    row->payload = arena_copy(chain->arena, db_span(event, EVENT_PAYLOAD), &ok);
    POST(chain->count <= chain->capacity);
    return ok;
}

/* Notes what is wrong with the row of this lsn, to be told by the image, and gives
 * SAGA_STORE_CORRUPT. */
static enum saga_error fault(struct chain *chain, const char *why, uint64_t lsn)
{
    PRE(why != NULL);
    PRE(lsn > 0);
    chain->flaw = (struct saga_flaw){.why = why, .lsn = lsn};
    return SAGA_STORE_CORRUPT;
}

/* Has the row the sum that it was written with? Rows of earlier versions have none. */
static bool is_as_written(sqlite3_stmt *event, const struct row *row)
{
    PRE(row->lsn > 0);
    return sqlite3_column_type(event, EVENT_SUM) == SQLITE_NULL ||
           (row->body.size > 0 && sqlite3_column_int64(event, EVENT_SUM) == row_sum(row));
}

/* Reads the row of this lsn into *row, without its bytes; a row that holds records of the wanted
 * range is also added to the chain, with its bytes. */
static enum saga_error read_row(struct chain *chain, struct reader *reader, uint64_t lsn,
                                struct row *row)
{
    PRE(lsn > 0);
    sqlite3_stmt *event = reader_query(reader, READ_EVENT);
    enum saga_error rc = SAGA_OK;
    db_bind_number(event, 1, (int64_t)lsn);
    if (!db_next(event, &rc)) {
        return rc == SAGA_OK              ? fault(chain, "a row is missing", lsn)
               : rc == SAGA_STORE_CORRUPT ? fault(chain, "a page of the database is damaged", lsn)
                                          : rc;
    }
    *row = (struct row){.lsn = lsn,
                        .saga = (uint64_t)sqlite3_column_int64(event, EVENT_SAGA),
                        .seq = (uint64_t)sqlite3_column_int64(event, EVENT_SEQ),
                        .prev = (uint64_t)sqlite3_column_int64(event, EVENT_PREV),
                        .count = (uint32_t)sqlite3_column_int64(event, EVENT_COUNT),
                        .body = db_span(event, EVENT_BODY)};
    if (!is_as_written(event, row)) {
        db_end(event);
        return fault(chain, "a row is not what was written", lsn);
    }
    bool is_wanted = row->seq < chain->range->end && row->seq + row->count > chain->range->first;
    bool ok = !is_wanted || keep(chain, event, row);
    row->body = (struct span){NULL, 0}; /* the statement had it */
    db_end(event);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static void reverse(struct chain *chain)
{
    IMPLIES(chain->count > 1, chain->rows[0].lsn > chain->rows[1].lsn);
    for (uint32_t i = 0; i < chain->count / 2; i++) {
        struct row kept = chain->rows[i];
        chain->rows[i] = chain->rows[chain->count - 1 - i];
        chain->rows[chain->count - 1 - i] = kept;
    }
}

static enum saga_error walk(struct chain *chain, struct reader *reader, uint64_t saga, uint64_t lsn)
{
    PRE(saga > 0);
    /* Each row points to an earlier one, so the walk ends. */
    while (lsn > 0) {
        struct row row;
        enum saga_error rc = read_row(chain, reader, lsn, &row);
        if (rc != SAGA_OK) {
            return rc;
        }
        if (row.saga != saga) {
            return fault(chain, "a row is of another saga", lsn);
        }
        if (row.prev >= lsn) {
            return fault(chain, "a row points to a later one as the one before it", lsn);
        }
        lsn = row.seq > chain->range->first ? row.prev : 0;
    }
    return SAGA_OK;
}

/* *lsn: the row at which the walk back begins, the first waypoint at or behind `end`, or else the
 * newest row of the saga. */
static enum saga_error find_start(struct reader *reader, const struct head *head, uint64_t end,
                                  uint64_t *lsn)
{
    sqlite3_stmt *waypoint = reader_query(reader, READ_WAYPOINT);
    enum saga_error rc = SAGA_OK;
    PRE(head->saga > 0);
    *lsn = head->last_lsn;
    if (end > INT64_MAX) {
        return SAGA_OK;
    }
    db_bind_number(waypoint, 1, (int64_t)head->saga);
    db_bind_number(waypoint, 2, (int64_t)end);
    if (db_next(waypoint, &rc)) {
        *lsn = (uint64_t)sqlite3_column_int64(waypoint, 0);
        db_end(waypoint);
    }
    return rc;
}

enum saga_error chain_read(struct reader *reader, const struct chain_range *range,
                           struct arena *arena, struct saga_image *image)
{
    PRE(range->first < range->end);
    struct chain chain = {.range = range, .arena = arena};
    uint64_t lsn = 0;
    image->rows = NULL;
    image->row_count = 0;
    enum saga_error rc = find_start(reader, &image->head, range->end, &lsn);
    if (rc == SAGA_OK) {
        rc = walk(&chain, reader, image->head.saga, lsn);
    }
    image->is_unreadable = rc == SAGA_STORE_CORRUPT;
    image->flaw = chain.flaw;
    if (image->is_unreadable && !image->flaw.why) {
        image->flaw.why = "the way to its rows is damaged";
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    reverse(&chain);
    image->rows = chain.rows;
    image->row_count = chain.count;
    return SAGA_OK;
}
