/* inbox_reader.h - reads events, and the steps that wait for them, from SQLite.
 *
 * What each function gives, inbox.h says above the operation of the same name. */
#ifndef STORE_INBOX_READER_H
#define STORE_INBOX_READER_H

#include "store/inbox.h"
#include "store/reader.h"

MUST_CHECK enum saga_error inbox_find(struct reader *reader, struct span source, struct span id,
                                      struct arena *arena, struct inbox_found *found);
MUST_CHECK enum saga_error inbox_load(struct reader *reader, uint64_t number, struct arena *arena,
                                      struct inbox_row *row);
MUST_CHECK enum saga_error inbox_next(struct reader *reader, struct span name, uint64_t number,
                                      struct arena *arena, struct inbox_row *row);
MUST_CHECK enum saga_error inbox_next_path(struct reader *reader, struct span name,
                                           struct span path, struct arena *arena,
                                           struct span *next);
MUST_CHECK enum saga_error inbox_waits(struct reader *reader, const struct wait_query *query,
                                       store_wait_fn fn, void *arg);
MUST_CHECK enum saga_error inbox_waits_of(struct reader *reader, struct span id, struct span name,
                                          store_wait_fn fn, void *arg);
MUST_CHECK enum saga_error inbox_unrecalled(struct reader *reader, store_wait_fn fn, void *arg);

#endif
