/* heap.c - a heap of four children each over an array of slots; each node knows its place, so that
 * it can be moved and taken out without a search. */
#include "base/heap.h"

#include <stdlib.h>

#include "base/check.h"

enum { CAPACITY_MIN = 64, CHILDREN = 4 };

void heap_open(struct heap *heap)
{
    *heap = (struct heap){0};
}

void heap_close(struct heap *heap)
{
    free(heap->slots);
    *heap = (struct heap){0};
}

static bool is_before(const struct heap_slot *a, const struct heap_slot *b)
{
    return a->due != b->due ? a->due < b->due : a->tie < b->tie;
}

static void put_at(struct heap *heap, size_t at, struct heap_slot slot)
{
    heap->slots[at] = slot;
    slot.node->place = at + 1;
}

/* Moves the hole at `at` up to where the slot belongs. */
static void rise(struct heap *heap, size_t at, struct heap_slot slot)
{
    while (at > 0) {
        size_t parent = (at - 1) / CHILDREN;
        if (!is_before(&slot, &heap->slots[parent])) {
            break;
        }
        put_at(heap, at, heap->slots[parent]);
        at = parent;
    }
    put_at(heap, at, slot);
}

static size_t first_child(const struct heap *heap, size_t at)
{
    size_t child = at * CHILDREN + 1;
    size_t end = heap->count - child < CHILDREN ? heap->count : child + CHILDREN;
    for (size_t i = child + 1; i < end; i++) {
        if (is_before(&heap->slots[i], &heap->slots[child])) {
            child = i;
        }
    }
    return child;
}

/* Moves the hole at `at` down to where the slot belongs. */
static void sink(struct heap *heap, size_t at, struct heap_slot slot)
{
    while (at * CHILDREN + 1 < heap->count) {
        size_t child = first_child(heap, at);
        if (!is_before(&heap->slots[child], &slot)) {
            break;
        }
        put_at(heap, at, heap->slots[child]);
        at = child;
    }
    put_at(heap, at, slot);
}

static void settle(struct heap *heap, size_t at, struct heap_slot slot)
{
    if (at > 0 && is_before(&slot, &heap->slots[(at - 1) / CHILDREN])) {
        rise(heap, at, slot);
    } else {
        sink(heap, at, slot);
    }
}

static bool reserve(struct heap *heap)
{
    if (heap->count < heap->capacity) {
        return true;
    }
    size_t capacity = heap->capacity == 0 ? CAPACITY_MIN : heap->capacity * 2;
    struct heap_slot *slots = realloc(heap->slots, capacity * sizeof(*slots));
    if (!slots) {
        return false;
    }
    heap->slots = slots;
    heap->capacity = capacity;
    return true;
}

enum saga_error heap_set(struct heap *heap, struct heap_node *node, int64_t due)
{
    if (node->place == 0 && !reserve(heap)) {
        return SAGA_NO_MEMORY;
    }
    node->due = due;
    struct heap_slot slot = {.due = due, .tie = node->tie, .node = node};
    if (node->place == 0) {
        rise(heap, heap->count++, slot);
        return SAGA_OK;
    }
    PRE(node->place <= heap->count);
    PRE(heap->slots[node->place - 1].node == node);
    settle(heap, node->place - 1, slot);
    return SAGA_OK;
}

void heap_drop(struct heap *heap, struct heap_node *node)
{
    if (node->place == 0) {
        return;
    }
    PRE(node->place <= heap->count);
    PRE(heap->slots[node->place - 1].node == node);
    size_t at = node->place - 1;
    struct heap_slot last = heap->slots[--heap->count];
    node->place = 0;
    if (last.node != node) {
        settle(heap, at, last);
    }
}

struct heap_node *heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : heap->slots[0].node;
}
