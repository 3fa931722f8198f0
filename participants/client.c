/* client.c - requests, each in a slot until it is answered; sent again meanwhile.
 *
 * A request's name is a number whose remainder by the count of slots is its slot, so that an answer
 * finds it at once and one that comes twice finds nothing. Every request has its effect once: a
 * start without an id is given one here, before it leaves. */
#include <stdio.h>
#include <stdlib.h>

#include <zmq.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/mp.h"
#include "participants/answer.h"
#include "participants/link.h"
#include "participants/message.h"
#include "base/plain.h"

enum {
    CLIENT_TIMEOUT_MS = 30000,
    CLIENT_OPEN_MAX = 4096,
    CLIENT_OPEN_LIMIT = 65536,
    RESEND_MS = 5000,        /* an unanswered request leaves again */
    OVERLOAD_WAIT_MS = 1000, /* when `overloaded` does not say how long */
    REQUEST_SIZE_MAX = 1 << 20,
    NAME_SIZE = 20, /* digits of a number of 64 bits */
    RANDOM_COUNT = 128,
};

/* Randomness for ids, read from the system so much at a time: a system call costs more than a start
 * does. A client belongs to one thread, and so does this; a fork takes neither along, because
 * sockets of libzmq cannot be used in the child. What has been used is wiped, and what has lain for
 * long is thrown away, so that a copy of the machine (a snapshot, a clone) soon goes ways of its
 * own. */
struct randomness {
    uint64_t words[RANDOM_COUNT];
    uint32_t left;    /* not used yet, from the front */
    int64_t drawn_ms; /* when they were read */
};

enum { RANDOM_OLD_MS = 1000 };

/* One request, from its sending to its answer. */
struct slot {
    uint64_t name;     /* 0 = free */
    struct buf packed; /* to be sent again */
    void *tag;         /* of an asynchronous start */
    int64_t sent_ms;
    int64_t deadline_ms; /* then it is given up */
    bool is_async;
};

struct saga_client {
    void *context;
    void *socket;
    struct link_address address;
    uint32_t timeout_ms;
    uint32_t slot_count;
    struct slot *slots;
    uint32_t *free_slots; /* a stack */
    uint32_t free_count;
    uint32_t async_count;
    uint64_t rounds; /* of names */
    zmq_msg_t frame; /* the last answer: replies borrow from it */
    struct clock clock;
    struct randomness randomness;
    int64_t id_ms;                 /* of the last id that was made */
    uint32_t id_count;             /* within that millisecond */
    struct saga_reply *sync_reply; /* where a synchronous answer goes */
    uint64_t sync_name;
    int64_t looked_ms; /* when slots were last looked at for sending again */
};

enum saga_error saga_client_open(const struct saga_client_options *options,
                                 struct saga_client **client)
{
    static const struct saga_client_options defaults;
    const struct saga_client_options *given = options != NULL ? options : &defaults;
    *client = NULL;
    struct saga_client *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    zmq_msg_init(&made->frame);
    clock_open(&made->clock, 0);
    made->timeout_ms = given->timeout_ms ? given->timeout_ms : CLIENT_TIMEOUT_MS;
    /* One more for synchronous calls. */
    made->slot_count = (given->open_max ? given->open_max : CLIENT_OPEN_MAX) + 1;
    enum saga_error rc = made->slot_count > CLIENT_OPEN_LIMIT + 1 ? SAGA_INVALID : SAGA_OK;
    if (rc == SAGA_OK) {
        rc = link_address(given->endpoint, &given->keys, &made->address);
    }
    if (rc == SAGA_OK) {
        made->slots = calloc(made->slot_count, sizeof(*made->slots));
        made->free_slots = calloc(made->slot_count, sizeof(*made->free_slots));
        made->context = zmq_ctx_new();
        if (!made->slots || !made->free_slots || !made->context) {
            rc = SAGA_NO_MEMORY;
        }
    }
    for (uint32_t i = 0; rc == SAGA_OK && i < made->slot_count; i++) {
        buf_open(&made->slots[i].packed, REQUEST_SIZE_MAX);
        made->free_slots[made->free_count++] = made->slot_count - 1 - i;
    }
    if (rc == SAGA_OK) {
        rc =
            link_open(made->context, &made->address, (int)made->slot_count * 2 + 64, &made->socket);
    }
    if (rc == SAGA_OK) {
        rc = link_connect(made->socket, &made->address);
    }
    if (rc != SAGA_OK) {
        saga_client_close(&made);
        return rc;
    }
    *client = made;
    return SAGA_OK;
}

void saga_client_close(struct saga_client **client)
{
    if (!client || !*client) {
        return;
    }
    struct saga_client *gone = *client;
    link_close(&gone->socket, 0);
    if (gone->context) {
        zmq_ctx_term(gone->context);
    }
    for (uint32_t i = 0; gone->slots != NULL && i < gone->slot_count; i++) {
        buf_close(&gone->slots[i].packed);
    }
    zmq_msg_close(&gone->frame);
    free(gone->slots);
    free(gone->free_slots);
    free(gone);
    *client = NULL;
}

/* ---- ids ---- */

static void put_hex(char *text, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        text[i] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

static uint64_t draw(struct randomness *randomness, int64_t at_ms)
{
    if (randomness->left == 0 || at_ms - randomness->drawn_ms > RANDOM_OLD_MS ||
        at_ms < randomness->drawn_ms) {
        digest_random(randomness->words, sizeof(randomness->words));
        randomness->left = RANDOM_COUNT;
        randomness->drawn_ms = at_ms;
    }
    uint64_t word = randomness->words[--randomness->left];
    randomness->words[randomness->left] = 0;
    return word;
}

/* A UUIDv7 that is greater than every one before it from this client: time, a count, randomness. */
static void make_id(struct saga_client *client, char *text)
{
    int64_t at_ms = clock_now_ms(&client->clock);
    if (at_ms <= client->id_ms && client->id_count < 0xfff) {
        client->id_count++;
    } else {
        client->id_ms = at_ms > client->id_ms ? at_ms : client->id_ms + 1;
        client->id_count = 0;
    }
    uint64_t random = draw(&client->randomness, at_ms);
    uint64_t time = (uint64_t)client->id_ms;
    put_hex(text, time >> 16, 8);
    text[8] = '-';
    put_hex(text + 9, time & 0xffff, 4);
    text[13] = '-';
    put_hex(text + 14, 0x7000 | client->id_count, 4);
    text[18] = '-';
    put_hex(text + 19, 0x8000 | (random >> 50), 4);
    text[23] = '-';
    put_hex(text + 24, random & UINT64_C(0xffffffffffff), 12);
    text[36] = '\0';
}

/* ---- sending ---- */

static struct slot *take_slot(struct saga_client *client, bool is_async)
{
    if (client->free_count == 0 || (is_async && client->free_count == 1)) {
        return NULL;
    }
    uint32_t index = client->free_slots[--client->free_count];
    struct slot *slot = &client->slots[index];
    slot->name = ++client->rounds * client->slot_count + index;
    slot->is_async = is_async;
    slot->tag = NULL;
    buf_clear(&slot->packed);
    client->async_count += is_async ? 1 : 0;
    return slot;
}

static void give_slot(struct saga_client *client, struct slot *slot)
{
    client->async_count -= slot->is_async ? 1 : 0;
    slot->name = 0;
    client->free_slots[client->free_count++] = (uint32_t)(slot - client->slots);
}

static void begin_request(struct slot *slot, const char *type, uint32_t pairs)
{
    static const char head[] = "\xa1v\x01\xa4type";
    static const char request[] = "\xa7request";
    char name[NAME_SIZE];
    size_t at = NAME_SIZE;
    for (uint64_t rest = slot->name; rest > 0; rest /= 10) {
        name[--at] = (char)('0' + rest % 10);
    }
    mp_put_map(&slot->packed, pairs + 3);
    buf_write(&slot->packed, head, sizeof(head) - 1);
    plain_put_text(&slot->packed, span_text(type));
    buf_write(&slot->packed, request, sizeof(request) - 1);
    plain_put_text(&slot->packed, span_of(name + at, NAME_SIZE - at));
}

static void put_text(struct slot *slot, const char *key, const char *text)
{
    plain_put_text(&slot->packed, span_text(key));
    plain_put_text(&slot->packed, span_text(text));
}

static void put_number(struct slot *slot, const char *key, int64_t number)
{
    plain_put_text(&slot->packed, span_text(key));
    mp_put_int(&slot->packed, number);
}

/* Would the coordinator take it? What it refuses as a message it cannot answer by its name. */
static enum saga_error check_packed(const struct slot *slot)
{
    const char *why = NULL;
    struct span message = buf_span(&slot->packed);
    if (buf_failed(&slot->packed)) {
        return SAGA_TOO_LARGE;
    }
    if (plain_is(message)) {
        return SAGA_OK;
    }
    enum saga_error rc = mp_check(message, &why);
    return rc == SAGA_BAD_MESSAGE ? SAGA_INVALID : rc;
}

/* Sends a packed request, or gives its slot back. */
static enum saga_error send_slot(struct saga_client *client, struct slot *slot, int64_t wait_ms)
{
    enum saga_error rc = check_packed(slot);
    if (rc != SAGA_OK) {
        give_slot(client, slot);
        return rc;
    }
    slot->sent_ms = link_now_ms();
    slot->deadline_ms = slot->sent_ms + client->timeout_ms + wait_ms;
    /* A full queue is as good as a lost message: it is sent again. */
    MAYBE(link_send(client->socket, buf_span(&slot->packed)));
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
    if (is_error) {
        char code[64];
        copy_text(code, sizeof(code), message->code);
        reply->error = error_of_code(code);
        copy_text(reply->message, sizeof(reply->message), message->message);
    }
}

static struct slot *slot_of(struct saga_client *client, struct span request)
{
    uint64_t name = 0;
    for (size_t i = 0; i < request.size && i < 20; i++) {
        if (request.data[i] < '0' || request.data[i] > '9') {
            return NULL;
        }
        name = name * 10 + (uint64_t)(request.data[i] - '0');
    }
    struct slot *slot = &client->slots[name % client->slot_count];
    return name != 0 && slot->name == name ? slot : NULL;
}

static void hand_over(struct saga_client *client, struct slot *slot, const struct saga_reply *reply,
                      saga_reply_fn *callback, void *arg)
{
    void *tag = slot->tag;
    bool is_async = slot->is_async;
    bool is_mine = slot->name == client->sync_name;
    give_slot(client, slot);
    if (is_async && callback) {
        callback(reply, tag, arg);
    } else if (is_mine && client->sync_reply) {
        *client->sync_reply = *reply;
        client->sync_name = 0;
    }
}

/* One frame; true when it was the answer of a slot. */
static bool take_answer(struct saga_client *client, saga_reply_fn *callback, void *arg)
{
    struct message message;
    struct saga_reply reply;
    struct span bytes = span_of(zmq_msg_data(&client->frame), zmq_msg_size(&client->frame));
    if (message_read(bytes, &message) != SAGA_OK) {
        return false;
    }
    bool is_answer = span_is(message.type, "reply") || span_is(message.type, "error");
    struct slot *slot = is_answer ? slot_of(client, message.request) : NULL;
    if (!slot) {
        return false;
    }
    fill_reply(&message, &reply);
    if (reply.error == SAGA_OVERLOADED && link_now_ms() < slot->deadline_ms) {
        int64_t wait_ms = reply.retry_after_ms > 0 ? reply.retry_after_ms : OVERLOAD_WAIT_MS;
        slot->sent_ms = link_now_ms() + wait_ms - RESEND_MS;
        return false;
    }
    hand_over(client, slot, &reply, callback, arg);
    return true;
}

/* Sends again what is unanswered, gives up what is out of time. */
static size_t look_after(struct saga_client *client, saga_reply_fn *callback, void *arg)
{
    int64_t at_ms = link_now_ms();
    size_t given_up = 0;
    if (at_ms - client->looked_ms < 100) {
        return 0;
    }
    client->looked_ms = at_ms;
    for (uint32_t i = 0; i < client->slot_count; i++) {
        struct slot *slot = &client->slots[i];
        if (slot->name != 0 && at_ms >= slot->deadline_ms) {
            struct saga_reply reply = {.error = SAGA_UNAVAILABLE};
            snprintf(reply.message, sizeof(reply.message), "no answer in time from %s",
                     client->address.endpoint);
            hand_over(client, slot, &reply, callback, arg);
            given_up++;
        } else if (slot->name != 0 && at_ms - slot->sent_ms >= RESEND_MS) {
            slot->sent_ms = at_ms;
            MAYBE(link_send(client->socket, buf_span(&slot->packed)));
        }
    }
    return given_up;
}

size_t saga_client_poll(struct saga_client *client, int64_t timeout_ms, saga_reply_fn *callback,
                        void *arg)
{
    int64_t until_ms = link_now_ms() + timeout_ms;
    size_t count = look_after(client, callback, arg);
    for (;;) {
        for (int i = 0; i < LINK_BATCH_MAX; i++) {
            if (zmq_msg_recv(&client->frame, client->socket, ZMQ_DONTWAIT) < 0) {
                break;
            }
            count += take_answer(client, callback, arg) ? 1 : 0;
        }
        int64_t left_ms = until_ms - link_now_ms();
        if (count > 0 || left_ms <= 0) {
            return count;
        }
        zmq_pollitem_t item = {.socket = client->socket, .events = ZMQ_POLLIN};
        MAYBE(zmq_poll(&item, 1, (long)(left_ms < 100 ? left_ms : 100)) >= 0);
        count += look_after(client, callback, arg);
    }
}

size_t saga_client_open_count(const struct saga_client *client)
{
    return client->async_count;
}

/* Waits for one request's answer. */
static enum saga_error finish_call(struct saga_client *client, struct slot *slot, int64_t wait_ms,
                                   struct saga_reply *reply)
{
    client->sync_name = slot->name;
    client->sync_reply = reply;
    enum saga_error rc = send_slot(client, slot, wait_ms);
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

static struct slot *begin_call(struct saga_client *client, struct saga_reply *reply)
{
    *reply = (struct saga_reply){.error = SAGA_CONFLICT};
    return client->async_count > 0 ? NULL : take_slot(client, false);
}

/* ---- the requests ---- */

/* What is inside of them is looked at with the whole request. */
static enum saga_error check_start(const struct saga_start *start)
{
    if (!start->definition) {
        return SAGA_INVALID;
    }
    bool is_large =
        start->input.size > VALUE_SIZE_MAX || value_span(start->labels).size > VALUE_SIZE_MAX;
    return is_large ? SAGA_TOO_LARGE : SAGA_OK;
}

static void pack_start(struct saga_client *client, struct slot *slot,
                       const struct saga_start *start, int64_t wait_ms)
{
    char id[40];
    bool has_labels = start->labels.data != NULL;
    bool settled = start->wait == SAGA_WAIT_SETTLED;
    uint32_t pairs = 3u + (start->version ? 1u : 0u) + (has_labels ? 1u : 0u) +
                     (start->start_at_ms ? 1u : 0u) + (start->traceparent ? 1u : 0u) +
                     (settled ? 2u : 0u);
    if (!start->saga) {
        make_id(client, id);
    }
    begin_request(slot, "start", pairs);
    put_text(slot, "definition", start->definition);
    put_text(slot, "saga", start->saga ? start->saga : id);
    mp_put_text(&slot->packed, "input");
    mp_put_value(&slot->packed, value_span(start->input));
    if (start->version) {
        put_number(slot, "version", start->version);
    }
    if (has_labels) {
        mp_put_text(&slot->packed, "labels");
        mp_put_value(&slot->packed, value_span(start->labels));
    }
    if (start->start_at_ms) {
        put_number(slot, "start_at", start->start_at_ms);
    }
    if (start->traceparent) {
        put_text(slot, "traceparent", start->traceparent);
    }
    if (settled) {
        put_text(slot, "wait", "settled");
        put_number(slot, "wait_ms", wait_ms);
    }
}

static int64_t wait_of(const struct saga_client *client, const struct saga_start *start)
{
    if (start->wait != SAGA_WAIT_SETTLED) {
        return 0;
    }
    return start->wait_ms > 0 ? start->wait_ms : (int64_t)client->timeout_ms;
}

enum saga_error saga_client_start(struct saga_client *client, const struct saga_start *start,
                                  struct saga_reply *reply)
{
    enum saga_error rc = check_start(start);
    struct slot *slot = rc == SAGA_OK ? begin_call(client, reply) : NULL;
    if (!slot) {
        return rc == SAGA_OK ? SAGA_CONFLICT : (reply->error = rc);
    }
    pack_start(client, slot, start, wait_of(client, start));
    return finish_call(client, slot, wait_of(client, start), reply);
}

enum saga_error saga_client_start_async(struct saga_client *client, const struct saga_start *start,
                                        void *tag)
{
    enum saga_error rc = check_start(start);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct slot *slot = take_slot(client, true);
    if (!slot) {
        return SAGA_OVERLOADED;
    }
    slot->tag = tag;
    pack_start(client, slot, start, wait_of(client, start));
    return send_slot(client, slot, wait_of(client, start));
}

enum saga_error saga_client_wait(struct saga_client *client, const char *saga, int64_t wait_ms,
                                 struct saga_reply *reply)
{
    struct slot *slot = begin_call(client, reply);
    if (!slot) {
        return SAGA_CONFLICT;
    }
    begin_request(slot, "wait", 2);
    put_text(slot, "saga", saga);
    put_number(slot, "wait_ms", wait_ms);
    return finish_call(client, slot, wait_ms, reply);
}

enum saga_error saga_client_get(struct saga_client *client, const char *saga,
                                struct saga_reply *reply)
{
    struct slot *slot = begin_call(client, reply);
    if (!slot) {
        return SAGA_CONFLICT;
    }
    begin_request(slot, "get", 1);
    put_text(slot, "saga", saga);
    return finish_call(client, slot, 0, reply);
}

enum saga_error saga_client_finish(struct saga_client *client, const struct saga_finish *finish,
                                   struct saga_reply *reply)
{
    if (!finish->token || finish->output.size > VALUE_SIZE_MAX) {
        return reply->error = finish->token ? SAGA_TOO_LARGE : SAGA_INVALID;
    }
    struct slot *slot = begin_call(client, reply);
    if (!slot) {
        return SAGA_CONFLICT;
    }
    bool has_cost = finish->cost_micro_usd > 0;
    bool has_key = finish->key != NULL;
    begin_request(slot, "finish", 3u + (has_cost ? 1u : 0u) + (has_key ? 1u : 0u));
    put_text(slot, "token", finish->token);
    if (has_key) {
        put_text(slot, "key", finish->key);
    }
    put_text(slot, "status", finish->failure ? "failed" : "ok");
    if (finish->failure) {
        mp_put_text(&slot->packed, "error");
        MAYBE(answer_put_error(&slot->packed, finish->failure) > 0);
    } else {
        mp_put_text(&slot->packed, "output");
        mp_put_value(&slot->packed, value_span(finish->output));
    }
    if (has_cost) {
        put_number(slot, "cost_usd_micros", finish->cost_micro_usd);
    }
    return finish_call(client, slot, 0, reply);
}

enum saga_error saga_client_request(struct saga_client *client, const char *type,
                                    struct saga_value keys, struct saga_reply *reply)
{
    enum saga_error rc = value_check(keys);
    if (rc != SAGA_OK || mp_type(value_span(keys)) != MP_MAP) {
        return reply->error = rc == SAGA_OK ? SAGA_INVALID : rc;
    }
    struct slot *slot = begin_call(client, reply);
    if (!slot) {
        return SAGA_CONFLICT;
    }
    struct mp mp = mp_open(value_span(keys));
    uint32_t pairs = mp_map(&mp);
    begin_request(slot, type, pairs);
    buf_write(&slot->packed, mp.at, (size_t)(mp.end - mp.at));
    return finish_call(client, slot, 0, reply);
}
