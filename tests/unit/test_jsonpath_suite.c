/* test_jsonpath_suite.c - the public compliance suite of RFC 9535, every case of it.
 *
 * SAGA_JSONPATH_SUITE names its cts.json; without it the test is skipped. A case fails when a wrong
 * query is taken, a right one refused, or other values or locations come out, or in another order.
 * Seen to fail: with `count` for `low + count` in open_slice() (slices that go backwards), without
 * the escape of "'" in jsonpath_location(), and without the check of is_singular in read_leaf(). */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "jsonpath/jsonpath.h"

enum { CASES_MIN = 700 };

/* What a query gives: values and locations, both as msgpack arrays. */
struct outcome {
    struct buf values;
    struct buf locations;
};

static void put_json(struct buf *buf, json_t *json)
{
    struct json_problem problem;
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
    buf_open(buf, 1024 * 1024);
    enum saga_error rc = json_to_mp(span_text(text), buf, &problem);
    cr_assert(rc == SAGA_OK, "%s: %s", text, problem.detail);
    free(text);
}

static void run_query(const struct jsonpath *path, struct span root, struct outcome *outcome)
{
    struct jsonpath_run run;
    struct jsonpath_walk walk;
    struct span value;
    struct buf values;
    struct buf locations;
    uint32_t count = 0;

    buf_open(&values, 1024 * 1024);
    buf_open(&locations, 1024 * 1024);
    jsonpath_run_open(&run, root, JSONPATH_STEPS);
    jsonpath_open(&walk, &run, path);
    while (jsonpath_next(&walk, &value)) {
        struct buf location;
        buf_open(&location, 4096);
        jsonpath_location(&walk, &location);
        mp_put_str(&locations, buf_span(&location));
        mp_put_value(&values, value);
        buf_close(&location);
        count++;
    }
    cr_assert_eq(jsonpath_run_result(&run), SAGA_OK);
    buf_open(&outcome->values, 1024 * 1024);
    buf_open(&outcome->locations, 1024 * 1024);
    mp_put_array(&outcome->values, count);
    mp_put_array(&outcome->locations, count);
    buf_write(&outcome->values, values.data, values.size);
    buf_write(&outcome->locations, locations.data, locations.size);
    buf_close(&values);
    buf_close(&locations);
}

/* Is what came out the one right answer, or one of several? */
static bool is_expected(const json_t *test, const char *one, const char *several,
                        const struct buf *outcome)
{
    json_t *list = json_object_get(test, several);
    json_t *expected = json_object_get(test, one);
    size_t count = list != NULL ? json_array_size(list) : expected != NULL;
    bool is_found = false;
    for (size_t i = 0; i < count && !is_found; i++) {
        struct buf wanted;
        put_json(&wanted, list != NULL ? json_array_get(list, i) : expected);
        is_found = mp_equal(buf_span(&wanted), buf_span(outcome));
        buf_close(&wanted);
    }
    return is_found;
}

/* What follows a singular query without a run must find the same. */
static void check_follow(const struct jsonpath *path, struct span root, struct span values)
{
    uint32_t count;
    if (jsonpath_is_singular(path)) {
        struct span found = jsonpath_follow(jsonpath_parts(path, &count), root);
        struct span wanted = mp_at(values, 0);
        cr_assert_eq(found.size, wanted.size);
        cr_assert(found.size == 0 || mp_equal(found, wanted));
    }
}

/* NULL, or what is wrong. */
static const char *check_result(const json_t *test, const struct jsonpath *path)
{
    struct buf root;
    struct outcome outcome;
    const char *problem = NULL;
    put_json(&root, json_object_get(test, "document"));
    run_query(path, buf_span(&root), &outcome);
    check_follow(path, buf_span(&root), buf_span(&outcome.values));
    if (!is_expected(test, "result", "results", &outcome.values)) {
        problem = "other values come out";
    } else if (!is_expected(test, "result_paths", "results_paths", &outcome.locations)) {
        problem = "other locations come out";
    }
    buf_close(&root);
    buf_close(&outcome.values);
    buf_close(&outcome.locations);
    return problem;
}

static const char *check_case(const json_t *test)
{
    const json_t *selector = json_object_get(test, "selector");
    struct span text = span_of(json_string_value(selector), json_string_length(selector));
    const struct jsonpath *path = NULL;
    struct jsonpath_problem problem;
    struct arena arena;
    arena_open(&arena, &arena_heap, 1024 * 1024);
    enum saga_error rc = jsonpath_compile(text, &arena, &path, &problem);
    const char *wrong = NULL;
    if (json_is_true(json_object_get(test, "invalid_selector"))) {
        wrong = rc == SAGA_OK ? "a wrong query is taken" : NULL;
    } else {
        wrong = rc != SAGA_OK ? problem.sentence : check_result(test, path);
    }
    cr_assert((rc == SAGA_OK) == (path != NULL));
    cr_assert(rc == SAGA_OK || problem.offset <= text.size);
    arena_close(&arena);
    return wrong;
}

/* What the suite would notice: the check itself, tried without the suite. */
Test(jsonpath_suite, wrong_answers_are_seen)
{
    static const struct {
        const char *test;
        const char *wrong; /* part of it; NULL: nothing */
    } cases[] = {
        {"{'selector':'$[0]','document':[7],'result':[7],'result_paths':['$[0]']}", NULL},
        {"{'selector':'$[0]','document':[7],'result':[8],'result_paths':['$[0]']}", "values"},
        {"{'selector':'$[0]','document':[7],'result':[7],'result_paths':['$[1]']}", "locations"},
        {"{'selector':'$[0]','document':[7],'results':[[8],[7]],'results_paths':[['$[0]']]}", NULL},
        {"{'selector':'$[0]','invalid_selector':true}", "taken"},
        {"{'selector':'$[','invalid_selector':true}", NULL},
        {"{'selector':'$[','document':[],'result':[],'result_paths':[]}", "must stand here"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[200];
        size_t size = strlen(cases[i].test);
        cr_assert(size < sizeof(text));
        for (size_t at = 0; at <= size; at++) {
            text[at] = cases[i].test[at] == '\'' ? '"' : cases[i].test[at];
        }
        json_t *test = json_loads(text, 0, NULL);
        cr_assert_not_null(test);
        const char *wrong = check_case(test);
        cr_assert_eq(!wrong, !cases[i].wrong, "%s: %s", text, wrong);
        cr_assert(!wrong || strstr(wrong, cases[i].wrong) != NULL, "%s", wrong);
        json_decref(test);
    }
}

Test(jsonpath_suite, every_case_passes)
{
    const char *name = getenv("SAGA_JSONPATH_SUITE");
    if (!name) {
        cr_skip("SAGA_JSONPATH_SUITE is not set");
    }
    json_error_t error;
    json_t *suite = json_load_file(name, JSON_ALLOW_NUL, &error);
    cr_assert(suite != NULL, "%s: %s", name, error.text);
    const json_t *tests = json_object_get(suite, "tests");
    size_t failed = 0;
    size_t count = json_array_size(tests);
    for (size_t i = 0; i < count; i++) {
        const json_t *test = json_array_get(tests, i);
        const char *wrong = check_case(test);
        failed += wrong != NULL;
        if (wrong) {
            printf("%s: %s: %s\n", json_string_value(json_object_get(test, "name")),
                   json_string_value(json_object_get(test, "selector")), wrong);
        }
    }
    cr_assert(count >= CASES_MIN, "only %zu cases", count);
    cr_assert(failed == 0, "%zu of %zu cases", failed, count);
    json_decref(suite);
}
