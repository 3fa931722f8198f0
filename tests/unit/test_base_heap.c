/* test_base_heap.c - the heap's order against sorting, with nodes moved and taken out. */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "base/check.h"
#include "base/heap.h"

enum { NODES = 3000 };

static struct heap_node nodes[NODES];

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int compare(const void *left, const void *right)
{
    const struct heap_node *a = *(struct heap_node *const *)left;
    const struct heap_node *b = *(struct heap_node *const *)right;
    if (a->due != b->due) {
        return a->due < b->due ? -1 : 1;
    }
    return a->tie < b->tie ? -1 : 1;
}

Test(heap, gives_nodes_in_the_order_of_due_and_tie)
{
    uint64_t seed = 99;
    struct heap heap;
    heap_open(&heap);
    cr_assert_null(heap_first(&heap));
    for (size_t i = 0; i < NODES; i++) {
        nodes[i] = (struct heap_node){.tie = i};
        cr_assert_eq(heap_set(&heap, &nodes[i], (int64_t)(next_random(&seed) % 500)), SAGA_OK);
    }
    for (size_t i = 0; i < 20000; i++) {
        struct heap_node *node = &nodes[next_random(&seed) % NODES];
        if (next_random(&seed) % 4 == 0) {
            heap_drop(&heap, node);
        } else {
            cr_assert_eq(heap_set(&heap, node, (int64_t)(next_random(&seed) % 500) - 100), SAGA_OK);
        }
    }

    struct heap_node *sorted[NODES];
    size_t count = 0;
    for (size_t i = 0; i < NODES; i++) {
        if (nodes[i].place != 0) {
            sorted[count++] = &nodes[i];
        }
    }
    qsort(sorted, count, sizeof(sorted[0]), compare);
    cr_assert_eq(count, heap.count);
    cr_assert_gt(count, NODES / 2);
    for (size_t i = 0; i < count; i++) {
        struct heap_node *first = heap_first(&heap);
        cr_assert_eq(first, sorted[i]);
        heap_drop(&heap, first);
        cr_assert_eq(first->place, 0);
        heap_drop(&heap, first); /* twice does nothing */
    }
    cr_assert_null(heap_first(&heap));
    heap_close(&heap);
}

Test(heap, holds_the_extremes_of_time)
{
    struct heap_node early = {.tie = 1};
    struct heap_node late = {.tie = 0};
    struct heap heap;
    heap_open(&heap);
    cr_assert_eq(heap_set(&heap, &late, INT64_MAX), SAGA_OK);
    cr_assert_eq(heap_set(&heap, &early, INT64_MIN), SAGA_OK);
    cr_assert_eq(heap_first(&heap), &early);
    cr_assert_eq(heap_set(&heap, &early, INT64_MAX), SAGA_OK);
    cr_assert_eq(heap_first(&heap), &late, "the smaller tie comes first among equals");
    heap_close(&heap);
}
