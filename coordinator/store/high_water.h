/* high_water.h - the last lsn that was durable, in a file of its own beside the database.
 *
 *   <path>.high   20 digits and a newline
 *
 * The number is written after each commit and not synced: a crash of the process keeps the newest
 * number, a loss of power may keep an older one. The number is never ahead of what is durable. So a
 * database whose last lsn lies below the number has lost commits. A file that is missing or not
 * readable says nothing. A store that has committed no row yet says 0. */
#ifndef STORE_HIGH_WATER_H
#define STORE_HIGH_WATER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

/* *lsn: the number in <path>.high; false, and *lsn 0: the file is missing or not readable. */
bool high_water_read(const char *path, uint64_t *lsn);

/* Opens <path>.high for writing, and makes the file if needed; gives its descriptor. -1: that
 * failed, and the store works without the number. */
int high_water_open(const char *path);

/* Writes the lsn into the file. An error is ignored: an older number only shows less of a loss. */
void high_water_write(int file, uint64_t lsn);

#endif
