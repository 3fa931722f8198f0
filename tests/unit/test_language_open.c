/* test_language_open.c - what an open saga begins with, and how its steps are undone and
 * confirmed. */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/mp.h"
#include "language/definition.h"
#include "language/names.h"
#include "language/open_step.h"
#include "language/open_terms.h"
#include "language/template_form.h"
#include "reading/problem.h"

static struct arena arena;
static struct buf packed;

static void open_memory(void)
{
    arena_open(&arena, &arena_heap, 1 << 24);
    buf_open(&packed, 1 << 20);
}

static void close_memory(void)
{
    buf_close(&packed);
    arena_close(&arena);
}

TestSuite(language_open, .init = open_memory, .fini = close_memory);

/* JSON with single quotes; NULL: not given. */
static struct span value(const char *json)
{
    struct buf text;
    struct json_problem problem;
    bool ok = true;
    if (!json) {
        return (struct span){NULL, 0};
    }
    buf_open(&text, 1 << 16);
    buf_text(&text, json);
    for (size_t i = 0; i < text.size; i++) {
        text.data[i] = text.data[i] == '\'' ? '"' : text.data[i];
    }
    buf_clear(&packed);
    cr_assert_eq(json_to_mp(buf_span(&text), &packed, &problem), SAGA_OK, "%s", problem.detail);
    buf_close(&text);
    return arena_copy(&arena, buf_span(&packed), &ok);
}

/* SAGA_OK: *spec is what the step runs by. */
static enum saga_error compile(const char *compensate, const char *confirm, struct step_spec *spec,
                               struct problems *problems)
{
    struct open_calls calls;
    *spec = (struct step_spec){.name = span_text("pay")};
    enum saga_error rc =
        open_step_read(value(compensate), value(confirm), &arena, &calls, problems);
    return rc == SAGA_OK ? open_step_compile(&calls, &arena, spec) : rc;
}

static void refuses(const char *compensate, const char *confirm, const char *pointer)
{
    struct step_spec spec;
    struct problems problems;
    cr_assert_eq(compile(compensate, confirm, &spec, &problems), SAGA_INVALID, "%s", pointer);
    cr_assert_geq(problems.count, 1);
    cr_assert_str_eq(problems.items[0].pointer, pointer);
}

Test(language_open, short_and_long_forms_say_the_same)
{
    struct step_spec one;
    struct step_spec two;
    struct problems problems;
    cr_assert_eq(compile("'p.refund'", NULL, &one, &problems), SAGA_OK);
    cr_assert_eq(compile("{'action':'p.refund'}", NULL, &two, &problems), SAGA_OK);
    cr_assert(span_is(one.undo.action, "p.refund"));
    cr_assert(span_equal(one.undo.action, two.undo.action));
    cr_assert_eq(one.kind, STEP_KIND_OPEN);
    cr_assert_eq(one.step_class, CLASS_COMPENSATABLE);
    cr_assert_eq(one.undo.retry.attempts_max, 0, "an undo is patient");
    cr_assert_eq(one.stuck_attempts, 10);
    cr_assert_eq(one.stuck_ms, two.stuck_ms);
    cr_assert_null(one.undo.input, "the undo gets the step's input");
    cr_assert_null(one.confirm);
}

Test(language_open, policies_are_read)
{
    struct step_spec spec;
    struct problems problems;
    cr_assert_eq(compile("{'action':'p.refund','retry':{'max_attempts':7},'stuck_after':3,"
                         "'timeout':{'start_to_close':'5s'}}",
                         "{'action':'p.capture','stuck_after':'2m'}", &spec, &problems),
                 SAGA_OK);
    cr_assert_eq(spec.undo.retry.attempts_max, 7);
    cr_assert_eq(spec.undo.timeouts.start_to_close_ms, 5000);
    cr_assert_eq(spec.stuck_attempts, 3);
    cr_assert(span_is(spec.confirm->call.action, "p.capture"));
    cr_assert_eq(spec.confirm->stuck_attempts, 0);
    cr_assert_eq(spec.confirm->stuck_ms, 120000);
}

Test(language_open, a_text_that_looks_like_a_reference_is_that_text)
{
    struct step_spec spec;
    struct problems problems;
    cr_assert_eq(compile("{'action':'p.refund','input':'$.input.card'}", NULL, &spec, &problems),
                 SAGA_OK);
    cr_assert_eq(spec.undo.input->piece_count, 1);
    cr_assert_eq(spec.undo.input->pieces[0].kind, TEMPLATE_BYTES);
    struct mp mp = mp_open(spec.undo.input->pieces[0].bytes);
    cr_assert(span_is(mp_str(&mp), "$.input.card"));
}

Test(language_open, values_are_kept_apart_from_what_is_called)
{
    struct open_calls calls;
    struct problems problems;
    cr_assert_eq(
        open_step_read(value("{'action':'p.refund','input':{'card':'4111'}}"),
                       value("{'action':'p.capture','input':7}"), &arena, &calls, &problems),
        SAGA_OK);
    buf_clear(&packed);
    cr_assert_eq(json_canonical(calls.form, &packed), SAGA_OK);
    cr_assert(span_is(buf_span(&packed),
                      "{\"compensate\":{\"action\":\"p.refund\"},"
                      "\"confirm\":{\"action\":\"p.capture\"}}"));
    buf_clear(&packed);
    cr_assert_eq(json_canonical(calls.inputs, &packed), SAGA_OK);
    cr_assert(span_is(buf_span(&packed), "{\"compensate\":{\"card\":\"4111\"},\"confirm\":7}"));
}

Test(language_open, none_is_readonly_and_nothing_is_irrevocable)
{
    struct step_spec spec;
    struct problems problems;
    cr_assert_eq(compile("'none'", NULL, &spec, &problems), SAGA_OK);
    cr_assert_eq(spec.step_class, CLASS_READONLY);
    cr_assert_not(spec.has_undo);
    cr_assert_eq(compile(NULL, NULL, &spec, &problems), SAGA_OK);
    cr_assert_eq(spec.step_class, CLASS_RETRIABLE);
    cr_assert_eq(compile("null", "null", &spec, &problems), SAGA_OK);
    cr_assert_eq(spec.step_class, CLASS_RETRIABLE);
    cr_assert_null(spec.confirm);
}

Test(language_open, problems_say_where)
{
    refuses("'refund'", NULL, "/compensate");
    refuses("7", NULL, "/compensate");
    refuses("{'input':1}", NULL, "/compensate");
    refuses("{'action':'p.refund','check':'p.find'}", NULL, "/compensate/check");
    refuses(NULL, "'none'", "/confirm");
    refuses(NULL, "{'action':'p.c','retry':{'max_attempts':-1}}", "/confirm/retry/max_attempts");
    refuses(NULL, "{'action':'p.c','stuck_after':0}", "/confirm/stuck_after");
}

Test(language_open, names_of_steps)
{
    char longest[66];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[65] = '\0';
    cr_assert(names_is_step(span_of(longest, 64)));
    cr_assert_not(names_is_step(span_of(longest, 65)));
    cr_assert_not(names_is_step(span_of(longest, 0)));
    cr_assert(names_is_step(span_text("_a1")));
    cr_assert_not(names_is_step(span_text("1a")));
    cr_assert_not(names_is_step(span_text("a-b")));
    cr_assert_not(names_is_step(span_text("a[1]")));
}

static void refuses_terms(const char *terms, const char *pointer)
{
    struct definition definition = {.version = 0};
    const char *where = NULL;
    const char *why = NULL;
    cr_assert_eq(open_terms_read(value(terms), &arena, &definition, &where, &why), SAGA_INVALID,
                 "%s", terms);
    cr_assert_str_eq(where, pointer);
    cr_assert_not_null(why);
}

Test(language_open, terms)
{
    struct definition definition = {.version = 0};
    const char *where = NULL;
    const char *why = NULL;
    cr_assert_eq(open_terms_read(value("{'timeout_ms':1,'reversal_window_ms':5,"
                                       "'budget_usd_micros':9,"
                                       "'sensitive':['$.input.card','$.steps.pay.output.token']}"),
                                 &arena, &definition, &where, &why),
                 SAGA_OK, "%s", why);
    cr_assert_eq(definition.timeout_ms, 1);
    cr_assert_eq(definition.reversal_window_ms, 5);
    cr_assert_eq(definition.cost_max_micros, 9);
    cr_assert_eq(definition.sensitive_count, 2);
    cr_assert_eq(definition.sensitive[0]->root, REFERENCE_INPUT);
    cr_assert_eq(definition.sensitive[1]->root, REFERENCE_OUTPUT);
    cr_assert_eq(definition.sensitive[1]->step, UINT32_MAX, "the step is not there yet");
    open_terms_name(&definition, span_text("ship"), 0);
    open_terms_name(&definition, span_text("pay"), 1);
    cr_assert_eq(definition.sensitive[1]->step, 1);
}

Test(language_open, terms_that_are_none)
{
    refuses_terms("{}", "/timeout_ms");
    refuses_terms("{'timeout_ms':0}", "/timeout_ms");
    refuses_terms("{'timeout_ms':'10m'}", "/timeout_ms");
    refuses_terms("{'timeout_ms':31622400001}", "/timeout_ms");
    refuses_terms("{'timeout_ms':1,'reversal_window_ms':-1}", "/reversal_window_ms");
    refuses_terms("{'timeout_ms':1,'budget_usd_micros':0}", "/budget_usd_micros");
    refuses_terms("{'timeout_ms':1,'sensitive':'$.input'}", "/sensitive");
    refuses_terms("{'timeout_ms':1,'sensitive':['input.card']}", "/sensitive");
    refuses_terms("{'timeout_ms':1,'sensitive':['$.input[*]']}", "/sensitive");
    refuses_terms("{'timeout_ms':1,'sensitive':['$.steps.pay.status']}", "/sensitive");
    refuses_terms("{'timeout_ms':1,'sensitive':['$.reason']}", "/sensitive");
}
