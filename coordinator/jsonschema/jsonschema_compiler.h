/* jsonschema_compiler.h - a schema while it is compiled: the nodes so far, and where each stands.
 *
 * Reading a node adds the schemas inside it to the end; the compiler reads on until it has read the
 * last one. */
#ifndef JSONSCHEMA_JSONSCHEMA_COMPILER_H
#define JSONSCHEMA_JSONSCHEMA_COMPILER_H

#include "jsonschema/jsonschema_node.h"

struct reading;

enum { JSONSCHEMA_PATTERN_BYTES = 4 * REGEXP_BYTES_MAX }; /* of a pattern after it is rewritten */

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
    struct span *references; /* the $ref of each node; empty = none */
    struct regexp_room *room;
    uint8_t *pattern_room; /* of JSONSCHEMA_PATTERN_BYTES */
};

/* A node for a schema inside `parent`, to be read later; JSONSCHEMA_NONE, and a problem, when there
 * are JSONSCHEMA_NODES_MAX already. */
uint16_t jsonschema_compiler_add(struct jsonschema_compiler *s,
                                 const struct jsonschema_draft *draft);
/* Goes from the place of the whole to that of a node; the caller leaves it. */
void jsonschema_compiler_enter(const struct jsonschema_compiler *s, uint16_t node);

#endif
