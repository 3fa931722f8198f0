/* test_language_condition.c - conditions on a saga's document: what holds, and what costs too much.
 *
 * Seen to fail with: documents without the null of a skipped step; without the names of steps; a
 * condition that is given all steps anew for each of its queries. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/json.h"
#include "language/condition.h"
#include "base/arena.h"
#include "language/definition.h"
#include "base/error.h"
#include "base/mp.h"
#include "reading/problem.h"
#include "language/template.h"

/* The input, and the output of the first step; empty: it has none. */
struct world {
    struct buf input;
    struct buf first;
    bool first_skipped;
};

static struct span output_of(uint32_t step, const void *arg)
{
    const struct world *world = arg;
    return step == 0 ? buf_span(&world->first) : (struct span){NULL, 0};
}

static const char *status_of(uint32_t step, const void *arg)
{
    const struct world *world = arg;
    return step > 0 ? "pending" : world->first_skipped ? "skipped" : "succeeded";
}

static bool gives_null(uint32_t step, const void *arg)
{
    const struct world *world = arg;
    return step == 0 && world->first_skipped;
}

static void put_json(struct buf *buf, const char *json)
{
    struct json_problem problem;
    buf_clear(buf);
    cr_assert(json_to_mp(span_text(json), buf, &problem) == SAGA_OK, "%s: %s", json,
              problem.detail);
}

/* Decides the condition of a third step. */
static enum saga_error decide(const char *text, const struct world *world, bool *holds)
{
    char json[4096];
    struct buf document;
    struct arena arena;
    const struct definition *definition = NULL;
    struct problems problems;
    buf_open(&document, 1 << 20);
    snprintf(json, sizeof(json),
             "{\"saga\":\"s\",\"steps\":[{\"step\":\"first\",\"action\":\"a.b\",\"compensate\":"
             "\"none\"},{\"step\":\"second\",\"action\":\"a.b\",\"compensate\":\"none\"},"
             "{\"step\":\"third\",\"action\":\"a.b\",\"when\":\"%s\"}]}",
             text);
    put_json(&document, json);
    arena_open(&arena, &arena_heap, 1 << 20);
    enum saga_error rc = definition_compile(buf_span(&document), &arena, &definition, &problems);
    cr_assert(rc == SAGA_OK, "%s: %s", text, problems.count > 0 ? problems.items[0].detail : "");
    struct scope scope = {.input = buf_span(&world->input),
                          .saga_id = span_text("saga-1"),
                          .step_output = output_of,
                          .step_status = status_of,
                          .step_gives_null = gives_null,
                          .arg = world};
    rc = condition_holds(definition->steps[2].when, &scope, holds);
    buf_close(&document);
    arena_close(&arena);
    return rc;
}

static void check_all(const char *const cases[][2], size_t count, const struct world *world)
{
    for (size_t i = 0; i < count; i++) {
        bool holds = false;
        cr_expect(decide(cases[i][0], world, &holds) == SAGA_OK, "%s", cases[i][0]);
        cr_expect(holds == (cases[i][1][0] == 'y'), "%s", cases[i][0]);
    }
}

static void open_world(struct world *world)
{
    *world = (struct world){.first_skipped = false};
    buf_open(&world->input, 1 << 20);
    buf_open(&world->first, 1 << 20);
    put_json(&world->input, "{\"n\":7,\"nil\":null,\"list\":[1,20,{\"k\":\"v\"}],\"who\":\"Ann\"}");
    put_json(&world->first, "{\"score\":80,\"id\":\"f-1\"}");
}

static void close_world(struct world *world)
{
    buf_close(&world->input);
    buf_close(&world->first);
}

Test(engine_condition, looks_at_the_input_the_steps_and_the_saga)
{
    static const char *const cases[][2] = {
        {"$.input.n > 5", "yes"},
        {"$.input.n > 5 && $.steps.first.output.score < 80", "no"},
        {"$.input.n > 50 || $.steps.first.output.score == 80", "yes"},
        {"!($.input.n > 5)", "no"},
        {"$.input.nil", "yes"},
        {"$.input.nil == null", "yes"},
        {"$.input.missing", "no"},
        {"!$.input.missing", "yes"},
        {"$.input.missing == null", "no"},
        {"$.input.missing < 3 || $.input.missing >= 3", "no"},
        {"$.input.missing == $.input.nothing", "yes"},
        {"$.steps.first.status == 'succeeded' && $.steps.second.status == 'pending'", "yes"},
        {"$.steps.second.output", "no"},
        {"$.saga.id == 'saga-1'", "yes"},
        {"$.input.list[?@ > $.input.n]", "yes"},
        {"$.input.list[?@ > $.steps.first.output.score]", "no"},
        {"count($.input.list[*]) == 3", "yes"},
        {"length($.input.who) == 3 && match($.input.who, 'A.*')", "yes"},
        {"search($.steps.first.output.id, '[0-9]')", "yes"},
        {"value($.input.list[?@.k].k) == 'v'", "yes"},
        {"1 == 1", "yes"},
        {"'a' == 'b'", "no"},
    };
    struct world world;
    open_world(&world);
    check_all(cases, sizeof(cases) / sizeof(cases[0]), &world);
    close_world(&world);
}

Test(engine_condition, a_skipped_step_has_null_for_its_output)
{
    static const char *const cases[][2] = {
        {"$.steps.first.output == null", "yes"},      {"$.steps.first.output", "yes"},
        {"$.steps.first.output.score", "no"},         {"$.steps.first.output.score < 80", "no"},
        {"$.steps.first.status == 'skipped'", "yes"},
    };
    struct world world;
    open_world(&world);
    world.first_skipped = true;
    buf_clear(&world.first);
    check_all(cases, sizeof(cases) / sizeof(cases[0]), &world);
    close_world(&world);
}

Test(engine_condition, what_costs_too_much_is_not_known)
{
    struct world world;
    bool holds = true;
    enum { ELEMENTS = 3000 };
    open_world(&world);
    buf_clear(&world.input);
    mp_put_array(&world.input, ELEMENTS);
    for (uint32_t i = 0; i < ELEMENTS; i++) {
        mp_put_uint(&world.input, i);
    }
    cr_expect(decide("$.input[?@ == 2999]", &world, &holds) == SAGA_OK && holds);
    cr_expect(decide("$.input[?count($.input[*]) == 0]", &world, &holds) == SAGA_TOO_LARGE);
    cr_expect(!holds);
    close_world(&world);
}
