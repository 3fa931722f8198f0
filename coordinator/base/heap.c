/* heap.c - a binary heap over an array of pointers; each node knows its place, so that it can be
 * moved and taken out without a search. */
#include "base/heap.h"

#include <stdlib.h>

#include "base/check.h"

enum { CAPACITY_MIN = 64 };

void heap_open(struct heap *heap)
{
    *heap = (struct heap){0};
}

void heap_close(struct heap *heap)
{
    free(heap->nodes);
    *heap = (struct heap){0};
}

static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
    return a->due != b->due ? a->due < b->due : a->tie < b->tie;
}

static void put_at(struct heap *heap, size_t at, struct heap_node *node)
{
    heap->nodes[at] = node;
    node->place = at + 1;
}

/* Moves the hole at `at` up to where `node` belongs. */
static void rise(struct heap *heap, size_t at, struct heap_node *node)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!is_before(node, heap->nodes[parent]))
            break;
        put_at(heap, at, heap->nodes[parent]);
        at = parent;
    }
    put_at(heap, at, node);
}

/* Moves the hole at `at` down to where `node` belongs. */
static void sink(struct heap *heap, size_t at, struct heap_node *node)
{
    for (size_t child = 2 * at + 1; child < heap->count; child = 2 * at + 1) {
        if (child + 1 < heap->count && is_before(heap->nodes[child + 1], heap->nodes[child]))
            child++;
        if (!is_before(heap->nodes[child], node))
            break;
        put_at(heap, at, heap->nodes[child]);
        at = child;
    }
    put_at(heap, at, node);
}

static void settle(struct heap *heap, size_t at, struct heap_node *node)
{
    if (at > 0 && is_before(node, heap->nodes[(at - 1) / 2]))
        rise(heap, at, node);
    else
        sink(heap, at, node);
}

static bool reserve(struct heap *heap)
{
    if (heap->count < heap->capacity)
        return true;
    size_t capacity = heap->capacity == 0 ? CAPACITY_MIN : heap->capacity * 2;
    struct heap_node **nodes = realloc(heap->nodes, capacity * sizeof(*nodes));
    if (nodes == NULL)
        return false;
    heap->nodes = nodes;
    heap->capacity = capacity;
    return true;
}

enum saga_error heap_set(struct heap *heap, struct heap_node *node, int64_t due)
{
    if (node->place == 0) {
        if (!reserve(heap))
            return SAGA_NO_MEMORY;
        node->due = due;
        rise(heap, heap->count++, node);
        return SAGA_OK;
    }
    PRE(node->place <= heap->count);
    PRE(heap->nodes[node->place - 1] == node);
    node->due = due;
    settle(heap, node->place - 1, node);
    return SAGA_OK;
}

void heap_drop(struct heap *heap, struct heap_node *node)
{
    if (node->place == 0)
        return;
    PRE(node->place <= heap->count);
    PRE(heap->nodes[node->place - 1] == node);
    size_t at = node->place - 1;
    struct heap_node *last = heap->nodes[--heap->count];
    node->place = 0;
    if (last != node)
        settle(heap, at, last);
}

struct heap_node *heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : heap->nodes[0];
}
