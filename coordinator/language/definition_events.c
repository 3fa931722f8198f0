/* definition_events.c - steps that wait for an event, or send one. */
#include "language/definition_events.h"

#include "base/mp.h"
#include "language/condition.h"
#include "language/definition_draft.h"
#include "language/definition_place.h"
#include "language/names.h"
#include "language/template_compile.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"

struct wait_keys {
    struct span event, match, timeout, on_timeout;
};

struct emit_keys {
    struct span event, data;
};

static const struct key wait_table_keys[] = {
    READING_KEY(wait_keys, event), READING_KEY(wait_keys, match), READING_KEY(wait_keys, timeout),
    READING_KEY(wait_keys, on_timeout)};
static const struct key emit_table_keys[] = {READING_KEY(emit_keys, event),
                                             READING_KEY(emit_keys, data)};
static const struct key_table wait_table = {"wait_event", wait_table_keys,
                                            ARRAY_COUNT(wait_table_keys)};
static const struct key_table emit_table = {"emit", emit_table_keys, ARRAY_COUNT(emit_table_keys)};

bool definition_events_name(struct compile *c, struct span value, struct span *name)
{
    struct span text = {NULL, 0};
    if (value.size == 0) {
        reading_error(&c->reading, "needs the key 'event': the name of the event");
        return false;
    }
    if (mp_type(value) == MP_STR) {
        struct mp mp = mp_open(value);
        text = mp_str(&mp);
    }
    if (!names_is_event(text)) {
        return reading_refuse(&c->reading, "event", value,
                              "the name of an event such as payment.settled");
    }
    *name = reading_copy(&c->reading, text);
    POST(name->size > 0 || c->reading.no_memory);
    return true;
}

static void read_on_timeout(struct compile *c, const struct wait_keys *keys, bool has_limit,
                            struct step_spec *spec)
{
    static const char *const words[] = {"fail", "continue", NULL};
    uint32_t choice = 0;
    (void)reading_choice(&c->reading, "on_timeout", keys->on_timeout, words, &choice);
    spec->wait_goes_on = choice == 1;
    if (keys->on_timeout.size > 0 && keys->timeout.size == 0) {
        struct place place = reading_enter_key(&c->reading, "on_timeout");
        reading_error(&c->reading, "has no meaning without a 'timeout'");
        reading_leave(&c->reading, place);
    }
    if (keys->timeout.size == 0 && !has_limit) {
        reading_warning(&c->reading,
                        "has no 'timeout': if the event never comes, this waits for ever");
    }
}

void definition_events_read_wait(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    PRE(draft->wait_event.size > 0);
    struct wait_keys keys = {0};
    struct place place = reading_enter_key(&c->reading, "wait_event");
    spec->kind = STEP_KIND_WAIT_EVENT;
    if (reading_keys(&c->reading, draft->wait_event, &wait_table, &keys)) {
        (void)definition_events_name(c, keys.event, &spec->event);
        (void)reading_duration_positive(&c->reading, "timeout", keys.timeout, &spec->wait_ms);
        read_on_timeout(c, &keys, draft->timeout.size > 0, spec);
        draft->match = keys.match;
    }
    reading_leave(&c->reading, place);
}

void definition_events_read_emit(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    PRE(draft->emit.size > 0);
    struct emit_keys keys = {0};
    struct place place = reading_enter_key(&c->reading, "emit");
    spec->kind = STEP_KIND_EMIT;
    if (reading_keys(&c->reading, draft->emit, &emit_table, &keys)) {
        (void)definition_events_name(c, keys.event, &spec->event);
        draft->data = keys.data;
    }
    reading_leave(&c->reading, place);
}

void definition_events_finish(struct compile *c, uint32_t step)
{
    PRE(step < c->step_count);
    const struct draft *draft = &c->drafts[step];
    struct step_spec *spec = &c->steps[step];
    struct place place = definition_place_enter(c, step);
    if (draft->match.size > 0) {
        struct template_view view = {.step = (int32_t)step, .has_event = true};
        CHECK(spec->kind == STEP_KIND_WAIT_EVENT);
        (void)reading_enter_key(&c->reading, "wait_event");
        (void)reading_enter_key(&c->reading, "match");
        spec->match = condition_compile(c, draft->match, &view);
    }
    if (draft->data.size > 0) {
        struct template_view view = {.step = (int32_t)step, .has_event = c->listens};
        (void)reading_enter_key(&c->reading, "emit");
        (void)reading_enter_key(&c->reading, "data");
        spec->data = template_compile(c, draft->data, &view);
    }
    reading_leave(&c->reading, place);
}

/* Each name once. */
void definition_events_collect(struct compile *c)
{
    struct span *names = reading_take(&c->reading, c->step_count, sizeof(*names));
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->step_count && names != NULL; i++) {
        const struct step_spec *spec = &c->steps[i];
        bool is_new = spec->kind == STEP_KIND_WAIT_EVENT;
        for (uint32_t k = 0; k < count && is_new; k++) {
            is_new = !span_equal(names[k], spec->event);
        }
        if (is_new) {
            names[count++] = spec->event;
        }
    }
    POST(count <= c->step_count);
    c->definition->event_names = names;
    c->definition->event_name_count = count;
}
