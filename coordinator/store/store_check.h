/* store_check.h - is the store in a file sound? For a person who asks while nothing runs. */
#ifndef STORE_STORE_CHECK_H
#define STORE_STORE_CHECK_H

#include <stddef.h>

#include "base/check.h"
#include "base/error.h"

/* Looks at the store in `path`, thoroughly, and changes nothing in it. SAGA_NOT_FOUND: there is
 * none yet; SAGA_STORE_LOCKED: a process has the store, and only that process may look;
 * SAGA_STORE_CORRUPT; SAGA_STORE_NEWER; SAGA_STORE_FAILED, SAGA_NO_MEMORY: the store cannot be
 * read. `why` then holds a sentence for the operator. */
MUST_CHECK enum saga_error store_check(const char *path, char *why, size_t why_size);

#endif
