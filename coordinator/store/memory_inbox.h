/* memory_inbox.h - the operations on events and waits of the memory store. */
#ifndef STORE_MEMORY_INBOX_H
#define STORE_MEMORY_INBOX_H

#include "store/inbox.h"

extern const struct store_inbox_ops memory_inbox_ops;

#endif
