/* definition_kinds.c - what a step does: exactly one key says it, and some keys serve actions only.
 */
#include "engine/definition_parts.h"
#include "engine/template_compile.h"

static const struct key sleep_keys[] = {{"until", KEY_NOW, offsetof(struct draft, sleep_until)}};
static const struct key_table sleep_table = {"sleep", sleep_keys, ARRAY_COUNT(sleep_keys)};

/* The keys that only an action has a use for. */
static void refuse_action_keys(struct compile *c, const struct draft *draft, const char *kind)
{
    const struct {
        const char *name;
        struct span value;
    } keys[] = {{"input", draft->input},
                {"retry", draft->retry},
                {"timeout", draft->timeout},
                {"check", draft->check},
                {"key_ttl", draft->key_ttl},
                {"pivot", draft->pivot},
                {"max_cost_usd", draft->max_cost_usd},
                {"expected_cost_usd", draft->expected_cost_usd}};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        if (keys[i].value.size > 0) {
            struct place place = compile_enter_key(c, keys[i].name);
            compile_error(c, "belongs to a step with an 'action'; this one has '%s'", kind);
            compile_leave(c, place);
        }
    }
}

static void read_sleep(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    spec->kind = STEP_KIND_SLEEP;
    refuse_action_keys(c, draft, "sleep");
    if (mp_type(draft->sleep) == MP_STR) {
        (void)compile_duration_positive(c, "sleep", draft->sleep, &spec->sleep_ms);
        return;
    }
    if (mp_type(draft->sleep) != MP_MAP) {
        (void)compile_refuse(c, "sleep", draft->sleep,
                             "a duration such as 24h, or a map with 'until'");
        return;
    }
    struct place place = compile_enter_key(c, "sleep");
    if (compile_keys(c, draft->sleep, &sleep_table, draft) && draft->sleep_until.size == 0) {
        compile_error(c, "needs the key 'until': a time");
    }
    compile_leave(c, place);
}

void definition_kinds_read(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    bool is_action = draft->action.size > 0;
    bool is_sleep = draft->sleep.size > 0;
    if (is_action && is_sleep) {
        compile_error(c, "has the keys 'action' and 'sleep': exactly one says what a step does");
    } else if (is_sleep) {
        read_sleep(c, draft, spec);
    } else if (!is_action) {
        compile_error(c, "needs the key 'action': what it asks of which service");
    }
}

void definition_kinds_finish(struct compile *c, uint32_t step)
{
    const struct draft *draft = &c->drafts[step];
    if (draft->sleep_until.size == 0) {
        return;
    }
    struct template_view view = {.step = (int32_t)step};
    struct place place = definition_steps_enter(c, step);
    (void)compile_enter_key(c, "sleep");
    (void)compile_enter_key(c, "until");
    c->steps[step].sleep_until = template_compile(c, draft->sleep_until, &view);
    compile_leave(c, place);
}
