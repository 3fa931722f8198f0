/* batch_table.h - the lists of a batch as tables that SQL of one connection can read.
 *
 *   batch_row     rows, as `event` has them, but for the lsn
 *   batch_name    names, as `name` has them
 *   batch_start   heads of new sagas, as `saga` has them
 *   batch_change  all other heads: saga, status, ended_ms, last_lsn, due_ms, until_ms; 0 = not
 *                 ended, awake
 *
 * The tables are virtual, read-only, without indexes: a statement that reads a table sees the list
 * from its first entry to its last. So a list is written by one INSERT … SELECT, however long the
 * list is, and its bytes are copied once, into their page. All tables are empty while no batch is
 * shown. */
#ifndef STORE_BATCH_TABLE_H
#define STORE_BATCH_TABLE_H

#include "journal/row.h"
#include "store/db.h"

/* What the tables show; borrowed as long as a batch is shown. */
struct batch_shown {
    const struct rows *rows; /* NULL = nothing */
    const int64_t *kinds;    /* row of `kind` of each new head, by its index */
};

/* Makes the tables known to a connection. `shown` must live as long as the connection.
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error batch_table_open(sqlite3 *db, const struct batch_shown *shown);

/* A head's `status`: its state and whether it is paused. */
int64_t batch_table_status(const struct head *head);

#endif
