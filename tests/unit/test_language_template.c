/* test_language_template.c - templates: what is found and what is filled in. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mp.h"
#include "language/definition.h"
#include "language/template.h"
#include "base/arena.h"
#include "base/buf.h"
#include "reading/problem.h"

/* --- filling ---------------------------------------------------------------------------------- */

/* What the world looks like to a template: outputs and states of two steps. */
struct world {
    struct buf input;
    struct buf first;
    struct buf reason;
    bool first_skipped;
};

static struct span output_of(uint32_t step, const void *arg)
{
    const struct world *world = arg;
    return step == 0 ? buf_span(&world->first) : (struct span){NULL, 0};
}

static const char *status_of(uint32_t step, const void *arg)
{
    (void)arg;
    return step == 0 ? "succeeded" : "pending";
}

static bool gives_null(uint32_t step, const void *arg)
{
    const struct world *world = arg;
    return step == 0 && world->first_skipped;
}

static void put_json(struct buf *buf, const char *json)
{
    struct json_problem problem;
    buf_open(buf, 1024 * 1024);
    enum saga_error rc = json_to_mp(span_text(json), buf, &problem);
    cr_assert(rc == SAGA_OK, "%s: %s", json, problem.detail);
}

/* Compiles a definition whose second step (or the first one's undo) has this input, fills it in and
 * gives it as canonical JSON, or the reference that found nothing. */
static const char *fill(const char *template_json, const struct world *world, bool in_undo)
{
    static char text[140000];
    char json[70000];
    struct buf document;
    struct buf out;
    struct buf canonical;
    struct arena arena;
    const struct definition *definition = NULL;
    struct problems problems;
    struct span missing;

    snprintf(json, sizeof(json),
             "{\"saga\":\"s\",\"steps\":[{\"step\":\"first\",\"action\":\"a.b\",\"compensate\":"
             "{\"action\":\"a.c\",\"input\":%s}},"
             "{\"step\":\"second\",\"action\":\"a.b\",\"compensate\":\"none\",\"input\":%s}]}",
             in_undo ? template_json : "1", in_undo ? "1" : template_json);
    put_json(&document, json);
    arena_open(&arena, &arena_heap, 1024 * 1024);
    enum saga_error rc = definition_compile(buf_span(&document), &arena, &definition, &problems);
    cr_assert(rc == SAGA_OK, "%s: %s", template_json, problems.items[0].detail);
    const struct template *template =
        in_undo ? definition->steps[0].undo.input : definition->steps[1].action.input;

    struct scope scope = {
        .input = buf_span(&world->input),
        .saga_id = span_text("saga-1"),
        .reason = in_undo ? buf_span(&world->reason) : (struct span){NULL, 0},
        .step_output = output_of,
        .step_status = status_of,
        .step_gives_null = gives_null,
        .arg = world,
        .null_when_missing = in_undo,
    };
    buf_open(&out, 1024 * 1024);
    buf_open(&canonical, 1024 * 1024);
    rc = template_fill(template, &scope, &out, &missing);
    if (rc == SAGA_OK) {
        const char *why = NULL;
        cr_assert(mp_check(buf_span(&out), &why) == SAGA_OK, "%s: %s", template_json, why);
        cr_assert(json_canonical(buf_span(&out), &canonical) == SAGA_OK);
        snprintf(text, sizeof(text), "%.*s", (int)canonical.size, (const char *)canonical.data);
    } else {
        cr_assert(rc == SAGA_INVALID || rc == SAGA_TOO_LARGE);
        cr_assert(out.size == 0);
        snprintf(text, sizeof(text), "%s %.*s", rc == SAGA_INVALID ? "missing" : "too large",
                 (int)missing.size, (const char *)missing.data);
    }
    buf_close(&out);
    buf_close(&canonical);
    buf_close(&document);
    arena_close(&arena);
    return text;
}

static void open_world(struct world *world)
{
    *world = (struct world){.first_skipped = false};
    put_json(&world->input,
             "{\"name\":\"Ann \\\"A\\\"\",\"n\":7,\"x\":1.5,\"big\":1e21,\"t\":true,"
             "\"nil\":null,\"list\":[1,[2,3],{\"k\":\"v\"}],\"a b\":{\"\":5}}");
    put_json(&world->first, "{\"id\":\"f-1\",\"deep\":{\"er\":[10,20,30]}}");
    put_json(&world->reason, "{\"code\":\"card_declined\",\"message\":\"no\"}");
}

static void close_world(struct world *world)
{
    buf_close(&world->input);
    buf_close(&world->first);
    buf_close(&world->reason);
}

Test(template, references_keep_the_type_of_what_they_find)
{
    static const char *const cases[][2] = {
        {"\"$.input.n\"", "7"},
        {"\"$.input.x\"", "1.5"},
        {"\"$.input.nil\"", "null"},
        {"\"$.input.list\"", "[1,[2,3],{\"k\":\"v\"}]"},
        {"\"$.input.list[1][0]\"", "2"},
        {"\"$.input.list[-1].k\"", "\"v\""},
        {"\"$['input']['a b']['']\"", "5"},
        {"\"$.steps.first.output.deep.er[-3]\"", "10"},
        {"\"$.steps.first.status\"", "\"succeeded\""},
        {"\"$.saga.id\"", "\"saga-1\""},
        {"{\"a\":\"$.input.n\",\"b\":[\"$.input.t\",\"c\"],\"$.input\":1}",
         "{\"$.input\":1,\"a\":7,\"b\":[true,\"c\"]}"},
        {"[1,2,{\"a\":null}]", "[1,2,{\"a\":null}]"},
    };
    struct world world;
    open_world(&world);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_str_eq(fill(cases[i][0], &world, false), cases[i][1], "%s", cases[i][0]);
    }
    close_world(&world);
}

Test(template, texts_are_put_together_from_text_and_values)
{
    static const char *const cases[][2] = {
        {"\"Trip of ${$.input.name}!\"", "\"Trip of Ann \\\"A\\\"!\""},
        {"\"${$.input.n}${ $.input.x }\"", "\"71.5\""},
        {"\"${$.input.t} ${$.input.nil} ${$.input.big}\"", "\"true null 1e+21\""},
        {"\"${$.input.list}\"", "\"[1,[2,3],{\\\"k\\\":\\\"v\\\"}]\""},
        {"\"${$.saga.id}/${$.steps.first.status}\"", "\"saga-1/succeeded\""},
        {"\"$$.input.n costs $5, $$$$ and $${x}\"", "\"$.input.n costs $5, $$ and ${x}\""},
        {"\"$\"", "\"$\""},
        {"\"$$\"", "\"$\""},
        {"\"a $.input.n\"", "\"a $.input.n\""},
        {"\"$${$.input.n}\"", "\"${$.input.n}\""},
        {"\"$$${$.input.n}\"", "\"$7\""},
    };
    struct world world;
    open_world(&world);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_str_eq(fill(cases[i][0], &world, false), cases[i][1], "%s", cases[i][0]);
    }
    close_world(&world);
}

Test(template, what_is_missing_is_named_or_null_where_that_is_the_rule)
{
    struct world world;
    open_world(&world);
    cr_expect_str_eq(fill("[\"$.input.no.such\"]", &world, false), "missing $.input.no.such");
    cr_expect_str_eq(fill("\"a ${$.input.list[7]}\"", &world, false), "missing $.input.list[7]");
    cr_expect_str_eq(fill("\"$.input.name[0]\"", &world, false), "missing $.input.name[0]");
    cr_expect_str_eq(fill("\"$.input.list.k\"", &world, false), "missing $.input.list.k");
    cr_expect_str_eq(fill("\"$.steps.first.output.no\"", &world, false),
                     "missing $.steps.first.output.no");
    cr_expect_str_eq(fill("[\"$.input.no\",\"<${$.steps.first.output.no}>\"]", &world, true),
                     "[null,\"<null>\"]");
    cr_expect_str_eq(fill("\"$.reason.code\"", &world, true), "\"card_declined\"");
    cr_expect_str_eq(fill("\"$.reason.actor\"", &world, true), "null");
    world.first_skipped = true;
    world.first.size = 0;
    cr_expect_str_eq(fill("\"$.steps.first.output.id\"", &world, false), "null");
    cr_expect_str_eq(fill("\"$.input.no\"", &world, false), "missing $.input.no");
    close_world(&world);
}

Test(template, a_fallback_stands_for_what_is_missing_and_for_nothing_else)
{
    static const char *const cases[][2] = {
        {"\"$.input.slow ?\? 3\"", "3"},
        {"\"$.input.no?\?null\"", "null"},
        {"\"$.input.no ?\?  -0.5e1 \"", "-5"},
        {"\"$.input.no ?\? \\\"a } ?\? b\\\"\"", "\"a } ?\? b\""},
        {"\"$.input.no ?\? \\\"\\\\u00e9\\\\n\\\"\"", "\"\u00e9\\n\""},
        {"\"$.input.list[9].k ?\? [ ]\"", "[]"},
        {"\"$.input.no ?\? {\\\"a\\\" : [1, {}, [[true]]], \\\"b\\\":false}\"",
         "{\"a\":[1,{},[[true]]],\"b\":false}"},
        {"\"$.steps.first.output.no ?\? \\\"$.input.n\\\"\"", "\"$.input.n\""},
        {"\"$.reason.actor ?\? \\\"nobody\\\"\"", "\"nobody\""},
        {"{\"a\":[\"$.input.no ?\? 1\",\"$.input.no ?\? 2\"]}", "{\"a\":[1,2]}"},
        {"\"<${$.input.no ?\? \\\"you\\\"}> ${ $.input.no ?\? {\\\"a\\\":[\\\"}\\\"]} }\"",
         "\"<you> {\\\"a\\\":[\\\"}\\\"]}\""},
        {"\"$.input.n ?\? 3\"", "7"},
        {"\"$.input.nil ?\? 3\"", "null"}, /* null is a value */
        {"\"${$.input.n ?\? 3}\"", "\"7\""},
        {"\"$.input.list[*].no ?\? 3\"", "[]"},
    };
    struct world world;
    open_world(&world);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool in_undo = strstr(cases[i][0], "reason") != NULL;
        cr_expect_str_eq(fill(cases[i][0], &world, in_undo), cases[i][1], "%s", cases[i][0]);
    }
    world.first_skipped = true;
    world.first.size = 0;
    cr_expect_str_eq(fill("\"$.steps.first.output.id ?\? 1\"", &world, false), "1");
    cr_expect_str_eq(fill("[\"$.input.no ?\? 2\",\"$.input.no\"]", &world, true), "[2,null]");
    close_world(&world);
}

Test(template, queries_with_many_values_give_arrays)
{
    static const char *const cases[][2] = {
        {"\"$.input.list[*]\"", "[1,[2,3],{\"k\":\"v\"}]"},
        {"\"$.input.list[0:2]\"", "[1,[2,3]]"},
        {"\"$.input.list[1][*]\"", "[2,3]"},
        {"\"$.input..k\"", "[\"v\"]"},
        {"\"$.input['n','x','none']\"", "[7,1.5]"},
        {"\"$.input.none[*]\"", "[]"},
        {"\"$.steps.first.output.deep.er[?@ > $.input.n]\"", "[10,20,30]"},
        {"\"$.steps.first.output.deep.er[?@ != $.input.x && @ < 30]\"", "[10,20]"},
        {"\"$.steps.first.output[?$.steps.first.status == 'succeeded']\"",
         "[\"f-1\",{\"er\":[10,20,30]}]"},
        {"\"$.input.list[?$.saga.id == 'saga-1']\"", "[1,[2,3],{\"k\":\"v\"}]"},
        {"\"of ${$.input.list[1][*]} and ${$.input.none[*]}\"", "\"of [2,3] and []\""},
    };
    struct world world;
    open_world(&world);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_str_eq(fill(cases[i][0], &world, false), cases[i][1], "%s", cases[i][0]);
    }
    cr_expect_str_eq(fill("\"$.reason[*]\"", &world, true), "[\"card_declined\",\"no\"]");
    world.first_skipped = true;
    world.first.size = 0;
    cr_expect_str_eq(fill("\"$.steps.first.output[*]\"", &world, false), "[]");
    close_world(&world);
}

/* An array of 15, of 16, of 65535 and of 65536 elements has a header of another form each. */
Test(template, arrays_of_every_size_have_the_right_header)
{
    static const uint32_t counts[] = {0, 1, 15, 16, 17, 255, 256, 20000, 65535, 65536, 65537};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct world world = {.first_skipped = false};
        buf_open(&world.input, 1024 * 1024);
        mp_put_array(&world.input, counts[i]);
        for (uint32_t k = 0; k < counts[i]; k++) {
            mp_put_uint(&world.input, 1);
        }
        /* fill() gives canonical text: two bytes an element. */
        size_t wanted = counts[i] > 0 ? 2 * (size_t)counts[i] + 1 : 2;
        cr_expect(strlen(fill("\"$.input[*]\"", &world, false)) == wanted, "%u", counts[i]);
        buf_close(&world.input);
    }
}

/* Fills `count` references into one value. */
static const char *fill_often(const char *reference, uint32_t count, const struct world *world,
                              bool in_undo)
{
    static char json[20000];
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        size += (size_t)snprintf(json + size, sizeof(json) - size, "%s\"%s\"", i ? "," : "[",
                                 reference);
    }
    snprintf(json + size, sizeof(json) - size, "]");
    return fill(json, world, in_undo);
}

Test(template, what_is_too_large_or_too_costly_is_told_or_null_where_that_is_the_rule)
{
    struct world world = {.first_skipped = false};
    enum { BIG = 700 * 1024, ELEMENTS = 60000 };
    char *text = malloc(BIG + 1);
    memset(text, 'x', BIG);
    text[BIG] = '\0';
    buf_open(&world.input, 2 * 1024 * 1024);
    mp_put_map(&world.input, 2);
    mp_put_text(&world.input, "big");
    mp_put_text(&world.input, text);
    mp_put_text(&world.input, "many");
    mp_put_array(&world.input, ELEMENTS);
    for (uint32_t i = 0; i < ELEMENTS; i++) {
        mp_put_uint(&world.input, 1);
    }
    put_json(&world.reason, "{}");
    put_json(&world.first, "{}");
    cr_expect_str_eq(fill("[\"$.input.big\",\"$.input.big\"]", &world, false),
                     "too large $.input.big");
    cr_expect_str_eq(fill("\"${$.input.big}${$.input.big}\"", &world, false),
                     "too large $.input.big");
    cr_expect_str_eq(fill("\"$.input['big','big']\"", &world, false),
                     "too large $.input['big','big']");
    cr_expect_str_eq(fill("\"$.input.many[?count($.input.many[*]) == 0]\"", &world, false),
                     "too large $.input.many[?count($.input.many[*]) == 0]");
    cr_expect_str_eq(fill("\"$.input.many[?count($.input.many[*]) == 0]\"", &world, true), "null");
    cr_expect_str_eq(fill("[\"$.input.many\",\"$.input.many\"]", &world, false),
                     "too large $.input.many");
    cr_expect_str_eq(fill_often("$.input.many[?@ == 2]", 2, &world, false), "[[],[]]");
    cr_expect_str_eq(fill_often("$.input.many[?@ == 2]", 40, &world, false),
                     "too large $.input.many[?@ == 2]");
    free(text);
    close_world(&world);
}

/* A value that is handed on is nested again by each template that it goes through. */
Test(template, what_is_too_deep_is_told_or_null_where_that_is_the_rule)
{
    struct world world = {.first_skipped = false};
    char nested[2 * MP_VALUE_DEPTH_MAX + 1];
    char text[2 * MP_VALUE_DEPTH_MAX + 8];
    memset(nested, '[', MP_VALUE_DEPTH_MAX);
    memset(nested + MP_VALUE_DEPTH_MAX, ']', MP_VALUE_DEPTH_MAX);
    nested[2 * MP_VALUE_DEPTH_MAX] = '\0';
    put_json(&world.input, nested);
    put_json(&world.reason, "{}");
    put_json(&world.first, "{}");
    cr_expect_str_eq(fill("\"$.input\"", &world, false), nested);
    cr_expect_str_eq(fill("[\"$.input\"]", &world, false), "too large $.input");
    cr_expect_str_eq(fill("[0,\"$.input[0]\"]", &world, false) + 3, nested + 1);
    cr_expect_str_eq(fill("[{\"a\":\"$.input[0]\"}]", &world, false), "too large $.input[0]");
    cr_expect_str_eq(fill("[[],{\"a\":\"$.input[0]\"}]", &world, true), "[[],{\"a\":null}]");
    cr_expect_str_eq(fill("\"$.input[*]\"", &world, false), nested);
    snprintf(text, sizeof(text), "[\"v %s\"]", nested);
    cr_expect_str_eq(fill("[\"v ${$.input}\"]", &world, false), text);
    close_world(&world);

    /* Deeper than anything that comes in: a text of it has its bound too. */
    world = (struct world){.first_skipped = false};
    buf_open(&world.input, 4096);
    for (uint32_t i = 0; i < MP_SHOWN_DEPTH_MAX; i++) {
        mp_put_array(&world.input, 1);
    }
    mp_put_array(&world.input, 0);
    put_json(&world.reason, "{}");
    put_json(&world.first, "{}");
    cr_expect_str_eq(fill("\"v ${$.input}\"", &world, false), "too large $.input");
    cr_expect_str_eq(fill("\"v ${$.input}\"", &world, true), "\"v null\"");
    cr_expect_str_eq(fill("\"$.input\"", &world, false), "too large $.input");
    close_world(&world);
}

/* A str's header grows with its size: each of its forms has an edge. */
Test(template, texts_of_every_size_have_the_right_header)
{
    static const size_t sizes[] = {0, 1, 31, 32, 33, 255, 256, 257, 65535, 65536, 65537};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct world world = {.first_skipped = false};
        size_t size = sizes[i];
        char *text = malloc(size + 1);
        memset(text, 'x', size);
        text[size] = '\0';
        buf_open(&world.input, 1024 * 1024);
        mp_put_map(&world.input, 1);
        mp_put_text(&world.input, "x");
        mp_put_text(&world.input, text);
        const char *filled = fill("\"${$.input.x}\"", &world, false);
        cr_expect(strlen(filled) == size + 2);
        buf_close(&world.input);
        free(text);
    }
}

Test(template, a_full_buffer_is_told)
{
    struct world world;
    struct buf document;
    struct arena arena;
    struct problems problems;
    const struct definition *definition = NULL;
    struct span missing;
    open_world(&world);
    put_json(&document,
             "{\"saga\":\"s\",\"steps\":[{\"step\":\"a\",\"action\":\"a.b\","
             "\"input\":[\"$.input.list\",\"x ${$.input.list} y\",\"$.input.list[*]\"]}]}");
    arena_open(&arena, &arena_heap, 1024 * 1024);
    enum saga_error rc = definition_compile(buf_span(&document), &arena, &definition, &problems);
    cr_assert(rc == SAGA_OK);
    struct scope scope = {.input = buf_span(&world.input)};
    rc = SAGA_NO_MEMORY;
    for (size_t most = 0; rc != SAGA_OK; most++) {
        struct buf out;
        buf_open(&out, most);
        rc = template_fill(definition->steps[0].action.input, &scope, &out, &missing);
        cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY);
        cr_assert(most < 1000);
        buf_close(&out);
    }
    buf_close(&document);
    arena_close(&arena);
    close_world(&world);
}
