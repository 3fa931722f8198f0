/* jsonschema_node.h - what a compiled schema is made of: nodes that name each other by index. */
#ifndef JSONSCHEMA_JSONSCHEMA_NODE_H
#define JSONSCHEMA_JSONSCHEMA_NODE_H

#include "base/span.h"
#include "jsonschema/jsonschema.h"
#include "regexp/regexp.h"

#define JSONSCHEMA_NONE UINT16_MAX /* the index of no node */
_Static_assert(JSONSCHEMA_NODES_MAX < JSONSCHEMA_NONE,
               "an index of a node fits, and JSONSCHEMA_NONE is none");

/* A whole number is TYPE_INTEGER, however it is written. */
enum jsonschema_type {
    TYPE_NULL,
    TYPE_BOOLEAN,
    TYPE_INTEGER,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_ARRAY,
    TYPE_OBJECT,
    TYPE_COUNT
};

/* The keywords that hold a number. */
enum jsonschema_bound {
    BOUND_MINIMUM,
    BOUND_MAXIMUM,
    BOUND_EXCLUSIVE_MINIMUM,
    BOUND_EXCLUSIVE_MAXIMUM,
    BOUND_MULTIPLE_OF,
    BOUND_MIN_LENGTH,
    BOUND_MAX_LENGTH,
    BOUND_MIN_ITEMS,
    BOUND_MAX_ITEMS,
    BOUND_MIN_PROPERTIES,
    BOUND_MAX_PROPERTIES,
    BOUND_MIN_CONTAINS,
    BOUND_MAX_CONTAINS,
    BOUND_COUNT
};

/* The keywords that hold one other schema. */
enum jsonschema_child {
    CHILD_ITEMS,
    CHILD_CONTAINS,
    CHILD_ADDITIONAL,
    CHILD_NAMES,
    CHILD_NOT,
    CHILD_IF,
    CHILD_THEN,
    CHILD_ELSE,
    CHILD_REF,
    CHILD_COUNT
};

/* The keywords that hold several, in the order written. */
enum jsonschema_list { LIST_PREFIX, LIST_ALL, LIST_ANY, LIST_ONE, LIST_COUNT };

/* A schema under a name. */
struct jsonschema_member {
    struct span name;
    const struct regexp *pattern; /* patternProperties only */
    uint16_t node;
};

enum jsonschema_map { MAP_PROPERTIES, MAP_PATTERNS, MAP_DEPENDENT, MAP_COUNT };

/* dependentRequired: who has `name` needs `names` too. */
struct jsonschema_dependency {
    struct span name;
    const struct span *names;
    uint32_t count;
};

/* One schema. */
struct jsonschema_node {
    bool never;            /* `false` */
    bool unique;           /* uniqueItems */
    uint8_t types;         /* bits of 1 << enum jsonschema_type; 0 = any */
    uint32_t bounds_given; /* bits of 1 << enum jsonschema_bound */
    double bounds[BOUND_COUNT];
    struct span choices;  /* enum: array; empty = none */
    struct span constant; /* const; empty = none */
    const struct regexp *pattern;
    uint16_t children[CHILD_COUNT];
    const uint16_t *lists[LIST_COUNT];
    uint32_t list_counts[LIST_COUNT];
    const struct jsonschema_member *maps[MAP_COUNT];
    uint32_t map_counts[MAP_COUNT];
    const struct span *required;
    uint32_t required_count;
    const struct jsonschema_dependency *dependencies;
    uint32_t dependency_count;
};

struct jsonschema {
    const struct jsonschema_node *nodes; /* the first is the whole */
    uint32_t node_count;
};

#endif
