/* test_ctl_drill.c - drills and graphs of known definitions, as people and programs see them.
 *
 *   tests/definitions/drill/NAME.expected           the matrix of drill/NAME.yaml or good/NAME.yaml
 *   tests/definitions/drill/NAME.json               the same for programs
 *   tests/definitions/graph/NAME.{text,mermaid,dot}
 *
 * SAGA_REWRITE=1 writes what came out over what was expected: commit only what you understand.
 *
 * Seen to fail with: a late effect that is not said; a failing undo that succeeds; an alert that is
 * not heard (all is unsettled); a silent step that answers; undos without their turn; steps with
 * nothing to undo not looked through by the way back; strict drawn as if parallel; a made-up array
 * without its padding; a reference to the input not looked for; answers that do not
 * come twice; a refusal that does not wait; a patience of years; no reversal. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/drill/drill_json.h"
#include "ctl/drill/drill_show.h"
#include "ctl/graph.h"
#include "ctl/lint.h"
#include "golden.h"
#include "journal/states.h"

struct known {
    const char *path; /* from tests/definitions */
    const char *name;
};

static const struct known drilled[] = {
    {"../../examples/booking/booking.yaml", "example-booking"},
    {"../../examples/research/research.yaml", "example-research"},
    {"../../examples/returns/returns.yaml", "example-returns"},
    {"../../examples/nightly/settle-account.yaml", "example-settle-account"},
    {"good/approve.yaml", "approve"},
    {"good/booking.yaml", "booking"},
    {"good/child.yaml", "child"},
    {"good/diamond.yaml", "diamond"},
    {"good/json.json", "json"},
    {"good/last-is-pivot.yaml", "last-is-pivot"},
    {"good/minimal.yaml", "minimal"},
    {"good/pivot.yaml", "pivot"},
    {"good/templates.yaml", "templates"},
    {"good/warnings.yaml", "warnings"},
    {"drill/forgotten.yaml", "forgotten"},
    {"drill/remembered.yaml", "remembered"},
    {"drill/reversible.yaml", "reversible"},
    {"drill/wide.yaml", "wide"},
    {"good/events.yaml", "events"},
    {"good/for-each.yaml", "for-each"},
    {"../../examples/pipeline/commission.yaml", "pipeline-commission"},
    {"../../examples/pipeline/research.yaml", "pipeline-research"},
    {"../../examples/pipeline/analysis.yaml", "pipeline-analysis"},
    {"../../examples/pipeline/publication.yaml", "pipeline-publication"},
};

static const struct known drawn[] = {
    {"../../examples/booking/booking.yaml", "example-booking"},
    {"good/child.yaml", "child"},
    {"good/diamond.yaml", "diamond"},
    {"good/pivot.yaml", "pivot"},
    {"drill/reversible.yaml", "reversible"},
    {"graph/through.yaml", "through"},
    {"good/for-each.yaml", "for-each"},
};

static void open_lint(struct lint *lint, const char *path)
{
    golden_enter();
    enum saga_error rc = lint_open(lint, path);
    cr_assert(rc == SAGA_OK, "%s", path);
}

static void open_drill(struct drill *drill, struct lint *lint, const char *path)
{
    open_lint(lint, path);
    bool good = drill_open(drill, lint->definition, NULL, NULL);
    cr_assert(good, "%s", path);
}

static void close_drill(struct drill *drill, struct lint *lint)
{
    drill_close(drill);
    lint_close(lint);
}

static struct drill_outcome *outcome_of(struct drill *drill, uint32_t step, enum trouble trouble)
{
    return &drill->outcomes[step * TROUBLE_COUNT + trouble];
}

Test(drill, the_matrix_of_each_is_the_expected)
{
    for (size_t i = 0; i < ARRAY_COUNT(drilled); i++) {
        struct lint lint;
        struct drill drill;
        char file[128];
        char *text = NULL;
        size_t size = 0;
        open_drill(&drill, &lint, drilled[i].path);
        FILE *out = open_memstream(&text, &size);
        drill_show(&drill, out);
        fclose(out);
        snprintf(file, sizeof(file), "drill/%s.expected", drilled[i].name);
        golden_check(file, text);
        free(text);
        close_drill(&drill, &lint);
    }
}

Test(drill, the_json_of_each_is_the_expected)
{
    static const struct known known[] = {{"drill/values.yaml", "values"},
                                         {"drill/forgotten.yaml", "forgotten"}};
    for (size_t i = 0; i < ARRAY_COUNT(known); i++) {
        struct lint lint;
        struct drill drill;
        char file[128];
        open_drill(&drill, &lint, known[i].path);
        json_t *json = drill_json(&drill);
        char *text = json_dumps(json, JSON_INDENT(1));
        snprintf(file, sizeof(file), "drill/%s.json", known[i].name);
        golden_check(file, text);
        free(text);
        json_decref(json);
        close_drill(&drill, &lint);
    }
}

/* One of each step that asks a participant, and another one of this step. */
static uint32_t answers_of(const struct definition *definition, uint32_t twice)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        bool asks = definition->steps[i].kind == STEP_KIND_ACTION;
        count += asks ? 1 + (uint32_t)(i == twice) : 0;
    }
    return count;
}

/* Whatever the definition: what the words mean must hold. */
Test(drill, outcomes_agree_with_the_model)
{
    for (size_t i = 0; i < ARRAY_COUNT(drilled); i++) {
        struct lint lint;
        struct drill drill;
        open_drill(&drill, &lint, drilled[i].path);
        for (uint32_t step = 0; step < lint.definition->step_count; step++) {
            const struct drill_outcome *twice = outcome_of(&drill, step, TROUBLE_DUPLICATE);
            cr_expect(twice->state == SAGA_STATE_COMPLETED && twice->undo_count == 0 &&
                          twice->answer_count == answers_of(lint.definition, step),
                      "%s %u", drilled[i].name, step);
            for (uint32_t t = 0; t < TROUBLE_COUNT; t++) {
                const struct drill_outcome *outcome = outcome_of(&drill, step, (enum trouble)t);
                bool final = outcome->ran && saga_state_is_final(outcome->state);
                cr_expect(!final || (!outcome->told && !outcome->unsettled), "%s %u %u",
                          drilled[i].name, step, t);
                cr_expect(final || !outcome->ran || outcome->told || outcome->unsettled,
                          "%s %u %u: not over, and nothing left", drilled[i].name, step, t);
            }
        }
        close_drill(&drill, &lint);
    }
}

Test(drill, only_what_nobody_hears_of_is_unsettled)
{
    struct lint lint;
    struct drill drill;
    open_drill(&drill, &lint, "drill/remembered.yaml");
    cr_expect(drill.unsettled_count == 0);
    close_drill(&drill, &lint);

    open_drill(&drill, &lint, "drill/forgotten.yaml");
    cr_expect(outcome_of(&drill, 0, TROUBLE_UNDO)->unsettled);
    cr_expect(outcome_of(&drill, 1, TROUBLE_BEFORE)->unsettled);
    cr_expect(outcome_of(&drill, 1, TROUBLE_AFTER)->unsettled);
    cr_expect(drill.unsettled_count == 3);
    close_drill(&drill, &lint);
}

static bool opens(const struct definition *definition, const char *input, const char *outputs)
{
    struct drill_values values;
    json_t *in = input ? json_loads(input, JSON_DECODE_ANY, NULL) : NULL;
    json_t *out = outputs ? json_loads(outputs, JSON_DECODE_ANY, NULL) : NULL;
    bool good = drill_values_open(&values, definition, in, out);
    drill_values_close(&values);
    json_decref(in);
    json_decref(out);
    return good;
}

Test(drill, what_is_given_must_hold_what_is_referred_to)
{
    struct lint lint;
    open_lint(&lint, "drill/values.yaml");
    cr_expect(opens(lint.definition, NULL, NULL));
    cr_expect(opens(lint.definition,
                    "{\"who\": {\"name\": 1}, \"list\": [1,2,3], \"end\": [{\"x\": 1}, 2]}", NULL));
    cr_expect(
        !opens(lint.definition, "{\"who\": {\"name\": 1}, \"list\": [1,2,3], \"end\": []}", NULL));
    cr_expect(!opens(lint.definition, "null", NULL));
    cr_expect(opens(lint.definition, NULL, "{\"a\": {\"id\": 1, \"a b\": {\"no\": 2}}}"));
    cr_expect(!opens(lint.definition, NULL, "{\"a\": {\"id\": 1}}"));
    /* The undo of b refers to it, and would get null. */
    cr_expect(opens(lint.definition, NULL, "{\"b\": {}}"));
    cr_expect(!opens(lint.definition, NULL, "{\"nobody\": {}}"));
    cr_expect(!opens(lint.definition, NULL, "[]"));
    lint_close(&lint);
}

Test(graph, the_drawing_of_each_is_the_expected)
{
    static const char *const formats[GRAPH_COUNT] = {"text", "mermaid", "dot"};
    for (size_t i = 0; i < ARRAY_COUNT(drawn) * GRAPH_COUNT; i++) {
        const struct known *known = &drawn[i / GRAPH_COUNT];
        enum graph_format format;
        struct lint lint;
        char file[128];
        char *text = NULL;
        size_t size = 0;
        cr_assert(graph_format_parse(formats[i % GRAPH_COUNT], &format));
        open_lint(&lint, known->path);
        FILE *out = open_memstream(&text, &size);
        bool good = graph_print(lint.definition, format, out);
        fclose(out);
        cr_expect(good);
        snprintf(file, sizeof(file), "graph/%s.%s", known->name, formats[i % GRAPH_COUNT]);
        golden_check(file, text);
        free(text);
        lint_close(&lint);
    }
}

Test(graph, a_format_that_is_none_is_refused)
{
    enum graph_format format;
    cr_expect(!graph_format_parse("svg", &format));
    cr_expect(!graph_format_parse("", &format));
}
