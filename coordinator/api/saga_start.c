/* saga_start.c - a start is read, checked and posted. */
#include "api/saga_start.h"

#include <stdio.h>

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/open_post.h"
#include "api/saga_read.h"
#include "api/start_post.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/mp.h"
#include "journal/states.h"
#include "language/label.h"
#include "store/request_digest.h"

static bool check_start(struct http_call *call, int64_t version)
{
    struct start_request *start = &call->request.start;
    if (version != BODY_ABSENT && (version < 1 || version > UINT32_MAX)) {
        problem_note(call, "/version", "must be a version of the definition, from 1");
    }
    /* An empty id is no id: who made it of a variable that was not set hears of it. */
    if (start->name.data && !ids_is_given(start->name)) {
        problem_note(call, "/id", "must be 1 to 128 of A-Z a-z 0-9 . _ : -, not . or ..");
    }
    if (mp_type(start->labels) == MP_NIL) {
        start->labels = (struct span){NULL, 0};
    }
    if (!label_map_is_good(start->labels)) {
        problem_note(call, "/labels",
                     "must be an object of at most 32 strings: names of 1 to 64 bytes, texts of at "
                     "most 256");
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
    int64_t version = BODY_ABSENT;
    struct span body;
    if (!body_value(call, &body)) {
        return;
    }
    if (mp_type(body) == MP_MAP && mp_find(body, span_text("name")).size > 0) {
        open_post_begin_new(call);
        return;
    }
    const struct body_key keys[] = {
        {"definition", BODY_TEXT, true, &request->definition},
        {"version", BODY_INT, false, &version},
        {"id", BODY_TEXT, false, &start->name},
        {"input", BODY_VALUE, false, &start->input},
        {"labels", BODY_VALUE, false, &start->labels},
        {"start_at", BODY_TIME, false, &start->start_at_ms},
    };
    uint8_t ignored[DIGEST_SIZE];
    if (!body_read(call, keys, ARRAY_COUNT(keys)) || !headers_once(call, &start->key, ignored)) {
        return;
    }
    if (!check_start(call, version)) {
        return;
    }
    request->version = version == BODY_ABSENT ? 0 : (uint32_t)version;
    request->wait_ms = headers_wait_ms(call);
    request->wait_settled = request->wait_ms > 0;
    const struct request_facts facts = {.definition = request->definition,
                                        .version = request->version,
                                        .input = start->input,
                                        .labels = start->labels,
                                        .start_at_ms = start->start_at_ms};
    start_post(call, start->name, request_digest(&facts, start->digest));
}

void saga_start_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    if (call->request.start.open_name.size > 0) {
        open_post_begin_reply(call);
        return;
    }
    if (!http_call_is_answered(call)) {
        return;
    }
    bool waited = call->request.wait_settled && state_is_settled(answer->state);
    saga_read_show(call, call->request.start.name, waited ? 200 : 202, answer->duplicate);
    snprintf(call->response.location, sizeof(call->response.location), "/v1/sagas/%.*s",
             (int)call->request.start.name.size, (const char *)call->request.start.name.data);
}
