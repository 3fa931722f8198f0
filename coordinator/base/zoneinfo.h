/* zoneinfo.h - the system's files of time zones: a name's bytes. */
#ifndef BASE_ZONEINFO_H
#define BASE_ZONEINFO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

enum { ZONEINFO_BYTES = 64 * 1024 }; /* the largest file has 4 KiB */

/* Could the text be the name of a zone: "Europe/Paris"? Parts of letters, digits, '_', '-' and '+'
 * between slashes, each beginning with a letter: nothing that leaves the folder. */
bool zoneinfo_is_name(struct span name);

/* Reads the file of a zone. SAGA_NOT_FOUND: there is none, or it cannot be read; the name may be
 * any text. Blocks for as long as a small file takes. */
MUST_CHECK enum saga_error zoneinfo_read(struct span name, uint8_t *bytes, size_t *size);

#endif
