/* space.c - the sum of space.h, from above. */
#include "store/space.h"

#include <sys/statvfs.h>

#include "store/files.h"

enum {
    PAGE_SIZE = 4096,
    FRAME_SIZE = PAGE_SIZE + 24,
    /* Pages that any commit changes: roots of tables, `meta`, and the ends of tables that grow at
     * their end. */
    COMMIT_PAGES = 32,
    /* TAILS_PER_COMMIT: a commit also writes the newest lsn of so many other sagas into their rows,
     * each on a page of its own at worst. */
    TAIL_PAGES = 512,
    /* Pages that one entry of a batch changes if it belongs in the middle of a table: its row, and
     * the indexes of that row. */
    ITEM_PAGES = 4,
    ENTRY_SIZE = 64, /* bytes that a row of the journal takes beside its body and payload */
    /* A log of fewer uncopied frames is not copied early, for that would give back little space. */
    TIGHT_FRAMES = 64,
    /* Space is tight when the disk has less room than twice what a batch of half so many pages
     * needs: 2048 pages are 8 MiB. */
    TIGHT_SPARE = 2048,
    DISK_OF_A_BYTE = 3, /* half of a page may be empty, and each page is written twice */
};
_Static_assert(STORE_ITEM_SIZE >= ITEM_PAGES * (PAGE_SIZE + FRAME_SIZE) / DISK_OF_A_BYTE,
               "an item costs no more than its share of the room");

static uint64_t count_of(const atomic_llong *number)
{
    long long count = atomic_load(number);
    POST(count >= 0);
    return (uint64_t)count;
}

static uint64_t size_of(const struct space *space, const char *suffix)
{
    PRE(suffix != NULL);
    int64_t size = files_size(space->path, suffix);
    return size < 0 ? 0 : (uint64_t)size;
}

void space_open(struct space *space, const char *path, uint64_t spare)
{
    PRE(spare > 0);
    space->path = path;
    space->spare = spare;
    long long frames = (long long)(size_of(space, FILES_LOG) / FRAME_SIZE);
    atomic_store(&space->frames, frames);
    atomic_store(&space->pending, frames);
}

/* *free_bytes: how many bytes are free on the disk of the store; false: the file system does not
 * say. */
static bool look(const struct space *space, uint64_t *free_bytes)
{
    struct statvfs found;
    if (statvfs(space->path, &found) != 0) {
        return false;
    }
    CHECK(found.f_frsize > 0);
    *free_bytes = (uint64_t)found.f_bavail * found.f_frsize;
    return true;
}

/* How many pages entries change in the middle of tables, at most: ITEM_PAGES each and TAIL_PAGES,
 * but never more pages than the database has. */
static uint64_t placed_pages(const struct space *space, uint64_t items)
{
    uint64_t most = size_of(space, "") / PAGE_SIZE + count_of(&space->pending);
    uint64_t pages = TAIL_PAGES + ITEM_PAGES * items;
    PRE(items <= UINT32_MAX * UINT64_C(16));
    return pages < most ? pages : most;
}

static uint64_t bytes_of(const struct rows *rows)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < rows->row_count; i++) {
        size += rows->rows[i].body.size + rows->rows[i].payload.size + ENTRY_SIZE;
    }
    for (uint32_t i = 0; i < rows->definition_count; i++) {
        size += rows->definitions[i].source.size;
    }
    for (uint32_t i = 0; i < rows->delivery_count; i++) {
        bool is_new = rows->deliveries[i].change == DELIVERY_NEW;
        IMPLIES(is_new, rows->deliveries[i].notice < rows->notice_count);
        size += is_new ? rows->notices[rows->deliveries[i].notice].data.size : 0;
    }
    for (uint32_t i = 0; i < rows->inbox_count; i++) {
        size += rows->inbox[i].data.size;
    }
    return size;
}

uint64_t space_pages(const struct space *space, const struct rows *rows)
{
    uint64_t bytes = bytes_of(rows);
    PRE(bytes <= UINT64_MAX / 8);
    return COMMIT_PAGES + placed_pages(space, store_items(rows)) + 3 * bytes / 2 / PAGE_SIZE;
}

/* How many bytes of disk are needed when `pages` more pages are changed: the growth of the log, and
 * then the copy of the frames that the database does not have yet. */
static uint64_t need_of(const struct space *space, uint64_t pages)
{
    uint64_t end = (count_of(&space->frames) + pages) * FRAME_SIZE;
    uint64_t log = size_of(space, FILES_LOG);
    uint64_t growth = end > log ? end - log : 0;
    POST(growth <= end);
    return growth + (count_of(&space->pending) + pages) * PAGE_SIZE;
}

bool space_has(const struct space *space, uint64_t pages)
{
    uint64_t free_bytes = 0;
    PRE(space->path != NULL);
    if (!look(space, &free_bytes)) {
        return true;
    }
    return free_bytes >= space->spare && free_bytes - space->spare >= need_of(space, pages);
}

uint64_t space_room(const struct space *space, uint64_t pages)
{
    uint64_t free_bytes = 0;
    if (!look(space, &free_bytes)) {
        return UINT64_MAX;
    }
    uint64_t taken = space->spare + need_of(space, pages + COMMIT_PAGES + placed_pages(space, 0));
    CHECK(taken >= space->spare);
    return free_bytes > taken ? (free_bytes - taken) / DISK_OF_A_BYTE : 0;
}

bool space_is_tight(const struct space *space)
{
    uint64_t free_bytes = 0;
    PRE(space->path != NULL);
    if (count_of(&space->pending) < TIGHT_FRAMES || !look(space, &free_bytes)) {
        return false;
    }
    return free_bytes < space->spare + 2 * need_of(space, TIGHT_SPARE / 2);
}
