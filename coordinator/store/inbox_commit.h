/* inbox_commit.h - writes a batch's events and waits. */
#ifndef STORE_INBOX_COMMIT_H
#define STORE_INBOX_COMMIT_H

#include "store/writer.h"

/* Writes the batch's events and the changes of waits; called inside the batch's transaction, after
 * its sagas were written. *change: how many more events the inbox keeps (may be negative).
 * SAGA_STORE_CORRUPT: the batch says of an unknown event that it was offered, or of one event
 * twice. */
MUST_CHECK enum saga_error inbox_commit(struct writer *writer, const struct rows *rows,
                                        int64_t *change);

#endif
