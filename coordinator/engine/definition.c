/* definition.c - compiles a definition document: the passes, the keys of the saga itself.
 *
 *   shape ─► keys ─► defaults ─► steps ─► graph ─► classes ─► policies and templates ─► result
 *
 * Every pass goes on after a problem, so that all are listed at once; a pass that would only repeat
 * the consequences of an earlier problem (classes in a graph with a cycle) is left out. All is
 * iterative and takes memory from the arena and a scratch arena of the same source. */
#include "engine/definition_parts.h"
#include "engine/jsonschema.h"
#include "engine/template_compile.h"

enum {
    LABEL_VALUE = 256,               /* bytes of a label's value */
    DESCRIPTION = 4096,              /* bytes of a description */
    SCRATCH_BYTES = 8 * 1024 * 1024, /* 1,000 rows of 1,000 bits, drafts, problems */
};

struct top_keys {
    struct span saga, description, timeout, reversal_window, compensation_order, defaults, labels,
        steps, output, budget, sensitive, on, concurrency, input_schema, output_schema;
    struct span max_cost_usd, undo_max_cost_usd; /* of budget */
};

#define KEY(key)                                                                                   \
    {                                                                                              \
#key, KEY_NOW, offsetof(struct top_keys, key)                                              \
    }
#define LATER(key)                                                                                 \
    {                                                                                              \
#key, KEY_LATER, 0                                                                         \
    }
static const struct key saga_keys[] = {
    KEY(saga),
    KEY(description),
    KEY(timeout),
    KEY(reversal_window),
    KEY(compensation_order),
    KEY(defaults),
    KEY(labels),
    KEY(budget),
    KEY(steps),
    KEY(output),
    KEY(on),
    KEY(concurrency),
    KEY(input_schema),
    KEY(output_schema),
    KEY(sensitive),
};
static const struct key budget_keys[] = {KEY(max_cost_usd), KEY(undo_max_cost_usd)};
#undef KEY
#undef LATER

static const struct key_table saga_table = {"a definition", saga_keys, ARRAY_COUNT(saga_keys)};

static const struct key_table budget_table = {"budget", budget_keys, ARRAY_COUNT(budget_keys)};

/* --- shape ------------------------------------------------------------------------------------ */

/* Is it a value at all, and not nested too deep? Without that nothing else is looked at. */
static bool check_shape(struct compile *c, struct span document)
{
    const char *why = NULL;
    if (document.size > LIMIT_DEFINITION) {
        compile_error(c, "is larger than %d KiB", LIMIT_DEFINITION / 1024);
        return false;
    }
    if (mp_check(document, &why) != SAGA_OK) {
        compile_error(c, "cannot be read: %s", why);
        return false;
    }
    struct walk walk = compile_walk(c, document);
    struct span value;
    while (compile_walk_next(&walk, c, &value)) {
        if (walk.depth > LIMIT_DEPTH) {
            compile_error(c, "is nested deeper than %d levels", LIMIT_DEPTH);
            c->place = walk.place;
            return false;
        }
    }
    return true;
}

/* --- keys of the saga ------------------------------------------------------------------------- */

bool definition_is_name(struct span name)
{
    if (name.size == 0 || name.size > LIMIT_NAME || name.data[0] < 'a' || name.data[0] > 'z') {
        return false;
    }
    for (size_t i = 1; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_plain && c != '_' && c != '.' && c != '-') {
            return false;
        }
    }
    return true;
}

static void read_name(struct compile *c, struct span value)
{
    struct span name = {NULL, 0};
    if (value.size == 0) {
        compile_error(c, "needs the key 'saga': the name of the definition");
        return;
    }
    if (!compile_text(c, "saga", value, &name)) {
        return;
    }
    if (!definition_is_name(name)) {
        struct place place = compile_enter_key(c, "saga");
        compile_error(c,
                      "must be a name of 1 to %d characters a-z, 0-9, '_', '.' and '-' that begins "
                      "with a letter, not '%s'",
                      LIMIT_NAME, compile_quote(name).text);
        compile_leave(c, place);
        return;
    }
    c->definition->name = compile_copy(c, name);
}

static void read_description(struct compile *c, struct span value)
{
    struct span text = {NULL, 0};
    if (!compile_text(c, "description", value, &text)) {
        return;
    }
    if (text.size > DESCRIPTION) {
        struct place place = compile_enter_key(c, "description");
        compile_error(c, "is longer than %d bytes", DESCRIPTION);
        compile_leave(c, place);
        return;
    }
    c->definition->description = compile_copy(c, text);
}

static bool is_label(struct span name, struct span value, struct span *text)
{
    if (name.size == 0 || name.size > LIMIT_NAME || mp_type(value) != MP_STR) {
        return false;
    }
    struct mp mp = mp_open(value);
    *text = mp_str(&mp);
    return text->size <= LABEL_VALUE;
}

static void read_labels(struct compile *c, struct span value)
{
    if (value.size == 0) {
        return;
    }
    struct place place = compile_enter_key(c, "labels");
    struct mp mp = mp_open(value);
    uint32_t count = mp_type(value) == MP_MAP ? mp_map(&mp) : UINT32_MAX;
    if (count > LIMIT_LABELS) {
        compile_error(c, "must be a map of at most %d labels", LIMIT_LABELS);
        count = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct span name = mp_str(&mp);
        struct span label = mp_skip(&mp);
        struct span text;
        if (!is_label(name, label, &text)) {
            struct place map = compile_enter(c, name);
            compile_error(c, "a label has a name of 1 to %d bytes and a text of at most %d",
                          LIMIT_NAME, LABEL_VALUE);
            compile_leave(c, map);
        }
    }
    c->definition->labels = compile_copy(c, value);
    compile_leave(c, place);
}

static void read_output(struct compile *c, struct span value)
{
    struct template_view view = {.step = -1, .has_event = c->listens};
    if (value.size == 0) {
        return;
    }
    struct place place = compile_enter_key(c, "output");
    c->definition->output = template_compile(c, value, &view);
    compile_leave(c, place);
}

static const struct jsonschema *read_schema(struct compile *c, const char *key, struct span value)
{
    if (value.size == 0) {
        return NULL;
    }
    struct place place = compile_enter_key(c, key);
    const struct jsonschema *schema = jsonschema_compile(c, value);
    compile_leave(c, place);
    return schema;
}

static void read_budget(struct compile *c, struct top_keys *keys)
{
    if (keys->budget.size == 0) {
        return;
    }
    struct place place = compile_enter_key(c, "budget");
    if (compile_keys(c, keys->budget, &budget_table, keys)) {
        (void)compile_money(c, "max_cost_usd", keys->max_cost_usd, &c->definition->cost_max_micros);
        (void)compile_money(c, "undo_max_cost_usd", keys->undo_max_cost_usd,
                            &c->definition->undo_cost_max_micros);
    }
    compile_leave(c, place);
}

static void read_rest(struct compile *c, struct top_keys *keys)
{
    static const char *const orders[] = {"parallel", "strict", NULL};
    uint32_t order = 0;
    struct definition *definition = c->definition;

    read_name(c, keys->saga);
    read_description(c, keys->description);
    (void)compile_duration_positive(c, "timeout", keys->timeout, &definition->timeout_ms);
    (void)compile_duration_positive(c, "reversal_window", keys->reversal_window,
                                    &definition->reversal_window_ms);
    (void)compile_choice(c, "compensation_order", keys->compensation_order, orders, &order);
    definition->strict = order == 1;
    read_labels(c, keys->labels);
    read_budget(c, keys);
    definition_on_read(c, keys->on);
    definition_concurrency_read(c, keys->concurrency);
    definition->input_schema = read_schema(c, "input_schema", keys->input_schema);
    definition->output_schema = read_schema(c, "output_schema", keys->output_schema);
    if (keys->timeout.size == 0) {
        compile_warning(c, "has no 'timeout': a saga that gets nowhere would wait for ever");
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void compile(struct compile *c, struct span document)
{
    struct top_keys keys = {0};
    if (!check_shape(c, document) || !compile_keys(c, document, &saga_table, &keys)) {
        return;
    }
    read_rest(c, &keys);
    definition_retry_defaults(c, keys.defaults);
    if (keys.steps.size == 0) {
        compile_error(c, "needs the key 'steps': what is to be done");
        return;
    }
    definition_steps_read(c, keys.steps);
    if (c->step_count == 0 || c->no_memory) {
        return;
    }
    definition_graph_build(c);
    if (c->no_memory) {
        return;
    }
    definition_class_assign(c);
    definition_steps_finish(c);
    definition_events_collect(c);
    read_output(c, keys.output);
    definition_sensitive_read(c, keys.sensitive);
    c->definition->steps = c->steps;
    c->definition->step_count = c->step_count;
    c->definition->order = c->order;
    if (c->error_count == 0 && !c->no_memory) {
        definition_advice_give(c);
    }
}

/* Moves the problems from the scratch arena to the caller's. */
static void hand_over(struct compile *c, struct problems *problems)
{
    *problems = (struct problems){.error_count = c->error_count, .cut = c->cut};
    if (c->problem_count == 0) {
        return;
    }
    problems->items = compile_take(c, c->problem_count, sizeof(*problems->items));
    if (problems->items) {
        memcpy(problems->items, c->items, c->problem_count * sizeof(*problems->items));
        problems->count = c->problem_count;
    }
}

enum saga_error definition_compile(struct span document, struct arena *arena,
                                   const struct definition **definition, struct problems *problems)
{
    PRE(arena != NULL && arena->source);
    PRE(definition != NULL && problems);
    struct compile c = {.arena = arena};
    enum saga_error rc = SAGA_OK;

    *definition = NULL;
    arena_open(&c.scratch, arena->source, SCRATCH_BYTES);
    c.definition = compile_take(&c, 1, sizeof(*c.definition));
    if (!c.no_memory) {
        compile(&c, document);
    }
    hand_over(&c, problems);
    arena_close(&c.scratch);
    if (c.no_memory) {
        rc = SAGA_NO_MEMORY;
    } else if (c.error_count > 0) {
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
