/* definition.c - compiles a definition document: the passes, the keys of the saga itself.
 *
 *   shape ─► keys ─► defaults ─► steps ─► graph ─► classes ─► policies and templates ─► result
 *
 * Every pass goes on after a problem, so that all are listed at once; a pass that would only repeat
 * the consequences of an earlier problem (classes in a graph with a cycle) is left out. All is
 * iterative and takes memory from the arena and a scratch arena of the same source. */
#include "language/definition.h"

#include "base/limits.h"
#include "jsonschema/jsonschema.h"
#include "language/definition_advice.h"
#include "language/definition_class.h"
#include "language/definition_concurrency.h"
#include "language/definition_draft.h"
#include "language/definition_events.h"
#include "language/definition_graph.h"
#include "language/definition_on.h"
#include "language/definition_retry.h"
#include "language/definition_sensitive.h"
#include "language/definition_steps.h"
#include "language/label.h"
#include "language/names.h"
#include "language/template_compile.h"
#include "reading/problem.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"
#include "reading/reading_walk.h"
#include "reading/reading_words.h"

enum {
    DESCRIPTION = 4096,              /* bytes of a description */
    SCRATCH_BYTES = 8 * 1024 * 1024, /* 1,000 rows of 1,000 bits, drafts, problems */
};

struct top_keys {
    struct span saga, description, timeout, reversal_window, compensation_order, defaults, labels,
        steps, output, budget, sensitive, on, concurrency, input_schema, output_schema;
    struct span max_cost_usd, undo_max_cost_usd; /* of budget */
};

static const struct key saga_keys[] = {
    READING_KEY(top_keys, saga),
    READING_KEY(top_keys, description),
    READING_KEY(top_keys, timeout),
    READING_KEY(top_keys, reversal_window),
    READING_KEY(top_keys, compensation_order),
    READING_KEY(top_keys, defaults),
    READING_KEY(top_keys, labels),
    READING_KEY(top_keys, budget),
    READING_KEY(top_keys, steps),
    READING_KEY(top_keys, output),
    READING_KEY(top_keys, on),
    READING_KEY(top_keys, concurrency),
    READING_KEY(top_keys, input_schema),
    READING_KEY(top_keys, output_schema),
    READING_KEY(top_keys, sensitive),
};
static const struct key budget_keys[] = {READING_KEY(top_keys, max_cost_usd),
                                         READING_KEY(top_keys, undo_max_cost_usd)};

static const struct key_table saga_table = {"a definition", saga_keys, ARRAY_COUNT(saga_keys)};

static const struct key_table budget_table = {"budget", budget_keys, ARRAY_COUNT(budget_keys)};

/* --- shape ------------------------------------------------------------------------------------ */

/* Is the document one value, and not nested too deep? If not, no other pass looks at it. */
static bool check_shape(struct compile *c, struct span document)
{
    const char *why = NULL;
    if (document.size > LIMIT_DEFINITION) {
        reading_error(&c->reading, "is larger than %d KiB", LIMIT_DEFINITION / 1024);
        return false;
    }
    if (mp_check(document, &why) != SAGA_OK) {
        reading_error(&c->reading, "cannot be read: %s", why);
        return false;
    }
    struct walk walk = reading_walk(&c->reading, document);
    struct span value;
    while (reading_walk_next(&walk, &c->reading, &value)) {
        if (walk.depth > LIMIT_DEPTH) {
            reading_error(&c->reading, "is nested deeper than %d levels", LIMIT_DEPTH);
            c->reading.place = walk.place;
            return false;
        }
    }
    return true;
}

/* --- keys of the saga ------------------------------------------------------------------------- */

static void read_name(struct compile *c, struct span value)
{
    struct span name = {NULL, 0};
    if (value.size == 0) {
        reading_error(&c->reading, "needs the key 'saga': the name of the definition");
        return;
    }
    if (!reading_text(&c->reading, "saga", value, &name)) {
        return;
    }
    if (!names_is_definition(name)) {
        struct place place = reading_enter_key(&c->reading, "saga");
        reading_error(&c->reading,
                      "must be a name of 1 to %d characters a-z, 0-9, '_', '.' and '-' that begins "
                      "with a letter, not '%s'",
                      LIMIT_NAME, reading_quote(name).text);
        reading_leave(&c->reading, place);
        return;
    }
    c->definition->name = reading_copy(&c->reading, name);
    POST(c->definition->name.size <= LIMIT_NAME);
}

static void read_description(struct compile *c, struct span value)
{
    struct span text = {NULL, 0};
    if (!reading_text(&c->reading, "description", value, &text)) {
        return;
    }
    if (text.size > DESCRIPTION) {
        struct place place = reading_enter_key(&c->reading, "description");
        reading_error(&c->reading, "is longer than %d bytes", DESCRIPTION);
        reading_leave(&c->reading, place);
        return;
    }
    c->definition->description = reading_copy(&c->reading, text);
}

static void read_labels(struct compile *c, struct span value)
{
    if (value.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "labels");
    struct mp mp = mp_open(value);
    uint32_t count = mp_type(value) == MP_MAP ? mp_map(&mp) : UINT32_MAX;
    if (count > LIMIT_LABELS) {
        reading_error(&c->reading, "must be a map of at most %d labels", LIMIT_LABELS);
        count = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct span name = mp_str(&mp);
        struct span label = mp_skip(&mp);
        if (!label_is_good(name, label)) {
            struct place map = reading_enter(&c->reading, name);
            reading_error(&c->reading,
                          "a label has a name of 1 to %d bytes and a text of at most %d",
                          LIMIT_NAME, LIMIT_LABEL_VALUE);
            reading_leave(&c->reading, map);
        }
    }
    c->definition->labels = reading_copy(&c->reading, value);
    reading_leave(&c->reading, place);
}

static void read_output(struct compile *c, struct span value)
{
    struct template_view view = {.step = -1, .has_event = c->listens};
    if (value.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "output");
    c->definition->output = template_compile(c, value, &view);
    reading_leave(&c->reading, place);
}

static const struct jsonschema *read_schema(struct compile *c, const char *key, struct span value)
{
    if (value.size == 0) {
        return NULL;
    }
    struct place place = reading_enter_key(&c->reading, key);
    const struct jsonschema *schema = jsonschema_compile(&c->reading, value);
    reading_leave(&c->reading, place);
    return schema;
}

static void read_budget(struct compile *c, struct top_keys *keys)
{
    if (keys->budget.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "budget");
    if (reading_keys(&c->reading, keys->budget, &budget_table, keys)) {
        (void)reading_money(&c->reading, "max_cost_usd", keys->max_cost_usd,
                            &c->definition->cost_max_micros);
        (void)reading_money(&c->reading, "undo_max_cost_usd", keys->undo_max_cost_usd,
                            &c->definition->undo_cost_max_micros);
    }
    reading_leave(&c->reading, place);
}

static void read_rest(struct compile *c, struct top_keys *keys)
{
    static const char *const orders[] = {"parallel", "strict", NULL};
    uint32_t order = 0;
    struct definition *definition = c->definition;

    read_name(c, keys->saga);
    read_description(c, keys->description);
    (void)reading_duration_positive(&c->reading, "timeout", keys->timeout, &definition->timeout_ms);
    (void)reading_duration_positive(&c->reading, "reversal_window", keys->reversal_window,
                                    &definition->reversal_window_ms);
    (void)reading_choice(&c->reading, "compensation_order", keys->compensation_order, orders,
                         &order);
    definition->strict = order == 1;
    read_labels(c, keys->labels);
    read_budget(c, keys);
    definition_on_read(c, keys->on);
    definition_concurrency_read(c, keys->concurrency);
    definition->input_schema = read_schema(c, "input_schema", keys->input_schema);
    definition->output_schema = read_schema(c, "output_schema", keys->output_schema);
    if (keys->timeout.size == 0) {
        reading_warning(&c->reading,
                        "has no 'timeout': a saga that gets nowhere would wait for ever");
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void compile(struct compile *c, struct span document)
{
    struct top_keys keys = {0};
    if (!check_shape(c, document) || !reading_keys(&c->reading, document, &saga_table, &keys)) {
        return;
    }
    read_rest(c, &keys);
    definition_retry_defaults(c, keys.defaults);
    if (keys.steps.size == 0) {
        reading_error(&c->reading, "needs the key 'steps': what is to be done");
        return;
    }
    definition_steps_read(c, keys.steps);
    if (c->step_count == 0 || c->reading.no_memory) {
        return;
    }
    definition_graph_build(c);
    if (c->reading.no_memory) {
        return;
    }
    CHECK(c->order != NULL);
    definition_class_assign(c);
    definition_steps_finish(c);
    definition_events_collect(c);
    read_output(c, keys.output);
    definition_sensitive_read(c, keys.sensitive);
    c->definition->steps = c->steps;
    c->definition->step_count = c->step_count;
    c->definition->order = c->order;
    if (c->reading.error_count == 0 && !c->reading.no_memory) {
        definition_advice_give(c);
    }
}

/* Moves the problems from the scratch arena to the caller's. */
static void hand_over(struct compile *c, struct problems *problems)
{
    *problems = (struct problems){.error_count = c->reading.error_count, .cut = c->reading.cut};
    if (c->reading.problem_count == 0) {
        return;
    }
    problems->items = reading_take(&c->reading, c->reading.problem_count, sizeof(*problems->items));
    if (problems->items) {
        memcpy(problems->items, c->reading.items,
               c->reading.problem_count * sizeof(*problems->items));
        problems->count = c->reading.problem_count;
    }
}

enum saga_error definition_compile(struct span document, struct arena *arena,
                                   const struct definition **definition, struct problems *problems)
{
    PRE(arena != NULL && arena->source);
    PRE(definition != NULL && problems);
    struct compile c = {.reading = {.arena = arena}};
    enum saga_error rc = SAGA_OK;

    *definition = NULL;
    arena_open(&c.reading.scratch, arena->source, SCRATCH_BYTES);
    c.definition = reading_take(&c.reading, 1, sizeof(*c.definition));
    if (!c.reading.no_memory) {
        compile(&c, document);
    }
    hand_over(&c, problems);
    arena_close(&c.reading.scratch);
    if (c.reading.no_memory) {
        rc = SAGA_NO_MEMORY;
    } else if (c.reading.error_count > 0) {
        rc = SAGA_INVALID_DEFINITION;
    } else {
        *definition = c.definition;
    }
    POST((rc == SAGA_OK) == (*definition != NULL));
    IMPLIES(rc == SAGA_OK, (*definition)->step_count > 0);
    return rc;
}

const struct definition *definition_version(const struct definition *definition, uint32_t version)
{
    PRE(definition != NULL);
    if (definition->version == version) {
        return definition;
    }
    const struct versions *versions = definition->versions;
    return versions ? versions->find(versions, definition->name, version) : NULL;
}

int32_t definition_step(const struct definition *definition, struct span name)
{
    PRE(definition != NULL);
    for (uint32_t i = 0; i < definition->step_count; i++) {
        if (span_equal(definition->steps[i].name, name)) {
            return (int32_t)i;
        }
    }
    return -1;
}
