/* definition_kinds.c - which kind of step it is, and the keys that belong to other kinds. */
#include "language/definition_kinds.h"

#include "base/mp.h"
#include "base/times.h"
#include "language/definition_approve.h"
#include "language/definition_draft.h"
#include "language/definition_events.h"
#include "language/definition_place.h"
#include "language/names.h"
#include "language/template_compile.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"

static const struct key sleep_keys[] = {{"until", offsetof(struct draft, sleep_until)}};
static const struct key_table sleep_table = {"sleep", sleep_keys, ARRAY_COUNT(sleep_keys)};

/* Refuses the keys that only an action has a use for; the last of them, input, a child has too. */
static void refuse_action_keys(struct compile *c, const struct draft *draft, const char *kind)
{
    PRE(draft->action.size == 0);
    const struct {
        const char *name;
        struct span value;
    } keys[] = {{"retry", draft->retry},
                {"check", draft->check},
                {"key_ttl", draft->key_ttl},
                {"max_cost_usd", draft->max_cost_usd},
                {"expected_cost_usd", draft->expected_cost_usd},
                {"input", draft->input}};
    size_t count = ARRAY_COUNT(keys) - (draft->saga.size > 0 ? 1 : 0);
    for (size_t i = 0; i < count; i++) {
        if (keys[i].value.size > 0) {
            struct place place = reading_enter_key(&c->reading, keys[i].name);
            reading_error(&c->reading, "belongs to a step with an 'action'; this one has '%s'",
                          kind);
            reading_leave(&c->reading, place);
        }
    }
}

static void read_sleep(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    PRE(draft->sleep.size > 0);
    spec->kind = STEP_KIND_SLEEP;
    refuse_action_keys(c, draft, "sleep");
    if (mp_type(draft->sleep) == MP_STR) {
        (void)reading_duration_positive(&c->reading, "sleep", draft->sleep, &spec->sleep_ms);
        return;
    }
    if (mp_type(draft->sleep) != MP_MAP) {
        (void)reading_refuse(&c->reading, "sleep", draft->sleep,
                             "a duration such as 24h, or a map with 'until'");
        return;
    }
    struct place place = reading_enter_key(&c->reading, "sleep");
    if (reading_keys(&c->reading, draft->sleep, &sleep_table, draft) &&
        draft->sleep_until.size == 0) {
        reading_error(&c->reading, "needs the key 'until': a time");
    }
    reading_leave(&c->reading, place);
}

static void read_saga(struct compile *c, const struct draft *draft, struct step_spec *spec)
{
    PRE(draft->saga.size > 0);
    struct span name = {NULL, 0};
    spec->kind = STEP_KIND_SAGA;
    refuse_action_keys(c, draft, "saga");
    if (mp_type(draft->saga) == MP_STR) {
        struct mp mp = mp_open(draft->saga);
        name = mp_str(&mp);
    }
    if (names_is_definition(name)) {
        spec->child = reading_copy(&c->reading, name);
    } else {
        (void)reading_refuse(&c->reading, "saga", draft->saga,
                             "the name of a definition such as refund");
    }
    if (reading_count(&c->reading, "version", draft->version, &spec->child_version) &&
        draft->version.size > 0 && spec->child_version == 0) {
        (void)reading_refuse(&c->reading, "version", draft->version, "a version, from 1");
    }
}

bool definition_kinds_reverse(struct compile *c, const char *key, const struct draft *draft,
                              struct step_spec *spec)
{
    PRE(draft->says_undo);
    struct span value = draft->is_undo_long ? draft->undo_action : draft->compensate;
    struct mp mp = mp_open(value);
    if (mp_type(value) != MP_STR || !span_is(mp_str(&mp), "reverse")) {
        return false;
    }
    spec->undo_is_reverse = true;
    spec->undo.action = span_text("reverse");
    if (draft->saga.size == 0) {
        struct place place = reading_enter_key(&c->reading, key);
        reading_error(&c->reading, "'reverse' undoes a child; this step has no 'saga'");
        reading_leave(&c->reading, place);
    }
    /* The child's own steps have theirs. */
    const struct {
        const char *name;
        struct span value;
    } keys[] = {{"input", draft->undo_input},
                {"retry", draft->undo_retry},
                {"timeout", draft->undo_timeout},
                {"check", draft->undo_check},
                {"key_ttl", draft->undo_key_ttl}};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        if (keys[i].value.size > 0) {
            struct place place = reading_enter_key(&c->reading, keys[i].name);
            reading_error(&c->reading, "has no meaning where a child is reversed");
            reading_leave(&c->reading, place);
        }
    }
    return true;
}

struct time_keys {
    struct span schedule_to_close;
};

static const struct key time_keys[] = {
    {"schedule_to_close", offsetof(struct time_keys, schedule_to_close)}};
static const struct key_table time_table = {"the timeout of a wait", time_keys,
                                            ARRAY_COUNT(time_keys)};
static const struct key_table child_table = {"the timeout of a child", time_keys,
                                             ARRAY_COUNT(time_keys)};

void definition_kinds_time(struct compile *c, struct span timeout, struct step_spec *spec)
{
    PRE(spec->kind != STEP_KIND_ACTION);
    struct time_keys keys = {0};
    struct timeouts *timeouts = &spec->action.timeouts;
    struct place place = reading_enter_key(&c->reading, "timeout");
    const struct key_table *table = spec->kind == STEP_KIND_SAGA ? &child_table : &time_table;
    /* Nothing is ever sent for such a step, so no attempt needs a time of its own. */
    timeouts->start_to_close_ms = 1;
    if (timeout.size > 0 && reading_keys(&c->reading, timeout, table, &keys)) {
        (void)reading_duration_positive(&c->reading, "schedule_to_close", keys.schedule_to_close,
                                        &timeouts->schedule_to_close_ms);
    }
    reading_leave(&c->reading, place);
    POST(timeouts->schedule_to_close_ms >= 0);
}

void definition_kinds_read(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    const struct {
        const char *name;
        struct span value;
    } kinds[] = {
        {"action", draft->action},   {"sleep", draft->sleep},           {"saga", draft->saga},
        {"approve", draft->approve}, {"wait_event", draft->wait_event}, {"emit", draft->emit}};
    const char *first = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (kinds[i].value.size > 0 && first) {
            reading_error(&c->reading,
                          "has the keys '%s' and '%s': exactly one says what a step does", first,
                          kinds[i].name);
            return;
        }
        first = kinds[i].value.size > 0 ? kinds[i].name : first;
    }
    if (draft->version.size > 0 && draft->saga.size == 0) {
        struct place place = reading_enter_key(&c->reading, "version");
        reading_error(&c->reading, "belongs to a step with a 'saga'");
        reading_leave(&c->reading, place);
    }
    if (draft->sleep.size > 0) {
        read_sleep(c, draft, spec);
    } else if (draft->saga.size > 0) {
        read_saga(c, draft, spec);
    } else if (draft->approve.size > 0) {
        refuse_action_keys(c, draft, "approve");
        definition_approve_read(c, draft, spec);
    } else if (draft->wait_event.size > 0) {
        refuse_action_keys(c, draft, "wait_event");
        definition_events_read_wait(c, draft, spec);
    } else if (draft->emit.size > 0) {
        refuse_action_keys(c, draft, "emit");
        definition_events_read_emit(c, draft, spec);
    } else if (draft->action.size == 0) {
        reading_error(&c->reading, "needs the key 'action': what it asks of which service");
    }
}

void definition_kinds_finish(struct compile *c, uint32_t step)
{
    PRE(step < c->step_count);
    const struct draft *draft = &c->drafts[step];
    struct template_view view = {.step = (int32_t)step, .has_event = c->listens};
    definition_events_finish(c, step);
    definition_approve_finish(c, step, &view);
    if (draft->sleep_until.size == 0) {
        return;
    }
    struct place place = definition_place_enter(c, step);
    (void)reading_enter_key(&c->reading, "sleep");
    (void)reading_enter_key(&c->reading, "until");
    c->steps[step].sleep_until = template_compile(c, draft->sleep_until, &view);
    reading_leave(&c->reading, place);
}

bool definition_kinds_is_time(struct span value)
{
    int64_t at_ms = 0;
    struct mp mp = mp_open(value);
    bool is_text = mp_type(value) == MP_STR;
    struct span text = is_text ? mp_str(&mp) : value;
    bool is_reference = is_text && text.size > 0 && memchr(text.data, '$', text.size) != NULL;
    bool is_number = mp_type(value) == MP_INT && mp_int(&mp) > 0;
    return is_reference || is_number || (is_text && time_parse(text, &at_ms));
}
