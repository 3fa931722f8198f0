/* jsonschema_parts.h - what a compiled schema is made of: nodes that name each other by index. */
#ifndef JSONSCHEMA_JSONSCHEMA_PARTS_H
#define JSONSCHEMA_JSONSCHEMA_PARTS_H

#include "base/mp.h"
#include "jsonschema/jsonschema.h"
#include "regexp/regexp.h"

struct reading;

#define JSONSCHEMA_NONE UINT16_MAX /* no such node */
_Static_assert(JSONSCHEMA_NODES_MAX < JSONSCHEMA_NONE,
               "an index of a node fits, and JSONSCHEMA_NONE is none");

/* The numbers that a keyword may give, and which of them were given. */
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

/* One other schema. */
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

/* Several of them, in the order written. */
enum jsonschema_list { LIST_PREFIX, LIST_ALL, LIST_ANY, LIST_ONE, LIST_COUNT };

/* A schema under a name. */
struct jsonschema_member {
    struct span name;
    const struct regexp *pattern; /* patternProperties only */
    uint16_t node;
};

enum jsonschema_map { MAP_PROPERTIES, MAP_PATTERNS, MAP_DEPENDENT, MAP_COUNT };

/* dependentRequired: with `name`, all of these too. */
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
extern const char *const jsonschema_type_names[TYPE_COUNT + 1]; /* ends with NULL */

struct jsonschema {
    const struct jsonschema_node *nodes; /* the first is the whole */
    uint32_t node_count;
};

enum { JSONSCHEMA_PATTERN_BYTES = 4 * REGEXP_BYTES_MAX }; /* of a pattern after it is rewritten */

/* --- jsonschema_compile.c and jsonschema_keywords.c
 * -----------------------------------------------------
 */

/* A schema that is still to be read: where it stands in the document. */
struct jsonschema_draft {
    struct span value;
    uint16_t parent;  /* JSONSCHEMA_NONE: the whole */
    const char *word; /* the parent's keyword that holds it */
    struct span name; /* the member of that keyword, or empty */
    int32_t index;    /* the element of that keyword, or -1 */
};

struct jsonschema_compiler {
    struct reading *reading;
    struct span document;
    struct jsonschema_node *nodes; /* JSONSCHEMA_NODES_MAX of each */
    struct jsonschema_draft *drafts;
    uint32_t count;
    struct span *references; /* of each node, its $ref; empty = none */
    struct regexp_room *room;
    uint8_t *pattern_room; /* JSONSCHEMA_PATTERN_BYTES of it */
};

/* A node for a schema inside `parent`; JSONSCHEMA_NONE (and a problem) when there are too many. */
uint16_t jsonschema_add(struct jsonschema_compiler *s, const struct jsonschema_draft *draft);
/* Reads the keywords of one schema, reading->place is at it; schemas inside are added, not read. */
void jsonschema_keywords_read(struct jsonschema_compiler *s, uint16_t node);
/* What a hexadecimal digit is worth, or -1. */
int jsonschema_hex(uint8_t byte);
/* A pattern of ECMA-262, as far as it can be taken; NULL and a problem otherwise. */
const struct regexp *jsonschema_pattern(struct jsonschema_compiler *s, struct span pattern);

/* --- jsonschema_check.c and jsonschema_rules.c
 * ----------------------------------------------------------
 */

struct jsonschema_run;

/* Notes a problem of the value that is looked at, unless it does not count (inside anyOf ...). */
void jsonschema_report(struct jsonschema_run *run, const char *format, ...) PRINTF_LIKE(2, 3);
/* Takes of what the check may cost; false when that is used up. */
bool jsonschema_pay(struct jsonschema_run *run, uint64_t steps);
/* All rules of a node that need no other node. */
bool jsonschema_rules_hold(struct jsonschema_run *run, const struct jsonschema_node *node,
                           struct span value);
/* The type of a value; a whole number is TYPE_INTEGER, however it is written. */
enum jsonschema_type jsonschema_type_of(struct span value);

struct jsonschema_run {
    uint64_t steps_left;
    bool is_over;         /* it cost too much, or went too deep */
    uint32_t speculative; /* frames whose failures are no problem of the value */
    struct jsonschema_report *report;
    const struct jsonschema_frame *frames; /* for the pointer of a problem */
    uint32_t depth;
};

/* Where each frame's value lies in that of the frame before it. */
struct jsonschema_frame {
    const struct jsonschema_node *node;
    struct span value;
    struct span key; /* how it was reached: a member's name ... */
    int64_t index;   /* ... or an element's index; -1 and no key: it is the same value */
    bool is_name;    /* the value is a property's name itself */
    uint8_t stage;
    bool failed;
    bool speculates;
    bool matched; /* of the present property or element: some rule has taken it */
    uint32_t at;  /* place in the stage */
    uint32_t hits;
    uint32_t left; /* members or elements not looked at yet */
    struct mp mp;
    struct span member; /* the present property's name */
    struct span name;   /* the same, as the value that it is */
    struct span item;   /* the present property's value, or element */
    uint32_t part;      /* what the present property is held against next */
};

#endif
