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

/* The batch whose lists the tables show; the batch must live as long as the tables show it. */
struct batch_shown {
    const struct rows *rows; /* NULL = all tables are empty */
    /* By index of the head: for a new saga, the id of its row in the table `kind`. */
    const int64_t *kinds;
};

/* Makes the tables known to a connection. `shown` must live as long as the connection.
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error batch_table_open(sqlite3 *db, const struct batch_shown *shown);

/* The number in the column `status` of a saga's row: twice the state, plus 1 when the saga is
 * paused. */
int64_t batch_table_status(const struct head *head);

#endif
