/* result_body.c - a result in a body: of a task that is finished, of a step that is completed. */
#include "api/result_body.h"

#include "api/body.h"
#include "api/http_call.h"
#include "base/mp.h"
#include "engine/result.h"

static void read_error(struct http_call *call, struct span error, struct result *result)
{
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

void result_body_outcome(struct http_call *call, struct span status, struct span error,
                         struct result *result)
{
    bool ok = span_is(status, "ok");
    if (!ok && !span_is(status, "failed")) {
        problem_note(call, "/status", "must be ok or failed");
    }
    result->status = ok ? RESULT_OK : RESULT_FAILED;
    result->code = span_text("failed");
    result->retryable = true;
    result->retry_after_ms = -1;
    if (mp_type(error) != MP_NONE && mp_type(error) != MP_NIL) {
        read_error(call, error, result);
    }
    if (result->cost_micros < 0) {
        problem_note(call, "/cost_usd_micros", "must not be negative");
    }
}

bool result_body_pass(struct http_call *call, const struct result *result)
{
    if (result->output.size > LIMIT_VALUE || result->details.size > LIMIT_VALUE) {
        problem_answer(call, SAGA_TOO_LARGE, "a value has more than 960 KiB");
        return false;
    }
    return problem_pass(call);
}
