/* inbox_commit.h - writes a batch's events and waits. */
#ifndef STORE_INBOX_COMMIT_H
#define STORE_INBOX_COMMIT_H

#include "store/writer.h"

/* Inside the batch's transaction, behind its sagas. *change: by how many events the inbox grew. */
MUST_CHECK enum saga_error inbox_commit(struct writer *writer, const struct rows *rows,
                                        int64_t *change);

#endif
