/* fuzz_jsonpath.c - any bytes as a query, a condition, a pattern and a value; what compiles is run.
 *
 * A compiled query must end within its steps, select what its location finds again, and, when it is
 * singular, select one value at most. */
#include <stdlib.h>

#include "base/buf.h"
#include "jsonpath/jsonpath.h"
#include "jsonpath/jsonpath_value.h"
#include "regexp/regexp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 20000, FOUND_MAX = 50 };

/* {"a": [{"b": "xyz", "c": -1}, 2, 1.5, [true, null, "\u00e9"]], "": {"a": {"a": "a*"}}, "i": []}
 */
static const uint8_t document[] =
    "\x83\xa1"
    "a\x94\x82\xa1"
    "b\xa3xyz\xa1"
    "c\xff\x02\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00\x93\xc3\xc0\xa2\xc3\xa9\xa0\x81\xa1"
    "a\x81\xa1"
    "a\xa2"
    "a*\xa1i\x90";

/* The location of a value is a query that selects this very value, and nothing else. */
static void find_again(const struct jsonpath_walk *found, struct span expected, struct span root)
{
    struct arena arena;
    struct buf location;
    const struct jsonpath *path;
    struct jsonpath_problem problem;
    struct jsonpath_run run;
    struct jsonpath_walk walk;
    struct span value;
    arena_open(&arena, &arena_heap, 1024 * 1024);
    buf_open(&location, 4096);
    jsonpath_location(found, &location);
    if (jsonpath_compile(buf_span(&location), &arena, &path, &problem) != SAGA_OK) {
        abort();
    }
    jsonpath_run_open(&run, root, STEPS);
    jsonpath_open(&walk, &run, path);
    if (!jsonpath_is_singular(path) || !jsonpath_next(&walk, &value) ||
        value.data != expected.data || jsonpath_next(&walk, &value)) {
        abort();
    }
    buf_close(&location);
    arena_close(&arena);
}

static void run_path(const struct jsonpath *path, struct span root)
{
    struct jsonpath_run run;
    struct jsonpath_walk walk;
    struct span value;
    uint32_t count = 0;
    jsonpath_run_open(&run, root, STEPS);
    jsonpath_open(&walk, &run, path);
    for (; count < FOUND_MAX && jsonpath_next(&walk, &value); count++) {
        find_again(&walk, value, root);
    }
    if (jsonpath_is_singular(path) && count > 1) {
        abort();
    }
}

static void run_pattern(struct span bytes)
{
    struct regexp_room room;
    struct regexp regexp;
    uint64_t steps = STEPS;
    /* The pattern may hold anything, the text is UTF-8: here also what is not UTF-8 is tried. */
    if (!regexp_compile(bytes, &room, &regexp)) {
        MAYBE(regexp_matches(&regexp, bytes, true, &steps));
        MAYBE(regexp_matches(&regexp, span_text("aab x\n1"), false, &steps));
    }
}

/* What is read as a value is one of the data model, and no longer than the text. */
static void run_value(struct span text, struct arena *arena)
{
    struct span value;
    struct jsonpath_problem problem;
    size_t size = 0;
    const char *why;
    enum saga_error rc = jsonpath_value_read(text, arena, &value, &size, &problem);
    if (rc == SAGA_OK ? size > text.size || mp_check(value, &why) != SAGA_OK
                      : rc != SAGA_INVALID || problem.offset > text.size) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    struct span root = span_of(document, sizeof(document) - 1);
    struct arena arena;
    struct jsonpath_problem problem;
    const struct jsonpath *path = NULL;
    const struct jsonpath_condition *condition = NULL;
    const char *why;
    bool holds;
    CHECK(mp_check(root, &why) == SAGA_OK);
    arena_open(&arena, &arena_heap, 16 * 1024 * 1024);
    enum saga_error rc = jsonpath_compile(text, &arena, &path, &problem);
    if ((rc == SAGA_OK) != (path != NULL) || (rc != SAGA_OK && problem.offset > size)) {
        abort();
    }
    if (rc == SAGA_OK) {
        run_path(path, root);
    }
    rc = jsonpath_compile_condition(text, &arena, &condition, &problem);
    if ((rc == SAGA_OK) != (condition != NULL) || (rc != SAGA_OK && problem.offset > size)) {
        abort();
    }
    if (rc == SAGA_OK) {
        MAYBE(jsonpath_decide(condition, root, STEPS, &holds) == SAGA_OK);
    }
    run_value(text, &arena);
    run_pattern(text);
    arena_close(&arena);
    return 0;
}
