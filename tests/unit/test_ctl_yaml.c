/* test_ctl_yaml.c - YAML to values: the core schema of YAML 1.2, and where everything stands.
 *
 * What is refused, with its messages, is in tests/definitions/bad/yaml-*. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "ctl/yaml.h"
#include "ctl/yaml_print.h"

static enum saga_error open_text(struct yaml_document *document, const char *text)
{
    struct yaml_problem problem;
    enum saga_error rc = yaml_open(document, span_text(text), &problem);
    cr_expect(rc == SAGA_OK || problem.detail[0] != '\0');
    return rc;
}

/* The value of a text as compact JSON. */
static const char *read_text(const char *text)
{
    static char printed[4096];
    struct yaml_document document;
    struct buf out;
    const char *why = NULL;
    cr_assert(open_text(&document, text) == SAGA_OK, "%s", text);
    cr_assert(mp_check(buf_span(&document.value), &why) == SAGA_OK, "%s: %s", text, why);
    buf_open(&out, sizeof(printed) - 1);
    cr_assert(json_from_mp(buf_span(&document.value), &out, JSON_COMPACT_STYLE) == SAGA_OK);
    snprintf(printed, sizeof(printed), "%.*s", (int)out.size, (const char *)out.data);
    buf_close(&out);
    yaml_close(&document);
    return printed;
}

Test(yaml, plain_scalars_have_the_types_of_the_core_schema)
{
    static const char *const cases[][2] = {
        {"null", "null"},
        {"~", "null"},
        {"Null", "null"},
        {"[a: ]", "[{\"a\":null}]"},
        {"true", "true"},
        {"False", "false"},
        {"TRUE", "true"},
        {"yes", "\"yes\""},
        {"no", "\"no\""},
        {"on", "\"on\""},
        {"tRUE", "\"tRUE\""},
        {"nULL", "\"nULL\""},
        {"0", "0"},
        {"-0", "0"},
        {"+7", "7"},
        {"-12", "-12"},
        {"007", "7"},
        {"0o17", "15"},
        {"0xFf", "255"},
        {"0o8", "\"0o8\""},
        {"0x", "\"0x\""},
        {"-0x1", "\"-0x1\""},
        {"1_000", "\"1_000\""},
        {"1,000", "\"1,000\""},
        {"9007199254740991", "9007199254740991"},
        {"1.5", "1.5"},
        {".5", "0.5"},
        {"5.", "5"},
        {"-1e3", "-1000"},
        {"1.5E-3", "0.0015"},
        {"1e", "\"1e\""},
        {".", "\".\""},
        {"-", "[null]"},
        {"--1", "\"--1\""},
        {"1.2.3", "\"1.2.3\""},
        {"12:30", "\"12:30\""},
        {"2026-01-01", "\"2026-01-01\""},
        {"30s", "\"30s\""},
        {"$.input.x", "\"$.input.x\""},
        {"\"1\"", "\"1\""},
        {"'true'", "\"true\""},
        {"''", "\"\""},
        {"|\n  1\n", "\"1\\n\""},
        {">-\n  a\n  b\n", "\"a b\""},
        {"\"\\u00e9\\t\\0\"", "\"\u00e9\\t\\u0000\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_str_eq(read_text(cases[i][0]), cases[i][1], "%s", cases[i][0]);
    }
}

Test(yaml, block_and_flow_style_and_json_mean_the_same)
{
    static const char expected[] = "{\"a\":[1,{\"b\":[]},[[]]],\"c\":{\"1\":\"x\",\"true\":{}}}";
    cr_expect_str_eq(read_text("a:\n  - 1\n  - b: []\n  - - []\nc:\n  1: x\n  true: {}\n"),
                     expected);
    cr_expect_str_eq(read_text("--- # start\n{a: [1, {b: []}, [[]]], c: {1: x, true: {}}}\n..."),
                     expected);
    cr_expect_str_eq(read_text(expected), expected);
    cr_expect_str_eq(read_text("{\n\t\"a\":\t[1,\n\t2]\n}"), "{\"a\":[1,2]}");
}

static void expect_mark(const struct yaml_document *document, const char *pointer, uint32_t line,
                        uint32_t column)
{
    struct yaml_mark mark = yaml_find(document, span_text(pointer));
    cr_expect(mark.line == line && mark.column == column, "%s: %u:%u", pointer, mark.line,
              mark.column);
}

Test(yaml, every_value_is_found_by_its_pointer)
{
    struct yaml_document document;
    cr_assert(open_text(&document,
                        "# a comment\n"
                        "\u00e9\u00e9: 1\n"
                        "steps:\n"
                        "  - step: a\n"
                        "  - { step: b, \"x/y~z\": [1, [2]], \"\": 3 }\n") == SAGA_OK);
    expect_mark(&document, "", 2, 1);
    expect_mark(&document, "/\u00e9\u00e9", 2, 1);
    expect_mark(&document, "/steps", 3, 1);
    expect_mark(&document, "/steps/0", 4, 5);
    expect_mark(&document, "/steps/1/step", 5, 7);
    expect_mark(&document, "/steps/1/x~1y~0z", 5, 16);
    expect_mark(&document, "/steps/1/x~1y~0z/1/0", 5, 30);
    expect_mark(&document, "/steps/1/", 5, 35);
    /* What is not there is shown where it would be. */
    expect_mark(&document, "/steps/7/step", 3, 1);
    expect_mark(&document, "/steps/1/needs/0", 5, 5);
    expect_mark(&document, "/nowhere", 2, 1);
    yaml_close(&document);
}

Test(yaml, every_prefix_and_changed_byte_is_read_or_refused)
{
    static const char text[] = "a: &x [1, \"b\\u00e9\", {c: !t 2}]\n? k\n: - |\n  l\n--- *x\n";
    for (size_t size = 0; size <= sizeof(text) - 1; size++) {
        for (size_t at = 0; at <= size; at++) {
            struct yaml_document document;
            struct yaml_problem problem;
            const char *why = NULL;
            uint8_t *copy = malloc(size + 1);
            memcpy(copy, text, size);
            copy[at] ^= at == size ? 0 : 0x15;
            enum saga_error rc = yaml_open(&document, (struct span){copy, size}, &problem);
            cr_expect(rc == SAGA_OK || problem.mark.line > 0);
            cr_expect(rc != SAGA_OK || mp_check(buf_span(&document.value), &why) == SAGA_OK, "%s",
                      why);
            yaml_close(&document);
            free(copy);
        }
    }
}

Test(yaml, bytes_values_and_keys_are_bounded)
{
    struct yaml_document document;
    struct yaml_problem problem;
    char *text = malloc(LIMIT_DEFINITION + 1);
    memset(text, ' ', LIMIT_DEFINITION + 1);
    enum saga_error rc = yaml_open(&document, span_of(text, LIMIT_DEFINITION + 1), &problem);
    cr_expect(rc == SAGA_TOO_LARGE);
    yaml_close(&document);

    for (size_t i = 0; i < LIMIT_DEFINITION; i += 2) {
        memcpy(text + i, i == 0 ? "[a" : ",a", 2);
    }
    rc = yaml_open(&document, span_of(text, LIMIT_DEFINITION), &problem);
    cr_expect(rc == SAGA_TOO_LARGE, "%d %s", rc, problem.detail);
    yaml_close(&document);

    size_t size = 0;
    for (uint32_t i = 0; i <= YAML_KEYS_MAX; i++) {
        size += (size_t)snprintf(text + size, LIMIT_DEFINITION - size, "k%u:\n", i);
    }
    rc = yaml_open(&document, span_of(text, size), &problem);
    cr_expect(rc == SAGA_TOO_LARGE);
    cr_expect(problem.mark.line == YAML_KEYS_MAX + 1);
    yaml_close(&document);
    free(text);
}

/* ---- printing ---- */

static char *print_json(const char *json)
{
    char *text = NULL;
    size_t size = 0;
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    FILE *out = open_memstream(&text, &size);
    cr_assert(value != NULL && out != NULL, "%s", json);
    bool good = yaml_print(out, value);
    cr_expect(good);
    fclose(out);
    json_decref(value);
    return text;
}

Test(yaml_print, prints_blocks)
{
    char *text = print_json(
        "{\"id\": \"t-17\", \"steps\": [{\"step\": \"a\", \"needs\": []}, {}], \"none\": null,"
        " \"cost\": 0.99}");
    cr_expect_str_eq(text,
                     "id: t-17\nsteps:\n- step: a\n  needs: []\n- {}\n"
                     "none: null\ncost: 0.99\n");
    free(text);
}

Test(yaml_print, quotes_what_yaml_would_take_for_something_else)
{
    static const char *const quoted[] = {
        "",     "true", "No",   "y",     "null",       "~",    "12",    "-1", "1e5",
        "0x1f", ".inf", "1:30", "a: b",  "2026-11-24", "a #b", "- a",   "<<", "=",
        " a",   "a ",   "*a",   "&a",    "a\\nb",      "{a}",  "OFF",   "a:", "?",
        "!x",   "%x",   "@x",   "a\\tb", "\\u00e9",    "a.",   "\\\"a", "'a'"};
    static const char *const plain[] = {"a",      "saga_started", "flights.book", "t-17", "Sat Nov",
                                        "trip~a", "a/b",          "yes we can",   "e5"};
    char json[64];
    char expected[64];
    for (size_t i = 0; i < ARRAY_COUNT(quoted); i++) {
        snprintf(json, sizeof(json), "[\"%s\"]", quoted[i]);
        char *text = print_json(json);
        cr_expect(strncmp(text, "- \"", 3) == 0, "%s", text);
        cr_expect_str_eq(read_text(text), i == 31 ? "[\"\xc3\xa9\"]" : json);
        free(text);
    }
    for (size_t i = 0; i < ARRAY_COUNT(plain); i++) {
        snprintf(json, sizeof(json), "[\"%s\"]", plain[i]);
        snprintf(expected, sizeof(expected), "- %s\n", plain[i]);
        char *text = print_json(json);
        cr_expect_str_eq(text, expected);
        free(text);
    }
}

Test(yaml_print, what_is_printed_reads_back)
{
    static const char *const values[] = {
        "{\"a\":{\"b\":[[],[[1,-2.5],{}]],\"c d\":\"e\\u0000f\"},\"\":null,\"true\":true}",
        "[0.1,1e+300,-2.5e-7,0.30000000000000004,9007199254740991,false]", "\"a text alone\"", "[]",
        ("[\"a very long text that some printers of YAML would fold at the eightieth column of a "
         "line, which is why it is so long\"]")};
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        char *text = print_json(values[i]);
        cr_expect_str_eq(read_text(text), values[i], "%s", text);
        free(text);
    }
}
