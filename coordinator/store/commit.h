/* commit.h - what a batch changes in the database, as one transaction. */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "store/writer.h"

/* Commits a batch, in the writer's thread. After any error the store has failed for good. */
MUST_CHECK enum saga_error commit_batch(struct writer *writer, const struct rows *rows);
/* Writes all tails and heads_lsn, in one commit. */
MUST_CHECK enum saga_error commit_tails(struct writer *writer);

#endif
