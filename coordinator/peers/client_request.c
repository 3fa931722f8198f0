/* client_request.c - one function for each kind of request: what it must have, and where it
 * goes. */
#include "peers/client_request.h"

#include "base/digest.h"
#include "base/ids.h"
#include "engine/result.h"
#include "journal/event_value.h"
#include "language/label.h"
#include "language/names.h"
#include "peers/client_open.h"
#include "peers/client_parts.h"
#include "peers/results.h"
#include "store/request_digest.h"

/* The source of events that clients send without `source`. */
#define SOURCE_OF_CLIENTS "wire"

/* ---- start ---- */

static bool are_few(struct span labels)
{
    struct mp mp = mp_open(labels);
    return labels.size == 0 || mp_map(&mp) <= LIMIT_LABELS;
}

static bool are_texts(struct span labels)
{
    struct mp mp = mp_open(labels);
    uint32_t count = labels.size == 0 ? 0 : mp_map(&mp);
    for (uint32_t i = 0; i < count; i++) {
        mp_str(&mp);
        mp_str(&mp); /* a label whose value is no text sets mp.bad */
    }
    return !mp.bad;
}

static const char *check_start(const struct message *message)
{
    struct span definition = fields_text(message, WIRE_KEY_DEFINITION);
    if (definition.size == 0 || definition.size > LIMIT_NAME) {
        return "a definition's name has 1 to 64 bytes";
    }
    if (fields_int(message, WIRE_KEY_VERSION, 0) > UINT32_MAX) {
        return "there is no such version";
    }
    if (!client_parts_may_name(message)) {
        return CLIENT_PARTS_BAD_ID;
    }
    if (!are_few(message->value[WIRE_KEY_LABELS])) {
        return "there are at most 32 labels";
    }
    if (!label_map_is_good(message->value[WIRE_KEY_LABELS])) {
        return "a label's name has 1 to 64 bytes, its text at most 256";
    }
    struct request ignored;
    return client_parts_wait(message, &ignored) ? NULL : "wait is stored or settled";
}

static struct span trace_of(const struct message *message)
{
    if (mp_type(message->value[WIRE_KEY_TRACEPARENT]) != MP_STR) {
        return (struct span){NULL, 0};
    }
    return ids_traceparent(fields_text(message, WIRE_KEY_TRACEPARENT));
}

static enum saga_error fill_start(struct client_request *asked, const struct request_source *source,
                                  const char **why)
{
    const struct message *message = source->message;
    if (!are_texts(message->value[WIRE_KEY_LABELS])) {
        *why = "a label is not a string";
        return SAGA_BAD_MESSAGE;
    }
    *why = check_start(message);
    if (*why) {
        return SAGA_INVALID;
    }
    if (message->value[WIRE_KEY_INPUT].size > LIMIT_VALUE) {
        *why = "an input may have 960 KiB";
        return SAGA_TOO_LARGE;
    }
    struct request *request = &asked->request;
    struct start_request *start = &request->start;
    request->kind = REQUEST_START;
    request->definition = client_parts_text(asked, source, WIRE_KEY_DEFINITION);
    request->version = (uint32_t)fields_int(message, WIRE_KEY_VERSION, 0);
    (void)client_parts_wait(message, request);
    start->name = client_parts_id(asked, source);
    start->input = client_parts_value(asked, source, WIRE_KEY_INPUT);
    start->labels = client_parts_value(asked, source, WIRE_KEY_LABELS);
    start->start_at_ms = fields_int(message, WIRE_KEY_START_AT, 0);
    start->traceparent = client_parts_moved(asked, source->frame, trace_of(message));
    const struct request_facts facts = {
        .definition = request->definition,
        .version = request->version,
        .input = start->input,
        .labels = start->labels,
        .start_at_ms = start->start_at_ms,
    };
    return request_digest(&facts, start->digest);
}

/* ---- event ---- */

static const char *check_source(const struct message *message)
{
    struct span source = fields_text(message, WIRE_KEY_SOURCE);
    if (message->value[WIRE_KEY_SOURCE].size == 0) {
        return NULL;
    }
    if (!names_is_event_text(source)) {
        return "an event's source has 1 to 512 bytes without control characters";
    }
    return event_source_is_own(source) ? "an event's source must not begin with sagad/" : NULL;
}

static const char *check_event(const struct message *message)
{
    if (!names_is_event(fields_text(message, WIRE_KEY_EVENT))) {
        return "an event's name has 1 to 255 bytes without blanks";
    }
    if (!names_is_event_text(fields_text(message, WIRE_KEY_ID))) {
        return "an event's id has 1 to 512 bytes without control characters";
    }
    if (message->value[WIRE_KEY_SAGA].size > 0 && fields_text(message, WIRE_KEY_SAGA).size == 0) {
        return CLIENT_PARTS_BAD_ID;
    }
    return check_source(message);
}

static enum saga_error fill_event(struct client_request *asked, const struct request_source *source,
                                  const char **why)
{
    const struct message *message = source->message;
    *why = check_event(message);
    if (*why) {
        return SAGA_INVALID;
    }
    bool is_for_one = fields_text(message, WIRE_KEY_SAGA).size > 0;
    if (is_for_one && !client_parts_has_saga(message, why)) {
        return SAGA_NOT_FOUND;
    }
    if (message->value[WIRE_KEY_DATA].size > LIMIT_VALUE) {
        *why = "an event's data may have 960 KiB";
        return SAGA_TOO_LARGE;
    }
    bool is_named = message->value[WIRE_KEY_SOURCE].size > 0;
    asked->request.kind = REQUEST_EVENT;
    asked->request.event = (struct inbox_row){
        .source = is_named ? client_parts_text(asked, source, WIRE_KEY_SOURCE)
                           : span_text(SOURCE_OF_CLIENTS),
        .name = client_parts_text(asked, source, WIRE_KEY_EVENT),
        .id = client_parts_text(asked, source, WIRE_KEY_ID),
        .saga = client_parts_text(asked, source, WIRE_KEY_SAGA),
        .data = client_parts_value(asked, source, WIRE_KEY_DATA),
    };
    return SAGA_OK;
}

/* ---- get and wait ---- */

static enum saga_error fill_wait(struct client_request *asked, const struct request_source *source,
                                 const char **why)
{
    if (!client_parts_has_saga(source->message, why)) {
        return SAGA_NOT_FOUND;
    }
    asked->request.kind = REQUEST_WAIT;
    asked->request.saga = client_parts_text(asked, source, WIRE_KEY_SAGA);
    asked->request.wait_settled = true;
    asked->request.wait_ms = client_parts_wait_ms(source->message);
    asked->look.range = client_parts_range(source->message);
    return SAGA_OK;
}

/* ---- finish ---- */

static enum saga_error fill_finish(struct client_request *asked,
                                   const struct request_source *source, const char **why)
{
    const struct message *message = source->message;
    struct result *result = &asked->request.result;
    enum saga_error rc = results_read(source->fields, message, result, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    asked->request.kind = REQUEST_FINISH;
    result->key = client_parts_text(asked, source, WIRE_KEY_KEY);
    result->output = client_parts_moved(asked, source->frame, result->output);
    result->details = client_parts_moved(asked, source->frame, result->details);
    result->message = client_parts_moved(asked, source->frame, result->message);
    /* When the message has no `error`, the code is a literal and does not lie in the frame. */
    if (message->value[WIRE_KEY_ERROR].size > 0) {
        result->code = client_parts_moved(asked, source->frame, result->code);
    }
    if (!digest_unhex(fields_text(message, WIRE_KEY_TOKEN), result->token, TOKEN_SIZE)) {
        *why = "no task has this token";
        return SAGA_NOT_FOUND;
    }
    if (result->status == RESULT_LATER) {
        *why = "a task is finished with ok or failed";
        return SAGA_INVALID;
    }
    return SAGA_OK;
}

enum saga_error client_request_fill(struct client_request *asked,
                                    const struct request_source *source, const char **why)
{
    static enum saga_error (*const fills[WIRE_TYPE_COUNT])(
        struct client_request * asked, const struct request_source *source, const char **why) = {
        [WIRE_START] = fill_start,
        [WIRE_WAIT] = fill_wait,
        [WIRE_FINISH] = fill_finish,
        [WIRE_EVENT] = fill_event,
        [WIRE_BEGIN] = client_open_begin,
        [WIRE_REGISTER] = client_open_register,
        [WIRE_COMPLETE] = client_open_complete,
        [WIRE_COMMIT] = client_open_end,
        [WIRE_ABORT] = client_open_end,
    };
    enum wire_type type = source->message->type;
    PRE(fills[type] != NULL);
    *why = NULL;
    return fills[type](asked, source, why);
}
