/* asks.c - requests of clients: each becomes a struct request on the loop's desk, and its answer a
 * `reply` or an `error`.
 *
 * A request outlives its frame, so the frame is copied and the request's spans point into the copy.
 * Many may be open at once, bounded in number and in bytes. A `get` is answered at once. */
#include <stdlib.h>

#include "base/digest.h"
#include "base/ids.h"
#include "language/label.h"
#include "peers/parts.h"
#include "store/request_digest.h"

enum { ASK_MAGIC = 0x61736b31, SMALL_SIZE = 1024 };

struct ask {
    uint32_t magic;
    enum wire_type type;
    struct request request;
    struct peers *peers;
    struct ask *prev;
    struct ask *next;
    struct span name;         /* the client's own name for it: `request` */
    struct peers_range range; /* wait */
    size_t size;              /* counted in peers->ask_bytes */
    uint8_t *copy;            /* of the frame: `small`, or allocated */
    uint8_t minted[ID_UUID_SIZE];
    uint32_t connection_size;
    uint8_t connection[CONNECTION_MAX];
    uint8_t small[SMALL_SIZE];
};

/* ---- open requests ---- */

static struct ask *take_ask(struct peers *peers, struct span connection, struct span frame)
{
    if (peers->ask_count == LIMIT_WAITERS || connection.size > CONNECTION_MAX ||
        peers->ask_bytes + frame.size > ASK_BYTES_MAX) {
        return NULL;
    }
    struct ask *ask = peers->free_asks;
    if (ask) {
        peers->free_asks = ask->next;
        peers->free_ask_count--;
    } else {
        ask = malloc(sizeof(*ask));
        if (!ask) {
            return NULL;
        }
    }
    memset(ask, 0, offsetof(struct ask, connection));
    ask->copy = frame.size <= SMALL_SIZE ? ask->small : malloc(frame.size);
    if (!ask->copy) {
        free(ask);
        return NULL;
    }
    memcpy(ask->copy, frame.data, frame.size);
    ask->magic = ASK_MAGIC;
    ask->peers = peers;
    ask->size = frame.size;
    ask->connection_size = (uint32_t)connection.size;
    memcpy(ask->connection, connection.data, connection.size);
    ask->next = peers->asks;
    if (peers->asks) {
        peers->asks->prev = ask;
    }
    peers->asks = ask;
    peers->ask_count++;
    peers->ask_bytes += ask->size;
    return ask;
}

static void give_ask(struct ask *ask)
{
    struct peers *peers = ask->peers;
    if (!ask->prev) {
        peers->asks = ask->next;
    } else {
        ask->prev->next = ask->next;
    }
    if (ask->next) {
        ask->next->prev = ask->prev;
    }
    peers->ask_count--;
    peers->ask_bytes -= ask->size;
    ask->magic = 0;
    if (ask->copy != ask->small) {
        free(ask->copy);
    }
    if (peers->free_ask_count < FREE_MAX / 10) {
        ask->next = peers->free_asks;
        peers->free_asks = ask;
        peers->free_ask_count++;
    } else {
        free(ask);
    }
}

static void free_list(struct ask *ask)
{
    while (ask) {
        struct ask *next = ask->next;
        if (ask->magic == ASK_MAGIC && ask->copy != ask->small) {
            free(ask->copy);
        }
        free(ask);
        ask = next;
    }
}

void asks_close(struct peers *peers)
{
    free_list(peers->asks);
    free_list(peers->free_asks);
    peers->asks = NULL;
    peers->free_asks = NULL;
}

static struct span connection_of(const struct ask *ask)
{
    return span_of(ask->connection, ask->connection_size);
}

/* The same bytes in the ask's copy of the frame. */
static struct span moved(const struct ask *ask, struct span frame, struct span bytes)
{
    if (bytes.size == 0) {
        return (struct span){NULL, 0};
    }
    return span_of(ask->copy + (bytes.data - frame.data), bytes.size);
}

/* ---- answers ---- */

/* The saga as it is: the same keys for `get` and `wait`. */
static void reply_saga(struct peers *peers, struct span connection, struct span request,
                       struct span saga, const struct peers_range *range)
{
    uint32_t pairs = 0;
    buf_clear(&peers->body);
    enum saga_error rc = SAGA_UNAVAILABLE;
    if (peers->reader.get) {
        rc = peers->reader.get(saga, range, &peers->body, &pairs, peers->reader.arg);
    }
    if (rc == SAGA_OK && buf_failed(&peers->body)) {
        rc = SAGA_TOO_LARGE;
    }
    if (rc != SAGA_OK) {
        outbound_error(peers, connection, request, rc, NULL);
        return;
    }
    outbound_reply(peers, request, pairs);
    buf_write(&peers->out, peers->body.data, peers->body.size);
    outbound_reply_end(peers, connection, request);
}

static void reply_start(struct ask *ask, const struct answer *answer)
{
    struct peers *peers = ask->peers;
    struct buf *out = &peers->out;
    outbound_reply(peers, ask->name, answer->output.size > 0 ? 4 : 3);
    fields_put_key(out, WIRE_KEY_SAGA);
    mp_put_str(out, answer->saga.size > 0 ? answer->saga : ask->request.start.name);
    fields_put_key(out, WIRE_KEY_STATUS);
    mp_put_text(out, saga_state_name(answer->state));
    fields_put_key(out, WIRE_KEY_DUPLICATE);
    mp_put_bool(out, answer->duplicate);
    if (answer->output.size > 0) {
        fields_put_key(out, WIRE_KEY_OUTPUT);
        mp_put_value(out, answer->output);
    }
    outbound_reply_end(peers, connection_of(ask), ask->name);
}

static void reply_finish(struct ask *ask, const struct answer *answer)
{
    struct peers *peers = ask->peers;
    if (answer->verdict == VERDICT_UNKNOWN) {
        outbound_error(peers, connection_of(ask), ask->name, SAGA_NOT_FOUND,
                       "no task has this token");
        return;
    }
    outbound_reply(peers, ask->name, 1);
    fields_put_key(&peers->out, WIRE_KEY_STATE);
    mp_put_text(&peers->out, outbound_verdict_text(answer->verdict));
    outbound_reply_end(peers, connection_of(ask), ask->name);
}

static void reply_event(struct ask *ask, const struct answer *answer)
{
    struct buf *out = &ask->peers->out;
    outbound_reply(ask->peers, ask->name, 2);
    fields_put_key(out, WIRE_KEY_DELIVERED);
    mp_put_uint(out, answer->delivered);
    fields_put_key(out, WIRE_KEY_STARTED);
    if (answer->started.size > 0) {
        mp_put_value(out, answer->started);
    } else {
        mp_put_array(out, 0);
    }
    outbound_reply_end(ask->peers, connection_of(ask), ask->name);
}

static void answer_ask(struct request *request, const struct answer *answer)
{
    struct ask *ask = request->arg;
    CHECK(ask->magic == ASK_MAGIC);
    CHECK(&ask->request == request);
    if (answer->error != SAGA_OK) {
        outbound_error(ask->peers, connection_of(ask), ask->name, answer->error, answer->why);
    } else if (ask->type == WIRE_START) {
        reply_start(ask, answer);
    } else if (ask->type == WIRE_FINISH) {
        reply_finish(ask, answer);
    } else if (ask->type == WIRE_EVENT) {
        reply_event(ask, answer);
    } else {
        reply_saga(ask->peers, connection_of(ask), ask->name, ask->request.saga, &ask->range);
    }
    give_ask(ask);
}

/* ---- what is asked ---- */

/* Each fills the request; SAGA_OK, or what is wrong. `frame` is where the message's spans lie. */
typedef enum saga_error (*fill_fn)(struct ask *ask, struct span frame,
                                   const struct message *message, int64_t now_ms, const char **why);

static int64_t wait_of(const struct message *message)
{
    int64_t wait_ms = fields_int(message, WIRE_KEY_WAIT_MS, WAIT_MS);
    return wait_ms > WAIT_MS_MAX ? WAIT_MS_MAX : wait_ms;
}

static bool are_texts(struct span labels)
{
    struct mp mp = mp_open(labels);
    uint32_t count = labels.size == 0 ? 0 : mp_map(&mp);
    for (uint32_t i = 0; i < count; i++) {
        mp_str(&mp);
        mp_str(&mp); /* anything else makes it bad */
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
    struct span saga = fields_text(message, WIRE_KEY_SAGA);
    if (message->value[WIRE_KEY_SAGA].size > 0 && !ids_is_given(saga)) {
        return "a saga's id has 1 to 128 of A-Z a-z 0-9 . _ : -";
    }
    if (!label_map_is_good(message->value[WIRE_KEY_LABELS])) {
        return "there are at most 32 labels, names of 1 to 64 bytes, texts of at most 256";
    }
    struct span wait = fields_text(message, WIRE_KEY_WAIT);
    if (message->value[WIRE_KEY_WAIT].size > 0 && !span_is(wait, "stored") &&
        !span_is(wait, "settled")) {
        return "wait is stored or settled";
    }
    return NULL;
}

static struct span trace_of(const struct message *message)
{
    if (mp_type(message->value[WIRE_KEY_TRACEPARENT]) != MP_STR) {
        return (struct span){NULL, 0};
    }
    return ids_traceparent(fields_text(message, WIRE_KEY_TRACEPARENT));
}

static enum saga_error fill_start(struct ask *ask, struct span frame, const struct message *message,
                                  int64_t now_ms, const char **why)
{
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
    struct request *request = &ask->request;
    struct start_request *start = &request->start;
    request->kind = REQUEST_START;
    request->definition = moved(ask, frame, fields_text(message, WIRE_KEY_DEFINITION));
    request->version = (uint32_t)fields_int(message, WIRE_KEY_VERSION, 0);
    request->wait_settled = span_is(fields_text(message, WIRE_KEY_WAIT), "settled");
    request->wait_ms = wait_of(message);
    start->name = moved(ask, frame, fields_text(message, WIRE_KEY_SAGA));
    start->input = moved(ask, frame, message->value[WIRE_KEY_INPUT]);
    start->labels = moved(ask, frame, message->value[WIRE_KEY_LABELS]);
    start->start_at_ms = fields_int(message, WIRE_KEY_START_AT, 0);
    start->traceparent = moved(ask, frame, trace_of(message));
    if (start->name.size == 0) {
        mint_id(ask->peers, now_ms, ask->minted);
        start->name = span_of(ask->minted, ID_UUID_SIZE);
    }
    const struct request_facts facts = {
        .definition = request->definition,
        .version = request->version,
        .input = start->input,
        .labels = start->labels,
        .start_at_ms = start->start_at_ms,
    };
    return request_digest(&facts, start->digest);
}

/* What is no id names no saga: the store has other names. */
static bool is_no_saga(const struct message *message, const char **why)
{
    bool is_id = ids_is_saga(fields_text(message, WIRE_KEY_SAGA));
    *why = is_id ? *why : "there is no such saga";
    return !is_id;
}

/* Where events of clients come from, as their source says. */
#define SOURCE_OF_CLIENTS "client"

static bool is_event_text(struct span text, size_t most, uint8_t least)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < least || text.data[i] == 0x7f) {
            return false;
        }
    }
    return text.size > 0 && text.size <= most;
}

static enum saga_error fill_event(struct ask *ask, struct span frame, const struct message *message,
                                  int64_t now_ms, const char **why)
{
    MAYBE(now_ms > 0);
    struct inbox_row *row = &ask->request.event;
    struct span saga = fields_text(message, WIRE_KEY_SAGA);
    *row = (struct inbox_row){.source = span_text(SOURCE_OF_CLIENTS)};
    if (!is_event_text(fields_text(message, WIRE_KEY_EVENT), LIMIT_EVENT_NAME, 0x21)) {
        *why = "an event's name has 1 to 255 bytes without blanks";
    } else if (!is_event_text(fields_text(message, WIRE_KEY_ID), LIMIT_EVENT_ID, 0x20)) {
        *why = "an event's id has 1 to 512 bytes without control characters";
    } else if (message->value[WIRE_KEY_SAGA].size > 0 && saga.size == 0) {
        *why = "a saga's id has 1 to 128 of A-Z a-z 0-9 . _ : -";
    }
    if (*why) {
        return SAGA_INVALID;
    }
    if (saga.size > 0 && is_no_saga(message, why)) {
        return SAGA_NOT_FOUND;
    }
    if (message->value[WIRE_KEY_DATA].size > LIMIT_VALUE) {
        *why = "an event's data may have 960 KiB";
        return SAGA_TOO_LARGE;
    }
    ask->request.kind = REQUEST_EVENT;
    row->name = moved(ask, frame, fields_text(message, WIRE_KEY_EVENT));
    row->id = moved(ask, frame, fields_text(message, WIRE_KEY_ID));
    row->saga = moved(ask, frame, saga);
    row->data = moved(ask, frame, message->value[WIRE_KEY_DATA]);
    return SAGA_OK;
}

static struct peers_range range_of(const struct message *message)
{
    int64_t limit = fields_int(message, WIRE_KEY_LIMIT, HISTORY_MAX);
    return (struct peers_range){
        .since = (uint64_t)fields_int(message, WIRE_KEY_SINCE, 0),
        .limit = limit > HISTORY_MAX ? HISTORY_MAX : (uint32_t)limit,
    };
}

static enum saga_error fill_wait(struct ask *ask, struct span frame, const struct message *message,
                                 int64_t now_ms, const char **why)
{
    MAYBE(now_ms > 0);
    if (is_no_saga(message, why)) {
        return SAGA_NOT_FOUND;
    }
    ask->request.kind = REQUEST_WAIT;
    ask->request.saga = moved(ask, frame, fields_text(message, WIRE_KEY_SAGA));
    ask->request.wait_settled = true;
    ask->request.wait_ms = wait_of(message);
    ask->range = range_of(message);
    return SAGA_OK;
}

static enum saga_error fill_finish(struct ask *ask, struct span frame,
                                   const struct message *message, int64_t now_ms, const char **why)
{
    MAYBE(now_ms > 0);
    struct result *result = &ask->request.result;
    enum saga_error rc = inbound_result(ask->peers, message, result, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    ask->request.kind = REQUEST_FINISH;
    result->key = moved(ask, frame, fields_text(message, WIRE_KEY_KEY));
    result->output = moved(ask, frame, result->output);
    result->details = moved(ask, frame, result->details);
    result->message = moved(ask, frame, result->message);
    /* The code may be a literal of ours. */
    if (message->value[WIRE_KEY_ERROR].size > 0) {
        result->code = moved(ask, frame, result->code);
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

static void post(struct peers *peers, struct span connection, struct span frame,
                 const struct message *message, int64_t now_ms)
{
    static const fill_fn fills[WIRE_TYPE_COUNT] = {
        [WIRE_START] = fill_start,
        [WIRE_WAIT] = fill_wait,
        [WIRE_FINISH] = fill_finish,
        [WIRE_EVENT] = fill_event,
    };
    struct span name = fields_text(message, WIRE_KEY_REQUEST);
    struct ask *ask = take_ask(peers, connection, frame);
    if (!ask) {
        outbound_error(peers, connection, name, SAGA_OVERLOADED, "too many open requests");
        return;
    }
    ask->type = message->type;
    ask->name = moved(ask, frame, name);
    ask->request.arg = ask;
    ask->request.answer = answer_ask;
    const char *why = NULL;
    enum saga_error rc = fills[message->type](ask, frame, message, now_ms, &why);
    if (rc != SAGA_OK) {
        outbound_error(peers, connection, name, rc, why);
        give_ask(ask);
        return;
    }
    /* It may be answered before this returns, and is gone then. */
    peers->desk.ask(&ask->request, peers->desk.arg);
}

void asks_message(struct peers *peers, struct span connection, struct span frame,
                  const struct message *message, int64_t now_ms)
{
    struct span name = fields_text(message, WIRE_KEY_REQUEST);
    switch ((int)message->type) {
    case WIRE_GET: {
        struct peers_range range = range_of(message);
        const char *why = NULL;
        if (is_no_saga(message, &why)) {
            outbound_error(peers, connection, name, SAGA_NOT_FOUND, why);
        } else {
            reply_saga(peers, connection, name, fields_text(message, WIRE_KEY_SAGA), &range);
        }
        break;
    }
    case WIRE_START:
        if (peers->is_draining) {
            outbound_error(peers, connection, name, SAGA_UNAVAILABLE, "shutting down");
            break;
        }
        post(peers, connection, frame, message, now_ms);
        break;
    case WIRE_WAIT:
    case WIRE_FINISH:
    case WIRE_EVENT:
        post(peers, connection, frame, message, now_ms);
        break;
    default:
        outbound_error(peers, connection, name, SAGA_INVALID, "not supported yet");
        break;
    }
}
