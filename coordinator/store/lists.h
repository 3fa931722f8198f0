/* lists.h - lists of sagas, by any conditions. */
#ifndef STORE_LISTS_H
#define STORE_LISTS_H

#include "store/reader.h"

/* What store_reader_ops.list promises, in SQLite. */
MUST_CHECK enum saga_error lists_show(struct reader *reader, const struct store_filter *filter,
                                      store_item_fn fn, void *arg);

#endif
