/* clients.c - the requests that are open, and how each kind is answered. */
#include "peers/clients.h"

#include <stdlib.h>

#include "peers/client_open.h"
#include "peers/client_parts.h"
#include "peers/outbound.h"

enum { REQUEST_MAGIC = 0x61736b31 };

/* ---- open requests ---- */

static bool has_room(const struct clients *clients, size_t size)
{
    return clients->open_count < LIMIT_WAITERS && clients->bytes + size <= CLIENTS_BYTES_MAX;
}

static struct client_request *take_free(struct clients *clients)
{
    struct client_request *asked = clients->free;
    if (!asked) {
        return malloc(sizeof(*asked));
    }
    clients->free = asked->next;
    clients->free_count--;
    return asked;
}

static void list(struct clients *clients, struct client_request *asked)
{
    asked->next = clients->open;
    if (clients->open) {
        clients->open->prev = asked;
    }
    clients->open = asked;
    clients->open_count++;
    clients->bytes += asked->size;
}

static void unlist(struct clients *clients, struct client_request *asked)
{
    PRE(clients->open_count > 0);
    PRE(clients->bytes >= asked->size);
    if (!asked->prev) {
        clients->open = asked->next;
    } else {
        asked->prev->next = asked->next;
    }
    if (asked->next) {
        asked->next->prev = asked->prev;
    }
    clients->open_count--;
    clients->bytes -= asked->size;
}

/* Makes a request that holds a copy of the frame; NULL: too many requests or bytes are open, or
 * there is no memory. */
static struct client_request *make_request(struct peers *peers, struct span connection,
                                           struct span frame)
{
    struct clients *clients = &peers->clients;
    if (connection.size > CONNECTION_MAX || !has_room(clients, frame.size)) {
        return NULL;
    }
    struct client_request *asked = take_free(clients);
    if (!asked) {
        return NULL;
    }
    memset(asked, 0, offsetof(struct client_request, connection));
    asked->copy = frame.size <= SMALL_SIZE ? asked->small : malloc(frame.size);
    if (!asked->copy) {
        free(asked);
        return NULL;
    }
    memcpy(asked->copy, frame.data, frame.size);
    memcpy(asked->connection, connection.data, connection.size);
    asked->connection_size = (uint32_t)connection.size;
    asked->magic = REQUEST_MAGIC;
    asked->peers = peers;
    asked->size = frame.size;
    list(clients, asked);
    return asked;
}

/* Opens a request as the message says; NULL: there is no room, and the client was told so. */
static struct client_request *open_request(struct peers *peers, struct span connection,
                                           struct span frame, const struct message *message)
{
    struct span name = fields_text(message, WIRE_KEY_REQUEST);
    struct client_request *asked = make_request(peers, connection, frame);
    if (!asked) {
        outbound_error(peers, connection, name, SAGA_OVERLOADED, "too many open requests");
        return NULL;
    }
    asked->type = message->type;
    asked->name = client_parts_moved(asked, frame, name);
    return asked;
}

static void free_parts(struct client_request *asked)
{
    buf_close(&asked->look.body);
    if (asked->arena.source) {
        arena_close(&asked->arena);
    }
    if (asked->copy != asked->small) {
        free(asked->copy);
    }
}

static void close_request(struct client_request *asked)
{
    struct clients *clients = &asked->peers->clients;
    unlist(clients, asked);
    asked->magic = 0;
    free_parts(asked);
    if (clients->free_count < CLIENTS_FREE_MAX) {
        asked->next = clients->free;
        clients->free = asked;
        clients->free_count++;
    } else {
        free(asked);
    }
}

static void free_all(struct client_request *asked)
{
    while (asked) {
        struct client_request *next = asked->next;
        if (asked->magic == REQUEST_MAGIC) {
            free_parts(asked);
        }
        free(asked);
        asked = next;
    }
}

void clients_close(struct clients *clients)
{
    free_all(clients->open);
    free_all(clients->free);
    *clients = (struct clients){0};
}

/* ---- answers ---- */

/* Sends the reply to a `get` or a `wait`, which shows the saga as it is; both replies have the same
 * keys. */
static void answer_look(struct peers_look *look)
{
    struct client_request *asked = look->arg;
    struct peers *peers = asked->peers;
    CHECK(asked->magic == REQUEST_MAGIC);
    enum saga_error rc = look->error;
    if (rc == SAGA_OK && buf_failed(&look->body)) {
        rc = SAGA_TOO_LARGE;
    }
    if (rc != SAGA_OK) {
        outbound_error(peers, client_parts_connection(asked), asked->name, rc, NULL);
    } else {
        outbound_reply(peers, asked->name, look->pairs);
        buf_write(&peers->out, look->body.data, look->body.size);
        outbound_reply_end(peers, client_parts_connection(asked), asked->name);
    }
    close_request(asked);
}

/* The request may be answered, and closed, before this returns. */
static void look_at(struct client_request *asked, struct span saga)
{
    const struct peers_reader *reader = &asked->peers->reader;
    asked->look.saga = saga;
    asked->look.answer = answer_look;
    asked->look.arg = asked;
    buf_open(&asked->look.body, LIMIT_MESSAGE_OUT);
    enum saga_error rc = reader->get ? reader->get(&asked->look, reader->arg) : SAGA_UNAVAILABLE;
    if (rc != SAGA_OK) {
        outbound_error(asked->peers, client_parts_connection(asked), asked->name, rc, NULL);
        close_request(asked);
    }
}

static void reply_start(struct client_request *asked, const struct answer *answer)
{
    struct buf *out = &asked->peers->out;
    outbound_reply(asked->peers, asked->name, answer->output.size > 0 ? 4 : 3);
    fields_put_key(out, WIRE_KEY_SAGA);
    mp_put_str(out, answer->saga.size > 0 ? answer->saga : asked->request.start.name);
    fields_put_key(out, WIRE_KEY_STATUS);
    mp_put_text(out, saga_state_name(answer->state));
    fields_put_key(out, WIRE_KEY_DUPLICATE);
    mp_put_bool(out, answer->duplicate);
    client_parts_put_output(out, answer->output);
    outbound_reply_end(asked->peers, client_parts_connection(asked), asked->name);
}

static void reply_finish(struct client_request *asked, const struct answer *answer)
{
    struct peers *peers = asked->peers;
    if (answer->verdict == VERDICT_UNKNOWN) {
        outbound_error(peers, client_parts_connection(asked), asked->name, SAGA_NOT_FOUND,
                       "no task has this token");
        return;
    }
    outbound_reply(peers, asked->name, 1);
    fields_put_key(&peers->out, WIRE_KEY_STATE);
    mp_put_text(&peers->out, outbound_verdict_text(answer->verdict));
    outbound_reply_end(peers, client_parts_connection(asked), asked->name);
}

static void reply_event(struct client_request *asked, const struct answer *answer)
{
    struct buf *out = &asked->peers->out;
    outbound_reply(asked->peers, asked->name, 2);
    fields_put_key(out, WIRE_KEY_DELIVERED);
    mp_put_uint(out, answer->delivered);
    fields_put_key(out, WIRE_KEY_STARTED);
    if (answer->started.size > 0) {
        mp_put_value(out, answer->started);
    } else {
        mp_put_array(out, 0);
    }
    outbound_reply_end(asked->peers, client_parts_connection(asked), asked->name);
}

static void answer_request(struct request *request, const struct answer *answer)
{
    static void (*const replies[WIRE_TYPE_COUNT])(struct client_request * asked,
                                                  const struct answer *answer) = {
        [WIRE_START] = reply_start,
        [WIRE_FINISH] = reply_finish,
        [WIRE_EVENT] = reply_event,
        [WIRE_BEGIN] = reply_start,
        [WIRE_REGISTER] = client_open_reply_step,
        [WIRE_COMPLETE] = client_open_reply_step,
        [WIRE_COMMIT] = client_open_reply_end,
        [WIRE_ABORT] = client_open_reply_end,
    };
    struct client_request *asked = request->arg;
    CHECK(asked->magic == REQUEST_MAGIC);
    CHECK(&asked->request == request);
    if (answer->error == SAGA_OK && asked->type == WIRE_WAIT) {
        look_at(asked, asked->request.saga);
        return;
    }
    if (answer->error != SAGA_OK) {
        outbound_error_about(asked->peers, client_parts_connection(asked), asked->name, answer);
    } else {
        replies[asked->type](asked, answer);
    }
    close_request(asked);
}

/* ---- messages ---- */

static void ask(struct peers *peers, struct span connection, struct span frame,
                const struct message *message, int64_t now_ms)
{
    struct client_request *asked = open_request(peers, connection, frame, message);
    if (!asked) {
        return;
    }
    asked->request.arg = asked;
    asked->request.answer = answer_request;
    const struct request_source source = {.fields = &peers->fields,
                                          .message = message,
                                          .frame = frame,
                                          .mint = &peers->mint,
                                          .host_ms = now_ms + peers->host_lead_ms};
    const char *why = NULL;
    enum saga_error rc = client_request_fill(asked, &source, &why);
    if (rc != SAGA_OK) {
        outbound_error(peers, connection, asked->name, rc, why);
        close_request(asked);
        return;
    }
    /* The request may be answered, and closed, before this returns. */
    peers->desk.ask(&asked->request, peers->desk.arg);
}

static void get(struct peers *peers, struct span connection, struct span frame,
                const struct message *message)
{
    const char *why = NULL;
    if (!client_parts_has_saga(message, &why)) {
        outbound_error(peers, connection, fields_text(message, WIRE_KEY_REQUEST), SAGA_NOT_FOUND,
                       why);
        return;
    }
    struct client_request *asked = open_request(peers, connection, frame, message);
    if (!asked) {
        return;
    }
    asked->look.range = client_parts_range(message);
    look_at(asked, client_parts_moved(asked, frame, fields_text(message, WIRE_KEY_SAGA)));
}

void clients_message(struct peers *peers, struct span connection, struct span frame,
                     const struct message *message, int64_t now_ms)
{
    struct span name = fields_text(message, WIRE_KEY_REQUEST);
    PRE(name.size <= REQUEST_MAX);
    switch ((int)message->type) {
    case WIRE_GET:
        get(peers, connection, frame, message);
        break;
    case WIRE_START:
    case WIRE_BEGIN:
        if (peers->is_draining) {
            outbound_error(peers, connection, name, SAGA_UNAVAILABLE, "shutting down");
            break;
        }
        ask(peers, connection, frame, message, now_ms);
        break;
    case WIRE_WAIT:
    case WIRE_FINISH:
    case WIRE_EVENT:
    case WIRE_REGISTER:
    case WIRE_COMPLETE:
    case WIRE_COMMIT:
    case WIRE_ABORT:
        ask(peers, connection, frame, message, now_ms);
        break;
    default:
        outbound_error(peers, connection, name, SAGA_INVALID, "not supported yet");
        break;
    }
}
