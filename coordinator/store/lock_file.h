/* lock_file.h - one process at a time has a store open. */
#ifndef STORE_LOCK_FILE_H
#define STORE_LOCK_FILE_H

#include <stddef.h>

#include "base/check.h"
#include "base/error.h"

/* Takes the lock of the store at `path`, in the file <path>.lock; closing *lock gives the lock
 * back. SAGA_STORE_LOCKED: another process has the lock; SAGA_DISK_FULL, SAGA_STORE_FAILED: there
 * can be no such file. `why` then holds a sentence, and *lock may be open. */
MUST_CHECK enum saga_error lock_file_take(const char *path, int *lock, char *why, size_t why_size);

#endif
