/* client_open.c - what clients of open sagas say: begin, register, complete, commit, abort. */
#include "peers/client_open.h"

#include <stdio.h>

#include "base/ids.h"
#include "door/open_form.h"
#include "engine/result.h"
#include "peers/client_parts.h"
#include "peers/outbound.h"
#include "peers/results.h"
#include "store/request_digest.h"

enum { ARENA_MAX = 4 * LIMIT_MESSAGE_IN, WHY_SIZE = 544 };

/* The name that the history gives to whoever asks by the wire, where clients have no keys. */
#define ACTOR "wire"

/* Opens the request's arena, which holds what is read from the request, and the sentence that says
 * why it was refused. */
static void open_arena(struct client_request *asked)
{
    arena_open(&asked->arena, &arena_heap, ARENA_MAX);
}

static enum saga_error refuse(struct client_request *asked, enum saga_error rc,
                              const struct open_refusal *refusal, const char **why)
{
    char *text = arena_take(&asked->arena, WHY_SIZE);
    if (!text || (rc != SAGA_INVALID && rc != SAGA_TOO_LARGE)) {
        return rc;
    }
    snprintf(text, WHY_SIZE, "%s%s%s", refusal->pointer, refusal->pointer[0] ? ": " : "",
             refusal->why);
    *why = text;
    return rc;
}

enum saga_error client_open_begin(struct client_request *asked, const struct request_source *source,
                                  const char **why)
{
    struct request *request = &asked->request;
    struct start_request *start = &request->start;
    struct open_refusal refusal;
    const struct begin_form form = {
        .name = client_parts_value(asked, source, WIRE_KEY_NAME),
        .input = client_parts_value(asked, source, WIRE_KEY_INPUT),
        .labels = client_parts_value(asked, source, WIRE_KEY_LABELS),
        .timeout_ms = client_parts_value(asked, source, WIRE_KEY_TIMEOUT_MS),
        .reversal_window_ms = client_parts_value(asked, source, WIRE_KEY_REVERSAL_WINDOW_MS),
        .budget_usd_micros = client_parts_value(asked, source, WIRE_KEY_BUDGET_USD_MICROS),
        .sensitive = client_parts_value(asked, source, WIRE_KEY_SENSITIVE),
    };
    int64_t timeout_ms = 0;
    open_arena(asked);
    if (!client_parts_may_name(source->message)) {
        *why = CLIENT_PARTS_BAD_ID;
        return SAGA_INVALID;
    }
    request->kind = REQUEST_START;
    enum saga_error rc = open_form_begin(&form, &asked->arena, start, &timeout_ms, &refusal);
    if (rc != SAGA_OK) {
        return refuse(asked, rc, &refusal, why);
    }
    start->name = client_parts_id(asked, source);
    start->actor = span_text(ACTOR);
    const struct begin_facts facts = {.name = start->open_name,
                                      .input = start->input,
                                      .labels = start->labels,
                                      .timeout_ms = timeout_ms};
    return request_digest_begin(&facts, start->digest);
}

/* Fills in what register, complete, commit and abort have in common: the saga and the actor.
 * SAGA_NOT_FOUND: no saga can have the id that the message gives. */
static enum saga_error fill(struct client_request *asked, const struct request_source *source,
                            enum open_verb verb, const char **why)
{
    open_arena(asked);
    if (!client_parts_has_saga(source->message, why)) {
        return SAGA_NOT_FOUND;
    }
    asked->request.kind = REQUEST_OPEN;
    asked->request.open =
        (struct open_request){.verb = verb,
                              .saga = client_parts_text(asked, source, WIRE_KEY_SAGA),
                              .actor = span_text(ACTOR)};
    return SAGA_OK;
}

enum saga_error client_open_register(struct client_request *asked,
                                     const struct request_source *source, const char **why)
{
    struct open_refusal refusal;
    const struct register_form form = {
        .step = client_parts_text(asked, source, WIRE_KEY_STEP),
        .input = client_parts_value(asked, source, WIRE_KEY_INPUT),
        .needs = client_parts_value(asked, source, WIRE_KEY_NEEDS),
        .compensate = client_parts_value(asked, source, WIRE_KEY_COMPENSATE),
        .confirm = client_parts_value(asked, source, WIRE_KEY_CONFIRM),
    };
    enum saga_error rc = fill(asked, source, OPEN_REGISTER, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = open_form_register(&form, &asked->arena, &asked->request.open, &refusal);
    return rc == SAGA_OK ? rc : refuse(asked, rc, &refusal, why);
}

enum saga_error client_open_complete(struct client_request *asked,
                                     const struct request_source *source, const char **why)
{
    struct result result;
    enum saga_error rc = fill(asked, source, OPEN_COMPLETE, why);
    if (rc == SAGA_OK) {
        rc = results_read(source->fields, source->message, &result, why);
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    if (result.status == RESULT_LATER) {
        *why = "a step is completed with ok or failed";
        return SAGA_INVALID;
    }
    struct open_request *open = &asked->request.open;
    bool has_error = source->message->value[WIRE_KEY_ERROR].size > 0;
    open->step = client_parts_text(asked, source, WIRE_KEY_STEP);
    open->key = client_parts_text(asked, source, WIRE_KEY_KEY);
    open->ok = result.status == RESULT_OK;
    open->in_doubt = result.in_doubt;
    open->output = client_parts_moved(asked, source->frame, result.output);
    open->details = client_parts_moved(asked, source->frame, result.details);
    open->message = client_parts_moved(asked, source->frame, result.message);
    /* When the message has no `error`, the code is a literal and does not lie in the frame. */
    open->code = has_error ? client_parts_moved(asked, source->frame, result.code) : result.code;
    open->cost_micros = result.cost_micros;
    return SAGA_OK;
}

enum saga_error client_open_end(struct client_request *asked, const struct request_source *source,
                                const char **why)
{
    struct open_refusal refusal;
    bool commits = source->message->type == WIRE_COMMIT;
    enum saga_error rc = fill(asked, source, commits ? OPEN_COMMIT : OPEN_ABORT, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (!client_parts_wait(source->message, &asked->request)) {
        *why = "wait is stored or settled";
        return SAGA_INVALID;
    }
    struct open_request *open = &asked->request.open;
    open->output =
        commits ? client_parts_value(asked, source, WIRE_KEY_OUTPUT) : (struct span){NULL, 0};
    if (open->output.size > LIMIT_VALUE) {
        *why = "an output may have 960 KiB";
        return SAGA_TOO_LARGE;
    }
    rc = open_form_reason(client_parts_value(asked, source, WIRE_KEY_REASON), open, &refusal);
    return rc == SAGA_OK ? rc : refuse(asked, rc, &refusal, why);
}

void client_open_reply_step(struct client_request *asked, const struct answer *answer)
{
    struct buf *out = &asked->peers->out;
    const struct open_reply *open = &answer->open;
    uint32_t pairs = 1u + (open->key.size > 0) + (open->output.size > 0);
    outbound_reply(asked->peers, asked->name, pairs);
    fields_put_key(out, WIRE_KEY_STATE);
    mp_put_text(out, open_state_name(open->state));
    if (open->key.size > 0) {
        fields_put_key(out, WIRE_KEY_KEY);
        mp_put_str(out, open->key);
    }
    client_parts_put_output(out, open->output);
    outbound_reply_end(asked->peers, client_parts_connection(asked), asked->name);
}

void client_open_reply_end(struct client_request *asked, const struct answer *answer)
{
    struct buf *out = &asked->peers->out;
    outbound_reply(asked->peers, asked->name, answer->output.size > 0 ? 2 : 1);
    fields_put_key(out, WIRE_KEY_STATUS);
    mp_put_text(out, saga_state_name(answer->state));
    client_parts_put_output(out, answer->output);
    outbound_reply_end(asked->peers, client_parts_connection(asked), asked->name);
}
