/* definition_approve.c - the keys of a step that asks a person: what, whom, and how long. */
#include "language/definition_approve.h"

#include "base/limits.h"
#include "base/mp.h"
#include "language/definition_draft.h"
#include "language/definition_place.h"
#include "language/template_compile.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"
#include "reading/reading_words.h"

enum { WHO_MAX = 64 };

struct approve_keys {
    struct span question, who, timeout, on_timeout, show;
};

static const struct key approve_keys[] = {
    READING_KEY(approve_keys, question), READING_KEY(approve_keys, who),
    READING_KEY(approve_keys, timeout),  READING_KEY(approve_keys, on_timeout),
    READING_KEY(approve_keys, show),
};
static const struct key_table approve_table = {"approve", approve_keys, ARRAY_COUNT(approve_keys)};

/* One of `who`: a name, or "role:NAME"; c->reading.place is at the value. */
static bool read_one(struct compile *c, struct span value, struct span *who)
{
    struct mp mp = mp_open(value);
    struct span text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    bool is_role = text.size >= 5 && memcmp(text.data, "role:", 5) == 0;
    if (mp_type(value) != MP_STR) {
        reading_error(&c->reading, "must be a person's name or role:NAME, not %s",
                      reading_type_name(value));
        return false;
    }
    if (text.size == 0 || text.size > LIMIT_ACTOR || (is_role && text.size == 5)) {
        reading_error(&c->reading,
                      "must be a person's name or role:NAME of 1 to %d bytes, not '%s'",
                      LIMIT_ACTOR, reading_quote(text).text);
        return false;
    }
    if (text.data[0] == '$') {
        reading_error(&c->reading,
                      "must be a person's name or role:NAME: who may decide stands in the "
                      "definition, not in a saga's values");
        return false;
    }
    *who = reading_copy(&c->reading, text);
    return true;
}

static void read_who(struct compile *c, struct span value, struct approval_spec *spec)
{
    if (value.size == 0) {
        reading_error(&c->reading, "needs the key 'who': names of persons, or role:NAME");
        return;
    }
    struct place place = reading_enter_key(&c->reading, "who");
    struct mp mp = mp_open(value);
    bool is_list = mp_type(value) == MP_ARRAY;
    uint32_t count = is_list ? mp_array(&mp) : 1;
    if (count == 0 || count > WHO_MAX) {
        reading_error(&c->reading, "must name 1 to %d persons or roles", WHO_MAX);
        count = 0;
    }
    struct span *who = reading_take(&c->reading, count, sizeof(*who));
    for (uint32_t i = 0; i < count && who != NULL; i++) {
        struct span item = is_list ? mp_skip(&mp) : value;
        struct place list = is_list ? reading_enter_index(&c->reading, i) : c->reading.place;
        spec->who_count += read_one(c, item, &who[spec->who_count]) ? 1 : 0;
        reading_leave(&c->reading, list);
    }
    spec->who = who;
    POST(spec->who_count <= WHO_MAX);
    reading_leave(&c->reading, place);
}

static void read_time(struct compile *c, const struct approve_keys *keys,
                      struct approval_spec *spec)
{
    static const char *const words[] = {"fail", "approve", "reject", NULL};
    uint32_t choice = 0;
    (void)reading_duration_positive(&c->reading, "timeout", keys->timeout, &spec->timeout_ms);
    if (reading_choice(&c->reading, "on_timeout", keys->on_timeout, words, &choice)) {
        spec->on_timeout = (enum on_timeout)choice;
    }
    POST(spec->timeout_ms >= 0);
    if (keys->on_timeout.size > 0 && keys->timeout.size == 0) {
        struct place place = reading_enter_key(&c->reading, "on_timeout");
        reading_error(&c->reading, "has no meaning without 'timeout'");
        reading_leave(&c->reading, place);
    }
}

static void check_question(struct compile *c, struct span question)
{
    struct span text = {NULL, 0};
    if (question.size == 0) {
        reading_error(&c->reading, "needs the key 'question': what is asked");
    } else if (reading_text(&c->reading, "question", question, &text) && text.size == 0) {
        struct place place = reading_enter_key(&c->reading, "question");
        reading_error(&c->reading, "must ask something");
        reading_leave(&c->reading, place);
    }
}

void definition_approve_read(struct compile *c, struct draft *draft, struct step_spec *spec)
{
    PRE(draft->approve.size > 0);
    struct approve_keys keys = {0};
    struct approval_spec *approval = reading_take(&c->reading, 1, sizeof(*approval));
    spec->kind = STEP_KIND_APPROVE;
    if (!approval) {
        return;
    }
    spec->approval = approval;
    struct place place = reading_enter_key(&c->reading, "approve");
    if (reading_keys(&c->reading, draft->approve, &approve_table, &keys)) {
        check_question(c, keys.question);
        read_who(c, keys.who, approval);
        read_time(c, &keys, approval);
        draft->question = keys.question;
        draft->show = keys.show;
    }
    reading_leave(&c->reading, place);
}

void definition_approve_finish(struct compile *c, uint32_t step, const struct template_view *view)
{
    PRE(step < c->step_count);
    const struct draft *draft = &c->drafts[step];
    if (draft->approve.size == 0 || draft->question.size == 0) {
        return;
    }
    CHECK(c->steps[step].approval != NULL); /* a question was read into it */
    /* definition_approve_read() made the struct for this compiler to fill. */
    struct approval_spec *spec = (struct approval_spec *)(uintptr_t)c->steps[step].approval;
    struct place place = definition_place_enter(c, step);
    (void)reading_enter_key(&c->reading, "approve");
    struct place map = reading_enter_key(&c->reading, "question");
    spec->question = template_compile(c, draft->question, view);
    reading_leave(&c->reading, map);
    if (draft->show.size > 0) {
        (void)reading_enter_key(&c->reading, "show");
        spec->show = template_compile(c, draft->show, view);
    }
    reading_leave(&c->reading, place);
}
