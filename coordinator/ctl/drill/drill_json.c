/* drill_json.c - a drill's outcomes for programs: a run is one object. */
#include "ctl/drill/drill_json.h"

#include "base/json.h"
#include "journal/states.h"

enum { TEXT_MAX = 8 * 1024 * 1024 };

static const char *const names[TROUBLE_COUNT] = {
    [TROUBLE_REFUSED] = "refused",       [TROUBLE_BEFORE] = "timed_out_before",
    [TROUBLE_AFTER] = "timed_out_after", [TROUBLE_DUPLICATE] = "duplicate",
    [TROUBLE_LATE] = "late_result",      [TROUBLE_UNDO] = "undo_failing",
};

static json_t *string(struct span text)
{
    return json_stringn((const char *)text.data, text.size);
}

static json_t *name_of(const struct drill *drill, uint32_t step)
{
    return string(drill->definition->steps[step].name);
}

static json_t *value_of(const struct buf *packed)
{
    struct buf text;
    json_t *value = NULL;
    buf_open(&text, TEXT_MAX);
    if (json_from_mp(buf_span(packed), &text, JSON_COMPACT_STYLE) == SAGA_OK) {
        value = json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY, NULL);
    }
    buf_close(&text);
    return value ? value : json_null();
}

/* A list of lists: the undos of an inner list left together. */
static json_t *undone(const struct drill *drill, const struct drill_outcome *outcome)
{
    json_t *turns = json_array();
    json_t *turn = NULL;
    for (uint32_t i = 0; i < outcome->undo_count; i++) {
        const struct drill_undo *undo = &outcome->undos[i];
        if (i == 0 || undo->turn != outcome->undos[i - 1].turn) {
            turn = json_array();
            json_array_append_new(turns, turn);
        }
        json_array_append_new(turn, json_pack("{s:o, s:b}", "step", name_of(drill, undo->step),
                                              "in_doubt", undo->in_doubt));
    }
    return turns;
}

static json_t *left(const struct drill *drill, const struct drill_outcome *outcome)
{
    json_t *items = json_array();
    for (uint32_t i = 0; i < drill->definition->step_count; i++) {
        if (outcome->left[i] != LEFT_NOTHING) {
            json_array_append_new(items, json_pack("{s:o, s:b}", "step", name_of(drill, i), "told",
                                                   outcome->left[i] == LEFT_TOLD));
        }
    }
    return items;
}

static json_t *run(const struct drill *drill, uint32_t index)
{
    const struct drill_outcome *outcome = &drill->outcomes[index];
    json_t *item = json_pack("{s:o, s:s}", "step", name_of(drill, index / TROUBLE_COUNT), "trouble",
                             names[index % TROUBLE_COUNT]);
    json_t *more = json_pack("{s:s, s:b, s:b, s:o, s:o}", "status", saga_state_name(outcome->state),
                             "reversed", outcome->reversed, "endless", outcome->cut, "undone",
                             undone(drill, outcome), "left", left(drill, outcome));
    if (*outcome->alert != '\0') {
        json_object_set_new(more, "alert", json_string(outcome->alert));
    }
    json_object_update(item, more);
    json_decref(more);
    return item;
}

json_t *drill_json(const struct drill *drill)
{
    const struct definition *definition = drill->definition;
    json_t *outputs = json_object();
    json_t *runs = json_array();
    for (uint32_t i = 0; i < definition->step_count; i++) {
        struct span name = definition->steps[i].name;
        json_object_setn_new(outputs, (const char *)name.data, name.size,
                             value_of(&drill->values.outputs[i]));
    }
    for (uint32_t i = 0; i < drill->run_count; i++) {
        if (drill->outcomes[i].ran) {
            json_array_append_new(runs, run(drill, i));
        }
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:I}", "definition", string(definition->name), "input",
                     value_of(&drill->values.input), "outputs", outputs, "runs", runs, "unsettled",
                     (json_int_t)drill->unsettled_count);
}
