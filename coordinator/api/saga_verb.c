/* saga_verb.c - the body of a verb is read, checked and posted. */
#include "api/saga_verb.h"

#include <string.h>

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/saga_read.h"
#include "base/ids.h"
#include "journal/verb.h"

/* Which keys a verb takes besides `reason`; `!` behind those that it needs. Any other key is
 * refused: a `rollback` with `step` must never be taken for one of the whole saga. */
static const struct {
    enum verb verb;
    const char *keys;
} verbs[] = {
    {VERB_ROLLBACK, "to then plan_digest accept"},
    {VERB_REVERSE, "steps plan_digest accept"},
    {VERB_RETRY, "step input"},
    {VERB_SKIP, "step!"},
    {VERB_RESOLVE, "step! outcome! output evidence"},
    {VERB_SIGNAL, "event! data"},
    {VERB_MIGRATE, "version!"},
    {VERB_PAUSE, ""},
    {VERB_RESUME, ""},
    {VERB_TERMINATE, ""},
    {VERB_APPROVE, "question_digest"},
    {VERB_REJECT, "question_digest"},
};
_Static_assert(ARRAY_COUNT(verbs) == VERB_COUNT, "each verb says which keys it takes");

/* The places of all keys that any verb takes. */
struct verb_body {
    struct span outcome, then;
    struct body_texts steps, accept;
    int64_t version;
};

/* The verb that the path ends with, as a row of the table. */
static uint32_t row_of(const struct http_call *call)
{
    const char *name = strrchr(call->path, '/') + 1;
    for (uint32_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        if (strcmp(name, verb_name(verbs[i].verb)) == 0) {
            return i;
        }
    }
    UNREACHABLE("a route of a verb that is none");
}

/* Is the key among the words, and is it needed there? */
static bool takes(const char *words, const char *key, bool *is_needed)
{
    size_t size = strlen(key);
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " !");
        *is_needed = at[length] == '!';
        if (length == size && memcmp(at, key, size) == 0) {
            return true;
        }
        at += length + (*is_needed ? 1 : 0);
    }
    return false;
}

/* Reads the body of a verb. False when a problem was answered. */
static bool read_body(struct http_call *call, const char *words, struct verb_body *body)
{
    struct verb_request *verb = &call->request.verb;
    const struct body_key keys[] = {
        {"reason", BODY_TEXT, false, &verb->reason},
        {"step", BODY_TEXT, false, &verb->step},
        {"steps", BODY_TEXTS, false, &body->steps},
        {"to", BODY_TEXT, false, &verb->to},
        {"then", BODY_TEXT, false, &body->then},
        {"plan_digest", BODY_TEXT, false, &verb->plan_digest},
        {"question_digest", BODY_TEXT, false, &verb->plan_digest},
        {"accept", BODY_TEXTS, false, &body->accept},
        {"input", BODY_VALUE, false, &verb->input},
        {"version", BODY_INT, false, &body->version},
        {"outcome", BODY_TEXT, false, &body->outcome},
        {"output", BODY_VALUE, false, &verb->output},
        {"evidence", BODY_TEXT, false, &verb->evidence},
        {"event", BODY_TEXT, false, &verb->event},
        {"data", BODY_VALUE, false, &verb->input},
    };
    struct body_key taken[ARRAY_COUNT(keys)] = {keys[0]};
    uint32_t count = 1;
    for (uint32_t i = 1; i < ARRAY_COUNT(keys); i++) {
        bool is_needed;
        if (takes(words, keys[i].name, &is_needed)) {
            taken[count] = keys[i];
            taken[count++].is_required = is_needed;
        }
    }
    return body_read(call, taken, count);
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
    if (then.data && verb->to.size == 0) {
        problem_note(call, "/then", "has no meaning without 'to'");
    } else if (then.data && !span_is(then, "forward") && !span_is(then, "pause")) {
        problem_note(call, "/then", "must be forward or pause");
    }
    verb->then_pause = span_is(then, "pause");
}

/* A text that was given must say something: an empty name of a step is not `no step`. */
static void check_given(struct http_call *call, const char *pointer, struct span text)
{
    if (text.data && text.size == 0) {
        problem_note(call, pointer, "must not be empty");
    }
}

static bool check_verb(struct http_call *call, const struct verb_body *body)
{
    struct verb_request *verb = &call->request.verb;
    body_check_reason(call, verb->reason);
    check_given(call, "/step", verb->step);
    check_given(call, "/to", verb->to);
    check_given(call, "/plan_digest", verb->plan_digest);
    check_given(call, "/event", verb->event);
    read_then(call, body->then);
    if (body->steps.items && body->steps.count == 0) {
        problem_note(call, "/steps", "must name a step; without it the whole saga is reversed");
    }
    if (verb->verb == VERB_RESOLVE) {
        read_outcome(call, body->outcome);
    }
    if (verb->verb == VERB_MIGRATE && (body->version < 1 || body->version > UINT32_MAX)) {
        problem_note(call, "/version", "must be a version of the definition, from 1");
    }
    if (verb->event.size > LIMIT_EVENT_NAME) {
        problem_note(call, "/event", "has more than 255 bytes");
    }
    if (verb->evidence.size > LIMIT_EVIDENCE) {
        problem_note(call, "/evidence", "has more than 4096 bytes");
    }
    if (verb->input.size > LIMIT_VALUE || verb->output.size > LIMIT_VALUE) {
        problem_answer(call, SAGA_TOO_LARGE, "a value has more than 960 KiB");
        return false;
    }
    return problem_pass(call);
}

/* What every verb takes besides its body: who, of which saga, in which state of it, once. */
static void post_verb(struct http_call *call)
{
    struct verb_request *verb = &call->request.verb;
    if (!headers_once(call, &verb->key, verb->digest) || !headers_if_match(call, &verb->if_seq)) {
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

/* Reads, checks and posts the verb of the path; in its body also the digest of a question. */
static void handle(struct http_call *call, struct span step)
{
    if (!ids_is_saga(call->target.parts[0])) {
        problem_answer(call, SAGA_NOT_FOUND, "there is no saga of this id");
        return;
    }
    struct verb_request *verb = &call->request.verb;
    struct verb_body body = {.version = 0};
    uint32_t row = row_of(call);
    verb->verb = verbs[row].verb;
    if (!read_body(call, verbs[row].keys, &body) || !check_verb(call, &body)) {
        return;
    }
    verb->version = (uint32_t)body.version;
    verb->steps = body.steps.items;
    verb->steps_count = body.steps.count;
    verb->accept = body.accept.items;
    verb->accept_count = body.accept.count;
    verb->step = step.size > 0 ? step : verb->step;
    post_verb(call);
}

void saga_verb(struct http_call *call)
{
    handle(call, (struct span){NULL, 0});
}

void saga_verb_decide(struct http_call *call)
{
    if (call->who.role == ROLE_AUDITOR) {
        problem_answer(call, SAGA_FORBIDDEN, "an auditor changes nothing");
        return;
    }
    handle(call, call->target.parts[1]);
}

void saga_verb_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    if (!http_call_is_answered(call)) {
        return;
    }
    saga_read_show(call, call->request.verb.saga, 202, answer->duplicate);
}
