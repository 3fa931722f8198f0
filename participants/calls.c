/* calls.c - the requests of saga.h, one function each.
 *
 * Every request has its effect once: a start without an id is given one here, before it leaves. */
#include "base/mp.h"
#include "participants/answer.h"
#include "participants/request.h"

/* The call ends before anything is sent. */
static enum saga_error fail(struct saga_reply *reply, enum saga_error error)
{
    *reply = (struct saga_reply){.error = error};
    return error;
}

/* Sizes only: request_send() checks what the values hold, as part of the whole message. */
static enum saga_error check_start(const struct saga_start *start)
{
    if (!start->definition) {
        return SAGA_INVALID;
    }
    bool is_large =
        start->input.size > VALUE_SIZE_MAX || value_span(start->labels).size > VALUE_SIZE_MAX;
    return is_large ? SAGA_TOO_LARGE : SAGA_OK;
}

static void pack_start(struct saga_client *client, struct request *request,
                       const struct saga_start *start, int64_t wait_ms)
{
    char id[IDS_TEXT_SIZE];
    bool has_labels = start->labels.data != NULL;
    bool settled = start->wait == SAGA_WAIT_SETTLED;
    uint32_t pairs = 3u + (start->version ? 1u : 0u) + (has_labels ? 1u : 0u) +
                     (start->start_at_ms ? 1u : 0u) + (start->traceparent ? 1u : 0u) +
                     (settled ? 2u : 0u);
    if (!start->saga) {
        ids_next(&client->ids, id);
    }
    request_begin(request, "start", pairs);
    request_text(request, "definition", start->definition);
    request_text(request, "saga", start->saga ? start->saga : id);
    request_value(request, "input", start->input);
    if (start->version) {
        request_number(request, "version", start->version);
    }
    if (has_labels) {
        request_value(request, "labels", start->labels);
    }
    if (start->start_at_ms) {
        request_number(request, "start_at", start->start_at_ms);
    }
    if (start->traceparent) {
        request_text(request, "traceparent", start->traceparent);
    }
    if (settled) {
        request_text(request, "wait", "settled");
        request_number(request, "wait_ms", wait_ms);
    }
}

enum saga_error saga_client_start(struct saga_client *client, const struct saga_start *start,
                                  struct saga_reply *reply)
{
    enum saga_error rc = check_start(start);
    if (rc != SAGA_OK) {
        return fail(reply, rc);
    }
    struct request *request = request_take_call(client, reply);
    if (!request) {
        return SAGA_CONFLICT;
    }
    int64_t wait_ms = request_wait_ms(client, start->wait, start->wait_ms);
    pack_start(client, request, start, wait_ms);
    return request_call(client, request, wait_ms, reply);
}

enum saga_error saga_client_start_async(struct saga_client *client, const struct saga_start *start,
                                        void *tag)
{
    enum saga_error rc = check_start(start);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct request *request = request_take(client, true);
    if (!request) {
        return SAGA_OVERLOADED;
    }
    request->tag = tag;
    int64_t wait_ms = request_wait_ms(client, start->wait, start->wait_ms);
    pack_start(client, request, start, wait_ms);
    return request_send(client, request, wait_ms);
}

enum saga_error saga_client_wait(struct saga_client *client, const char *saga, int64_t wait_ms,
                                 struct saga_reply *reply)
{
    struct request *request = request_take_call(client, reply);
    if (!request) {
        return SAGA_CONFLICT;
    }
    request_begin(request, "wait", 2);
    request_text(request, "saga", saga);
    request_number(request, "wait_ms", wait_ms);
    return request_call(client, request, wait_ms, reply);
}

enum saga_error saga_client_get(struct saga_client *client, const char *saga,
                                struct saga_reply *reply)
{
    struct request *request = request_take_call(client, reply);
    if (!request) {
        return SAGA_CONFLICT;
    }
    request_begin(request, "get", 1);
    request_text(request, "saga", saga);
    return request_call(client, request, 0, reply);
}

enum saga_error saga_client_finish(struct saga_client *client, const struct saga_finish *finish,
                                   struct saga_reply *reply)
{
    if (!finish->token || finish->output.size > VALUE_SIZE_MAX) {
        return fail(reply, finish->token ? SAGA_TOO_LARGE : SAGA_INVALID);
    }
    struct request *request = request_take_call(client, reply);
    if (!request) {
        return SAGA_CONFLICT;
    }
    bool has_cost = finish->cost_micro_usd > 0;
    bool has_key = finish->key != NULL;
    request_begin(request, "finish", 3u + (has_cost ? 1u : 0u) + (has_key ? 1u : 0u));
    request_text(request, "token", finish->token);
    if (has_key) {
        request_text(request, "key", finish->key);
    }
    request_text(request, "status", finish->failure ? "failed" : "ok");
    if (finish->failure) {
        mp_put_text(&request->packed, "error");
        MAYBE(answer_put_error(&request->packed, finish->failure) > 0);
    } else {
        request_value(request, "output", finish->output);
    }
    if (has_cost) {
        request_number(request, "cost_usd_micros", finish->cost_micro_usd);
    }
    return request_call(client, request, 0, reply);
}

enum saga_error saga_client_request(struct saga_client *client, const char *type,
                                    struct saga_value keys, struct saga_reply *reply)
{
    enum saga_error rc = value_check(keys);
    if (rc != SAGA_OK || mp_type(value_span(keys)) != MP_MAP) {
        return fail(reply, rc == SAGA_OK ? SAGA_INVALID : rc);
    }
    struct request *request = request_take_call(client, reply);
    if (!request) {
        return SAGA_CONFLICT;
    }
    struct mp mp = mp_open(value_span(keys));
    uint32_t pairs = mp_map(&mp);
    request_begin(request, type, pairs);
    buf_write(&request->packed, mp.at, (size_t)(mp.end - mp.at));
    return request_call(client, request, 0, reply);
}
