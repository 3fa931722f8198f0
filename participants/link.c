/* link.c - libzmq's options in one table.
 *
 * ZMTP heartbeats find a dead connection within 6 s. A coordinator that was killed serves again in
 * some ms: the first try to come back is made after 50 to 100 ms, later ones up to a second apart.
 * A task may be 3 MiB, so frames up to 4 MiB are let in; what is larger closes the connection
 * before it takes memory. */
#include "participants/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <zmq.h>

struct option {
    int name;
    int value;
};

static const struct option options[] = {
    {ZMQ_LINGER, 0},
    {ZMQ_IPV6, 1},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_RECONNECT_IVL, 50},
    {ZMQ_RECONNECT_IVL_MAX, 1000},
    {ZMQ_HANDSHAKE_IVL, 5000},
    {ZMQ_HEARTBEAT_IVL, 2000},
    {ZMQ_HEARTBEAT_TIMEOUT, 6000},
    {ZMQ_HEARTBEAT_TTL, 6000},
};

#define FRAME_SIZE_MAX INT64_C(4194304)

static bool copy_text(char *target, size_t capacity, const char *source)
{
    size_t size = strnlen(source, capacity);
    if (size == capacity) {
        return false;
    }
    memcpy(target, source, size + 1);
    return true;
}

static bool copy_key(char *target, const char *source)
{
    return strnlen(source, LINK_KEY_SIZE) == LINK_KEY_SIZE - 1 &&
           copy_text(target, LINK_KEY_SIZE, source);
}

int64_t link_now_ms(void)
{
    struct timespec now;
    int rc = clock_gettime(CLOCK_BOOTTIME, &now);
    CHECK(rc == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum saga_error link_address(const char *endpoint, const struct saga_keys *keys,
                             struct link_address *address)
{
    const char *usual = getenv("SAGAD_ENDPOINT");
    *address = (struct link_address){0};
    if (!endpoint) {
        endpoint = usual && *usual ? usual : SAGA_ENDPOINT;
    }
    if (!copy_text(address->endpoint, LINK_ENDPOINT_MAX, endpoint)) {
        return SAGA_INVALID;
    }
    if (!keys->server_public && !keys->own_public && !keys->own_secret) {
        return SAGA_OK;
    }
    if (!keys->server_public || !keys->own_public || !keys->own_secret) {
        return SAGA_INVALID;
    }
    bool is_good = copy_key(address->server_public, keys->server_public) &&
                   copy_key(address->own_public, keys->own_public) &&
                   copy_key(address->own_secret, keys->own_secret);
    return is_good ? SAGA_OK : SAGA_INVALID;
}

static bool set_all(void *socket, const struct link_address *address, int message_max)
{
    int64_t frame_size_max = FRAME_SIZE_MAX;
    bool is_good = true;
    for (size_t i = 0; i < ARRAY_COUNT(options); i++) {
        const int *value = &options[i].value;
        is_good &= zmq_setsockopt(socket, options[i].name, value, sizeof(*value)) == 0;
    }
    is_good &= zmq_setsockopt(socket, ZMQ_SNDHWM, &message_max, sizeof(message_max)) == 0;
    is_good &= zmq_setsockopt(socket, ZMQ_RCVHWM, &message_max, sizeof(message_max)) == 0;
    is_good &= zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_size_max, sizeof(frame_size_max)) == 0;
    if (address->server_public[0] == '\0') {
        return is_good;
    }
    is_good &=
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, address->server_public, LINK_KEY_SIZE) == 0;
    is_good &= zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, address->own_public, LINK_KEY_SIZE) == 0;
    is_good &= zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, address->own_secret, LINK_KEY_SIZE) == 0;
    return is_good;
}

enum saga_error link_open(void *context, const struct link_address *address, int message_max,
                          void **socket)
{
    *socket = zmq_socket(context, ZMQ_DEALER);
    if (!*socket) {
        return SAGA_NO_MEMORY;
    }
    if (set_all(*socket, address, message_max)) {
        return SAGA_OK;
    }
    link_close(socket, 0);
    return SAGA_INVALID;
}

enum saga_error link_connect(void *socket, const struct link_address *address)
{
    return zmq_connect(socket, address->endpoint) == 0 ? SAGA_OK : SAGA_INVALID;
}

void link_close(void **socket, int linger_ms)
{
    if (!*socket) {
        return;
    }
    int rc = zmq_setsockopt(*socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
    CHECK(rc == 0);
    rc = zmq_close(*socket);
    CHECK(rc == 0);
    *socket = NULL;
}

/* ---- connections ---- */

/* The events of libzmq's monitor that are listened to. */
static const struct {
    int monitored;
    enum link_event event;
} events[] = {
    {ZMQ_EVENT_HANDSHAKE_SUCCEEDED, LINK_EVENT_UP},
    {ZMQ_EVENT_DISCONNECTED, LINK_EVENT_DOWN},
    {ZMQ_EVENT_CONNECT_RETRIED, LINK_EVENT_ALONE},
    {ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, LINK_EVENT_REFUSED},
    {ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, LINK_EVENT_REFUSED},
    {ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, LINK_EVENT_REFUSED},
};

enum saga_error link_watch(void *context, void *socket, uint32_t number, void **watch)
{
    char place[64];
    int mask = 0;
    int unbounded = 0;
    snprintf(place, sizeof(place), "inproc://saga.watch.%" PRIu32, number);
    for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
        mask |= events[i].monitored;
    }
    *watch = zmq_socket(context, ZMQ_PAIR);
    if (!*watch) {
        return SAGA_NO_MEMORY;
    }
    /* libzmq's thread, which moves all messages, would block on a full queue of events. */
    if (zmq_setsockopt(*watch, ZMQ_RCVHWM, &unbounded, sizeof(unbounded)) == 0 &&
        zmq_socket_monitor(socket, place, mask) == 0 && zmq_connect(*watch, place) == 0) {
        return SAGA_OK;
    }
    link_close(watch, 0);
    return SAGA_NO_MEMORY;
}

/* An event is a frame of 2 bytes for what and 4 for a detail, then one with the address. */
enum link_event link_next_event(void *watch)
{
    uint8_t frame[6];
    uint8_t address[LINK_ENDPOINT_MAX];
    uint16_t what;
    for (;;) {
        if (zmq_recv(watch, frame, sizeof(frame), ZMQ_DONTWAIT) < (int)sizeof(what)) {
            return LINK_EVENT_NONE;
        }
        MAYBE(zmq_recv(watch, address, sizeof(address), ZMQ_DONTWAIT) >= 0);
        memcpy(&what, frame, sizeof(what));
        for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
            if (events[i].monitored == what) {
                return events[i].event;
            }
        }
        /* Another event: libzmq also tells of the end of its monitor. */
    }
}

bool link_send(void *socket, struct span message)
{
    return zmq_send(socket, message.data, message.size, ZMQ_DONTWAIT) >= 0;
}
