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

#include "base/json.h"
#include "base/mp.h"
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
    {"good/schemas.yaml", "schemas"},
    {"good/concurrency.yaml", "concurrency"},
    {"good/sleep.yaml", "sleep"},
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

/* To be given back; NULL: the file has none. */
static json_t *schema_of(const struct lint *lint)
{
    struct buf text;
    struct span value = mp_find(buf_span(&lint->value), span_text("input_schema"));
    if (value.size == 0) {
        return NULL;
    }
    buf_open(&text, 1024 * 1024);
    cr_assert(json_from_mp(value, &text, JSON_COMPACT_STYLE) == SAGA_OK);
    json_t *schema = json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY, NULL);
    buf_close(&text);
    return schema;
}

static void open_drill(struct drill *drill, struct lint *lint, const char *path)
{
    open_lint(lint, path);
    json_t *schema = schema_of(lint);
    bool good = drill_open(drill, lint->definition, &(struct drill_given){.input_schema = schema});
    json_decref(schema);
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
                                         {"drill/forgotten.yaml", "forgotten"},
                                         {"drill/schema.yaml", "schema"}};
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
    bool good =
        drill_values_open(&values, definition, &(struct drill_given){.input = in, .outputs = out});
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

/* ---- input_schema ---- */

/* Is there an input of the schema, given or, without one, made up? */
static bool takes(const char *schema, const char *input)
{
    char text[2048];
    struct buf document;
    struct json_problem problem;
    struct arena arena;
    struct problems problems;
    const struct definition *definition = NULL;
    snprintf(text, sizeof(text),
             "{\"saga\": \"s\", \"timeout\": \"1m\", \"input_schema\": %s, \"steps\": [{\"step\": "
             "\"a\", \"action\": \"x.a\", \"compensate\": \"none\", \"input\": \"$.input.a.b\"}]}",
             schema);
    buf_open(&document, sizeof(text));
    arena_open(&arena, &arena_heap, 16 * 1024 * 1024);
    cr_assert(json_to_mp(span_text(text), &document, &problem) == SAGA_OK, "%s", schema);
    cr_assert(definition_compile(buf_span(&document), &arena, &definition, &problems) == SAGA_OK,
              "%s", schema);
    json_t *in = input ? json_loads(input, JSON_DECODE_ANY, NULL) : NULL;
    json_t *rules = json_loads(schema, JSON_DECODE_ANY, NULL);
    struct drill drill;
    bool good =
        drill_open(&drill, definition, &(struct drill_given){.input = in, .input_schema = rules});
    drill_close(&drill);
    json_decref(in);
    json_decref(rules);
    arena_close(&arena);
    buf_close(&document);
    return good;
}

/* The schema of the value at $.input.a.c, beside what the step refers to. */
static bool takes_at(const char *schema)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "{\"type\": \"object\", \"required\": [\"a\"], \"properties\": {\"a\": {\"type\": "
             "\"object\", \"required\": [\"b\", \"c\"], \"properties\": {\"b\": {\"type\": "
             "\"integer\"}, \"c\": %s}, \"additionalProperties\": false}}, \"$defs\": {\"d/e\": "
             "{\"type\": \"boolean\"}}}",
             schema);
    return takes(text, NULL);
}

Test(drill, an_input_is_made_that_fits_the_schema)
{
    static const char *const schemas[] = {
        "{}",
        "true",
        "{\"type\": \"null\"}",
        "{\"const\": {\"x\": [1]}}",
        "{\"enum\": [7, \"x\"]}",
        "{\"type\": [\"integer\", \"null\"], \"minimum\": 5}",
        "{\"type\": \"integer\", \"exclusiveMinimum\": 5, \"maximum\": 6}",
        "{\"type\": \"integer\", \"maximum\": -5}",
        "{\"type\": \"integer\", \"exclusiveMaximum\": -5}",
        "{\"type\": \"number\", \"exclusiveMinimum\": 0, \"exclusiveMaximum\": 0.5}",
        "{\"type\": \"number\", \"minimum\": 0.1, \"maximum\": 0.2}",
        "{\"type\": \"number\", \"multipleOf\": 0.25, \"minimum\": 1.1}",
        "{\"type\": \"integer\", \"multipleOf\": 7, \"exclusiveMinimum\": 14}",
        "{\"type\": \"string\", \"minLength\": 20}",
        "{\"type\": \"string\", \"maxLength\": 0}",
        "{\"type\": \"string\", \"pattern\": \"^[A-Z]{3}-\\\\d{2,}$\"}",
        "{\"type\": \"string\", \"pattern\": \"^(DE|AT)[0-9]{2}( [0-9]{4}){4}$\"}",
        "{\"type\": \"string\", \"pattern\": \"^[^a-z]+\\\\.(?:com|org)?$\", \"minLength\": 5}",
        "{\"type\": \"string\", \"pattern\": \"^x*y?\\\\w.z$\"}",
        "{\"type\": \"array\", \"minItems\": 3, \"uniqueItems\": true, \"items\": {\"type\": "
        "\"integer\"}}",
        "{\"type\": \"array\", \"minItems\": 3, \"uniqueItems\": true, \"items\": {\"enum\": [1, "
        "2, "
        "3]}}",
        "{\"type\": \"array\", \"minItems\": 2, \"uniqueItems\": true, \"items\": {\"type\": "
        "\"string\"}}",
        "{\"type\": \"array\", \"prefixItems\": [{\"const\": 1}, {\"const\": 2}], \"minItems\": 3}",
        "{\"type\": \"array\", \"contains\": {\"const\": 9}, \"minContains\": 2}",
        "{\"type\": \"object\", \"minProperties\": 3}",
        "{\"type\": \"object\", \"minProperties\": 2, \"additionalProperties\": false, "
        "\"properties\": {\"x\": {}, \"y\": {}, \"z\": {}}}",
        "{\"type\": \"object\", \"required\": [\"x\"], \"dependentRequired\": {\"x\": [\"y\"]}, "
        "\"additionalProperties\": {\"type\": \"boolean\"}}",
        "{\"allOf\": [{\"type\": \"integer\"}, {\"minimum\": 3}, {\"maximum\": 3}]}",
        "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 3, \"maximum\": 2}, {\"type\": "
        "\"null\"}]}",
        "{\"oneOf\": [{\"required\": [\"x\"]}, {\"required\": [\"y\"]}], \"type\": \"object\"}",
        "{\"if\": {\"type\": \"string\"}, \"then\": {\"minLength\": 9}, \"else\": false}",
        "{\"$ref\": \"#/$defs/d~1e\"}",
        "{\"type\": \"string\", \"examples\": [\"LH 1790\"], \"pattern\": \"^LH (?:\\\\d+)$\"}",
        "{\"type\": \"string\", \"default\": \"zz\", \"pattern\": \"^z+$\"}",
        "{\"not\": {\"type\": \"string\"}, \"enum\": [\"a\", 1]}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(schemas); i++) {
        cr_expect(takes_at(schemas[i]), "%s", schemas[i]);
    }
}

Test(drill, what_does_not_fit_the_schema_is_not_drilled)
{
    static const char schema[] =
        "{\"type\": \"object\", \"required\": [\"a\"], \"properties\": {\"a\": {\"properties\": "
        "{\"b\": {\"type\": \"integer\"}}}}}";
    cr_expect(takes(schema, NULL));
    cr_expect(takes(schema, "{\"a\": {\"b\": 1}}"));
    cr_expect(!takes(schema, "{\"a\": {\"b\": \"1\"}}"));
    cr_expect(!takes("false", NULL));
    cr_expect(!takes("{\"type\": \"object\", \"not\": {}}", NULL));
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
