/* jsonpath_filter.c - does a test hold? Comparisons, functions, and the walk through the tree.
 *
 * The only recursion of the library is here: a filter may hold queries whose filters hold queries,
 * and a call calls. JSONPATH_NESTING_MAX bounds it, when the text is compiled. */
#include "jsonpath/jsonpath_filter.h"

#include "jsonpath/jsonpath_run.h"
#include "jsonpath/jsonpath_walk.h"

/* What an operand is: empty for the RFC's "Nothing". A number that was computed is in `room`. */
struct datum {
    struct span value;
    uint8_t room[5];
};

static void evaluate(struct jsonpath_run *run, const struct jsonpath_operand *operand,
                     struct span current, struct datum *datum);

/* --- functions -------------------------------------------------------------------------------- */

static void set_number(struct datum *datum, uint32_t number)
{
    struct buf out = {
        .data = datum->room, .capacity = sizeof(datum->room), .size_max = sizeof(datum->room)};
    mp_put_uint(&out, number);
    CHECK(!buf_failed(&out));
    datum->value = buf_span(&out);
}

static uint32_t count_characters(struct span text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += (text.data[i] & 0xc0) != 0x80;
    }
    return count;
}

/* The characters of a str, the elements of an array, the pairs of a map. */
static void length_of(struct jsonpath_run *run, struct span value, struct datum *result)
{
    struct mp mp = mp_open(value);
    enum mp_type type = mp_peek(&mp);
    if (type == MP_STR) {
        struct span text = mp_str(&mp);
        jsonpath_run_spend(run, text.size / 16);
        set_number(result, count_characters(text));
    } else if (type == MP_ARRAY) {
        set_number(result, mp_array(&mp));
    } else if (type == MP_MAP) {
        set_number(result, mp_map(&mp));
    }
}

/* How many values a query selects, up to `most`; *last is the last of them. */
static uint32_t count_nodes(struct jsonpath_run *run, const struct jsonpath_query *query,
                            struct span current, uint32_t most, struct span *last)
{
    struct jsonpath_walk walk;
    uint32_t count = 0;
    jsonpath_walk_open(&walk, run, query, current);
    while (count < most && jsonpath_next(&walk, last)) {
        count++;
    }
    return count;
}

static bool matches(struct jsonpath_run *run, const struct jsonpath_call *call, struct span text,
                    struct span pattern)
{
    struct regexp_room room;
    struct regexp compiled;
    const struct regexp *regexp = call->pattern;
    if (mp_type(text) != MP_STR || mp_type(pattern) != MP_STR) {
        return false;
    }
    struct mp text_mp = mp_open(text);
    struct mp pattern_mp = mp_open(pattern);
    if (!regexp) {
        regexp = &compiled;
        if (!jsonpath_run_spend(run, pattern.size + REGEXP_STEPS_MAX) ||
            regexp_compile(mp_str(&pattern_mp), &room, &compiled) != NULL) {
            return false; /* what is no I-Regexp matches nothing */
        }
    }
    bool is_whole = call->function->name == FUNCTION_MATCH;
    bool is_match = regexp_matches(regexp, mp_str(&text_mp), is_whole, &run->steps_left);
    return jsonpath_run_spend(run, run->steps_left == 0) && is_match;
}

/* Puts what the function gives into *result; of a logical function, returns it. */
static bool call(struct jsonpath_run *run, const struct jsonpath_call *call, struct span current,
                 struct datum *result)
{
    const struct jsonpath_operand *arguments = call->arguments;
    struct datum data[JSONPATH_ARGUMENTS_MAX] = {{.value = {NULL, 0}}, {.value = {NULL, 0}}};
    for (uint32_t i = 0; i < call->function->argument_count; i++) {
        if (call->function->arguments[i] == KIND_VALUE) {
            evaluate(run, &arguments[i], current, &data[i]);
        }
    }
    struct span last = {NULL, 0};
    switch (call->function->name) {
    case FUNCTION_LENGTH:
        length_of(run, data[0].value, result);
        return false;
    case FUNCTION_COUNT:
        set_number(result, count_nodes(run, arguments[0].query, current, UINT32_MAX, &last));
        return false;
    case FUNCTION_VALUE:
        if (count_nodes(run, arguments[0].query, current, 2, &last) == 1) {
            result->value = last;
        }
        return false;
    case FUNCTION_MATCH:
    case FUNCTION_SEARCH:
        return matches(run, call, data[0].value, data[1].value);
    }
    UNREACHABLE("function");
}

/* --- comparisons ------------------------------------------------------------------------------ */

static void evaluate(struct jsonpath_run *run, const struct jsonpath_operand *operand,
                     struct span current, struct datum *datum)
{
    datum->value = (struct span){NULL, 0};
    switch (operand->kind) {
    case OPERAND_LITERAL:
        datum->value = operand->literal;
        return;
    case OPERAND_QUERY:
        datum->value = jsonpath_run_find(run, operand->query, current);
        return;
    case OPERAND_CALL:
        (void)call(run, operand->call, current, datum);
        return;
    }
    UNREACHABLE("operand kind");
}

static bool is_equal(struct jsonpath_run *run, struct span a, struct span b)
{
    if (a.size == 0 || b.size == 0) {
        return a.size == b.size;
    }
    /* Comparing ends where the smaller value does. */
    return jsonpath_run_spend(run, 1 + (a.size < b.size ? a.size : b.size) / 4) && mp_equal(a, b);
}

static bool is_number(enum mp_type type)
{
    return type == MP_INT || type == MP_DOUBLE;
}

/* Numbers by value, strings by code points, which is the order of their bytes in UTF-8. */
static bool is_less(struct jsonpath_run *run, struct span a, struct span b)
{
    struct mp x = mp_open(a);
    struct mp y = mp_open(b);
    enum mp_type type = mp_peek(&x);
    enum mp_type other = mp_peek(&y);
    if (type == MP_INT && other == MP_INT) {
        return mp_int(&x) < mp_int(&y);
    }
    if (is_number(type) && is_number(other)) {
        return mp_double(&x) < mp_double(&y);
    }
    if (type != MP_STR || other != MP_STR) {
        return false;
    }
    struct span left = mp_str(&x);
    struct span right = mp_str(&y);
    size_t size = left.size < right.size ? left.size : right.size;
    if (!jsonpath_run_spend(run, 1 + size / 16)) {
        return false;
    }
    int order = size == 0 ? 0 : memcmp(left.data, right.data, size);
    return order != 0 ? order < 0 : left.size < right.size;
}

static bool compare(struct jsonpath_run *run, const struct jsonpath_test *test, struct span current)
{
    struct datum left;
    struct datum right;
    evaluate(run, &test->left, current, &left);
    evaluate(run, &test->right, current, &right);
    bool is_exact = test->kind != TEST_LESS && is_equal(run, left.value, right.value);
    return is_exact || (test->kind != TEST_EQUAL && is_less(run, left.value, right.value));
}

/* --- tests ------------------------------------------------------------------------------------ */

static bool exists(struct jsonpath_run *run, const struct jsonpath_query *query,
                   struct span current)
{
    struct span found;
    if (query->is_singular) {
        return jsonpath_run_find(run, query, current).size > 0;
    }
    return count_nodes(run, query, current, 1, &found) > 0;
}

static bool leaf_holds(struct jsonpath_run *run, const struct jsonpath_test *test,
                       struct span current)
{
    struct datum unused;
    switch (test->kind) {
    case TEST_EXISTS:
        return exists(run, test->left.query, current);
    case TEST_CALL:
        return call(run, test->left.call, current, &unused);
    case TEST_EQUAL:
    case TEST_LESS:
    case TEST_AT_MOST:
        return compare(run, test, current);
    case TEST_ANY:
    case TEST_ALL:
        break;
    }
    UNREACHABLE("a leaf is no ANY and no ALL");
}

/* From leaf to leaf. Up from one, a parent is decided by the first child that holds (ANY) or does
 * not hold (ALL), or else by the last child; if it is not decided, its next child is the next. */
bool jsonpath_filter_holds(struct jsonpath_run *run, const struct jsonpath_test *test,
                           struct span current)
{
    const struct jsonpath_test *root = test;
    while (jsonpath_run_spend(run, 1)) {
        while (test->kind == TEST_ANY || test->kind == TEST_ALL) {
            test = test->first;
        }
        bool holds = leaf_holds(run, test, current) != test->is_negated;
        while (test != root && (!test->next || holds == (test->parent->kind == TEST_ANY))) {
            test = test->parent;
            holds = holds != test->is_negated;
        }
        if (test == root) {
            return holds && !run->is_spent;
        }
        test = test->next;
    }
    return false;
}

enum saga_error jsonpath_decide(const struct jsonpath_condition *condition, struct span root,
                                uint64_t steps, bool *holds)
{
    PRE(condition != NULL);
    struct jsonpath_run run;
    jsonpath_run_open(&run, root, steps);
    *holds = jsonpath_filter_holds(&run, condition->test, root);
    return jsonpath_run_result(&run);
}
