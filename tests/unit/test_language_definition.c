/* test_language_definition.c - the definition compiler: limits, classes, memory, and the names of
 * states; what messages look like is in tests/definitions. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "language/definition.h"
#include "calendar/duration.h"
#include "base/arena.h"
#include "journal/states.h"
#include "reading/problem.h"

/* A definition from JSON in an arena that the test closes. */
struct compiled {
    struct arena arena;
    struct buf document;
    const struct definition *definition;
    struct problems problems;
    enum saga_error rc;
};

static void compile(struct compiled *compiled, const char *json)
{
    struct json_problem problem;
    *compiled = (struct compiled){.rc = SAGA_OK};
    arena_open(&compiled->arena, &arena_heap, 64 * 1024 * 1024);
    buf_open(&compiled->document, 4 * 1024 * 1024);
    enum saga_error rc = json_to_mp(span_text(json), &compiled->document, &problem);
    cr_assert(rc == SAGA_OK, "%s", problem.detail);
    compiled->rc = definition_compile(buf_span(&compiled->document), &compiled->arena,
                                      &compiled->definition, &compiled->problems);
}

static void drop(struct compiled *compiled)
{
    arena_close(&compiled->arena);
    buf_close(&compiled->document);
}

/* A chain of `count` steps. */
static char *chain(uint32_t count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "{\"saga\":\"s\",\"timeout\":\"1m\",\"steps\":[");
    for (uint32_t i = 0; i < count; i++) {
        fprintf(out, "%s{\"step\":\"s%u\",\"action\":\"a.b\",\"compensate\":\"a.c\"}",
                i > 0 ? "," : "", i);
    }
    fprintf(out, "]}");
    fclose(out);
    return text;
}

Test(definition, a_thousand_steps_are_allowed_and_one_more_is_not)
{
    struct compiled compiled;
    char *json = chain(LIMIT_STEPS);
    compile(&compiled, json);
    cr_assert(compiled.rc == SAGA_OK);
    cr_assert(compiled.definition->step_count == LIMIT_STEPS);
    cr_assert(definition_step(compiled.definition, span_text("s999")) == 999);
    cr_assert(definition_step(compiled.definition, span_text("s1000")) == -1);
    for (uint32_t i = 0; i < LIMIT_STEPS; i++) {
        cr_assert(compiled.definition->order[i] == i);
    }
    drop(&compiled);
    free(json);

    json = chain(LIMIT_STEPS + 1);
    compile(&compiled, json);
    cr_assert(compiled.rc == SAGA_INVALID_DEFINITION);
    cr_assert(!compiled.definition);
    drop(&compiled);
    free(json);
}

Test(definition, a_document_of_more_bytes_than_allowed_is_refused)
{
    struct compiled compiled;
    size_t size = LIMIT_DEFINITION + 1;
    char *json = malloc(size + 64);
    memset(json, 'x', size + 64);
    memcpy(json, "{\"x\":\"", 6);
    memcpy(json + size, "\"}", 3);
    compile(&compiled, json);
    cr_assert(compiled.rc == SAGA_INVALID_DEFINITION);
    cr_assert(strstr(compiled.problems.items[0].detail, "larger than 256 KiB") != NULL);
    drop(&compiled);
    free(json);
}

Test(definition, problems_beyond_the_limit_are_counted_but_not_listed)
{
    struct compiled compiled;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "{\"saga\":\"s\",\"timeout\":\"1m\",\"steps\":[");
    for (uint32_t i = 0; i < 150; i++) {
        fprintf(out, "%s{\"step\":\"s%u\",\"action\":\"a\",\"compensate\":\"none\"}",
                i > 0 ? "," : "", i);
    }
    fprintf(out, "]}");
    fclose(out);
    compile(&compiled, text);
    cr_assert(compiled.rc == SAGA_INVALID_DEFINITION);
    cr_assert(compiled.problems.count == LIMIT_PROBLEMS);
    cr_assert(compiled.problems.error_count == 150);
    cr_assert(compiled.problems.cut);
    drop(&compiled);
    free(text);
}

Test(definition, a_pointer_that_does_not_fit_names_what_holds_the_place)
{
    struct compiled compiled;
    char json[1024];
    char key[301];
    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    snprintf(json, sizeof(json),
             "{\"saga\":\"s\",\"timeout\":\"1m\",\"steps\":[{\"step\":\"a\",\"action\":\"a.b\","
             "\"input\":{\"%s\":{\"b\":\"$.x\"}}}]}",
             key);
    compile(&compiled, json);
    cr_assert(compiled.problems.count == 1);
    cr_assert_str_eq(compiled.problems.items[0].pointer, "/steps/0/input");
    drop(&compiled);
}

/* Every history of the same steps: needs and order say the same. */
Test(definition, the_order_puts_each_step_after_all_that_it_needs)
{
    struct compiled compiled;
    compile(&compiled,
            "{\"saga\":\"s\",\"steps\":["
            "{\"step\":\"e\",\"needs\":[\"c\",\"d\"],\"action\":\"a.b\",\"compensate\":\"none\"},"
            "{\"step\":\"d\",\"needs\":[\"b\"],\"action\":\"a.b\",\"compensate\":\"none\"},"
            "{\"step\":\"c\",\"needs\":[\"a\",\"b\"],\"action\":\"a.b\",\"compensate\":\"none\"},"
            "{\"step\":\"b\",\"needs\":[\"a\"],\"action\":\"a.b\",\"compensate\":\"none\"},"
            "{\"step\":\"a\",\"needs\":[],\"action\":\"a.b\",\"compensate\":\"none\"}]}");
    cr_assert(compiled.rc == SAGA_OK);
    const struct definition *definition = compiled.definition;
    uint32_t position[5];
    for (uint32_t i = 0; i < 5; i++) {
        position[definition->order[i]] = i;
    }
    for (uint32_t i = 0; i < 5; i++) {
        for (uint32_t k = 0; k < definition->steps[i].needs_count; k++) {
            cr_assert(position[definition->steps[i].needs[k]] < position[i]);
        }
    }
    drop(&compiled);
}

Test(definition, nothing_is_borrowed_from_the_document)
{
    struct compiled compiled;
    compile(&compiled,
            "{\"saga\":\"s\",\"description\":\"d\",\"labels\":{\"a\":\"b\"},\"steps\":["
            "{\"step\":\"a\",\"action\":\"a.b\",\"input\":\"$.input.x\",\"check\":\"a.d\","
            "\"retry\":{\"non_retryable\":[\"code\"]},\"compensate\":\"a.c\"}]}");
    cr_assert(compiled.rc == SAGA_OK);
    memset(compiled.document.data, 0xc1, compiled.document.size);
    const struct step_spec *step = &compiled.definition->steps[0];
    cr_assert(span_is(compiled.definition->name, "s"));
    cr_assert(span_is(compiled.definition->description, "d"));
    cr_assert(mp_find(compiled.definition->labels, span_text("a")).size == 2);
    cr_assert(span_is(step->name, "a"));
    cr_assert(span_is(step->action.action, "a.b"));
    cr_assert(span_is(step->action.check, "a.d"));
    cr_assert(span_is(step->undo.action, "a.c"));
    cr_assert(span_is(step->action.retry.non_retryable[0], "code"));
    drop(&compiled);
}

/* --- memory that runs out --------------------------------------------------------------------- */

struct countdown {
    uint32_t left;
    uint32_t taken;
};

static void *take(size_t size, void *arg)
{
    struct countdown *countdown = arg;
    if (countdown->left == 0) {
        return NULL;
    }
    countdown->left--;
    countdown->taken++;
    return malloc(size);
}

static void give(void *chunk, size_t size, void *arg)
{
    struct countdown *countdown = arg;
    (void)size;
    countdown->taken--;
    free(chunk);
}

Test(definition, a_failed_allocation_is_told_and_leaks_nothing)
{
    struct compiled compiled;
    char *json = chain(300);
    compile(&compiled, json);
    cr_assert(compiled.rc == SAGA_OK);
    enum saga_error rc = SAGA_NO_MEMORY;
    uint32_t tries = 0;
    for (; rc == SAGA_NO_MEMORY; tries++) {
        struct countdown countdown = {.left = tries};
        struct arena_source source = {.take = take, .give = give, .arg = &countdown};
        struct arena arena;
        const struct definition *definition = NULL;
        struct problems problems;
        arena_open(&arena, &source, 64 * 1024 * 1024);
        rc = definition_compile(buf_span(&compiled.document), &arena, &definition, &problems);
        cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY);
        arena_close(&arena);
        cr_assert(countdown.taken == 0);
        cr_assert(tries < 1000);
    }
    cr_assert(tries > 5);
    drop(&compiled);
    free(json);
}

/* --- durations -------------------------------------------------------------------------------- */

Test(duration, both_forms_are_read)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"0s", 0},          {"250ms", 250},          {"30s", 30000},
        {"15m", 900000},    {"2h", 7200000},         {"3d", 259200000},
        {"PT15M", 900000},  {"PT1H30M", 5400000},    {"P1DT2H", 93600000},
        {"P1W", 604800000}, {"PT0.25S", 250},        {"PT1.5S", 1500},
        {"PT0S", 0},        {"3650d", 315360000000}, {"P1W2DT3H4M5S", 788645000},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = -1;
        cr_expect(duration_parse(span_text(cases[i].text), &ms), "%s", cases[i].text);
        cr_expect(ms == cases[i].ms, "%s: %lld", cases[i].text, (long long)ms);
    }
}

Test(duration, anything_else_is_refused_and_leaves_the_target)
{
    static const char *const cases[] = {
        "",      "s",     "30",        " 30s",   "30s ", "-1s",    "+1s",
        "1.5s",  "30S",   "1h30m",     "3651d",  "P",    "PT",     "P1",
        "PT1",   "P1M",   "P1Y",       "PT1D",   "P1H",  "PT1M2H", "PT1M2M",
        "PT.5S", "PT1.S", "PT0.0001S", "PT1.5M", "pt1s", "P-1D",   "99999999999999999999s",
        "P1DT",  "PT1S1", "30 s",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 7;
        cr_expect(!duration_parse(span_text(cases[i]), &ms), "%s", cases[i]);
        cr_expect(ms == 7);
    }
}

/* --- names of states -------------------------------------------------------------------------- */

Test(step_kind, has_its_public_name)
{
    cr_assert_str_eq(step_class_name(CLASS_RETRIABLE), "retriable");
}
