/* test_base_json.c - JSON in and out, and the canonical form against vectors of another's making.
 *
 * tests/vectors/jcs.json was written once with the Python package rfc8785: doubles by their bits,
 * and values, each with its canonical text. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"

static json_t *load_vectors(void)
{
    char path[4096];
    json_error_t error;
    const char *source = getenv("SAGA_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/vectors/jcs.json", source ? source : ".");
    json_t *vectors = json_load_file(path, JSON_ALLOW_NUL, &error);
    cr_assert(vectors != NULL, "%s: %s", path, error.text);
    return vectors;
}

static void read_json(const char *text, struct buf *value)
{
    struct json_problem problem;
    buf_open(value, 1024 * 1024);
    enum saga_error rc = json_to_mp(span_text(text), value, &problem);
    cr_assert(rc == SAGA_OK, "%s: %s", text, problem.detail);
}

Test(json, numbers_print_as_in_the_vectors)
{
    json_t *vectors = load_vectors();
    json_t *numbers = json_object_get(vectors, "numbers");
    cr_assert(json_array_size(numbers) > 300);
    for (size_t i = 0; i < json_array_size(numbers); i++) {
        json_t *pair = json_array_get(numbers, i);
        uint64_t bits = strtoull(json_string_value(json_array_get(pair, 0)), NULL, 16);
        const char *expected = json_string_value(json_array_get(pair, 1));
        char text[JSON_NUMBER_SIZE];
        double value = 0;
        memcpy(&value, &bits, sizeof(value));
        size_t size = json_number(value, text);
        cr_expect_str_eq(text, expected);
        cr_expect(size == strlen(expected));
    }
    json_decref(vectors);
}

/* Seen to fail without isfinite(), and with `>=` at the bound. */
Test(json, numbers_are_read_to_the_nearest_double)
{
    char longest[JSON_DIGITS_MAX + 1];
    double value = 0;
    cr_assert(json_number_read(span_text("-12.5e-1"), &value));
    cr_assert(value <= -1.25 && value >= -1.25);
    cr_assert(json_number_read(span_text("9007199254740993"), &value));
    cr_assert(value <= 9007199254740992.0 && value >= 9007199254740992.0);
    cr_assert_not(json_number_read(span_text("1e309"), &value));
    cr_assert_not(json_number_read(span_text("-1e309"), &value));
    cr_assert_not(json_number_read(span_text(""), &value));
    memset(longest, '0', sizeof(longest));
    cr_assert(json_number_read(span_of(longest, JSON_DIGITS_MAX), &value));
    cr_assert_not(json_number_read(span_of(longest, JSON_DIGITS_MAX + 1), &value));
}

Test(json, values_have_the_canonical_form_of_the_vectors)
{
    json_t *vectors = load_vectors();
    json_t *values = json_object_get(vectors, "values");
    cr_assert(json_array_size(values) > 15);
    for (size_t i = 0; i < json_array_size(values); i++) {
        json_t *pair = json_array_get(values, i);
        json_t *expected = json_array_get(pair, 1);
        struct buf value;
        struct buf out;
        read_json(json_string_value(json_array_get(pair, 0)), &value);
        buf_open(&out, 1024 * 1024);
        cr_assert(json_canonical(buf_span(&value), &out) == SAGA_OK);
        cr_expect(out.size == json_string_length(expected) &&
                      memcmp(out.data, json_string_value(expected), out.size) == 0,
                  "%zu: %.*s\n%s", i, (int)out.size, (const char *)out.data,
                  json_string_value(expected));
        buf_close(&value);
        buf_close(&out);
    }
    json_decref(vectors);
}

Test(json, compact_and_pretty_keep_the_order_of_the_keys)
{
    struct buf value;
    struct buf out;
    read_json("{ \"b\" : [ 1, 2.50, [], {} ], \"a\" : { \"x\" : null, \"\": \"\\u00e9\\n\" } }",
              &value);
    buf_open(&out, 1024 * 1024);
    cr_assert(json_from_mp(buf_span(&value), &out, JSON_COMPACT_STYLE) == SAGA_OK);
    buf_write(&out, "", 1);
    cr_expect_str_eq((const char *)out.data,
                     "{\"b\":[1,2.5,[],{}],\"a\":{\"x\":null,\"\":\"\u00e9\\n\"}}");
    buf_clear(&out);
    cr_assert(json_from_mp(buf_span(&value), &out, JSON_PRETTY_STYLE) == SAGA_OK);
    buf_write(&out, "", 1);
    cr_expect_str_eq((const char *)out.data,
                     "{\n"
                     "  \"b\": [\n"
                     "    1,\n"
                     "    2.5,\n"
                     "    [],\n"
                     "    {}\n"
                     "  ],\n"
                     "  \"a\": {\n"
                     "    \"x\": null,\n"
                     "    \"\": \"\u00e9\\n\"\n"
                     "  }\n"
                     "}");
    buf_close(&value);
    buf_close(&out);
}

Test(json, what_is_no_json_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        const char *detail;
        uint32_t line;
        uint32_t column;
    } cases[] = {
        {"", "'[' or '{' expected", 0, 0},
        {"{\"a\": 1,\n \"a\": 2}", "duplicate object key near '\"a\"'", 2, 4},
        {"[1,\n2,,3]", "unexpected token near ','", 2, 3},
        {"[9007199254740992]", "/0: an integer beyond +-9007199254740991", 0, 0},
        {"{\"a\":[0,-9007199254740992]}", "/a/1: an integer beyond", 0, 0},
        {"-9223372036854775809", "too big negative integer", 1, 20},
        {"1e400", "real number overflow", 1, 5},
        {"[1] 2", "end of file expected near '2'", 1, 5},
        {"nul", "invalid token near 'nul'", 1, 3},
        {"\"\xff\"", "unable to decode byte 0xff", 0, 0},
        {"\"\\ud800\"", "invalid Unicode", 0, 0},
        {"{\"a\\u0000\": 1}", "NUL byte in object key not supported", 0, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_problem problem;
        struct buf out;
        buf_open(&out, 1024);
        mp_put_nil(&out);
        enum saga_error rc = json_to_mp(span_text(cases[i].text), &out, &problem);
        cr_expect(rc == SAGA_BAD_MESSAGE, "%s: %d", cases[i].text, rc);
        cr_expect(out.size == 1, "%s", cases[i].text);
        if (i > 0) {
            cr_expect(strncmp(problem.detail, cases[i].detail, strlen(cases[i].detail)) == 0,
                      "%s: %s", cases[i].text, problem.detail);
        }
        if (cases[i].line > 0) {
            cr_expect(problem.line == cases[i].line, "%s: %u", cases[i].text, problem.line);
            cr_expect(problem.column == cases[i].column, "%s: %u", cases[i].text, problem.column);
        }
        buf_close(&out);
    }
}

/* Arrays in arrays, `depth` of them. */
static enum saga_error read_nested(size_t depth, struct json_problem *problem)
{
    char text[256];
    struct buf out;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    buf_open(&out, 1024);
    enum saga_error rc = json_to_mp(span_of(text, 2 * depth), &out, problem);
    const char *why = NULL;
    cr_expect(rc != SAGA_OK || mp_check(buf_span(&out), &why) == SAGA_OK, "%s", why);
    buf_close(&out);
    return rc;
}

Test(json, depth_values_and_bytes_are_bounded)
{
    struct json_problem problem;
    struct buf out;
    cr_expect(read_nested(MP_DEPTH_MAX, &problem) == SAGA_OK);
    cr_expect(read_nested(MP_DEPTH_MAX + 1, &problem) == SAGA_BAD_MESSAGE);
    cr_expect(strstr(problem.detail, "too deep") != NULL, "%s", problem.detail);

    size_t size = 2 * (MP_NODE_MAX + 1);
    char *text = malloc(LIMIT_MESSAGE_IN + 1);
    memset(text, '1', LIMIT_MESSAGE_IN + 1);
    for (size_t i = 0; i < size; i += 2) {
        text[i] = i == 0 ? '[' : ',';
    }
    text[size] = ']';
    buf_open(&out, 1024 * 1024);
    cr_expect(json_to_mp(span_of(text, size + 1), &out, &problem) == SAGA_TOO_LARGE);
    cr_expect(json_to_mp(span_of(text, LIMIT_MESSAGE_IN + 1), &out, &problem) == SAGA_TOO_LARGE);
    buf_close(&out);
    buf_open(&out, 10);
    cr_expect(json_to_mp(span_text("[1,2,3,4,5,6,7,8,9,10]"), &out, &problem) == SAGA_NO_MEMORY);
    cr_expect(out.size == 0);
    buf_close(&out);
    free(text);
}

/* What is no value of the data model must not come out as JSON: every prefix of a value, and each
 * change of a byte, either prints or is refused. */
Test(json, broken_values_are_refused)
{
    struct buf value;
    struct buf out;
    read_json("{\"b\":[1,2.5,{\"k\":\"v\",\"j\":[true,null]}],\"a\":{\"x\":-7}}", &value);
    buf_open(&out, 1024 * 1024);
    for (size_t size = 0; size < value.size; size++) {
        uint8_t *copy = malloc(size + (size == 0));
        memcpy(copy, value.data, size);
        cr_expect(json_canonical((struct span){copy, size}, &out) == SAGA_BAD_MESSAGE);
        cr_expect(json_from_mp((struct span){copy, size}, &out, JSON_PRETTY_STYLE) ==
                  SAGA_BAD_MESSAGE);
        cr_expect(out.size == 0);
        free(copy);
    }
    for (size_t at = 0; at < value.size; at++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint8_t before = value.data[at];
            value.data[at] = (uint8_t)byte;
            enum saga_error sorted = json_canonical(buf_span(&value), &out);
            enum saga_error plain = json_from_mp(buf_span(&value), &out, JSON_COMPACT_STYLE);
            cr_assert(sorted == plain, "%zu %u: %d %d", at, byte, sorted, plain);
            value.data[at] = before;
            buf_clear(&out);
        }
    }
    buf_close(&value);
    buf_close(&out);
}

Test(json, a_full_buffer_is_told_and_left_as_it_was)
{
    struct buf value;
    read_json("{\"b\":[1,2.5,{\"k\":\"v\\u0001\"}],\"a\":{\"x\":-7}}", &value);
    enum saga_error rc = SAGA_NO_MEMORY;
    for (size_t most = 0; rc == SAGA_NO_MEMORY; most++) {
        struct buf out;
        buf_open(&out, most);
        rc = json_canonical(buf_span(&value), &out);
        cr_assert(rc == SAGA_OK || (rc == SAGA_NO_MEMORY && out.size == 0));
        cr_assert(most < 200);
        buf_close(&out);
    }
    buf_close(&value);
}
