/* test_libsaga_client.c - what a client sends, when, and where to.
 *
 * Seen to fail with: requests that are not checked (they wait for the time-out of the call); a new
 * connection that is not heard of. */
#include "libsaga_world.h"
#include "participants/client.h"
#include "participants/message.h"

Test(libsaga_client, gives_each_saga_an_id_of_its_own)
{
    enum { STARTS = 1000 };
    char endpoint[256];
    char before[40] = "";
    size_t size = sizeof(endpoint);
    void *context = zmq_ctx_new();
    void *router = zmq_socket(context, ZMQ_ROUTER);
    cr_assert_eq(zmq_bind(router, "tcp://127.0.0.1:*"), 0);
    cr_assert_eq(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    struct saga_client *client;
    const struct saga_client_options options = {.endpoint = endpoint};
    cr_assert_eq(saga_client_open(&options, &client), SAGA_OK);
    for (int i = 0; i < STARTS; i++) {
        cr_assert_eq(saga_client_start_async(client, &(struct saga_start){.definition = "d"}, NULL),
                     SAGA_OK);
    }
    for (int i = 0; i < STARTS; i++) {
        zmq_msg_t frame;
        struct message message;
        zmq_msg_init(&frame);
        cr_assert_geq(zmq_msg_recv(&frame, router, 0), 0, "its name");
        cr_assert_geq(zmq_msg_recv(&frame, router, 0), 0);
        cr_assert_eq(message_read(span_of(zmq_msg_data(&frame), zmq_msg_size(&frame)), &message),
                     SAGA_OK);
        cr_assert(span_is(message.type, "start"));
        cr_assert_eq(message.saga.size, 36);
        cr_assert_eq(message.saga.data[14], '7');
        cr_assert_gt(memcmp(message.saga.data, before, 36), 0, "greater than those before");
        cr_assert_neq(memcmp(message.saga.data + 24, before + 24, 12), 0, "and random");
        memcpy(before, message.saga.data, 36);
        zmq_msg_close(&frame);
    }
    saga_client_close(&client);
    zmq_close(router);
    zmq_ctx_term(context);
}

static enum saga_error ask(struct saga_client *client, const char *keys, size_t size)
{
    struct saga_reply reply;
    return saga_client_request(client, "get", (struct saga_value){keys, size}, &reply);
}

/* The coordinator cannot answer what it cannot read: the caller would wait for its time-out. */
Test(libsaga_client, sends_nothing_that_nobody_would_take)
{
    static const char huge[] = "\xcf\xff\xff\xff\xff\xff\xff\xff\xff";
    static const char two[] = "\x01\xa1x\x01";
    const struct saga_client_options options = {.endpoint = "ipc://@libsaga-nobody"};
    struct saga_client *client;
    struct saga_reply reply;
    cr_assert_eq(saga_client_open(&options, &client), SAGA_OK);
    const struct saga_start starts[] = {
        {.definition = NULL},
        {.definition = "\xff"},
        {.definition = "d", .saga = "\xff"},
        {.definition = "d", .traceparent = "\xff"},
        {.definition = "d", .version = MP_INT_MAX + 1},
        {.definition = "d", .start_at_ms = INT64_MIN},
        {.definition = "d", .input = {huge, sizeof(huge) - 1}},
        {.definition = "d", .input = {two, sizeof(two) - 1}},
        {.definition = "d", .labels = {huge, 3}},
    };
    for (size_t i = 0; i < ARRAY_COUNT(starts); i++) {
        cr_assert_eq(saga_client_start(client, &starts[i], &reply), SAGA_INVALID, "%zu", i);
        cr_assert_eq(saga_client_start_async(client, &starts[i], NULL), SAGA_INVALID, "%zu", i);
    }
    cr_assert_eq(saga_client_get(client, "\xff", &reply), SAGA_INVALID);
    cr_assert_eq(saga_client_wait(client, "s", INT64_MAX, &reply), SAGA_INVALID);
    const struct saga_finish finish = {.token = "t", .cost_micro_usd = MP_INT_MAX + 1};
    cr_assert_eq(saga_client_finish(client, &finish, &reply), SAGA_INVALID);
    cr_assert_eq(ask(client, "\x81\xa1v\x02", 4), SAGA_INVALID, "a key twice");
    cr_assert_eq(ask(client, "\x91\x02", 2), SAGA_INVALID, "no map");
    cr_assert_eq(saga_client_open_count(client), 0);
    saga_client_close(&client);
}

/* The next turn of sending again would be an hour away. */
Test(libsaga_client, asks_again_on_a_new_connection, .timeout = 60)
{
    struct script script;
    struct saga_client *client;
    script_open(&script);
    const struct saga_client_options options = {.endpoint = script.endpoint};
    cr_assert_eq(saga_client_open(&options, &client), SAGA_OK);
    cr_assert_eq(saga_client_start_async(client, &(struct saga_start){.definition = "d"}, NULL),
                 SAGA_OK);
    script_await(&script, "start");
    for (uint32_t i = 0; i < client->request_count; i++) {
        client->requests[i].sent_ms = link_now_ms() + 3600000;
    }
    script_restart(&script);
    zmq_pollitem_t item = {.socket = script.router, .events = ZMQ_POLLIN};
    while (zmq_poll(&item, 1, 0) == 0) {
        cr_assert_eq(saga_client_poll(client, 20, NULL, NULL), 0);
    }
    script_await(&script, "start");
    saga_client_close(&client);
    script_close(&script);
}

Test(libsaga_client, goes_to_the_endpoint_of_the_environment)
{
    struct link_address address;
    const struct saga_keys keys = {NULL, NULL, NULL};
    cr_assert_eq(unsetenv("SAGAD_ENDPOINT"), 0);
    cr_assert_eq(link_address(NULL, &keys, &address), SAGA_OK);
    cr_assert_str_eq(address.endpoint, SAGA_ENDPOINT);
    cr_assert_eq(setenv("SAGAD_ENDPOINT", "tcp://10.0.0.1:7", 1), 0);
    cr_assert_eq(link_address(NULL, &keys, &address), SAGA_OK);
    cr_assert_str_eq(address.endpoint, "tcp://10.0.0.1:7");
    cr_assert_eq(link_address("tcp://10.0.0.2:7", &keys, &address), SAGA_OK);
    cr_assert_str_eq(address.endpoint, "tcp://10.0.0.2:7");
}
