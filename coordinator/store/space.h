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
    atomic_llong frames;  /* how many frames the log has: the next commit may append behind them */
    atomic_llong pending; /* how many of these frames have not been copied into the database yet */
};

/* Begins with the log that lies at `path` when the store opens: all its frames count as not yet
 * copied into the database. `path` must live as long as space. */
void space_open(struct space *space, const char *path, uint64_t spare);

/* Pages that a batch changes, at the most. */
uint64_t space_pages(const struct space *space, const struct rows *rows);

/* Has the disk room for a batch that changes `pages` pages? True where the file system does not say
 * how much is free. */
bool space_has(const struct space *space, uint64_t pages);

/* How many bytes a further batch may have (counted as STORE_ITEM_SIZE says) when `pages` pages of
 * the batch before are still to be written. */
uint64_t space_room(const struct space *space, uint64_t pages);

/* Is so little of the disk free that the log should be copied into the database now, though it is
 * short? Asked by the writer's thread after each commit. */
bool space_is_tight(const struct space *space);

#endif
