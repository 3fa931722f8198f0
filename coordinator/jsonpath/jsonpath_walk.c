/* jsonpath_walk.c - the values that a query selects, one after the other.
 *
 * A stage is a segment at work on one node: it gives the nodes that its selectors select, one at a
 * time. Each goes to the next stage, and only when that has no more is the next one asked for:
 *
 *   $ ─► stage 0 ─► stage 1 ─► ... ─► the last stage ─► found
 *
 * That is the order of the RFC, and needs no list of nodes. Level d holds the children of the node
 * at depth d on the way to the node at work, so that all stages share one array of levels: what a
 * stage gives lies deeper than what it got. ".." visits its base and all below it, parents first;
 * a level is free for the selectors of a base before its children become bases themselves. */
#include "jsonpath/jsonpath_walk.h"

#include "jsonpath/jsonpath_filter.h"
#include "jsonpath/jsonpath_run.h"

void jsonpath_walk_open(struct jsonpath_walk *walk, struct jsonpath_run *run,
                        const struct jsonpath_query *query, struct span current)
{
    PRE(query->segment_count <= JSONPATH_SEGMENTS_MAX);
    walk->run = run;
    walk->query = query;
    walk->current = current;
    walk->stage_count = 0;
    walk->depth = 0;
    walk->has_begun = false;
}

void jsonpath_open(struct jsonpath_walk *walk, struct jsonpath_run *run,
                   const struct jsonpath *path)
{
    PRE(!path->query->is_relative);
    jsonpath_walk_open(walk, run, path->query, run->root);
}

/* Puts the next segment to work on a node. */
static void add_stage(struct jsonpath_walk *walk, const struct jsonpath_segment *segment,
                      struct span node, uint32_t depth)
{
    CHECK(walk->stage_count < JSONPATH_SEGMENTS_MAX);
    struct jsonpath_stage *stage = &walk->stages[walk->stage_count++];
    *stage = (struct jsonpath_stage){
        .segment = segment, .base = node, .first_depth = depth, .depth = depth};
}

/* --- selectors -------------------------------------------------------------------------------- */

static int64_t within(int64_t number, int64_t least, int64_t most)
{
    return number < least ? least : number > most ? most : number;
}

/* From the bounds as written to the first index and the one to stop before. */
static void open_slice(struct jsonpath_stage *stage)
{
    const struct jsonpath_slice *slice = &stage->selector->slice;
    struct mp mp = mp_open(stage->base);
    int64_t count = mp_peek(&mp) == MP_ARRAY ? mp_array(&mp) : 0;
    bool is_forward = slice->step > 0;
    int64_t first = is_forward ? 0 : count - 1;
    int64_t end = is_forward ? count : -1;
    int64_t low = is_forward ? 0 : -1;
    if (slice->has_first) {
        first = within(slice->first + (slice->first < 0 ? count : 0), low, low + count);
    }
    if (slice->has_end) {
        end = within(slice->end + (slice->end < 0 ? count : 0), low, low + count);
    }
    stage->at = first;
    stage->end = slice->step == 0 ? first : end;
}

static struct span next_of_slice(struct jsonpath_walk *walk, struct jsonpath_stage *stage)
{
    int64_t step = stage->selector->slice.step;
    struct jsonpath_level *level = &walk->levels[stage->depth];
    if (step >= 0 ? stage->at >= stage->end : stage->at <= stage->end) {
        return (struct span){NULL, 0};
    }
    level->is_map = false;
    level->index = (uint32_t)stage->at;
    stage->at += step;
    return jsonpath_run_element(walk->run, stage->base, level->index);
}

/* The base's next child; with a filter, its next child that the filter takes. */
static struct span next_child(struct jsonpath_walk *walk, struct jsonpath_stage *stage)
{
    struct span child;
    const struct jsonpath_test *filter = stage->selector->filter;
    while (jsonpath_run_next(walk->run, &walk->levels[stage->depth], &child)) {
        if (!filter || jsonpath_filter_holds(walk->run, filter, child)) {
            return child;
        }
    }
    return (struct span){NULL, 0};
}

/* The next child that the selector at work selects; empty when there is none. */
static struct span next_selected(struct jsonpath_walk *walk, struct jsonpath_stage *stage)
{
    struct jsonpath_level *level = &walk->levels[stage->depth];
    bool is_first = !stage->is_open;
    stage->is_open = true;
    switch (stage->selector->kind) {
    case SELECTOR_NAME:
    case SELECTOR_INDEX:
        return is_first ? jsonpath_run_child(walk->run, stage->selector, stage->base, level)
                        : (struct span){NULL, 0};
    case SELECTOR_SLICE:
        if (is_first) {
            open_slice(stage);
        }
        return next_of_slice(walk, stage);
    case SELECTOR_ALL:
    case SELECTOR_FILTER:
        if (is_first) {
            jsonpath_run_enter(stage->base, level);
        }
        return next_child(walk, stage);
    }
    UNREACHABLE("selector kind");
}

/* --- stages ----------------------------------------------------------------------------------- */

static bool has_children(struct span value)
{
    enum mp_type type = mp_type(value);
    return type == MP_ARRAY || type == MP_MAP;
}

/* Makes the next array or map below the node that came in the base: the first one among the base's
 * children, or else its next sibling, or else its parent's next sibling, and so on. */
static bool descend(struct jsonpath_walk *walk, struct jsonpath_stage *stage)
{
    struct span child;
    jsonpath_run_enter(stage->base, &walk->levels[stage->depth]);
    while (true) {
        if (jsonpath_run_next(walk->run, &walk->levels[stage->depth], &child)) {
            if (has_children(child)) {
                stage->base = child;
                stage->depth++;
                return true;
            }
        } else if (stage->depth == stage->first_depth || walk->run->is_spent) {
            return false;
        } else {
            stage->depth--;
        }
    }
}

/* The next node whose children are to be selected. */
static bool next_base(struct jsonpath_walk *walk, struct jsonpath_stage *stage)
{
    bool is_first = !stage->has_base;
    stage->has_base = true;
    if (is_first ? !has_children(stage->base)
                 : !stage->segment->descends || !descend(walk, stage)) {
        return false;
    }
    if (stage->depth >= JSONPATH_DEPTH_MAX) {
        walk->run->is_spent = true;
        return false;
    }
    stage->selector = stage->segment->selectors;
    stage->is_open = false;
    return true;
}

/* The next node that a stage gives; empty when it is done. */
static struct span next_of_stage(struct jsonpath_walk *walk, struct jsonpath_stage *stage)
{
    while (jsonpath_run_spend(walk->run, 1)) {
        if (!stage->selector && !next_base(walk, stage)) {
            break;
        }
        struct span node = next_selected(walk, stage);
        if (node.size > 0) {
            return node;
        }
        stage->selector = stage->selector->next;
        stage->is_open = false;
    }
    return (struct span){NULL, 0};
}

/* The first value: without segments the root itself, and the only one. */
static bool begin(struct jsonpath_walk *walk, struct span *value)
{
    struct span root = walk->query->is_relative ? walk->current : walk->run->root;
    walk->has_begun = true;
    if (!walk->query->segments) {
        *value = root;
        return jsonpath_run_spend(walk->run, 1);
    }
    add_stage(walk, walk->query->segments, root, 0);
    return false;
}

bool jsonpath_next(struct jsonpath_walk *walk, struct span *value)
{
    PRE(walk->run != NULL);
    if (!walk->has_begun && begin(walk, value)) {
        return true;
    }
    while (walk->stage_count > 0) {
        struct jsonpath_stage *stage = &walk->stages[walk->stage_count - 1];
        struct span node = next_of_stage(walk, stage);
        if (walk->run->is_spent) {
            return false;
        }
        if (node.size == 0) {
            walk->stage_count--;
        } else if (!stage->segment->next) {
            *value = node;
            walk->depth = stage->depth + 1;
            return true;
        } else {
            add_stage(walk, stage->segment->next, node, stage->depth + 1);
        }
    }
    return false;
}
