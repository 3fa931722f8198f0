/* jsonpath_test.c - compiles logical expressions to a tree of tests.
 *
 * An expression, and one in parentheses, is an ANY (its "||") of ALLs (their "&&") of tests:
 *
 *   a && (b || c) || d        ANY ─┬─ ALL ─┬─ a
 *                                  │       └─ ANY ─┬─ ALL ── b
 *                                  │               └─ ALL ── c
 *                                  └─ ALL ── d
 *
 * `all` is the ALL at work. Its parent is the ANY of its parentheses, whose parent is the ALL
 * around them: the tree itself is the stack of open parentheses. */
#include "jsonpath/jsonpath_test.h"

#include "jsonpath/jsonpath_call.h"
#include "jsonpath/jsonpath_parser.h"

/* A new test, the last child of `parent`. */
static struct jsonpath_test *add(struct jsonpath_parser *p, struct jsonpath_test *parent,
                                 enum jsonpath_test_kind kind)
{
    struct jsonpath_test *test = jsonpath_parser_take(p, sizeof(*test));
    if (!test) {
        return NULL;
    }
    test->kind = kind;
    test->parent = parent;
    if (parent && parent->last) {
        parent->last->next = test;
    } else if (parent) {
        parent->first = test;
    }
    if (parent) {
        parent->last = test;
    }
    return test;
}

/* Adds an ANY with one ALL in it; gives the ALL. */
static struct jsonpath_test *add_group(struct jsonpath_parser *p, struct jsonpath_test *parent,
                                       bool is_negated)
{
    struct jsonpath_test *any = add(p, parent, TEST_ANY);
    if (!any) {
        return NULL;
    }
    any->is_negated = is_negated;
    return add(p, any, TEST_ALL);
}

struct comparison {
    const char *text;
    enum jsonpath_test_kind kind;
    bool is_negated;
    bool is_exchanged;
};

/* Takes the sign of a comparison; NULL when none stands here. */
static const struct comparison *take_comparison(struct jsonpath_parser *p)
{
    static const struct comparison comparisons[] = {
        {"==", TEST_EQUAL, false, false},   {"!=", TEST_EQUAL, true, false},
        {"<=", TEST_AT_MOST, false, false}, {">=", TEST_AT_MOST, false, true},
        {"<", TEST_LESS, false, false},     {">", TEST_LESS, false, true},
    };
    for (size_t i = 0; i < ARRAY_COUNT(comparisons); i++) {
        if (jsonpath_parser_takes(p, comparisons[i].text)) {
            return &comparisons[i];
        }
    }
    return NULL;
}

/* A single operand, which must be a test by itself. */
static void read_existence(struct jsonpath_parser *p, struct jsonpath_test *test, size_t offset)
{
    if (test->left.kind == OPERAND_LITERAL) {
        jsonpath_parser_refuse(p, offset, "a literal must be compared with something");
    } else if (test->left.kind == OPERAND_QUERY) {
        test->kind = TEST_EXISTS;
    } else if (test->left.call->function->result == KIND_LOGICAL) {
        test->kind = TEST_CALL;
    } else {
        jsonpath_parser_refuse(p, offset,
                               "what this function gives must be compared with "
                               "something");
    }
}

/* Reads a comparison, or one operand alone; after "!" no comparison may stand. */
static void read_leaf(struct jsonpath_parser *p, struct jsonpath_test *test, bool is_negated)
{
    size_t left_offset = p->at;
    test->left = jsonpath_call_read_operand(p);
    size_t end = p->at;
    jsonpath_parser_blanks(p);
    size_t sign_offset = p->at;
    const struct comparison *comparison = take_comparison(p);
    if (jsonpath_parser_failed(p)) {
        return;
    }
    if (!comparison) {
        p->at = end;
        test->is_negated = is_negated;
        read_existence(p, test, left_offset);
        return;
    }
    if (is_negated) {
        jsonpath_parser_refuse(p, sign_offset, "'!' before a comparison needs parentheses");
    }
    jsonpath_parser_blanks(p);
    size_t right_offset = p->at;
    test->right = jsonpath_call_read_operand(p);
    jsonpath_call_needs_value(p, &test->left, left_offset);
    jsonpath_call_needs_value(p, &test->right, right_offset);
    test->kind = comparison->kind;
    test->is_negated = comparison->is_negated;
    if (comparison->is_exchanged) {
        struct jsonpath_operand left = test->left;
        test->left = test->right;
        test->right = left;
    }
}

/* Takes "(", "!(" and so on, and then one leaf. Gives the ALL that the leaf belongs to. */
static struct jsonpath_test *read_test(struct jsonpath_parser *p, struct jsonpath_test *all,
                                       uint32_t *depth)
{
    while (!jsonpath_parser_failed(p)) {
        bool is_negated = jsonpath_parser_takes(p, "!");
        jsonpath_parser_blanks(p);
        if (!jsonpath_parser_takes(p, "(")) {
            struct jsonpath_test *leaf = add(p, all, TEST_EXISTS);
            if (leaf) {
                read_leaf(p, leaf, is_negated);
            }
            return all;
        }
        all = add_group(p, all, is_negated);
        *depth += 1;
        jsonpath_parser_blanks(p);
    }
    return all;
}

const struct jsonpath_test *jsonpath_test_read(struct jsonpath_parser *p)
{
    uint32_t depth = 0;
    struct jsonpath_test *all = add_group(p, NULL, false);
    while (!jsonpath_parser_failed(p)) {
        all = read_test(p, all, &depth);
        jsonpath_parser_blanks(p);
        while (depth > 0 && jsonpath_parser_takes(p, ")")) {
            all = all->parent->parent;
            depth--;
            jsonpath_parser_blanks(p);
        }
        if (jsonpath_parser_takes(p, "||")) {
            all = add(p, all->parent, TEST_ALL);
        } else if (!jsonpath_parser_takes(p, "&&")) {
            break;
        }
        jsonpath_parser_blanks(p);
    }
    if (depth > 0) {
        jsonpath_parser_refuse(p, p->at, "'&&', '||' or ')' must stand here");
    }
    if (jsonpath_parser_failed(p)) {
        return NULL;
    }
    POST(!all->parent->parent);
    return all->parent;
}
