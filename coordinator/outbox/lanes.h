/* lanes.h - the lanes of one hook: which saga's events are next, and when. */
#ifndef OUTBOX_LANES_H
#define OUTBOX_LANES_H

#include "base/check.h"
#include "base/error.h"
#include "base/heap.h"
#include "base/map.h"

struct lane {
    struct heap_node node; /* due; in the heap while nothing of the lane is under way */
    uint64_t saga;         /* internal id; key of the map */
    uint64_t head;         /* id of the oldest pending delivery */
    uint32_t attempts;     /* of the head */
    bool is_flying;        /* an attempt, or its outcome on the way to the store */
};

struct lanes {
    struct map map;
    struct heap heap;
};

void lanes_open(struct lanes *lanes);
void lanes_close(struct lanes *lanes);
/* A delivery that is pending. It becomes the head of a new lane, or stands behind one that is there
 * already: then nothing changes. SAGA_NO_MEMORY changes nothing. */
MUST_CHECK enum saga_error lanes_add(struct lanes *lanes, uint64_t saga, const struct lane *head);
/* The first lane that is due by now and not under way; NULL = none is. */
struct lane *lanes_due(const struct lanes *lanes, int64_t now_ms);
/* When there will be one; INT64_MAX = never. */
int64_t lanes_next_due(const struct lanes *lanes);
/* An attempt begins: the lane leaves the heap. */
void lanes_begin(struct lanes *lanes, struct lane *lane);
/* It is over: the lane is due again with this head. */
MUST_CHECK enum saga_error lanes_end(struct lanes *lanes, struct lane *lane,
                                     const struct lane *head);
/* The lane goes. */
void lanes_drop(struct lanes *lanes, struct lane *lane);
/* Forgets all lanes that are not under way. */
void lanes_clear(struct lanes *lanes);

#endif
