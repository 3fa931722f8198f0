/* yaml.h - YAML text as one msgpack value, with the line and column of everything in it.
 *
 * The YAML of definitions and settings is JSON's model in another dress: one document; no anchors,
 * aliases, tags or merge keys; no key twice. Plain scalars are typed by the core schema of YAML
 * 1.2 (null, true, false, integers, floats), all others and everything quoted is text. */
#ifndef CTL_YAML_H
#define CTL_YAML_H

#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

enum {
    YAML_KEYS_MAX = 10000,   /* keys of one map: duplicates are found by comparing all */
    YAML_NODES_MAX = 100000, /* values in one document; as many as a message may hold */
};

struct yaml_mark {
    uint32_t line;   /* from 1; 0 = not known */
    uint32_t column; /* from 1, in characters */
};

/* One value: where it stands, and how it hangs in the tree. */
struct yaml_node {
    uint32_t parent;   /* the root is its own parent */
    uint32_t index;    /* in its array, or of its pair in the map */
    uint32_t previous; /* the sibling before this value, or UINT32_MAX */
    uint32_t last;     /* its last child, or UINT32_MAX */
    bool has_key;
    size_t key_at; /* in document->keys */
    size_t key_size;
    struct yaml_mark mark; /* of the key, for values in maps; else of the value */
};

struct yaml_document {
    struct buf value; /* msgpack */
    struct buf keys;  /* the text of all keys, one after the other */
    struct yaml_node *nodes;
    uint32_t node_count;
    uint32_t node_capacity;
};

struct yaml_problem {
    char detail[200];
    struct yaml_mark mark;
};

/* Reads at most LIMIT_DEFINITION bytes. SAGA_BAD_MESSAGE, SAGA_TOO_LARGE: *problem says what and
 * where; SAGA_NO_MEMORY. The document is to be closed in any case. */
MUST_CHECK enum saga_error yaml_open(struct yaml_document *document, struct span text,
                                     struct yaml_problem *problem);
void yaml_close(struct yaml_document *document);

/* The place of the value that the JSON Pointer names; when there is no such value, the place of the
 * nearest value that would hold it. */
struct yaml_mark yaml_find(const struct yaml_document *document, struct span pointer);

#endif
