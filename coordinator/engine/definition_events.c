/* definition_events.c - steps that wait for an event, or send one. */
#include "engine/condition.h"
#include "engine/definition_parts.h"

struct wait_keys {
    struct span event, match, timeout, on_timeout;
};

struct emit_keys {
    struct span event, data;
};

#define KEY(type, key)                                                                             \
    {                                                                                              \
#key, KEY_NOW, offsetof(struct type, key)                                                  \
    }
static const struct key wait_table_keys[] = {KEY(wait_keys, event), KEY(wait_keys, match),
                                             KEY(wait_keys, timeout), KEY(wait_keys, on_timeout)};
static const struct key emit_table_keys[] = {KEY(emit_keys, event), KEY(emit_keys, data)};
#undef KEY
static const struct key_table wait_table = {"wait_event", wait_table_keys,
                                            ARRAY_COUNT(wait_table_keys)};
static const struct key_table emit_table = {"emit", emit_table_keys, ARRAY_COUNT(emit_table_keys)};

bool definition_events_is_name(struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] <= 0x20 || name.data[i] == 0x7f) {
            return false;
        }
    }
    return name.size > 0 && name.size <= LIMIT_EVENT_NAME;
}

bool definition_events_name(struct compile *c, struct span value, struct span *name)
{
    struct span text = {NULL, 0};
    if (value.size == 0) {
        compile_error(c, "needs the key 'event': the name of the event");
        return false;
    }
    if (mp_type(value) == MP_STR) {
        struct mp mp = mp_open(value);
        text = mp_str(&mp);
    }
    if (!definition_events_is_name(text)) {
        return compile_refuse(c, "event", value, "the name of an event such as payment.settled");
    }
    *name = compile_copy(c, text);
    return true;
}

static void read_on_timeout(struct compile *c, const struct wait_keys *keys, bool has_limit,
                            struct step_spec *spec)
{
    static const char *const words[] = {"fail", "continue", NULL};
    uint32_t choice = 0;
    (void)compile_choice(c, "on_timeout", keys->on_timeout, words, &choice);
    spec->wait_goes_on = choice == 1;
    if (keys->on_timeout.size > 0 && keys->timeout.size == 0) {
        struct place place = compile_enter_key(c, "on_timeout");
        compile_error(c, "has no meaning without a 'timeout'");
        compile_leave(c, place);
    }
    if (keys->timeout.size == 0 && !has_limit) {
        compile_warning(c, "has no 'timeout': if the event never comes, this waits for ever");
    }
}

void definition_events_read_wait(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    struct wait_keys keys = {0};
    struct place place = compile_enter_key(c, "wait_event");
    spec->kind = STEP_KIND_WAIT_EVENT;
    if (compile_keys(c, draft->wait_event, &wait_table, &keys)) {
        (void)definition_events_name(c, keys.event, &spec->event);
        (void)compile_duration_positive(c, "timeout", keys.timeout, &spec->wait_ms);
        read_on_timeout(c, &keys, draft->timeout.size > 0, spec);
        draft->match = keys.match;
    }
    compile_leave(c, place);
}

void definition_events_read_emit(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    struct emit_keys keys = {0};
    struct place place = compile_enter_key(c, "emit");
    spec->kind = STEP_KIND_EMIT;
    if (compile_keys(c, draft->emit, &emit_table, &keys)) {
        (void)definition_events_name(c, keys.event, &spec->event);
        draft->data = keys.data;
    }
    compile_leave(c, place);
}

void definition_events_finish(struct compile *c, uint32_t step)
{
    const struct draft *draft = &c->drafts[step];
    struct step_spec *spec = &c->steps[step];
    struct place place = definition_steps_enter(c, step);
    if (draft->match.size > 0) {
        struct template_view view = {.step = (int32_t)step, .has_event = true};
        (void)compile_enter_key(c, "wait_event");
        (void)compile_enter_key(c, "match");
        spec->match = condition_compile(c, draft->match, &view);
    }
    if (draft->data.size > 0) {
        struct template_view view = {.step = (int32_t)step, .has_event = c->listens};
        (void)compile_enter_key(c, "emit");
        (void)compile_enter_key(c, "data");
        spec->data = template_compile(c, draft->data, &view);
    }
    compile_leave(c, place);
}

/* Each name once. */
void definition_events_collect(struct compile *c)
{
    struct span *names = compile_take(c, c->step_count, sizeof(*names));
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
    c->definition->event_names = names;
    c->definition->event_name_count = count;
}
