/* lanes.c - a map from saga to lane, and a heap of those that wait for their time. */
#include "outbox/lanes.h"

#include <stdlib.h>

static struct span key_of(const struct lane *lane)
{
    return span_of(&lane->saga, sizeof(lane->saga));
}

void lanes_open(struct lanes *lanes)
{
    map_open(&lanes->map);
    heap_open(&lanes->heap);
}

void lanes_close(struct lanes *lanes)
{
    size_t at = 0;
    for (struct lane *lane; (lane = map_next(&lanes->map, &at)) != NULL;) {
        free(lane);
    }
    map_close(&lanes->map);
    heap_close(&lanes->heap);
}

enum saga_error lanes_add(struct lanes *lanes, uint64_t saga, const struct lane *head)
{
    if (map_get(&lanes->map, span_of(&saga, sizeof(saga)))) {
        return SAGA_OK;
    }
    struct lane *lane = calloc(1, sizeof(*lane));
    if (!lane) {
        return SAGA_NO_MEMORY;
    }
    *lane = (struct lane){.saga = saga, .head = head->head, .attempts = head->attempts};
    lane->node.tie = lane->head;
    if (map_put(&lanes->map, key_of(lane), lane) != SAGA_OK) {
        free(lane);
        return SAGA_NO_MEMORY;
    }
    if (heap_set(&lanes->heap, &lane->node, head->node.due) != SAGA_OK) {
        map_drop(&lanes->map, key_of(lane));
        free(lane);
        return SAGA_NO_MEMORY;
    }
    return SAGA_OK;
}

static struct lane *lane_of(struct heap_node *node)
{
    return (struct lane *)(void *)((uint8_t *)node - offsetof(struct lane, node));
}

struct lane *lanes_due(const struct lanes *lanes, int64_t now_ms)
{
    struct heap_node *first = heap_first(&lanes->heap);
    return first && first->due <= now_ms ? lane_of(first) : NULL;
}

int64_t lanes_next_due(const struct lanes *lanes)
{
    const struct heap_node *first = heap_first(&lanes->heap);
    return first ? first->due : INT64_MAX;
}

void lanes_begin(struct lanes *lanes, struct lane *lane)
{
    PRE(!lane->is_flying);
    heap_drop(&lanes->heap, &lane->node);
    lane->is_flying = true;
}

enum saga_error lanes_end(struct lanes *lanes, struct lane *lane, const struct lane *head)
{
    PRE(lane->is_flying);
    int64_t due_ms = head->node.due;
    lane->head = head->head;
    lane->attempts = head->attempts;
    lane->node.tie = lane->head;
    lane->is_flying = false;
    return heap_set(&lanes->heap, &lane->node, due_ms);
}

void lanes_drop(struct lanes *lanes, struct lane *lane)
{
    heap_drop(&lanes->heap, &lane->node);
    map_drop(&lanes->map, key_of(lane));
    free(lane);
}

void lanes_clear(struct lanes *lanes)
{
    for (struct heap_node *node; (node = heap_first(&lanes->heap)) != NULL;) {
        lanes_drop(lanes, lane_of(node));
    }
}
