/* heap.h - a min-heap of nodes that live inside other structs (timers).
 *
 * Order is (due, tie): equal times fall due in the order of tie, so that a run can be repeated. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct heap_node {
    int64_t due;  /* ms */
    uint64_t tie; /* order among equals */
    size_t place; /* 1 + index in the heap; 0 = not in it */
};

/* When, beside who: comparing two does not touch the structs that the nodes live in. */
struct heap_slot {
    int64_t due;
    uint64_t tie;
    struct heap_node *node; /* borrowed */
};

struct heap {
    struct heap_slot *slots; /* owned */
    size_t count;
    size_t capacity;
};

/* An empty heap; takes no memory yet. */
void heap_open(struct heap *heap);
/* Gives the memory back; the nodes are their owners'. */
void heap_close(struct heap *heap);
/* Puts the node in at `due`, or moves it when it is in already. SAGA_NO_MEMORY changes nothing;
 * moving never fails. */
MUST_CHECK enum saga_error heap_set(struct heap *heap, struct heap_node *node, int64_t due);
/* Takes the node out; nothing happens when it is not in. */
void heap_drop(struct heap *heap, struct heap_node *node);
/* The earliest, or NULL. It stays in. */
struct heap_node *heap_first(const struct heap *heap);

#endif
