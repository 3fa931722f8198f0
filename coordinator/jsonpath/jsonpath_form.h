/* jsonpath_form.h - a compiled query or condition: lists of structs in the arena.
 *
 *   query ─► segment ─► segment ─► ...
 *               │ selectors
 *               └─► selector ─► selector            ["a", 0, ?@.b]
 *                                  │ filter
 *                                  └─► test         a tree, see below
 *
 * A condition is a tree of tests: ANY and ALL have children, the others are leaves. Each knows its
 * parent, so that it is evaluated by walking, without recursion or a stack. */
#ifndef JSONPATH_JSONPATH_FORM_H
#define JSONPATH_JSONPATH_FORM_H

#include "jsonpath/jsonpath.h"
#include "regexp/regexp.h"

enum jsonpath_selector_kind {
    SELECTOR_NAME,
    SELECTOR_INDEX,
    SELECTOR_ALL,
    SELECTOR_SLICE,
    SELECTOR_FILTER,
};

struct jsonpath_slice {
    int64_t first;
    int64_t end;
    int64_t step;
    bool has_first;
    bool has_end;
};

struct jsonpath_selector {
    const struct jsonpath_selector *next;
    enum jsonpath_selector_kind kind;
    struct span name;                   /* of NAME: decoded */
    int64_t index;                      /* of INDEX: negative from the end */
    struct jsonpath_slice slice;        /* of SLICE */
    const struct jsonpath_test *filter; /* of FILTER */
};

struct jsonpath_segment {
    const struct jsonpath_segment *next;
    const struct jsonpath_selector *selectors;
    bool descends; /* ".." */
};

struct jsonpath_query {
    const struct jsonpath_segment *segments;
    uint32_t segment_count;
    bool is_singular;
    bool is_relative;                   /* "@", not "$" */
    size_t offset;                      /* in the text, of its "$" or "@" */
    size_t size;                        /* bytes that it takes there */
    const struct jsonpath_query *other; /* the query with "$" compiled before it, or NULL */
};

/* What a function takes or gives. */
enum jsonpath_kind {
    KIND_VALUE,   /* a value, or nothing */
    KIND_NODES,   /* what a query selects */
    KIND_LOGICAL, /* true or false; no value */
};

enum jsonpath_function_name {
    FUNCTION_LENGTH,
    FUNCTION_COUNT,
    FUNCTION_MATCH,
    FUNCTION_SEARCH,
    FUNCTION_VALUE,
};

enum { JSONPATH_ARGUMENTS_MAX = 2 };

struct jsonpath_function {
    const char *text;
    enum jsonpath_function_name name;
    enum jsonpath_kind result;
    uint32_t argument_count;
    enum jsonpath_kind arguments[JSONPATH_ARGUMENTS_MAX];
};

enum jsonpath_operand_kind {
    OPERAND_LITERAL,
    OPERAND_QUERY,
    OPERAND_CALL,
};

struct jsonpath_operand {
    enum jsonpath_operand_kind kind;
    struct span literal;                /* msgpack */
    const struct jsonpath_query *query; /* singular where a value is needed */
    const struct jsonpath_call *call;
};

struct jsonpath_call {
    const struct jsonpath_function *function;
    const struct regexp *pattern; /* of match, search: compiled, when it is a literal */
    struct jsonpath_operand arguments[JSONPATH_ARGUMENTS_MAX];
};

enum jsonpath_test_kind {
    TEST_ANY,     /* one child holds */
    TEST_ALL,     /* all children hold */
    TEST_EXISTS,  /* left is a query that selects something */
    TEST_CALL,    /* left is a call that gives true or false */
    TEST_EQUAL,   /* left == right; != is the same, negated */
    TEST_LESS,    /* left < right; > has them exchanged */
    TEST_AT_MOST, /* left <= right; >= has them exchanged */
};

struct jsonpath_test {
    struct jsonpath_test *parent;
    struct jsonpath_test *first; /* child of ANY, ALL */
    struct jsonpath_test *last;
    struct jsonpath_test *next; /* sibling */
    enum jsonpath_test_kind kind;
    bool is_negated;
    struct jsonpath_operand left;
    struct jsonpath_operand right;
};

struct jsonpath {
    const struct jsonpath_query *query;
    const struct jsonpath_query *queries; /* all with "$", filters' too; linked by `other` */
};

struct jsonpath_condition {
    const struct jsonpath_test *test;
    const struct jsonpath_query *queries; /* as above */
};

#endif
