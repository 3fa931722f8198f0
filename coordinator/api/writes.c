/* writes.c - what changes something: read from the body, handed to the loop, answered when durable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/mp.h"
#include "store/request_digest.h"
#include "journal/verb.h"

enum { UUID_SIZE = 36 };

/* 16 bytes as a UUID's text. */
static struct span write_uuid(struct http_call *call, const uint8_t bytes[16])
{
    char hex[33];
    char *text = arena_take(&call->arena, UUID_SIZE + 1);
    digest_hex(span_of(bytes, 16), hex);
    if (!text) {
        return (struct span){NULL, 0};
    }
    snprintf(text, UUID_SIZE + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
    return span_of(text, UUID_SIZE);
}

/* The id of a saga whose caller gave none: made of the idempotency key, so that the same key means
 * the same saga for ever; else a UUIDv7. */
static struct span make_id(struct http_call *call, struct span key)
{
    uint8_t bytes[DIGEST_SIZE];
    if (key.size > 0) {
        digest_pair(span_text("start"), key, bytes);
        bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x80);
    } else {
        uint64_t at_ms = (uint64_t)call->api->options.now_ms(call->api->options.arg);
        digest_random(bytes, sizeof(bytes));
        for (int i = 0; i < 6; i++) {
            bytes[i] = (uint8_t)(at_ms >> (40 - 8 * i));
        }
        bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x70);
    }
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    return write_uuid(call, bytes);
}

static bool labels_are_good(struct span labels)
{
    struct mp mp = mp_open(labels);
    uint32_t count = labels.size > 0 ? mp_map(&mp) : 0;
    bool good = !mp.bad && count <= LIMIT_LABELS;
    for (uint32_t i = 0; i < count && good; i++) {
        (void)mp_str(&mp);
        good = mp_peek(&mp) == MP_STR;
        (void)mp_skip(&mp);
    }
    return good;
}

static bool check_start(struct http_call *call, int64_t version, struct span labels)
{
    const struct start_request *start = &call->request.start;
    if (version < 0 || version > UINT32_MAX) {
        problem_note(call, "/version", "must be a version, from 1");
    }
    if (start->name.size > 0 && !ids_is_given(start->name)) {
        problem_note(call, "/id", "must be 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    if (!labels_are_good(labels)) {
        problem_note(call, "/labels", "must be an object of at most 32 strings");
    }
    if (start->input.size > LIMIT_VALUE) {
        problem_answer(call, SAGA_TOO_LARGE, "the input has more than 960 KiB");
        return false;
    }
    return problem_pass(call);
}

void saga_start(struct http_call *call)
{
    struct request *request = &call->request;
    struct start_request *start = &request->start;
    int64_t version = 0;
    const struct body_key keys[] = {
        {"definition", BODY_TEXT, true, &request->definition},
        {"version", BODY_INT, false, &version},
        {"id", BODY_TEXT, false, &start->name},
        {"input", BODY_VALUE, false, &start->input},
        {"labels", BODY_VALUE, false, &start->labels},
        {"start_at", BODY_TIME, false, &start->start_at_ms},
    };
    uint8_t ignored[DIGEST_SIZE];
    if (!body_read(call, keys, ARRAY_COUNT(keys)) || !header_once(call, &start->key, ignored)) {
        return;
    }
    if (mp_type(start->labels) == MP_NIL) {
        start->labels = (struct span){NULL, 0};
    }
    if (!check_start(call, version, start->labels)) {
        return;
    }
    struct span given = start->name;
    if (given.size == 0) {
        start->name = make_id(call, start->key);
    }
    request->kind = REQUEST_START;
    request->version = (uint32_t)version;
    start->actor = call->who.name;
    struct request_facts facts = {.definition = request->definition,
                                  .version = (uint32_t)version,
                                  .input = start->input,
                                  .labels = start->labels,
                                  .start_at_ms = start->start_at_ms};
    enum saga_error rc =
        start->name.size > 0 ? request_digest(&facts, start->digest) : SAGA_NO_MEMORY;
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
        return;
    }
    digest_pair(span_of(start->digest, DIGEST_SIZE), given, start->key_digest);
    const char *trace = header_text(call, "traceparent");
    if (trace) {
        start->traceparent = ids_traceparent(span_text(trace));
    }
    request->wait_ms = header_wait_ms(call);
    request->wait_settled = request->wait_ms > 0;
    http_call_post(call);
}

static bool is_settled(enum saga_state state)
{
    return saga_state_is_final(state) || state == SAGA_STATE_PARKED;
}

void saga_start_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    if (answer->error != SAGA_OK) {
        problem_answer(call, answer->error, answer->why);
        return;
    }
    bool waited = call->request.wait_settled && is_settled(answer->state);
    saga_read_show(call, call->request.start.name, waited ? 200 : 202, answer->duplicate);
    snprintf(call->location, sizeof(call->location), "/v1/sagas/%.*s",
             (int)call->request.start.name.size, (const char *)call->request.start.name.data);
}

/* ---- verbs ---- */

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

static bool read_outcome(struct http_call *call, struct span text)
{
    static const enum step_state outcomes[] = {STEP_STATE_SUCCEEDED, STEP_STATE_FAILED,
                                               STEP_STATE_COMPENSATED, STEP_STATE_KEPT};
    for (size_t i = 0; i < ARRAY_COUNT(outcomes); i++) {
        if (span_is(text, step_state_name(outcomes[i]))) {
            call->request.verb.outcome = outcomes[i];
            return true;
        }
    }
    problem_note(call, "/outcome", "must be succeeded, failed, compensated or kept");
    return false;
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
        (void)read_outcome(call, outcome);
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

static bool header_if_match(struct http_call *call)
{
    const char *text = header_text(call, "If-Match");
    char *end;
    if (!text || strcmp(text, "*") == 0) {
        return true;
    }
    bool is_number = text[0] == '"' && text[1] >= '1' && text[1] <= '9';
    unsigned long long seq = is_number ? strtoull(text + 1, &end, 10) : 0;
    if (seq == 0 || strcmp(end, "\"") != 0) {
        problem_answer(call, SAGA_PRECONDITION_FAILED, "If-Match is not an ETag of this saga");
        return false;
    }
    call->request.verb.if_seq = seq;
    return true;
}

/* What every verb takes besides its body: who, of which saga, in which state of it, once. */
static void post_verb(struct http_call *call)
{
    struct verb_request *verb = &call->request.verb;
    if (!header_if_match(call) || !header_once(call, &verb->key, verb->digest)) {
        return;
    }
    call->request.kind = REQUEST_VERB;
    verb->saga = call->parts[0];
    verb->actor = call->who.name;
    verb->roles = call->who.roles;
    verb->roles_count = call->who.roles_count;
    call->request.wait_ms = header_wait_ms(call);
    call->request.wait_settled = call->request.wait_ms > 0;
    http_call_post(call);
}

void saga_verb(struct http_call *call)
{
    struct verb_request *verb = &call->request.verb;
    struct texts steps = {0};
    struct texts accept = {0};
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
    verb->step = call->parts[1];
    check_reason(call);
    if (problem_pass(call)) {
        post_verb(call);
    }
}

void saga_verb_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    if (answer->error != SAGA_OK) {
        problem_answer(call, answer->error, answer->why);
        return;
    }
    saga_read_show(call, call->request.verb.saga, 202, answer->duplicate);
}

/* ---- out-of-band completion ---- */

/* error: {code, message?, retryable?, retry_after_ms?, in_doubt?, details?}: as in 3-wire a wrong
 * type is wrong. What is not understood must not be taken for "no effect". */
static void read_error(struct http_call *call, struct span error)
{
    struct result *result = &call->request.result;
    int64_t after_ms = 0;
    const struct body_key keys[] = {
        {"code", BODY_TEXT, true, &result->code},
        {"message", BODY_TEXT, false, &result->message},
        {"retryable", BODY_BOOL, false, &result->retryable},
        {"retry_after_ms", BODY_INT, false, &after_ms},
        {"in_doubt", BODY_BOOL, false, &result->in_doubt},
        {"details", BODY_VALUE, false, &result->details},
    };
    if (mp_type(error) != MP_MAP) {
        problem_note(call, "/error", "must be an object with a code");
        return;
    }
    body_read_inside(call, error, "/error", keys, ARRAY_COUNT(keys));
    if (result->code.size == 0 || result->code.size > LIMIT_CODE) {
        problem_note(call, "/error/code", "must be 1 to 64 bytes");
    }
    if (result->message.size > LIMIT_MESSAGE) {
        problem_note(call, "/error/message", "has more than 1024 bytes");
    }
    if (after_ms < 0) {
        problem_note(call, "/error/retry_after_ms", "must not be negative");
    }
    bool says_when = mp_type(mp_find(error, span_text("retry_after_ms"))) == MP_INT;
    result->retry_after_ms = says_when ? after_ms : -1;
}

static bool check_finish(struct http_call *call, int64_t attempt)
{
    const struct result *result = &call->request.result;
    if (result->cost_micros < 0) {
        problem_note(call, "/cost_usd_micros", "must not be negative");
    }
    if (attempt < 0 || attempt > UINT32_MAX) {
        problem_note(call, "/attempt", "must be the number of an attempt, from 1");
    }
    if (result->output.size > LIMIT_VALUE || result->details.size > LIMIT_VALUE) {
        problem_answer(call, SAGA_TOO_LARGE, "a value has more than 960 KiB");
        return false;
    }
    return problem_pass(call);
}

/* The body is a `result` of the wire but for its token. */
void task_finish(struct http_call *call)
{
    struct result *result = &call->request.result;
    struct span status = {NULL, 0};
    struct span error = {NULL, 0};
    int64_t attempt = 0;
    const struct body_key keys[] = {
        {"status", BODY_TEXT, true, &status},
        {"key", BODY_TEXT, false, &result->key},
        {"attempt", BODY_INT, false, &attempt},
        {"output", BODY_VALUE, false, &result->output},
        {"error", BODY_VALUE, false, &error},
        {"cost_usd_micros", BODY_INT, false, &result->cost_micros},
    };
    *result = (struct result){.retry_after_ms = -1, .retryable = true};
    if (!body_read(call, keys, ARRAY_COUNT(keys))) {
        return;
    }
    bool ok = span_is(status, "ok");
    if (!ok && !span_is(status, "failed")) {
        problem_note(call, "/status", "must be ok or failed");
    }
    result->status = ok ? RESULT_OK : RESULT_FAILED;
    result->code = span_text("failed");
    if (mp_type(error) != MP_NONE && mp_type(error) != MP_NIL) {
        read_error(call, error);
    }
    if (!check_finish(call, attempt)) {
        return;
    }
    result->attempt = (uint32_t)attempt;
    if (!digest_unhex(call->parts[0], result->token, TOKEN_SIZE)) {
        problem_answer(call, SAGA_NOT_FOUND, "no task has this token");
        return;
    }
    call->request.kind = REQUEST_FINISH;
    http_call_post(call);
}

void task_finish_reply(struct http_call *call)
{
    static const char *const states[] = {[VERDICT_OK] = "ok",
                                         [VERDICT_LATE] = "late",
                                         [VERDICT_STALE] = "stale",
                                         [VERDICT_UNKNOWN] = "unknown"};
    if (call->answer.error != SAGA_OK) {
        problem_answer(call, call->answer.error, call->answer.why);
        return;
    }
    struct form *form = response_begin(call, 200);
    form_text(form, "state", states[call->answer.verdict]);
    response_end(call);
}
