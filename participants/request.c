/* request.c - each request has a place until it is answered, and is sent again meanwhile.
 *
 * A request is sent again every 5 s, at once on a new connection, and after `overloaded` as soon as
 * that answer allows.
 */
#include "participants/request.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mp.h"
#include "base/plain.h"
#include "participants/message.h"
#include "participants/value.h"

enum {
    RESEND_MS = 5000,        /* an unanswered request leaves again */
    LOOK_MS = 100,           /* requests are looked after no more often than this */
    OVERLOAD_WAIT_MS = 1000, /* when `overloaded` does not say how long */
    NAME_SIZE = 20,          /* digits of a number of 64 bits */
};

struct request *request_take(struct saga_client *client, bool is_async)
{
    if (client->free_count == 0 || (is_async && client->free_count == 1)) {
        return NULL;
    }
    uint32_t index = client->free_places[--client->free_count];
    struct request *request = &client->requests[index];
    request->name = ++client->rounds * client->request_count + index;
    request->is_async = is_async;
    request->tag = NULL;
    buf_clear(&request->packed);
    client->async_count += is_async ? 1 : 0;
    return request;
}

static void give(struct saga_client *client, struct request *request)
{
    client->async_count -= request->is_async ? 1 : 0;
    request->name = 0;
    client->free_places[client->free_count++] = (uint32_t)(request - client->requests);
}

void request_begin(struct request *request, const char *type, uint32_t pairs)
{
    static const char head[] = "\xa1v\x01\xa4type";
    static const char key[] = "\xa7request";
    char name[NAME_SIZE];
    size_t at = NAME_SIZE;
    for (uint64_t rest = request->name; rest > 0; rest /= 10) {
        name[--at] = (char)('0' + rest % 10);
    }
    mp_put_map(&request->packed, pairs + 3);
    buf_write(&request->packed, head, sizeof(head) - 1);
    plain_put_text(&request->packed, span_text(type));
    buf_write(&request->packed, key, sizeof(key) - 1);
    plain_put_text(&request->packed, span_of(name + at, NAME_SIZE - at));
}

void request_text(struct request *request, const char *key, const char *text)
{
    plain_put_text(&request->packed, span_text(key));
    plain_put_text(&request->packed, span_text(text));
}

void request_number(struct request *request, const char *key, int64_t number)
{
    plain_put_text(&request->packed, span_text(key));
    mp_put_int(&request->packed, number);
}

void request_value(struct request *request, const char *key, struct saga_value value)
{
    plain_put_text(&request->packed, span_text(key));
    mp_put_value(&request->packed, value_span(value));
}

/* Would the coordinator take the message? It cannot answer one that it cannot read, and the caller
 * would wait for the time-out. */
static enum saga_error check_packed(const struct request *request)
{
    const char *why = NULL;
    struct span message = buf_span(&request->packed);
    if (buf_failed(&request->packed)) {
        return SAGA_TOO_LARGE;
    }
    if (plain_is(message)) {
        return SAGA_OK;
    }
    enum saga_error rc = mp_check(message, &why);
    return rc == SAGA_BAD_MESSAGE ? SAGA_INVALID : rc;
}

static void send(struct saga_client *client, struct request *request, int64_t now_ms)
{
    request->sent_ms = now_ms;
    /* A message that finds the queue full is sent again like one that was lost. */
    MAYBE(link_send(client->socket, buf_span(&request->packed)));
}

enum saga_error request_send(struct saga_client *client, struct request *request, int64_t wait_ms)
{
    enum saga_error rc = check_packed(request);
    if (rc != SAGA_OK) {
        give(client, request);
        return rc;
    }
    int64_t now_ms = link_now_ms();
    request->deadline_ms = now_ms + client->timeout_ms + wait_ms;
    send(client, request, now_ms);
    return SAGA_OK;
}

/* ---- answers ---- */

static void copy_text(char *target, size_t capacity, struct span text)
{
    size_t size = text.size < capacity ? text.size : capacity - 1;
    if (size > 0) {
        memcpy(target, text.data, size);
    }
    target[size] = '\0';
}

static void fill_reply(const struct message *message, struct saga_reply *reply)
{
    bool is_error = span_is(message->type, "error");
    *reply = (struct saga_reply){.duplicate = message->duplicate,
                                 .retry_after_ms = message->retry_after_ms,
                                 .output = value_of(message->output),
                                 .body = value_of(message->bytes)};
    copy_text(reply->saga, sizeof(reply->saga), message->saga);
    copy_text(reply->status, sizeof(reply->status), message->status);
    copy_text(reply->state, sizeof(reply->state), message->state);
    copy_text(reply->key, sizeof(reply->key), message->key);
    if (is_error) {
        char code[64];
        copy_text(code, sizeof(code), message->code);
        reply->error = error_of_code(code);
        copy_text(reply->message, sizeof(reply->message), message->message);
    }
}

/* The request of this name that is open, or NULL. */
static struct request *request_of(struct saga_client *client, struct span text)
{
    uint64_t name = 0;
    for (size_t i = 0; i < text.size && i < NAME_SIZE; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return NULL;
        }
        name = name * 10 + (uint64_t)(text.data[i] - '0');
    }
    struct request *request = &client->requests[name % client->request_count];
    return name != 0 && request->name == name ? request : NULL;
}

static void hand_over(struct saga_client *client, struct request *request,
                      const struct saga_reply *reply, saga_reply_fn *callback, void *arg)
{
    void *tag = request->tag;
    bool is_async = request->is_async;
    bool is_mine = request->name == client->sync_name;
    give(client, request);
    if (is_async && callback) {
        callback(reply, tag, arg);
    } else if (is_mine && client->sync_reply) {
        *client->sync_reply = *reply;
        client->sync_name = 0;
    }
}

/* Reads client->frame; true when it answered an open request. */
static bool take_answer(struct saga_client *client, saga_reply_fn *callback, void *arg)
{
    struct message message;
    struct saga_reply reply;
    struct span bytes = span_of(zmq_msg_data(&client->frame), zmq_msg_size(&client->frame));
    if (message_read(bytes, &message) != SAGA_OK) {
        return false;
    }
    bool is_answer = span_is(message.type, "reply") || span_is(message.type, "error");
    struct request *request = is_answer ? request_of(client, message.request) : NULL;
    if (!request) {
        return false;
    }
    fill_reply(&message, &reply);
    int64_t wait_ms = reply.retry_after_ms > 0 ? reply.retry_after_ms : OVERLOAD_WAIT_MS;
    int64_t again_ms = link_now_ms() + wait_ms;
    if (reply.error == SAGA_OVERLOADED && again_ms < request->deadline_ms) {
        request->sent_ms = again_ms - RESEND_MS;
        return false;
    }
    hand_over(client, request, &reply, callback, arg);
    return true;
}

/* A new connection: what was under way on the old one may be lost. */
static bool is_new_connection(struct saga_client *client)
{
    bool is_new = false;
    for (enum link_event event; (event = link_next_event(client->watch)) != LINK_EVENT_NONE;) {
        is_new = is_new || (event == LINK_EVENT_UP && client->was_connected);
        client->was_connected = client->was_connected || event == LINK_EVENT_UP;
    }
    return is_new;
}

size_t request_look_after(struct saga_client *client, saga_reply_fn *callback, void *arg)
{
    int64_t at_ms = link_now_ms();
    size_t given_up = 0;
    if (at_ms - client->looked_ms < LOOK_MS) {
        return 0;
    }
    bool is_new = is_new_connection(client);
    client->looked_ms = at_ms;
    for (uint32_t i = 0; i < client->request_count; i++) {
        struct request *request = &client->requests[i];
        if (request->name != 0 && at_ms >= request->deadline_ms) {
            struct saga_reply reply = {.error = SAGA_UNAVAILABLE};
            snprintf(reply.message, sizeof(reply.message), "no answer in time from %s",
                     client->address.endpoint);
            hand_over(client, request, &reply, callback, arg);
            given_up++;
        } else if (request->name != 0 && (is_new || at_ms - request->sent_ms >= RESEND_MS)) {
            send(client, request, at_ms);
        }
    }
    return given_up;
}

size_t request_read(struct saga_client *client, saga_reply_fn *callback, void *arg)
{
    size_t count = 0;
    for (int i = 0; i < LINK_BATCH_MAX; i++) {
        if (zmq_msg_recv(&client->frame, client->socket, ZMQ_DONTWAIT) < 0) {
            break;
        }
        count += take_answer(client, callback, arg) ? 1 : 0;
    }
    return count;
}

/* ---- calls ---- */

int64_t request_wait_ms(const struct saga_client *client, enum saga_wait wait, int64_t wait_ms)
{
    if (wait != SAGA_WAIT_SETTLED) {
        return 0;
    }
    return wait_ms > 0 ? wait_ms : (int64_t)client->timeout_ms;
}

enum saga_error request_call(struct saga_client *client, struct request *request, int64_t wait_ms,
                             struct saga_reply *reply)
{
    client->sync_name = request->name;
    client->sync_reply = reply;
    enum saga_error rc = request_send(client, request, wait_ms);
    while (rc == SAGA_OK && client->sync_name != 0) {
        (void)saga_client_poll(client, 1000, NULL, NULL);
    }
    client->sync_reply = NULL;
    client->sync_name = 0;
    if (rc != SAGA_OK) {
        reply->error = rc;
    }
    return reply->error;
}

struct request *request_take_call(struct saga_client *client, struct saga_reply *reply)
{
    *reply = (struct saga_reply){.error = SAGA_CONFLICT};
    return client->async_count > 0 ? NULL : request_take(client, false);
}
