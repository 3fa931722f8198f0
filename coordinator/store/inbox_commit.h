/* inbox_commit.h - writes a batch's events and waits. */
#ifndef STORE_INBOX_COMMIT_H
#define STORE_INBOX_COMMIT_H

#include "store/writer.h"

/* Inside the transaction of the batch, after the batch's sagas were written. *change: by how many
 * events the inbox grew. SAGA_STORE_CORRUPT: an event was offered that is not known, or twice. */
MUST_CHECK enum saga_error inbox_commit(struct writer *writer, const struct rows *rows,
                                        int64_t *change);

#endif
