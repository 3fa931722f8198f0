/* open_post.c - open sagas over HTTP: the bodies, and the answers, are those of the wire. */
#include "api/open_post.h"

#include <stdio.h>

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/result_body.h"
#include "api/start_post.h"
#include "base/ids.h"
#include "base/mp.h"
#include "door/open_form.h"
#include "journal/states.h"
#include "store/request_digest.h"

/* False: the problem was answered. */
static bool pass(struct http_call *call, enum saga_error rc, const struct open_refusal *refusal)
{
    if (rc == SAGA_OK) {
        return problem_pass(call);
    }
    if (rc == SAGA_INVALID) {
        problem_note(call, refusal->pointer, refusal->why);
        return problem_pass(call);
    }
    problem_answer(call, rc, rc == SAGA_TOO_LARGE ? refusal->why : NULL);
    return false;
}

/* ---- begin ---- */

static bool read_begin(struct http_call *call, int64_t *timeout_ms)
{
    struct begin_form form = {.name = {NULL, 0}};
    struct open_refusal refusal;
    const struct body_key keys[] = {
        {"name", BODY_VALUE, true, &form.name},
        {"input", BODY_VALUE, false, &form.input},
        {"labels", BODY_VALUE, false, &form.labels},
        {"timeout_ms", BODY_VALUE, true, &form.timeout_ms},
        {"reversal_window_ms", BODY_VALUE, false, &form.reversal_window_ms},
        {"budget_usd_micros", BODY_VALUE, false, &form.budget_usd_micros},
        {"sensitive", BODY_VALUE, false, &form.sensitive},
    };
    if (!body_read(call, keys, ARRAY_COUNT(keys))) {
        return false;
    }
    enum saga_error rc =
        open_form_begin(&form, &call->arena, &call->request.start, timeout_ms, &refusal);
    return pass(call, rc, &refusal);
}

/* given: the id that the caller gave, or empty. */
static void begin(struct http_call *call, struct span given)
{
    struct start_request *start = &call->request.start;
    int64_t timeout_ms = 0;
    uint8_t ignored[DIGEST_SIZE];
    if (!read_begin(call, &timeout_ms) || !headers_once(call, &start->key, ignored)) {
        return;
    }
    const struct begin_facts facts = {.name = start->open_name,
                                      .input = start->input,
                                      .labels = start->labels,
                                      .timeout_ms = timeout_ms};
    start_post(call, given, request_digest_begin(&facts, start->digest));
}

void open_post_begin_new(struct http_call *call)
{
    begin(call, (struct span){NULL, 0});
}

void open_post_begin(struct http_call *call)
{
    struct span id = call->target.parts[0];
    if (!ids_is_given(id)) {
        problem_note(call, "", "the id must be 1 to 128 of A-Z a-z 0-9 . _ : -, not . or ..");
        (void)problem_pass(call);
        return;
    }
    begin(call, id);
}

void open_post_begin_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    struct span id = call->request.start.name;
    if (!http_call_is_answered(call)) {
        return;
    }
    struct form *form = response_begin(&call->response, answer->duplicate ? 200 : 201);
    form_str(form, "saga", id);
    form_text(form, "status", saga_state_name(answer->state));
    form_bool(form, "duplicate", answer->duplicate);
    response_end(&call->response);
    snprintf(call->response.location, sizeof(call->response.location), "/v1/sagas/%.*s",
             (int)id.size, (const char *)id.data);
}

/* ---- what is said of one that is there ---- */

/* Posts the request, once under its Idempotency-Key. */
static void post(struct http_call *call)
{
    struct span key;
    uint8_t digest[DIGEST_SIZE];
    struct span id = call->target.parts[0];
    if (!ids_is_saga(id)) {
        problem_answer(call, SAGA_NOT_FOUND, "there is no saga of this id");
        return;
    }
    call->request.kind = REQUEST_OPEN;
    call->request.open.saga = id;
    call->request.open.actor = call->who.name;
    if (headers_once(call, &key, digest)) {
        http_call_post_under(call, key, digest, http_call_post);
    }
}

void open_post_register(struct http_call *call)
{
    struct register_form form = {.step = {NULL, 0}};
    struct open_refusal refusal;
    const struct body_key keys[] = {
        {"step", BODY_TEXT, true, &form.step},
        {"input", BODY_VALUE, false, &form.input},
        {"needs", BODY_VALUE, false, &form.needs},
        {"compensate", BODY_VALUE, false, &form.compensate},
        {"confirm", BODY_VALUE, false, &form.confirm},
    };
    if (!body_read(call, keys, ARRAY_COUNT(keys))) {
        return;
    }
    enum saga_error rc = open_form_register(&form, &call->arena, &call->request.open, &refusal);
    if (pass(call, rc, &refusal)) {
        post(call);
    }
}

void open_post_complete(struct http_call *call)
{
    struct result result = {.cost_micros = 0};
    struct open_request *open = &call->request.open;
    struct span status = {NULL, 0};
    struct span error = {NULL, 0};
    struct span key = {NULL, 0};
    const struct body_key keys[] = {
        {"status", BODY_TEXT, true, &status},
        {"key", BODY_TEXT, false, &key},
        {"output", BODY_VALUE, false, &result.output},
        {"error", BODY_VALUE, false, &error},
        {"cost_usd_micros", BODY_INT, false, &result.cost_micros},
    };
    if (!body_read(call, keys, ARRAY_COUNT(keys))) {
        return;
    }
    result_body_outcome(call, status, error, &result);
    if (!result_body_pass(call, &result)) {
        return;
    }
    bool ok = result.status == RESULT_OK;
    *open = (struct open_request){.verb = OPEN_COMPLETE,
                                  .step = call->target.parts[1],
                                  .key = key,
                                  .ok = ok,
                                  .in_doubt = !ok && result.in_doubt,
                                  .output = ok ? result.output : (struct span){NULL, 0},
                                  .cost_micros = result.cost_micros};
    if (!ok) {
        open->code = result.code;
        open->message = result.message;
        open->details = result.details;
    }
    post(call);
}

void open_post_step_reply(struct http_call *call)
{
    const struct open_reply *open = &call->answer.open;
    if (!http_call_is_answered(call)) {
        return;
    }
    struct form *form = response_begin(&call->response, 200);
    form_text(form, "state", open_state_name(open->state));
    form_str_if(form, "key", open->key);
    if (open->output.size > 0) {
        form_value(form, "output", open->output);
    }
    response_end(&call->response);
}

/* How long the client waits for the end: as its `wait` says, or its header. */
static void read_wait(struct http_call *call, struct span wait, int64_t wait_ms)
{
    struct request *request = &call->request;
    int64_t header_ms = headers_wait_ms(call);
    if (wait.size > 0 && !span_is(wait, "stored") && !span_is(wait, "settled")) {
        problem_note(call, "/wait", "must be stored or settled");
    }
    if (wait_ms != BODY_ABSENT && wait_ms < 0) {
        problem_note(call, "/wait_ms", "must not be negative");
    }
    request->wait_settled = span_is(wait, "settled") || header_ms > 0;
    request->wants_output = request->wait_settled;
    request->wait_ms = wait_ms != BODY_ABSENT ? wait_ms
                       : header_ms > 0        ? header_ms
                                              : REQUEST_WAIT_MS;
    request->wait_ms =
        request->wait_ms > REQUEST_WAIT_MS_MAX ? REQUEST_WAIT_MS_MAX : request->wait_ms;
}

static void end(struct http_call *call, enum open_verb verb)
{
    struct open_request *open = &call->request.open;
    struct open_refusal refusal;
    struct span wait = {NULL, 0};
    struct span reason = {NULL, 0};
    struct span output = {NULL, 0};
    int64_t wait_ms = BODY_ABSENT;
    const struct body_key keys[] = {
        {"reason", BODY_VALUE, false, &reason},
        {"wait", BODY_TEXT, false, &wait},
        {"wait_ms", BODY_INT, false, &wait_ms},
        {"output", BODY_VALUE, false, &output},
    };
    if (!body_read(call, keys, verb == OPEN_COMMIT ? 4 : 3)) {
        return;
    }
    *open = (struct open_request){.verb = verb, .output = output};
    read_wait(call, wait, wait_ms);
    enum saga_error rc = open_form_reason(reason, open, &refusal);
    if (output.size > LIMIT_VALUE) {
        problem_answer(call, SAGA_TOO_LARGE, "the output has more than 960 KiB");
    } else if (pass(call, rc, &refusal)) {
        post(call);
    }
}

void open_post_commit(struct http_call *call)
{
    end(call, OPEN_COMMIT);
}

void open_post_abort(struct http_call *call)
{
    end(call, OPEN_ABORT);
}

void open_post_end_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    if (!http_call_is_answered(call)) {
        return;
    }
    bool settled = state_is_settled(answer->state);
    struct form *form = response_begin(&call->response, settled ? 200 : 202);
    form_text(form, "status", saga_state_name(answer->state));
    if (answer->output.size > 0) {
        form_value(form, "output", answer->output);
    }
    response_end(&call->response);
}
