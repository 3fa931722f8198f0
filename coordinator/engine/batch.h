/* batch.h - what the engine made of some events: rows that the store must make durable, and effects
 * (tasks, answers) that leave only after the rows are durable. */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "journal/row.h"

struct effect;

/* Which list of a batch an item belongs to. */
enum batch_list {
    BATCH_ROWS,
    BATCH_HEADS,
    BATCH_NAMES,
    BATCH_NOTICES,
    BATCH_DELIVERIES,
    BATCH_SCHEDULES,
    BATCH_LOCKS,
    BATCH_INBOX,
    BATCH_INBOX_DONE,
    BATCH_WAITS,
    BATCH_FACETS,
    BATCH_EFFECTS,
    BATCH_LIST_COUNT,
};

/* A batch owns its lists; the bytes that the items point to belong to the batch's arena or to
 * sagas. */
struct batch {
    /* the batch's number, which the engine gives it with its first event; batches are released in
     * this order */
    uint64_t serial;
    /* owns the bytes that only this batch refers to; the lists have memory of their own */
    struct arena arena;
    struct rows rows;
    struct effect *effects;
    uint32_t effect_count;
    uint32_t capacities[BATCH_LIST_COUNT]; /* how many items each list has room for */
    /* bytes of the row bodies, payloads and values in the batch */
    size_t size;
};

/* Makes an empty batch; its memory comes from `memory`, and batch_close() gives that back. */
void batch_open(struct batch *batch, const struct arena_source *memory);

/* Empties the batch after its effects have left; keeps the memory of its lists for the next events.
 */
void batch_clear(struct batch *batch);

/* Gives all memory of the batch back; a batch whose bytes are all zero counts as closed already. */
void batch_close(struct batch *batch);

/* Adds an item of all zeros to the list, for the caller to fill in; the pointer is valid until the
 * next item is added to the same list. Returns NULL when memory runs out. batch_items.h has a typed
 * function for each list. */
void *batch_add(struct batch *batch, enum batch_list which);

#endif
