/* test_jsonpath_bounds.c - evaluation ends: with few steps, deep values, and no memory.
 *
 * Seen to fail: without jsonpath_run_spend() in skip() or in next_of_stage(), with `>` for `>=` at
 * JSONPATH_DEPTH_MAX in next_base(), with `holds` given back by a spent run, without the check
 * of `packed` in pack_string(), and with nothing remembered in jsonpath_run_find(). */
#include <criterion/criterion.h>

#include "base/json.h"
#include "jsonpath/jsonpath.h"

static void put_json(struct buf *buf, const char *json)
{
    struct json_problem problem;
    buf_open(buf, 1024 * 1024);
    enum saga_error rc = json_to_mp(span_text(json), buf, &problem);
    cr_assert(rc == SAGA_OK, "%s: %s", json, problem.detail);
}

static const struct jsonpath *compile(const char *query, struct arena *arena)
{
    struct jsonpath_problem problem;
    const struct jsonpath *path;
    enum saga_error rc = jsonpath_compile(span_text(query), arena, &path, &problem);
    cr_assert(rc == SAGA_OK, "%s: %s", query, problem.sentence);
    return path;
}

/* How many values are found with so many steps, and whether they sufficed. */
static enum saga_error count(const struct jsonpath *path, struct span root, uint64_t steps,
                             uint64_t *found)
{
    struct jsonpath_run run;
    struct jsonpath_walk walk;
    struct span value;
    *found = 0;
    jsonpath_run_open(&run, root, steps);
    jsonpath_open(&walk, &run, path);
    while (jsonpath_next(&walk, &value)) {
        *found += 1;
    }
    return jsonpath_run_result(&run);
}

/* An array of arrays of arrays ..., as deep as a message may be, four elements each. */
static void put_deep(struct buf *buf)
{
    buf_open(buf, 1024 * 1024);
    for (int i = 0; i < MP_DEPTH_MAX; i++) {
        mp_put_array(buf, 4);
        for (int k = 0; k < 3; k++) {
            mp_put_int(buf, k);
        }
    }
    mp_put_nil(buf);
}

Test(engine_jsonpath_bounds, explosions_end_when_the_steps_do)
{
    static const char *const queries[] = {
        "$..[*]..[*]..[*]..[*]..[*]..[*]",
        "$..*..*..*..*..*..*",
        "$..[*,*,*,*]..[*,*,*,*]..[*,*,*,*]..[*,*,*,*]",
        "$[0,0,0,0,0,0,0,0][::]",
        "$..[?count($..*) > count(@..*)]..[?count($..*) > count(@..*)]",
        "$..[?$..[?$..[?$..[?$..[?$..[?@ == 9]]]]]]",
    };
    struct arena arena;
    struct buf deep;
    uint64_t found;
    put_deep(&deep);
    arena_open(&arena, &arena_heap, 1024 * 1024);
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        enum saga_error rc = count(compile(queries[i], &arena), buf_span(&deep), 200000, &found);
        cr_assert_eq(rc, i == 3 ? SAGA_OK : SAGA_TOO_LARGE, "%s: %lu", queries[i], found);
        cr_assert(found <= 200000);
    }
    arena_close(&arena);
    buf_close(&deep);
}

/* Selectors that select nothing cost steps too, or 5,000 of them on 5,000 arrays were for free. */
Test(engine_jsonpath_bounds, selectors_that_select_nothing_cost_steps)
{
    enum { COUNT = 5000 };
    struct arena arena;
    struct buf query;
    struct buf root;
    uint64_t found;
    buf_open(&query, 1024 * 1024);
    buf_open(&root, 1024 * 1024);
    buf_text(&query, "$[*][:0");
    mp_put_array(&root, COUNT);
    for (int i = 0; i < COUNT; i++) {
        buf_text(&query, ",:0");
        mp_put_array(&root, 0);
    }
    buf_write(&query, "]", 2);
    arena_open(&arena, &arena_heap, 4 * 1024 * 1024);
    const struct jsonpath *path = compile((const char *)query.data, &arena);
    cr_assert_eq(count(path, buf_span(&root), JSONPATH_STEPS, &found), SAGA_TOO_LARGE);
    cr_assert_eq(found, 0);
    arena_close(&arena);
    buf_close(&query);
    buf_close(&root);
}

/* [[null, null, ...], {"z": null}] */
static void put_wide(struct buf *buf, int count)
{
    buf_open(buf, 1024 * 1024);
    mp_put_array(buf, 2);
    mp_put_array(buf, (uint32_t)count);
    for (int i = 0; i < count; i++) {
        mp_put_nil(buf);
    }
    mp_put_map(buf, 1);
    mp_put_text(buf, "z");
    mp_put_nil(buf);
}

/* What stands before a value is looked at to find it, and so it costs. */
Test(engine_jsonpath_bounds, stepping_over_values_costs_steps)
{
    enum { COUNT = 5000 };
    static const char *const queries[] = {"$[1].z", "$[1].*", "$[-1].z", "$[1:].z"};
    struct arena arena;
    struct buf root;
    uint64_t found;
    put_wide(&root, COUNT);
    arena_open(&arena, &arena_heap, 1024 * 1024);
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        const struct jsonpath *path = compile(queries[i], &arena);
        cr_assert_eq(count(path, buf_span(&root), COUNT, &found), SAGA_TOO_LARGE);
        cr_assert_eq(count(path, buf_span(&root), COUNT + 100, &found), SAGA_OK);
        cr_assert_eq(found, 1, "%s", queries[i]);
    }
    arena_close(&arena);
    buf_close(&root);
}

/* What does not depend on the element is looked for once, and each of more such queries than are
 * remembered is still right. */
Test(engine_jsonpath_bounds, a_filter_looks_for_what_the_root_holds_once)
{
    enum { COUNT = 5000, FEW = 50 };
    struct arena arena;
    struct buf root;
    uint64_t found;
    put_wide(&root, COUNT);
    arena_open(&arena, &arena_heap, 1024 * 1024);
    const struct jsonpath *path = compile("$[0][?@ == $[1].z]", &arena);
    cr_assert_eq(count(path, buf_span(&root), 20 * COUNT, &found), SAGA_OK);
    cr_assert_eq(found, COUNT);
    buf_close(&root);

    put_wide(&root, FEW);
    path = compile(
        "$[0][?@ == $[0][0] && @ != $[0] && @ != $[1] && @ != $[2] && @ == $[0][1] "
        "&& @ != $ && @ == $[0][2]]",
        &arena);
    cr_assert_eq(count(path, buf_span(&root), JSONPATH_STEPS, &found), SAGA_OK);
    cr_assert_eq(found, FEW);
    arena_close(&arena);
    buf_close(&root);
}

/* With one step less than needed the run says so, and it never finds what is not there. */
Test(engine_jsonpath_bounds, few_steps_give_less_and_say_so)
{
    struct arena arena;
    struct buf root;
    uint64_t all;
    uint64_t found = 0;
    uint64_t steps = 0;
    put_json(&root, "{\"a\":[{\"b\":\"xx\"},{\"b\":\"xy\"},{\"b\":1}],\"c\":{\"b\":\"xx\"}}");
    arena_open(&arena, &arena_heap, 1024 * 1024);
    const struct jsonpath *path =
        compile("$..[?search(@.b, 'x+') && (@.b == $.c.b || length(@.b) > 1)]", &arena);
    cr_assert_eq(count(path, buf_span(&root), JSONPATH_STEPS, &all), SAGA_OK);
    cr_assert_eq(all, 3);
    while (count(path, buf_span(&root), steps, &found) != SAGA_OK) {
        cr_assert(found <= all);
        steps++;
        cr_assert(steps < 10000);
    }
    cr_assert(steps > 50);
    cr_assert_eq(found, all);
    arena_close(&arena);
    buf_close(&root);
}

Test(engine_jsonpath_bounds, a_condition_without_steps_does_not_hold)
{
    static const char *const texts[] = {"!$.a", "$.b == $.c", "!($.a == 2)", "!match('a', 'b')",
                                        "count($..*) != 9"};
    struct arena arena;
    struct buf root;
    put_json(&root, "{\"a\":1}");
    arena_open(&arena, &arena_heap, 1024 * 1024);
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct jsonpath_problem problem;
        const struct jsonpath_condition *condition;
        enum saga_error rc =
            jsonpath_compile_condition(span_text(texts[i]), &arena, &condition, &problem);
        cr_assert_eq(rc, SAGA_OK, "%s", texts[i]);
        bool holds = true;
        for (uint64_t steps = 0; rc != SAGA_OK || steps == 0; steps++) {
            rc = jsonpath_decide(condition, buf_span(&root), steps, &holds);
            cr_assert(steps < 1000);
            cr_assert(rc == SAGA_OK || !holds, "%s with %lu steps", texts[i], steps);
        }
    }
    arena_close(&arena);
    buf_close(&root);
}

/* As deep as a walk can go, and one deeper, which mp_check() would not have let in. */
Test(engine_jsonpath_bounds, goes_as_deep_as_values_may_be_and_no_deeper)
{
    struct arena arena;
    uint64_t found;
    arena_open(&arena, &arena_heap, 1024 * 1024);
    const struct jsonpath *path = compile("$..*", &arena);
    for (uint32_t more = 0; more < 2; more++) {
        struct buf root;
        buf_open(&root, 1024);
        for (uint32_t i = 0; i < JSONPATH_DEPTH_MAX + more; i++) {
            mp_put_array(&root, 1);
        }
        mp_put_nil(&root);
        enum saga_error rc = count(path, buf_span(&root), JSONPATH_STEPS, &found);
        cr_assert_eq(rc, more == 0 ? SAGA_OK : SAGA_TOO_LARGE);
        cr_assert_eq(found, JSONPATH_DEPTH_MAX);
        buf_close(&root);
    }
    arena_close(&arena);
}

Test(engine_jsonpath_bounds, queries_have_at_most_so_many_parts)
{
    char text[2 + 2 * JSONPATH_SEGMENTS_MAX + 2] = "$";
    struct arena arena;
    struct jsonpath_problem problem;
    const struct jsonpath *path;
    for (size_t i = 0; i <= JSONPATH_SEGMENTS_MAX; i++) {
        memcpy(text + 1 + 2 * i, ".a", 2);
    }
    arena_open(&arena, &arena_heap, 1024 * 1024);
    struct span longest = span_of(text, 1 + 2 * JSONPATH_SEGMENTS_MAX);
    struct span longer = span_of(text, longest.size + 2);
    cr_assert_eq(jsonpath_compile(longest, &arena, &path, &problem), SAGA_OK);
    cr_assert_eq(jsonpath_compile(longer, &arena, &path, &problem), SAGA_INVALID);
    cr_assert_eq(problem.offset, longest.size);
    arena_close(&arena);
}

Test(engine_jsonpath_bounds, numbers_have_at_most_so_many_digits)
{
    char text[JSON_DIGITS_MAX + 20] = "$ != 1";
    struct arena arena;
    struct jsonpath_problem problem;
    const struct jsonpath_condition *condition;
    memset(text + 6, '.', 1);
    memset(text + 7, '0', JSON_DIGITS_MAX - 1);
    arena_open(&arena, &arena_heap, 1024 * 1024);
    struct span longest = span_of(text, 5 + JSON_DIGITS_MAX);
    struct span longer = span_of(text, longest.size + 1);
    cr_assert_eq(jsonpath_compile_condition(longest, &arena, &condition, &problem), SAGA_OK);
    cr_assert_eq(jsonpath_compile_condition(longer, &arena, &condition, &problem), SAGA_INVALID);
    cr_assert_eq(problem.offset, 5);
    arena_close(&arena);
}

/* Parentheses need no stack, so that as many as a text holds are read and evaluated. */
Test(engine_jsonpath_bounds, takes_parentheses_without_end)
{
    enum { COUNT = 20000 };
    static char text[3 * COUNT + 1];
    struct arena arena;
    struct buf root;
    struct jsonpath_problem problem;
    const struct jsonpath_condition *condition;
    bool holds = false;
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(text + 2 * i, "!(", 2);
        text[2 * COUNT + 1 + i] = ')';
    }
    text[2 * COUNT] = '1';
    put_json(&root, "{}");
    arena_open(&arena, &arena_heap, 64 * 1024 * 1024);
    struct span all = span_of(text, sizeof(text));
    cr_assert_eq(jsonpath_compile_condition(all, &arena, &condition, &problem), SAGA_INVALID);
    cr_assert_eq(problem.offset, 2 * COUNT); /* a literal alone */
    text[2 * COUNT] = '$';
    cr_assert_eq(jsonpath_compile_condition(all, &arena, &condition, &problem), SAGA_OK);
    cr_assert_eq(jsonpath_decide(condition, buf_span(&root), JSONPATH_STEPS, &holds), SAGA_OK);
    cr_assert(holds);
    arena_close(&arena);
    buf_close(&root);
}

/* --- memory ----------------------------------------------------------------------------------- */

Test(engine_jsonpath_bounds, without_memory_it_says_so)
{
    static const char text[] =
        "$.abcdefghijkl['qwertyuiop', 1:2]..[?match(@.a, 'abc[d-f]\\\\p{L}') "
        "|| (@ == 'a long string, so that it needs memory' && "
        "length(value($..a)) < 1.5)]";
    struct jsonpath_problem problem;
    const struct jsonpath *path;
    enum saga_error rc = SAGA_NO_MEMORY;
    size_t failed = 0;
    for (size_t bytes = 0; rc == SAGA_NO_MEMORY; bytes += 8) {
        struct arena arena;
        arena_open(&arena, &arena_heap, bytes);
        rc = jsonpath_compile(span_text(text), &arena, &path, &problem);
        cr_assert_eq(rc == SAGA_OK, path != NULL);
        failed += rc != SAGA_OK;
        arena_close(&arena);
        cr_assert(bytes < 64 * 1024);
    }
    cr_assert_eq(rc, SAGA_OK, "%s at %zu", problem.sentence, problem.offset);
    cr_assert(failed > 100);
}
