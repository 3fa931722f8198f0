/* path.h - singular queries of RFC 9535 (JSONPath): names and indexes, one value or none.
 *
 *   path    = *( S segment )                     S = blanks
 *   segment = "." name | "[" S (string | index) S "]"
 *
 * The "$" before it is the caller's. Other queries (wildcards, slices, filters, descendants) are
 * told apart from what is no query at all, for the message. */
#ifndef ENGINE_PATH_H
#define ENGINE_PATH_H

#include "base/arena.h"
#include "base/check.h"
#include "base/span.h"

enum { PATH_PARTS_MAX = 32 }; /* a value is at most 28 deep; then a root and a step's name */

struct path_part {
    struct span name; /* decoded; of an index: empty */
    int64_t index;    /* negative: from the end */
    bool is_index;
};

struct path {
    const struct path_part *parts; /* in the arena */
    uint32_t count;
};

enum path_result {
    PATH_OK,
    PATH_BAD,  /* no query */
    PATH_MANY, /* a query that may give more than one value */
    PATH_LONG, /* more than PATH_PARTS_MAX parts */
    PATH_NO_MEMORY,
};

/* Reads as many segments as follow each other in `text`, which may be none; *size is how many
 * bytes they take. Borrows nothing from `text`. Not PATH_OK: *size is where it went wrong. */
MUST_CHECK enum path_result path_parse(struct span text, struct arena *arena, struct path *path,
                                       size_t *size);

/* The value that the parts from `first` on lead to; an empty span when there is none. */
struct span path_find(const struct path *path, uint32_t first, struct span value);

#endif
