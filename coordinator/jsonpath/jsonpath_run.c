/* jsonpath_run.c - finding children: what all of an evaluation does with the bytes of a value.
 *
 * msgpack has no offsets: to get to a child, what stands before it is stepped over. Each value and
 * key stepped over is one step of the run. */
#include "jsonpath/jsonpath_run.h"

void jsonpath_run_open(struct jsonpath_run *run, struct span root, uint64_t steps)
{
    PRE(root.size > 0);
    run->root = root;
    run->steps_left = steps;
    run->is_spent = false;
    run->known_count = 0;
    run->block.array = NULL;
}

enum saga_error jsonpath_run_result(const struct jsonpath_run *run)
{
    return run->is_spent ? SAGA_TOO_LARGE : SAGA_OK;
}

/* Steps over one value. */
static struct span skip(struct jsonpath_run *run, struct mp *mp)
{
    uint64_t steps = 0;
    struct span value = mp_skip_counted(mp, &steps);
    return jsonpath_run_spend(run, steps) ? value : (struct span){NULL, 0};
}

static struct span child_named(struct jsonpath_run *run, struct span name, struct span value)
{
    struct mp mp = mp_open(value);
    uint32_t count = mp_peek(&mp) == MP_MAP ? mp_map(&mp) : 0;
    for (uint32_t i = 0; i < count && !run->is_spent; i++) {
        struct span key = mp_str(&mp);
        struct span child = skip(run, &mp);
        if (span_equal(key, name)) {
            return child;
        }
    }
    return (struct span){NULL, 0};
}

static struct span child_at(struct jsonpath_run *run, uint32_t index, struct span value)
{
    struct mp mp = mp_open(value);
    uint32_t left = mp_array(&mp);
    CHECK(index < left);
    for (uint32_t i = 0; i < index && !run->is_spent; i++) {
        (void)skip(run, &mp);
    }
    return skip(run, &mp);
}

static uint32_t element_count(struct span value)
{
    struct mp mp = mp_open(value);
    return mp_peek(&mp) == MP_ARRAY ? mp_array(&mp) : 0;
}

struct span jsonpath_run_child(struct jsonpath_run *run, const struct jsonpath_selector *selector,
                               struct span value, struct jsonpath_level *level)
{
    struct jsonpath_level found = {.is_map = selector->kind == SELECTOR_NAME};
    struct span child = {NULL, 0};
    if (!jsonpath_run_spend(run, 1)) {
        return child;
    }
    if (found.is_map) {
        found.key = selector->name;
        child = child_named(run, selector->name, value);
    } else {
        uint32_t count = element_count(value);
        int64_t index = selector->index + (selector->index < 0 ? (int64_t)count : 0);
        if (index < 0 || index >= (int64_t)count) {
            return child;
        }
        found.index = (uint32_t)index;
        child = child_at(run, found.index, value);
    }
    if (level) {
        *level = found;
    }
    return child;
}

static struct span follow(struct jsonpath_run *run, const struct jsonpath_query *query,
                          struct span value)
{
    const struct jsonpath_segment *segment = query->segments;
    while (segment && value.size > 0) {
        value = jsonpath_run_child(run, segment->selectors, value, NULL);
        segment = segment->next;
    }
    return value;
}

struct span jsonpath_run_find(struct jsonpath_run *run, const struct jsonpath_query *query,
                              struct span current)
{
    PRE(query->is_singular);
    if (query->is_relative) {
        return follow(run, query, current);
    }
    for (uint32_t i = 0; i < run->known_count; i++) {
        if (run->known[i].query == query) {
            return run->known[i].value;
        }
    }
    struct span value = follow(run, query, run->root);
    if (run->known_count < JSONPATH_KNOWN_MAX) {
        run->known[run->known_count++] = (struct jsonpath_known){query, value};
    }
    return value;
}

/* Forgets what is remembered of another array. */
static void open_block(struct jsonpath_block *block, struct span array)
{
    if (block->array != array.data) {
        block->array = array.data;
        block->first = 0;
        block->count = 0;
        block->stride = element_count(array) / JSONPATH_BLOCK + 1;
        block->mark_count = 0;
    }
}

/* Moves mp to the nearest element known that is not after `first`, or is in its block; gives which
 * element that is. */
static uint32_t find_place(const struct jsonpath_block *block, uint32_t first, struct mp *mp)
{
    if (block->count > 0 && block->first <= first) {
        mp->at = block->at[block->count - 1];
        return block->first + block->count - 1;
    }
    if (block->mark_count == 0) {
        return 0; /* the head of the array, where mp is */
    }
    uint32_t last = block->mark_count - 1;
    uint32_t mark = first / block->stride < last ? first / block->stride : last;
    mp->at = block->marks[mark];
    return mark * block->stride;
}

/* Makes the block hold the element `index` and those before it, back to a multiple of the block's
 * size. So a slice in either direction costs few steps an element. */
static void move_block(struct jsonpath_run *run, struct span array, uint32_t index)
{
    struct jsonpath_block *block = &run->block;
    uint32_t first = index - index % JSONPATH_BLOCK;
    struct mp mp = mp_open(array);
    CHECK(index < mp_array(&mp));
    open_block(block, array);
    uint32_t at = find_place(block, first, &mp);
    if (block->first != first) {
        block->first = first;
        block->count = 0;
    }
    while (true) {
        if (at == block->mark_count * block->stride) {
            block->marks[block->mark_count++] = mp.at;
        }
        if (at >= first && at - first == block->count) {
            block->at[block->count++] = mp.at;
        }
        if (at == index || run->is_spent) {
            return;
        }
        (void)skip(run, &mp);
        at++;
    }
}

struct span jsonpath_run_element(struct jsonpath_run *run, struct span array, uint32_t index)
{
    const struct jsonpath_block *block = &run->block;
    bool is_near =
        block->array == array.data && index >= block->first && index - block->first < block->count;
    if (!is_near) {
        move_block(run, array, index);
    }
    if (run->is_spent) {
        return (struct span){NULL, 0};
    }
    CHECK(index - block->first < block->count);
    struct mp mp = mp_open(array);
    mp.at = block->at[index - block->first];
    return skip(run, &mp);
}

void jsonpath_run_enter(struct span value, struct jsonpath_level *level)
{
    struct mp mp = mp_open(value);
    enum mp_type type = mp_peek(&mp);
    level->is_map = type == MP_MAP;
    level->left = type == MP_MAP ? mp_map(&mp) : type == MP_ARRAY ? mp_array(&mp) : 0;
    level->index = UINT32_MAX; /* so that the first child is 0 */
    level->rest = mp;
}

bool jsonpath_run_next(struct jsonpath_run *run, struct jsonpath_level *level, struct span *child)
{
    if (level->left == 0) {
        return false;
    }
    level->left--;
    level->index++;
    if (level->is_map) {
        level->key = mp_str(&level->rest);
    }
    *child = skip(run, &level->rest);
    return child->size > 0;
}
