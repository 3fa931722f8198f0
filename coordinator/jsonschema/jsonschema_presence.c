/* jsonschema_presence.c - which properties and elements a schema asks for, as far as all of it
 * holds.
 *
 * A value meets several schemas at once: the one at its place, those that it refers to, and all of
 * `allOf`. What one of these requires is there. What anyOf, oneOf, if and the like require depends
 * on the value, so where one of them has a say the answer is that it is not known. */
#include "jsonschema/jsonschema_presence.h"

#include "base/check.h"
#include "jsonschema/jsonschema_node.h"
#include "reading/reading_words.h"

/* The schemas that a value meets, each once. */
struct meeting {
    const struct jsonschema *schema;
    uint16_t nodes[JSONSCHEMA_NODES_MAX];
    uint32_t count;
};

static void add(struct meeting *meeting, uint16_t node)
{
    for (uint32_t i = 0; i < meeting->count; i++) {
        if (meeting->nodes[i] == node) {
            return;
        }
    }
    if (node != JSONSCHEMA_NONE) {
        CHECK(meeting->count < JSONSCHEMA_NODES_MAX);
        meeting->nodes[meeting->count++] = node;
    }
}

static const struct jsonschema_node *node_at(const struct meeting *meeting, uint32_t index)
{
    return &meeting->schema->nodes[meeting->nodes[index]];
}

/* Adds all schemas that hold with those that are there: $ref and allOf, and theirs. */
static void close_over(struct meeting *meeting)
{
    for (uint32_t i = 0; i < meeting->count; i++) {
        const struct jsonschema_node *node = node_at(meeting, i);
        add(meeting, node->children[CHILD_REF]);
        for (uint32_t k = 0; k < node->list_counts[LIST_ALL]; k++) {
            add(meeting, node->lists[LIST_ALL][k]);
        }
    }
}

static bool chooses(const struct meeting *meeting)
{
    for (uint32_t i = 0; i < meeting->count; i++) {
        const struct jsonschema_node *node = node_at(meeting, i);
        if (node->list_counts[LIST_ANY] > 0 || node->list_counts[LIST_ONE] > 0 ||
            node->children[CHILD_IF] != JSONSCHEMA_NONE || node->map_counts[MAP_DEPENDENT] > 0 ||
            node->dependency_count > 0 || node->choices.size > 0 || node->constant.size > 0) {
            return true;
        }
    }
    return false;
}

static bool requires(const struct jsonschema_node *node, const struct jsonschema_step *step)
{
    if (!step->name.data) {
        int64_t least = step->index < 0 ? -step->index : step->index + 1;
        return (node->bounds_given & (1u << BOUND_MIN_ITEMS)) != 0 &&
               node->bounds[BOUND_MIN_ITEMS] >= (double)least;
    }
    for (uint32_t i = 0; i < node->required_count; i++) {
        if (span_equal(node->required[i], step->name)) {
            return true;
        }
    }
    return false;
}

static const struct jsonschema_member *find(const struct jsonschema_node *node, struct span name)
{
    for (uint32_t i = 0; i < node->map_counts[MAP_PROPERTIES]; i++) {
        if (span_equal(node->maps[MAP_PROPERTIES][i].name, name)) {
            return &node->maps[MAP_PROPERTIES][i];
        }
    }
    return NULL;
}

/* The schema that the node gives the value a step leads to; JSONSCHEMA_NONE: it gives none. */
static uint16_t child_of(const struct jsonschema_node *node, const struct jsonschema_step *step)
{
    if (step->name.data) {
        const struct jsonschema_member *member = find(node, step->name);
        return member ? member->node : JSONSCHEMA_NONE;
    }
    bool is_prefix = step->index >= 0 && step->index < (int64_t)node->list_counts[LIST_PREFIX];
    return is_prefix ? node->lists[LIST_PREFIX][step->index] : node->children[CHILD_ITEMS];
}

static struct span nearest_name(const struct meeting *meeting, struct span name)
{
    struct nearest nearest = reading_nearest(name);
    for (uint32_t i = 0; i < meeting->count; i++) {
        const struct jsonschema_node *node = node_at(meeting, i);
        if (find(node, name)) {
            return (struct span){NULL, 0};
        }
        for (uint32_t k = 0; k < node->map_counts[MAP_PROPERTIES]; k++) {
            reading_nearest_try(&nearest, node->maps[MAP_PROPERTIES][k].name);
        }
    }
    return nearest.known;
}

enum jsonschema_presence jsonschema_presence(const struct jsonschema *schema,
                                             const struct jsonschema_step *way, uint32_t count,
                                             uint32_t *at, struct span *nearest)
{
    PRE(schema->node_count > 0);
    struct meeting here = {.schema = schema};
    add(&here, 0);
    for (*at = 0; *at < count; *at += 1) {
        struct meeting next = {.schema = schema};
        const struct jsonschema_step *step = &way[*at];
        bool is_sure = false;
        close_over(&here);
        for (uint32_t i = 0; i < here.count; i++) {
            const struct jsonschema_node *node = node_at(&here, i);
            is_sure = is_sure || requires(node, step);
            add(&next, child_of(node, step));
        }
        if (!is_sure) {
            *nearest = nearest_name(&here, step->name);
            return chooses(&here) ? PRESENCE_UNKNOWN : PRESENCE_UNSURE;
        }
        here = next;
    }
    return PRESENCE_SURE;
}
