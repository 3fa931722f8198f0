/* files.h - the files of a store, before SQLite opens them. */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

/* What files_name() appends to the path of the store. */
#define FILES_LOG        "-wal"  /* SQLite's log */
#define FILES_SHARED     "-shm"  /* SQLite's index of the log */
#define FILES_LOCK       ".lock" /* lock_file.h */
#define FILES_HIGH_WATER ".high" /* high_water.h */

enum { FILES_NAME_SIZE = 4096 + 16 };

/* "<path><suffix>"; the path is at most 4,095 bytes. */
void files_name(char name[FILES_NAME_SIZE], const char *path, const char *suffix);

/* How many bytes the file <path><suffix> has; -1: there is no such file. */
int64_t files_size(const char *path, const char *suffix);

/* Makes the database file if there is none, for its owner alone, whatever the umask says. SQLite
 * gives the files that it makes the mode of the database. SAGA_DISK_FULL, SAGA_STORE_FAILED. */
MUST_CHECK enum saga_error files_make(const char *path);

/* Takes all rights of others away from the files of the store that exist. When others may read the
 * folder, only a warning is logged. SAGA_STORE_FAILED: errno says why. */
MUST_CHECK enum saga_error files_keep_private(const char *path);

#endif
