/* space.h - is there room on the disk for a batch?
 *
 * To run out of space in the middle of a commit would fail the store for good. So before a batch is
 * taken there must be room for all that follows from it: its pages in the log, and a copy of the
 * whole log in the database, for only that gives the log's space back; and some to spare.
 *
 *   free >= spare + what the log grows by + 4 KiB x (frames not copied yet + pages of the batch)
 *
 * Pages are counted from above: SQLite does not say beforehand which pages a batch will change. */
#ifndef STORE_SPACE_H
#define STORE_SPACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal/row.h"
#include "store/store.h"

/* The log, as the writer's thread has left it; the loop's thread reads these numbers. */
struct space {
    const char *path;     /* of the store; borrowed */
    uint64_t spare;       /* bytes that must stay free */
    atomic_llong frames;  /* of the log, up to which the next commit may append */
    atomic_llong pending; /* of these frames, those not copied into the database yet */
};

/* The log of the store at `path` as it lies there: all of it may have to be copied. Keeps path. */
void space_open(struct space *space, const char *path, uint64_t spare);

/* Pages that a batch changes, at the most. */
uint64_t space_pages(const struct space *space, const struct rows *rows);

/* Is there room for so many pages? True where the file system does not say. */
bool space_has(const struct space *space, uint64_t pages);

/* Bytes that batches may have (STORE_ITEM_SIZE) besides so many pages that are on their way. */
uint64_t space_room(const struct space *space, uint64_t pages);

/* Is so little left that the log should be copied now, however short it is? The writer's thread. */
bool space_is_tight(const struct space *space);

#endif
