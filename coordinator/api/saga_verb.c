/* saga_verb.c - the body of a verb is read, checked and posted. */
#include "api/saga_verb.h"

#include <string.h>

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/saga_read.h"
#include "journal/verb.h"

static bool verb_of_path(const char *path, enum verb *verb)
{
    const char *name = strrchr(path, '/') + 1;
    for (int i = 0; i < VERB_COUNT; i++) {
        if (strcmp(name, verb_name((enum verb)i)) == 0) {
            *verb = (enum verb)i;
            return true;
        }
    }
    return false;
}

static void read_outcome(struct http_call *call, struct span text)
{
    static const enum step_state outcomes[] = {STEP_STATE_SUCCEEDED, STEP_STATE_FAILED,
                                               STEP_STATE_COMPENSATED, STEP_STATE_KEPT};
    for (size_t i = 0; i < ARRAY_COUNT(outcomes); i++) {
        if (span_is(text, step_state_name(outcomes[i]))) {
            call->request.verb.outcome = outcomes[i];
            return;
        }
    }
    problem_note(call, "/outcome", "must be succeeded, failed, compensated or kept");
}

/* With `to`: what comes when the saga stands at its save-point. */
static void read_then(struct http_call *call, struct span then)
{
    struct verb_request *verb = &call->request.verb;
    if (verb->to.size > 0 && verb->verb != VERB_ROLLBACK) {
        problem_note(call, "/to", "is for a rollback");
    }
    if (then.size > 0 && verb->to.size == 0) {
        problem_note(call, "/then", "has no meaning without 'to'");
    } else if (then.size > 0 && !span_is(then, "forward") && !span_is(then, "pause")) {
        problem_note(call, "/then", "must be forward or pause");
    }
    verb->then_pause = span_is(then, "pause");
}

static void check_reason(struct http_call *call)
{
    const struct verb_request *verb = &call->request.verb;
    if (verb->reason.size == 0) {
        problem_note(call, "/reason", "is required: say why");
    } else if (verb->reason.size > LIMIT_REASON) {
        problem_note(call, "/reason", "has more than 1024 bytes");
    }
}

static bool check_verb(struct http_call *call, struct span outcome, struct span then)
{
    struct verb_request *verb = &call->request.verb;
    check_reason(call);
    read_then(call, then);
    if (verb->verb == VERB_RESOLVE) {
        if (verb->step.size == 0) {
            problem_note(call, "/step", "is required");
        }
        read_outcome(call, outcome);
    }
    if (verb->verb == VERB_MIGRATE && verb->version == 0) {
        problem_note(call, "/version", "is required: a version of the definition, from 1");
    }
    if (verb->verb == VERB_SKIP && verb->step.size == 0) {
        problem_note(call, "/step", "is required");
    }
    if (verb->verb == VERB_SIGNAL && verb->event.size == 0) {
        problem_note(call, "/event", "is required: the name of the event");
    } else if (verb->verb != VERB_SIGNAL && verb->event.size > 0) {
        problem_note(call, "/event", "is for signal");
    }
    if (verb->evidence.size > LIMIT_EVIDENCE) {
        problem_note(call, "/evidence", "has more than 4096 bytes");
    }
    if (verb->input.size > LIMIT_VALUE || verb->output.size > LIMIT_VALUE) {
        problem_answer(call, SAGA_TOO_LARGE, "a value has more than 960 KiB");
        return false;
    }
    if (verb->verb == VERB_ROLLBACK && verb->steps_count > 0) {
        problem_note(call, "/steps",
                     "a rollback is of the whole saga, or to a step; steps are for reverse");
    }
    return problem_pass(call);
}

/* What every verb takes besides its body: who, of which saga, in which state of it, once. */
static void post_verb(struct http_call *call)
{
    struct verb_request *verb = &call->request.verb;
    if (!headers_if_match(call, &verb->if_seq) || !headers_once(call, &verb->key, verb->digest)) {
        return;
    }
    call->request.kind = REQUEST_VERB;
    verb->saga = call->target.parts[0];
    verb->actor = call->who.name;
    verb->roles = call->who.roles;
    verb->roles_count = call->who.roles_count;
    call->request.wait_ms = headers_wait_ms(call);
    call->request.wait_settled = call->request.wait_ms > 0;
    http_call_post(call);
}

void saga_verb(struct http_call *call)
{
    struct verb_request *verb = &call->request.verb;
    struct body_texts steps = {0};
    struct body_texts accept = {0};
    struct span outcome = {NULL, 0};
    struct span then = {NULL, 0};
    int64_t version = 0;
    struct span data = {NULL, 0};
    const struct body_key keys[] = {
        {"reason", BODY_TEXT, false, &verb->reason},
        {"version", BODY_INT, false, &version},
        {"step", BODY_TEXT, false, &verb->step},
        {"steps", BODY_TEXTS, false, &steps},
        {"to", BODY_TEXT, false, &verb->to},
        {"then", BODY_TEXT, false, &then},
        {"plan_digest", BODY_TEXT, false, &verb->plan_digest},
        {"accept", BODY_TEXTS, false, &accept},
        {"input", BODY_VALUE, false, &verb->input},
        {"outcome", BODY_TEXT, false, &outcome},
        {"output", BODY_VALUE, false, &verb->output},
        {"evidence", BODY_TEXT, false, &verb->evidence},
        {"event", BODY_TEXT, false, &verb->event},
        {"data", BODY_VALUE, false, &data},
    };
    if (!verb_of_path(call->path, &verb->verb) || !body_read(call, keys, ARRAY_COUNT(keys))) {
        return;
    }
    verb->version = version > 0 && version <= UINT32_MAX ? (uint32_t)version : 0;
    verb->input = verb->verb == VERB_SIGNAL ? data : verb->input;
    verb->steps = steps.items;
    verb->steps_count = steps.count;
    verb->accept = accept.items;
    verb->accept_count = accept.count;
    if (check_verb(call, outcome, then)) {
        post_verb(call);
    }
}

/* A person's answer to the question of a step. */
void saga_verb_decide(struct http_call *call)
{
    struct verb_request *verb = &call->request.verb;
    const struct body_key keys[] = {
        {"reason", BODY_TEXT, false, &verb->reason},
        {"question_digest", BODY_TEXT, false, &verb->plan_digest},
    };
    if (call->who.role == ROLE_AUDITOR) {
        problem_answer(call, SAGA_FORBIDDEN, "an auditor changes nothing");
        return;
    }
    if (!verb_of_path(call->path, &verb->verb) || !body_read(call, keys, ARRAY_COUNT(keys))) {
        return;
    }
    verb->step = call->target.parts[1];
    check_reason(call);
    if (problem_pass(call)) {
        post_verb(call);
    }
}

void saga_verb_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    if (!http_call_is_answered(call)) {
        return;
    }
    saga_read_show(call, call->request.verb.saga, 202, answer->duplicate);
}
