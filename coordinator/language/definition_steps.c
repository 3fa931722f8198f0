/* definition_steps.c - the steps of a definition: first their keys, then, once the graph and the
 * classes are known, their policies and templates.
 *
 * Two passes, because a step's default policy depends on whether a pivot comes before it, and its
 * references on what it needs. */
#include "language/definition_steps.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/mp.h"
#include "language/condition.h"
#include "language/definition_draft.h"
#include "language/definition_fan.h"
#include "language/definition_kinds.h"
#include "language/definition_patience.h"
#include "language/definition_place.h"
#include "language/names.h"
#include "language/template_compile.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"
#include "reading/reading_words.h"

static const struct key step_keys[] = {
    READING_KEY(draft, step),
    READING_KEY(draft, needs),
    READING_KEY(draft, description),
    READING_KEY(draft, action),
    READING_KEY(draft, input),
    READING_KEY(draft, compensate),
    READING_KEY(draft, compensate_on),
    READING_KEY(draft, pivot),
    READING_KEY(draft, retry),
    READING_KEY(draft, timeout),
    READING_KEY(draft, check),
    READING_KEY(draft, approve),
    READING_KEY(draft, wait_event),
    READING_KEY(draft, sleep),
    READING_KEY(draft, saga),
    READING_KEY(draft, version),
    READING_KEY(draft, emit),
    READING_KEY(draft, when),
    READING_KEY(draft, for_each),
    READING_KEY(draft, max_parallel),
    READING_KEY(draft, on_item_failure),
    READING_KEY(draft, key_ttl),
    READING_KEY(draft, max_cost_usd),
    READING_KEY(draft, expected_cost_usd),
};

#define UNDO_KEY(key)                                                                              \
    {                                                                                              \
#key, offsetof(struct draft, undo_##key)                                                   \
    }
static const struct key undo_keys[] = {
    UNDO_KEY(action), UNDO_KEY(input),       UNDO_KEY(retry),   UNDO_KEY(timeout),
    UNDO_KEY(check),  UNDO_KEY(stuck_after), UNDO_KEY(key_ttl), UNDO_KEY(before),
};
#undef UNDO_KEY

static const struct key_table step_table = {"a step", step_keys, ARRAY_COUNT(step_keys)};
static const struct key_table undo_table = {"compensate", undo_keys, ARRAY_COUNT(undo_keys)};

/* --- first pass ------------------------------------------------------------------------------- */

/* Each of the following functions reads keys of one step; c->reading.place is at the step. */

static void read_name(struct compile *c, const struct draft *draft, struct step_spec *spec)
{
    struct span name = {NULL, 0};
    if (draft->step.size == 0) {
        reading_error(&c->reading, "needs the key 'step': its name");
        return;
    }
    if (!reading_text(&c->reading, "step", draft->step, &name)) {
        return;
    }
    if (!names_is_step(name)) {
        struct place place = reading_enter_key(&c->reading, "step");
        reading_error(&c->reading,
                      "must be a name of 1 to %d letters, digits and '_' that begins with no "
                      "digit, not '%s'",
                      LIMIT_NAME, reading_quote(name).text);
        reading_leave(&c->reading, place);
        return;
    }
    spec->name = reading_copy(&c->reading, name);
}

/* An action, `none`, or the long form. */
static void read_compensate(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    struct mp mp = mp_open(draft->compensate);
    if (draft->compensate.size == 0) {
        return;
    }
    if (mp_type(draft->compensate) == MP_STR && span_is(mp_str(&mp), "none")) {
        draft->says_none = true;
        return;
    }
    /* The author wants the step to be undone, even if what follows is wrong: no other problem may
     * say that it is not. */
    draft->says_undo = true;
    if (mp_type(draft->compensate) != MP_MAP && mp_type(draft->compensate) != MP_STR) {
        (void)reading_refuse(&c->reading, "compensate", draft->compensate,
                             "an action such as flights.cancel, none, or a map");
        return;
    }
    if (mp_type(draft->compensate) == MP_STR) {
        bool reverse = definition_kinds_reverse(c, "compensate", draft, spec);
        (void)(reverse ||
               reading_action(&c->reading, "compensate", draft->compensate, &spec->undo.action));
        return;
    }
    draft->is_undo_long = true;
    struct place place = reading_enter_key(&c->reading, "compensate");
    if (reading_keys(&c->reading, draft->compensate, &undo_table, draft)) {
        if (draft->undo_action.size == 0) {
            reading_error(&c->reading, "needs the key 'action': what undoes the step");
        }
        bool reverse = definition_kinds_reverse(c, "action", draft, spec);
        (void)(reverse ||
               reading_action(&c->reading, "action", draft->undo_action, &spec->undo.action));
        (void)reading_action(&c->reading, "check", draft->undo_check, &spec->undo.check);
        (void)reading_duration_positive(&c->reading, "key_ttl", draft->undo_key_ttl,
                                        &spec->undo.key_ttl_ms);
    }
    reading_leave(&c->reading, place);
}

static void read_compensate_on(struct compile *c, const struct draft *draft, struct step_spec *spec)
{
    static const char *const words[] = {"in_doubt", "failed", NULL};
    uint32_t choice = 0;
    if (!reading_choice(&c->reading, "compensate_on", draft->compensate_on, words, &choice)) {
        return;
    }
    spec->undo_on_failed = choice == 1;
    if (draft->compensate_on.size > 0 && !draft->says_undo) {
        struct place place = reading_enter_key(&c->reading, "compensate_on");
        reading_error(&c->reading, "has no meaning without a compensation");
        reading_leave(&c->reading, place);
    }
}

/* Of all that is written but the name, the needs and the description, in the order of the table. */
static void put_digest(const struct draft *draft, struct step_spec *spec)
{
    static const char *const others[] = {"step", "needs", "description"};
    for (size_t i = 0; i < ARRAY_COUNT(step_keys); i++) {
        struct span value = {NULL, 0};
        bool counts = true;
        for (size_t k = 0; k < ARRAY_COUNT(others) && counts; k++) {
            counts = strcmp(step_keys[i].name, others[k]) != 0;
        }
        if (counts) {
            memcpy(&value, (const uint8_t *)draft + step_keys[i].offset, sizeof(value));
        }
        if (value.size > 0) {
            struct span before = span_of(spec->digest, sizeof(spec->digest));
            digest_pair(before, span_text(step_keys[i].name), spec->digest);
            digest_pair(before, value, spec->digest);
        }
    }
}

static void read_step(struct compile *c, struct span value, uint32_t step)
{
    PRE(step < c->step_count);
    struct draft *draft = &c->drafts[step];
    struct step_spec *spec = &c->steps[step];
    uint32_t before = c->reading.error_count;
    struct span description;
    if (!reading_keys(&c->reading, value, &step_table, draft)) {
        draft->says_none = true; /* so that its class is no second problem */
        return;
    }
    /* A key that is unknown, or of a later version, may have meant what the step does. */
    bool is_clear = c->reading.error_count == before;
    put_digest(draft, spec);
    read_name(c, draft, spec);
    (void)reading_text(&c->reading, "description", draft->description, &description);
    if (is_clear) {
        definition_kinds_read(c, draft, spec);
    }
    (void)reading_action(&c->reading, "action", draft->action, &spec->action.action);
    (void)reading_action(&c->reading, "check", draft->check, &spec->action.check);
    (void)reading_duration_positive(&c->reading, "key_ttl", draft->key_ttl,
                                    &spec->action.key_ttl_ms);
    (void)reading_money(&c->reading, "max_cost_usd", draft->max_cost_usd, &spec->cost_max_micros);
    (void)reading_money(&c->reading, "expected_cost_usd", draft->expected_cost_usd,
                        &spec->cost_expected_micros);
    (void)reading_flag(&c->reading, "pivot", draft->pivot, &draft->says_pivot);
    read_compensate(c, draft, spec);
    read_compensate_on(c, draft, spec);
    definition_fan_read(c, draft, spec);
    bool may_act = draft->action.size > 0 || draft->saga.size > 0;
    draft->says_none = draft->says_none || (!may_act && !draft->says_undo);
    POST(!(draft->says_none && draft->says_undo));
    spec->has_undo = draft->says_undo;
}

void definition_steps_read(struct compile *c, struct span steps)
{
    PRE(!c->steps);
    struct place place = reading_enter_key(&c->reading, "steps");
    struct mp mp = mp_open(steps);
    uint32_t count = mp_type(steps) == MP_ARRAY ? mp_array(&mp) : 0;
    if (mp_type(steps) != MP_ARRAY) {
        reading_error(&c->reading, "must be a list of steps, not %s", reading_type_name(steps));
    } else if (count == 0) {
        reading_error(&c->reading, "must hold at least one step");
    } else if (count > LIMIT_STEPS) {
        reading_error(&c->reading, "holds %u steps; at most %d are allowed", count, LIMIT_STEPS);
        count = 0;
    }
    c->drafts = reading_scratch(&c->reading, count, sizeof(*c->drafts));
    c->steps = reading_take(&c->reading, count, sizeof(*c->steps));
    c->step_count = c->reading.no_memory ? 0 : count;
    for (uint32_t i = 0; i < c->step_count; i++) {
        struct place list = reading_enter_index(&c->reading, i);
        read_step(c, mp_skip(&mp), i);
        reading_leave(&c->reading, list);
    }
    reading_leave(&c->reading, place);
}

/* --- second pass ------------------------------------------------------------------------------ */

static const struct condition *finish_when(struct compile *c, uint32_t step)
{
    struct template_view view = {.step = (int32_t)step, .has_event = c->listens};
    if (c->drafts[step].when.size == 0) {
        return NULL;
    }
    struct place place = reading_enter_key(&c->reading, "when");
    const struct condition *when = condition_compile(c, c->drafts[step].when, &view);
    reading_leave(&c->reading, place);
    return when;
}

static const struct template *finish_value(struct compile *c, const char *key, struct span value,
                                           const struct template_view *view)
{
    if (value.size == 0) {
        return NULL;
    }
    struct place place = reading_enter_key(&c->reading, key);
    const struct template *template = template_compile(c, value, view);
    reading_leave(&c->reading, place);
    return template;
}

/* The undo's deadline: a time, or a reference that gives a time when the step has succeeded. */
static const struct template *finish_before(struct compile *c, struct span value,
                                            const struct template_view *view)
{
    if (value.size > 0 && !definition_kinds_is_time(value)) {
        (void)reading_refuse(&c->reading, "before", value,
                             "a time, or a reference to one such as $.steps.hotel.output.until");
        return NULL;
    }
    return finish_value(c, "before", value, view);
}

static void finish_undo(struct compile *c, uint32_t step)
{
    PRE(c->steps[step].has_undo);
    const struct draft *draft = &c->drafts[step];
    struct step_spec *spec = &c->steps[step];
    struct template_view view = {.step = (int32_t)step, .is_undo = true, .has_event = c->listens};
    struct span written[2] = {draft->undo_retry, draft->undo_timeout};
    struct place place = definition_place_enter_undo(c, step);
    definition_patience_call(c, &spec->undo, true, written);
    if (spec->undo_is_reverse) {
        /* The child's undos have their own. */
        spec->undo.timeouts = (struct timeouts){.start_to_close_ms = 1};
    }
    spec->undo.input = finish_value(c, "input", draft->undo_input, &view);
    spec->undo_before = finish_before(c, draft->undo_before, &view);
    struct patience patience;
    definition_patience_read(c, draft->undo_stuck_after, &spec->undo, &patience);
    spec->stuck_attempts = patience.attempts;
    spec->stuck_ms = patience.ms;
    reading_leave(&c->reading, place);
}

void definition_steps_finish(struct compile *c)
{
    PRE(c->names != NULL);
    for (uint32_t i = 0; i < c->step_count; i++) {
        const struct draft *draft = &c->drafts[i];
        struct step_spec *spec = &c->steps[i];
        struct template_view view = {.step = (int32_t)i, .has_event = c->listens};
        struct span written[2] = {draft->retry, draft->timeout};
        struct place place = definition_place_enter(c, i);
        if (spec->kind == STEP_KIND_ACTION) {
            definition_patience_call(c, &spec->action, spec->after_pivot, written);
        } else {
            definition_kinds_time(c, draft->timeout, spec);
        }
        /* Before the input: advice about references looks at the condition. */
        spec->when = finish_when(c, i);
        spec->action.input = finish_value(c, "input", draft->input, &view);
        reading_leave(&c->reading, place);
        definition_kinds_finish(c, i);
        definition_fan_finish(c, i);
        if (spec->has_undo) {
            finish_undo(c, i);
        }
    }
}
