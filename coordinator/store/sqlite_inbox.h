/* sqlite_inbox.h - the operations on events and waits of a store in SQLite. */
#ifndef STORE_SQLITE_INBOX_H
#define STORE_SQLITE_INBOX_H

#include "store/inbox.h"

extern const struct store_inbox_ops sqlite_inbox_ops;

#endif
