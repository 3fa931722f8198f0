/* outbox_rows.h - the outbox in SQLite: deliveries written with a batch, and read back. */
#ifndef STORE_OUTBOX_ROWS_H
#define STORE_OUTBOX_ROWS_H

#include "store/db.h"
#include "store/queries.h"
#include "store/store.h"

/* Writes a batch's deliveries and webhooks, inside the transaction of the batch. `statements` are
 * the writer's. */
MUST_CHECK enum saga_error outbox_write(sqlite3 *db, sqlite3_stmt *const *statements,
                                        const struct rows *rows);

/* As store.h says of list_deliveries, load_delivery and list_hooks; `statements` are a reader's. */
MUST_CHECK enum saga_error outbox_list(sqlite3_stmt *const *statements,
                                       const struct delivery_filter *filter, store_delivery_fn fn,
                                       void *arg);
MUST_CHECK enum saga_error outbox_load(sqlite3_stmt *const *statements, uint64_t id,
                                       store_delivery_fn fn, void *arg);
MUST_CHECK enum saga_error outbox_hooks(sqlite3_stmt *const *statements, store_hook_fn fn,
                                        void *arg);

#endif
