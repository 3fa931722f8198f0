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

/* The number that the file of the store at `path` holds; false, and 0: there is none. */
bool high_water_read(const char *path, uint64_t *lsn);

/* Opens the file for writing, and makes it. -1: it cannot be, and the store does without. */
int high_water_open(const char *path);

/* Writes the number; what fails is left as it is: an older number does no harm. */
void high_water_write(int file, uint64_t lsn);

#endif
