/* fuzz_peers.c - whole wire messages, bent: through the walk, the fields, sessions and requests.
 *
 * Bytes alone would seldom be a message. So the input is a list of edits: which message of the list
 * below comes next, from which connection, and which of its bytes are overwritten with what. What
 * is sent must be a message, whatever came, and no value that goes on is larger than one may be. */
#include <stdlib.h>

#include "base/check.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/event.h"
#include "peers/peers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const messages[] = {
    "{\"v\":1,\"type\":\"ready\",\"instance\":\"i1\",\"actions\":[\"f.a\",\"f.b\"],\"window\":2,"
    "\"running\":[{\"key\":\"s/a/do\",\"attempt\":1}],\"barrier\":true,\"meta\":{\"a\":1}}",
    "{\"v\":1,\"type\":\"heartbeat\",\"running\":[{\"key\":\"s/a/"
    "do\",\"attempt\":1,\"details\":[1]}]}",
    "{\"v\":1,\"type\":\"window\",\"size\":3}",
    "{\"v\":1,\"type\":\"bye\"}",
    "{\"v\":1,\"type\":\"result\",\"key\":\"s/a/do\",\"attempt\":1,"
    "\"token\":\"9f86d081884c7d659a2feaa0c55ad015\",\"status\":\"failed\",\"error\":{\"code\":"
    "\"x\","
    "\"message\":\"m\",\"retryable\":true,\"retry_after_ms\":5,\"in_doubt\":false,\"details\":{}}}",
    "{\"v\":1,\"type\":\"result\",\"key\":\"s/a/do\",\"attempt\":1,"
    "\"token\":\"9f86d081884c7d659a2feaa0c55ad015\",\"status\":\"ok\",\"output\":{\"a\":[1.5]}}",
    "{\"v\":1,\"type\":\"start\",\"request\":\"1\",\"definition\":\"d\",\"saga\":\"s\",\"input\":{}"
    ","
    "\"labels\":{\"a\":\"b\"},\"wait\":\"settled\",\"wait_ms\":5,\"traceparent\":"
    "\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"}",
    "{\"v\":1,\"type\":\"get\",\"request\":\"1\",\"saga\":\"s\",\"since\":1,\"limit\":2}",
    "{\"v\":1,\"type\":\"finish\",\"request\":\"1\",\"token\":\"9f86d081884c7d659a2feaa0c55ad015\","
    "\"status\":\"ok\",\"key\":\"s/a/do\"}",
    "{\"v\":1,\"type\":\"event\",\"request\":\"1\",\"event\":\"e\",\"id\":\"1\",\"data\":{},"
    "\"saga\":\"s\"}",
};

static enum saga_error send_frame(struct span connection, struct span frame, void *arg)
{
    const char *why;
    MAYBE(connection.size > 0 && arg);
    CHECK(mp_check_sent(frame, &why) == SAGA_OK);
    return SAGA_OK;
}

static void ask(struct request *request, void *arg)
{
    struct answer answer = {.error = SAGA_NOT_FOUND};
    MAYBE(arg != NULL);
    CHECK(request->kind != REQUEST_START || request->start.input.size <= LIMIT_VALUE);
    CHECK(request->kind != REQUEST_EVENT || request->event.data.size <= LIMIT_VALUE);
    request->answer(request, &answer);
}

static enum saga_error post(struct request *request, void *arg)
{
    MAYBE(request != NULL && arg);
    return SAGA_UNAVAILABLE;
}

static void take_event(const struct event *event, void *arg)
{
    MAYBE(arg != NULL);
    if (event->kind == EVENT_BEAT) {
        CHECK(event->task.attempt > 0 && event->task.details.size <= LIMIT_VALUE);
    }
    if (event->kind == EVENT_RESULT) {
        CHECK(event->result.attempt > 0 && event->result.output.size <= LIMIT_VALUE);
    }
}

static enum saga_error get(struct peers_look *look, void *arg)
{
    MAYBE(look->saga.size > 0 && look->range.limit > 0 && arg);
    look->answer(look);
    return SAGA_OK;
}

/* One message, with `count` of its bytes overwritten. */
static size_t bend(const uint8_t *edit, size_t size, uint8_t *frame, size_t *length)
{
    struct buf packed;
    struct json_problem problem;
    const char *text = messages[edit[0] % ARRAY_COUNT(messages)];
    buf_open(&packed, 4096);
    CHECK(json_to_mp(span_text(text), &packed, &problem) == SAGA_OK);
    memcpy(frame, packed.data, packed.size);
    *length = packed.size;
    buf_close(&packed);
    size_t used = 2;
    for (uint32_t i = 0; i < edit[1] % 4u && used + 2 < size; i++, used += 3) {
        size_t at = ((size_t)edit[used] << 8 | edit[used + 1]) % *length;
        frame[at] = edit[used + 2];
    }
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const connections[] = {"A", "B"};
    const struct peers_options options = {.heartbeat_ms = 2000,
                                          .dead_ms = 6000,
                                          .message_max = LIMIT_MESSAGE_IN,
                                          .seed = 1,
                                          .server = "0",
                                          .endpoint = "tcp://a"};
    const struct wire_ops wire = {.send = send_frame};
    const struct peers_reader reader = {.get = get};
    const struct desk desk = {.ask = ask, .post = post};
    struct peers *peers = NULL;
    int64_t now_ms = 1000000;
    CHECK(peers_new(&options, &wire, &reader, &desk, &peers) == SAGA_OK);
    peers_on_event(peers, take_event, NULL);
    for (size_t at = 0; at + 2 < size;) {
        uint8_t frame[4096];
        size_t length = 0;
        const char *from = connections[data[at + 1] >> 7];
        at += bend(data + at, size - at, frame, &length);
        peers_receive(peers, span_text(from), span_of(frame, length), now_ms);
        now_ms += 100;
        peers_tick(peers, now_ms);
    }
    peers_destroy(&peers);
    return 0;
}
