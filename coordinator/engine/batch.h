/* batch.h - what some events have made: rows to make durable, and effects to let go when the rows
 * are. */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "journal/row.h"

struct effect;

/* The lists of a batch. */
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

/* The lists belong to the batch, what their items refer to belongs to its arena or to sagas. */
struct batch {
    uint64_t serial;    /* the engine's, from the first event on: batches are released in order */
    struct arena arena; /* owns what only the batch refers to, but for the lists themselves */
    struct rows rows;
    struct effect *effects;
    uint32_t effect_count;
    uint32_t capacities[BATCH_LIST_COUNT]; /* of the lists */
    size_t size;                           /* bytes of bodies and payloads */
};

/* An empty batch; its memory comes from `memory`, and is given back by batch_close(). */
void batch_open(struct batch *batch, const struct arena_source *memory);

/* Empties the batch after its release, and keeps memory for the next one. */
void batch_clear(struct batch *batch);

/* Gives all memory back; a batch of zeros is closed already. */
void batch_close(struct batch *batch);

/* One more item of the list, all zeros, for the caller to fill in; valid until the next one of its
 * list. NULL = no memory. See batch_items.h. */
void *batch_add(struct batch *batch, enum batch_list which);

#endif
