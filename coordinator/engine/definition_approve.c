/* definition_approve.c - the keys of a step that asks a person: what, whom, and how long. */
#include "engine/definition_parts.h"
#include "engine/template_compile.h"

enum { WHO_MAX = 64 };

struct approve_keys {
    struct span question, who, timeout, on_timeout, show;
};

#define KEY(key)                                                                                   \
    {                                                                                              \
#key, KEY_NOW, offsetof(struct approve_keys, key)                                          \
    }
static const struct key approve_keys[] = {
    KEY(question), KEY(who), KEY(timeout), KEY(on_timeout), KEY(show),
};
#undef KEY
static const struct key_table approve_table = {"approve", approve_keys, ARRAY_COUNT(approve_keys)};

/* A name, or "role:NAME"; c->place is at it. */
static bool read_one(struct compile *c, struct span value, struct span *who)
{
    struct mp mp = mp_open(value);
    struct span text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    bool is_role = text.size >= 5 && memcmp(text.data, "role:", 5) == 0;
    if (mp_type(value) != MP_STR) {
        compile_error(c, "must be a person's name or role:NAME, not %s", compile_type_name(value));
        return false;
    }
    if (text.size == 0 || text.size > LIMIT_ACTOR || (is_role && text.size == 5)) {
        compile_error(c, "must be a person's name or role:NAME of 1 to %d bytes, not '%s'",
                      LIMIT_ACTOR, compile_quote(text).text);
        return false;
    }
    if (text.data[0] == '$') {
        compile_error(c,
                      "must be a person's name or role:NAME: who may decide stands in the "
                      "definition, not in a saga's values");
        return false;
    }
    *who = compile_copy(c, text);
    return true;
}

static void read_who(struct compile *c, struct span value, struct approval_spec *spec)
{
    if (value.size == 0) {
        compile_error(c, "needs the key 'who': names of persons, or role:NAME");
        return;
    }
    struct place place = compile_enter_key(c, "who");
    struct mp mp = mp_open(value);
    bool is_list = mp_type(value) == MP_ARRAY;
    uint32_t count = is_list ? mp_array(&mp) : 1;
    if (count == 0 || count > WHO_MAX) {
        compile_error(c, "must name 1 to %d persons or roles", WHO_MAX);
        count = 0;
    }
    struct span *who = compile_take(c, count, sizeof(*who));
    for (uint32_t i = 0; i < count && who != NULL; i++) {
        struct span item = is_list ? mp_skip(&mp) : value;
        struct place list = is_list ? compile_enter_index(c, i) : c->place;
        spec->who_count += read_one(c, item, &who[spec->who_count]) ? 1 : 0;
        compile_leave(c, list);
    }
    spec->who = who;
    compile_leave(c, place);
}

static void read_time(struct compile *c, const struct approve_keys *keys,
                      struct approval_spec *spec)
{
    static const char *const words[] = {"fail", "approve", "reject", NULL};
    uint32_t choice = 0;
    (void)compile_duration_positive(c, "timeout", keys->timeout, &spec->timeout_ms);
    if (compile_choice(c, "on_timeout", keys->on_timeout, words, &choice)) {
        spec->on_timeout = (enum on_timeout)choice;
    }
    if (keys->on_timeout.size > 0 && keys->timeout.size == 0) {
        struct place place = compile_enter_key(c, "on_timeout");
        compile_error(c, "has no meaning without 'timeout'");
        compile_leave(c, place);
    }
}

static void check_question(struct compile *c, struct span question)
{
    struct span text = {NULL, 0};
    if (question.size == 0) {
        compile_error(c, "needs the key 'question': what is asked");
    } else if (compile_text(c, "question", question, &text) && text.size == 0) {
        struct place place = compile_enter_key(c, "question");
        compile_error(c, "must ask something");
        compile_leave(c, place);
    }
}

void definition_approve_read(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    struct approve_keys keys = {0};
    struct approval_spec *approval = compile_take(c, 1, sizeof(*approval));
    spec->kind = STEP_KIND_APPROVE;
    if (!approval) {
        return;
    }
    spec->approval = approval;
    struct place place = compile_enter_key(c, "approve");
    if (compile_keys(c, draft->approve, &approve_table, &keys)) {
        check_question(c, keys.question);
        read_who(c, keys.who, approval);
        read_time(c, &keys, approval);
        draft->question = keys.question;
        draft->show = keys.show;
    }
    compile_leave(c, place);
}

void definition_approve_finish(struct compile *c, uint32_t step, const struct template_view *view)
{
    const struct draft *draft = &c->drafts[step];
    if (draft->approve.size == 0 || draft->question.size == 0) {
        return;
    }
    /* It was made by definition_approve_read(), for this compiler to write. */
    struct approval_spec *spec = (struct approval_spec *)(uintptr_t)c->steps[step].approval;
    struct place place = definition_steps_enter(c, step);
    (void)compile_enter_key(c, "approve");
    struct place map = compile_enter_key(c, "question");
    spec->question = template_compile(c, draft->question, view);
    compile_leave(c, map);
    if (draft->show.size > 0) {
        (void)compile_enter_key(c, "show");
        spec->show = template_compile(c, draft->show, view);
    }
    compile_leave(c, place);
}
