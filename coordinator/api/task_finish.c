/* task_finish.c - the body is a `result` of the wire but for its token, which is in the path. */
#include "api/task_finish.h"

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/result_body.h"
#include "base/digest.h"
#include "base/mp.h"
#include "engine/result.h"

void task_finish(struct http_call *call)
{
    struct result *result = &call->request.result;
    struct span status = {NULL, 0};
    struct span error = {NULL, 0};
    int64_t attempt = BODY_ABSENT;
    const struct body_key keys[] = {
        {"status", BODY_TEXT, true, &status},
        {"key", BODY_TEXT, false, &result->key},
        {"attempt", BODY_INT, false, &attempt},
        {"output", BODY_VALUE, false, &result->output},
        {"error", BODY_VALUE, false, &error},
        {"cost_usd_micros", BODY_INT, false, &result->cost_micros},
    };
    *result = (struct result){.cost_micros = 0};
    if (!body_read(call, keys, ARRAY_COUNT(keys))) {
        return;
    }
    result_body_outcome(call, status, error, result);
    if (attempt != BODY_ABSENT && (attempt < 1 || attempt > UINT32_MAX)) {
        problem_note(call, "/attempt", "must be the number of an attempt, from 1");
    }
    if (!result_body_pass(call, result)) {
        return;
    }
    result->attempt = attempt == BODY_ABSENT ? 0 : (uint32_t)attempt;
    if (!digest_unhex(call->target.parts[0], result->token, TOKEN_SIZE)) {
        problem_answer(call, SAGA_NOT_FOUND, "no task has this token");
        return;
    }
    struct span key;
    uint8_t digest[DIGEST_SIZE];
    if (headers_once(call, &key, digest)) {
        call->request.kind = REQUEST_FINISH;
        http_call_post_under(call, key, digest, http_call_post);
    }
}

void task_finish_reply(struct http_call *call)
{
    static const char *const states[] = {[VERDICT_OK] = "ok",
                                         [VERDICT_LATE] = "late",
                                         [VERDICT_STALE] = "stale",
                                         [VERDICT_UNKNOWN] = "unknown"};
    if (!http_call_is_answered(call)) {
        return;
    }
    struct form *form = response_begin(&call->response, 200);
    form_text(form, "state", states[call->answer.verdict]);
    response_end(&call->response);
}
