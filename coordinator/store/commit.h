/* commit.h - what a batch changes in the database, as one transaction. */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "store/writer.h"

/* Commits a batch as one transaction; called by the writer's thread. After any error the store has
 * failed for good: nobody knows whether the batch has reached the disk. */
MUST_CHECK enum saga_error commit_batch(struct writer *writer, const struct rows *rows);
/* Writes the newest lsn of every saga in the tails (tails.h) into the saga's row, and then
 * heads_lsn; done when the store closes, so that the next start need not search for those rows. */
MUST_CHECK enum saga_error commit_tails(struct writer *writer);

#endif
