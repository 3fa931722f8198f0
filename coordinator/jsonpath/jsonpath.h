/* jsonpath.h - JSONPath (RFC 9535) over msgpack values: queries, and conditions.
 *
 * A query selects values inside one value (the root); a condition is what may stand in a filter, on
 * its own: "$.amount > 100 && $.items[?@.fragile]". Both are compiled once, into an arena, and then
 * evaluated as often as needed. Values are those of the JSON data model that mp_check() passes.
 *
 *   struct jsonpath_run run;
 *   struct jsonpath_walk walk;
 *   jsonpath_run_open(&run, root, JSONPATH_STEPS);
 *   jsonpath_open(&walk, &run, path);
 *   while (jsonpath_next(&walk, &value)) {
 *       ...
 *   }
 *   rc = jsonpath_run_result(&run);      not SAGA_OK: what was found is not all
 *
 * Evaluation always ends: it counts its steps, and stops where they are used up. It takes no memory
 * but the two structs, and its stack is bounded by JSONPATH_NESTING_MAX. */
#ifndef JSONPATH_JSONPATH_H
#define JSONPATH_JSONPATH_H

#include "base/arena.h"
#include "base/mp.h"

enum {
    JSONPATH_SEGMENTS_MAX = 32,            /* of one query; no value is deeper */
    JSONPATH_NESTING_MAX = 8,              /* filters and calls inside each other */
    JSONPATH_DEPTH_MAX = MP_DEPTH_MAX + 4, /* of a root: of values inside a document of ours */
    JSONPATH_STEPS = 1000000,              /* about what is looked at: 2 to 25 ms */
    JSONPATH_BLOCK = 256,                  /* places in an array that are remembered */
    JSONPATH_KNOWN_MAX = 4,                /* queries whose value is remembered */
};

struct jsonpath;           /* a compiled query */
struct jsonpath_query;     /* one inside a filter or condition, or a whole one */
struct jsonpath_segment;   /* a part of a query: ".name", "[0]", "..*" */
struct jsonpath_condition; /* a compiled condition */

/* What is wrong with a text, and where. */
struct jsonpath_problem {
    size_t offset;        /* in bytes */
    const char *sentence; /* a literal */
};

/* --- compiling -------------------------------------------------------------------------------- */

/* Compiles a query ("$..."), all of `text`. Borrows nothing from it. SAGA_INVALID: *problem says
 * why not. SAGA_NO_MEMORY: the arena is full. */
MUST_CHECK enum saga_error jsonpath_compile(struct span text, struct arena *arena,
                                            const struct jsonpath **path,
                                            struct jsonpath_problem *problem);
/* The same with the longest query that `text` begins with; *size is how many bytes it takes. */
MUST_CHECK enum saga_error jsonpath_compile_prefix(struct span text, struct arena *arena,
                                                   const struct jsonpath **path, size_t *size,
                                                   struct jsonpath_problem *problem);
/* Compiles a condition, all of `text`; blanks around it are allowed, "@" outside filters is not. */
MUST_CHECK enum saga_error jsonpath_compile_condition(struct span text, struct arena *arena,
                                                      const struct jsonpath_condition **condition,
                                                      struct jsonpath_problem *problem);
/* Does the query consist of names and indexes, so that it selects one value at most? */
bool jsonpath_is_singular(const struct jsonpath *path);

/* --- looking into a query --------------------------------------------------------------------- */

/* All queries with "$" that a query (itself among them) or condition holds, in filters and calls
 * too: what it may look at. The last one written comes first; NULL after the last. */
const struct jsonpath_query *jsonpath_queries(const struct jsonpath *path);
const struct jsonpath_query *jsonpath_condition_queries(const struct jsonpath_condition *condition);
const struct jsonpath_query *jsonpath_query_other(const struct jsonpath_query *query);
/* The query's parts, in the order written, or NULL; *offset is where its "$" stands in the text. */
const struct jsonpath_segment *jsonpath_query_parts(const struct jsonpath_query *query,
                                                    size_t *offset, uint32_t *count);
/* The parts of the query itself, or NULL. */
const struct jsonpath_segment *jsonpath_parts(const struct jsonpath *path, uint32_t *count);
/* The name that a part selects by; empty when it is anything else than one name. */
struct span jsonpath_name(const struct jsonpath_segment *part);
/* Does the part select by one index? Then *index, negative from the end. */
bool jsonpath_index(const struct jsonpath_segment *part, int64_t *index);
/* The part after this one; NULL: it is the last. */
/* The part after this one; NULL: it is the last. */
const struct jsonpath_segment *jsonpath_rest(const struct jsonpath_segment *part);
/* The value that `part` and those after it, of a singular query, lead to from `value`; empty when
 * there is none. Needs no run: it looks at no byte of `value` more often than there are parts.
 * NULL: `value` itself. */
struct span jsonpath_follow(const struct jsonpath_segment *part, struct span value);

/* --- evaluating ------------------------------------------------------------------------------- */

/* Where elements of one array are, so that a slice need not step over the array again for each. */
struct jsonpath_block {
    const uint8_t *array;                 /* its first byte; NULL: nothing is remembered */
    uint32_t first;                       /* index of the first of some neighbours */
    uint32_t count;                       /* how many neighbours */
    uint32_t stride;                      /* every so many elements one is marked */
    uint32_t mark_count;                  /* how many are marked so far */
    const uint8_t *at[JSONPATH_BLOCK];    /* the neighbours */
    const uint8_t *marks[JSONPATH_BLOCK]; /* elements 0, stride, 2 * stride ... */
};

/* What a singular query from the root has found: a filter asks for it again for each element. */
struct jsonpath_known {
    const struct jsonpath_query *query;
    struct span value;
};

/* What the queries of one evaluation share. */
struct jsonpath_run {
    struct span root; /* borrowed for the run */
    uint64_t steps_left;
    bool is_spent; /* the steps did not suffice, or the root is too deep: nothing more is found */
    uint32_t known_count;
    struct jsonpath_known known[JSONPATH_KNOWN_MAX];
    struct jsonpath_block block;
};

/* The children of a node on the way to the current one. */
struct jsonpath_level {
    struct mp rest;  /* the children not taken yet */
    uint32_t left;   /* how many */
    uint32_t index;  /* of the child taken */
    struct span key; /* of the child taken, when is_map */
    bool is_map;
};

/* A segment at work on one node. */
struct jsonpath_stage {
    const struct jsonpath_segment *segment;
    const struct jsonpath_selector *selector; /* at work; NULL: the next base is due */
    struct span base;                         /* whose children are selected */
    uint32_t first_depth;                     /* of the node that came in */
    uint32_t depth;                           /* of base */
    int64_t at;                               /* slice: the next index */
    int64_t end;                              /* slice: where it stops */
    bool has_base;                            /* base was worked on already */
    bool is_open;                             /* the selector has begun */
};

struct jsonpath_walk {
    struct jsonpath_run *run;
    const struct jsonpath_query *query;
    struct span current;  /* what "@" is */
    uint32_t stage_count; /* stages at work; 0 when done */
    uint32_t depth;       /* of the node found last */
    bool has_begun;
    struct jsonpath_level levels[JSONPATH_DEPTH_MAX];
    struct jsonpath_stage stages[JSONPATH_SEGMENTS_MAX];
};

/* Begins an evaluation on `root`, which may take so many steps. */
/* Begins an evaluation on `root`, which may take so many steps. */
void jsonpath_run_open(struct jsonpath_run *run, struct span root, uint64_t steps);
/* SAGA_TOO_LARGE when the steps were used up before the end, or the root is too deep. */
MUST_CHECK enum saga_error jsonpath_run_result(const struct jsonpath_run *run);

/* Begins; the walk borrows run and path. */
void jsonpath_open(struct jsonpath_walk *walk, struct jsonpath_run *run,
                   const struct jsonpath *path);
/* The next value selected, in the order of the RFC; false at the end, or when the run is spent. */
bool jsonpath_next(struct jsonpath_walk *walk, struct span *value);
/* Appends where the value found last is, as a normalized path: $['items'][0]. */
void jsonpath_location(const struct jsonpath_walk *walk, struct buf *out);

/* Does the condition hold? SAGA_TOO_LARGE: not known, as in jsonpath_run_result(). */
MUST_CHECK enum saga_error jsonpath_decide(const struct jsonpath_condition *condition,
                                           struct span root, uint64_t steps, bool *holds);

#endif
