/* client.c - the door of a client, and the wait for answers. */
#include "participants/client.h"

#include <stdlib.h>

#include "base/check.h"
#include "participants/request.h"

enum {
    CLIENT_TIMEOUT_MS = 30000,
    CLIENT_OPEN_MAX = 4096,
    CLIENT_OPEN_LIMIT = 65536,
    REQUEST_SIZE_MAX = 1 << 20,
    POLL_MS = 100, /* then the requests are looked after */
};

static enum saga_error open_requests(struct saga_client *client)
{
    uint32_t count = client->request_count;
    client->requests = calloc(count, sizeof(*client->requests));
    client->free_places = calloc(count, sizeof(*client->free_places));
    if (!client->requests || !client->free_places) {
        return SAGA_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        buf_open(&client->requests[i].packed, REQUEST_SIZE_MAX);
        client->free_places[client->free_count++] = count - 1 - i;
    }
    return SAGA_OK;
}

static enum saga_error open_link(struct saga_client *client)
{
    int queue_max = (int)client->request_count * 2 + 64;
    client->context = zmq_ctx_new();
    if (!client->context) {
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = link_open(client->context, &client->address, queue_max, &client->socket);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = link_watch(client->context, client->socket, 0, &client->watch);
    if (rc != SAGA_OK) {
        return rc;
    }
    return link_connect(client->socket, &client->address);
}

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
    ids_open(&made->ids);
    answer_open(&made->answer);
    made->timeout_ms = given->timeout_ms ? given->timeout_ms : CLIENT_TIMEOUT_MS;
    /* One more for synchronous calls. */
    made->request_count = (given->open_max ? given->open_max : CLIENT_OPEN_MAX) + 1;

    enum saga_error rc = SAGA_INVALID;
    if (made->request_count > CLIENT_OPEN_LIMIT + 1) {
        goto err_after_made;
    }
    rc = link_address(given->endpoint, &given->keys, &made->address);
    if (rc != SAGA_OK) {
        goto err_after_made;
    }
    rc = open_requests(made);
    if (rc != SAGA_OK) {
        goto err_after_made;
    }
    rc = open_link(made);
    if (rc != SAGA_OK) {
        goto err_after_made;
    }
    *client = made;
    return SAGA_OK;

err_after_made:
    saga_client_close(&made);
    POST(rc != SAGA_OK);
    return rc;
}

void saga_client_close(struct saga_client **client)
{
    if (!client || !*client) {
        return;
    }
    struct saga_client *gone = *client;
    link_close(&gone->socket, 0);
    link_close(&gone->watch, 0);
    if (gone->context) {
        zmq_ctx_term(gone->context);
    }
    for (uint32_t i = 0; gone->requests != NULL && i < gone->request_count; i++) {
        buf_close(&gone->requests[i].packed);
    }
    zmq_msg_close(&gone->frame);
    answer_close(&gone->answer);
    free(gone->requests);
    free(gone->free_places);
    free(gone);
    *client = NULL;
}

size_t saga_client_poll(struct saga_client *client, int64_t timeout_ms, saga_reply_fn *callback,
                        void *arg)
{
    int64_t until_ms = link_now_ms() + timeout_ms;
    size_t count = request_look_after(client, callback, arg);
    for (;;) {
        count += request_read(client, callback, arg);
        int64_t left_ms = until_ms - link_now_ms();
        if (count > 0 || left_ms <= 0) {
            return count;
        }
        zmq_pollitem_t item = {.socket = client->socket, .events = ZMQ_POLLIN};
        MAYBE(zmq_poll(&item, 1, (long)(left_ms < POLL_MS ? left_ms : POLL_MS)) >= 0);
        count += request_look_after(client, callback, arg);
    }
}

size_t saga_client_open_count(const struct saga_client *client)
{
    return client->async_count;
}
