/* test_peers_router.c - the real socket, on a free port: what passes, and what it keeps out. */
#include "peers_world.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <zmq.h>

#include "peers/router.h"

enum { PATIENCE_MS = 5000 };

struct net {
    struct world *world;
    struct router *router;
    struct peers *peers; /* over the router's wire; events go to world's log */
    void *context;
};

static struct net net_new(const char *endpoint)
{
    char why[256] = "";
    struct net net = {.world = world_new(), .context = zmq_ctx_new()};
    cr_assert_eq(router_open(endpoint, LIMIT_MESSAGE_IN, &net.router, why, sizeof(why)), SAGA_OK,
                 "%s", why);
    const struct peers_options options = {
        .heartbeat_ms = 2000, .dead_ms = 6000, .message_max = LIMIT_MESSAGE_IN};
    const struct desk desk = {.ask = world_ask, .post = world_post, .arg = net.world};
    struct wire_ops wire;
    router_wire(net.router, &wire);
    cr_assert_eq(peers_new(&options, &wire, NULL, &desk, &net.peers), SAGA_OK);
    peers_on_event(net.peers, world_event, net.world);
    return net;
}

static void net_destroy(struct net *net)
{
    peers_destroy(&net->peers);
    router_close(&net->router);
    zmq_ctx_term(net->context);
    world_destroy(net->world);
}

static void *dealer(struct net *net)
{
    void *socket = zmq_socket(net->context, ZMQ_DEALER);
    int linger = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
    cr_assert_eq(zmq_connect(socket, router_endpoint(net->router)), 0);
    return socket;
}

/* Waits for messages until peers have received `count` in all, multipart ones included. */
static void pump(struct net *net, uint64_t count)
{
    struct peers_stats stats;
    for (int i = 0; i < 100; i++) {
        peers_stats(net->peers, &stats);
        if (stats.received + stats.multipart >= count) {
            break;
        }
        router_wait(net->router, NULL, 0, PATIENCE_MS / 100);
        router_receive(net->router, net->peers, 100, net->world->now_ms);
    }
    peers_stats(net->peers, &stats);
    cr_assert_eq(stats.received + stats.multipart, count);
}

static void send_json(struct net *net, void *socket, const char *text)
{
    struct json_problem problem;
    struct buf *frame = &net->world->frame;
    buf_clear(frame);
    cr_assert_eq(json_to_mp(span_text(text), frame, &problem), SAGA_OK);
    cr_assert_eq(zmq_send(socket, frame->data, frame->size, 0), (int)frame->size);
}

/* The next message as JSON in the world's log. */
static void receive_json(struct net *net, void *socket)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    cr_assert_eq(zmq_poll(&item, 1, PATIENCE_MS), 1);
    uint8_t bytes[4096];
    int size = zmq_recv(socket, bytes, sizeof(bytes), 0);
    cr_assert_gt(size, 0);
    buf_text(&net->world->log, "got ");
    cr_assert_eq(json_from_mp(span_of(bytes, (size_t)size), &net->world->log, JSON_COMPACT_STYLE),
                 SAGA_OK);
    buf_text(&net->world->log, "\n");
}

#define READY                                                                                      \
    "{\"v\":1,\"type\":\"ready\",\"instance\":\"i\",\"actions\":[\"f.book\"],\"window\":4}"

static void round_trip(const char *endpoint)
{
    struct net net = net_new(endpoint);
    void *socket = dealer(&net);
    send_json(&net, socket, READY);
    pump(&net, 1);
    receive_json(&net, socket);
    SEEN(net.world, 1, "got {'v':1,'type':'welcome'", NULL);

    struct task *task = make_task(net.world, "k1", 1, TASK_DO);
    peers_task(net.peers, task, net.world->now_ms);
    SEEN(net.world, 1, "SENT k1#1", NULL);
    receive_json(&net, socket);
    SEEN(net.world, 1, "got {'v':1,'type':'task','key':'k1'", NULL);
    zmq_close(socket);
    net_destroy(&net);
}

Test(peers_router, messages_pass_both_ways)
{
    round_trip("tcp://127.0.0.1:*");
    round_trip("tcp://127.0.0.1:0");
}

Test(peers_router, ipc_works_too)
{
    char path[] = "/tmp/test_peers_router.XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    char endpoint[64];
    snprintf(endpoint, sizeof(endpoint), "ipc://%s/s", path);
    round_trip(endpoint);
    unlink(endpoint + strlen("ipc://"));
    rmdir(path);
}

static mode_t mode_of(const char *path)
{
    struct stat file;
    cr_assert_eq(stat(path, &file), 0);
    return file.st_mode & ACCESSPERMS;
}

static void await_mode(struct net *net, const char *path, mode_t mode)
{
    for (int i = 0; i < 500 && mode_of(path) != mode; i++) {
        router_wait(net->router, NULL, 0, PATIENCE_MS / 500);
    }
    cr_assert_eq(mode_of(path), mode, "its mode is %o", (unsigned)mode_of(path));
}

/* Without a descriptor for a connection over ipc ZeroMQ would end the process. */
Test(peers_router, ipc_is_shut_when_there_are_many_connections)
{
    char path[] = "/tmp/test_peers_router.XXXXXX";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char endpoint[sizeof(address.sun_path) + 8];
    int fds[7]; /* sixteen is the least that the wire has, nine of them may wait in its queue */
    const struct rlimit low = {.rlim_cur = 100, .rlim_max = 100};
    cr_assert_not_null(mkdtemp(path));
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", path);
    snprintf(endpoint, sizeof(endpoint), "ipc://%s", address.sun_path);
    struct net net = net_new(endpoint);
    mode_t open_mode = mode_of(address.sun_path);
    cr_assert_neq(open_mode, 0);
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        router_wait(net.router, NULL, 0, 0);
        cr_assert_eq(mode_of(address.sun_path), open_mode, "shut at %zu", i);
        fds[i] = socket(AF_UNIX, SOCK_STREAM, 0);
        cr_assert_eq(connect(fds[i], (struct sockaddr *)&address, sizeof(address)), 0);
    }
    await_mode(&net, address.sun_path, 0);
    close(fds[0]);
    await_mode(&net, address.sun_path, open_mode);
    for (size_t i = 1; i < ARRAY_COUNT(fds); i++) {
        close(fds[i]);
    }
    net_destroy(&net);
    unlink(address.sun_path);
    rmdir(path);
}

Test(peers_router, a_message_of_many_frames_is_dropped_as_a_whole)
{
    struct net net = net_new("tcp://127.0.0.1:*");
    void *socket = dealer(&net);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(zmq_send(socket, "\x80", 1, i < 2 ? ZMQ_SNDMORE : 0), 1);
    }
    send_json(&net, socket, READY);
    pump(&net, 2);
    struct peers_stats stats;
    peers_stats(net.peers, &stats);
    cr_assert_eq(stats.multipart, 1);
    cr_assert_eq(stats.received, 1);
    cr_assert_eq(stats.bad, 0);
    cr_assert_eq(stats.sessions, 1);
    zmq_close(socket);
    net_destroy(&net);
}

Test(peers_router, a_frame_above_the_limit_never_arrives)
{
    struct net net = net_new("tcp://127.0.0.1:*");
    void *giant = dealer(&net);
    size_t size = 2 * 1024 * 1024;
    uint8_t *bytes = calloc(1, size);
    cr_assert_not_null(bytes);
    cr_assert_eq(zmq_send(giant, bytes, size, 0), (int)size);
    void *other = dealer(&net);
    cr_assert_eq(zmq_send(other, bytes, LIMIT_MESSAGE_IN, 0), LIMIT_MESSAGE_IN);
    pump(&net, 1);
    struct peers_stats stats;
    peers_stats(net.peers, &stats);
    cr_assert_eq(stats.received, 1); /* the one within the limit: bad, and heard */
    cr_assert_eq(stats.bad, 1);
    receive_json(&net, other);
    SEEN(net.world, 1, "got {'v':1,'type':'error','code':'bad_message'", NULL);
    free(bytes);
    zmq_close(giant);
    zmq_close(other);
    net_destroy(&net);
}

Test(peers_router, an_empty_message_is_bad)
{
    struct net net = net_new("tcp://127.0.0.1:*");
    void *socket = dealer(&net);
    cr_assert_eq(zmq_send(socket, "", 0, 0), 0);
    pump(&net, 1);
    receive_json(&net, socket);
    SEEN(net.world, 1, "'code':'bad_message'", NULL);
    zmq_close(socket);
    net_destroy(&net);
}

Test(peers_router, a_send_to_nobody_is_unavailable)
{
    struct net net = net_new("tcp://127.0.0.1:*");
    struct wire_ops wire;
    router_wire(net.router, &wire);
    cr_assert_eq(wire.send(span_of("\0abcd", 5), span_text("x"), wire.arg), SAGA_UNAVAILABLE);
    cr_assert_eq(wire.send(span_of("\0abcd", 5), span_text("x"), wire.arg), SAGA_UNAVAILABLE);
    net_destroy(&net);
}

Test(peers_router, receive_takes_no_more_than_its_limit)
{
    struct net net = net_new("tcp://127.0.0.1:*");
    void *socket = dealer(&net);
    for (int i = 0; i < 10; i++) {
        send_json(&net, socket, READY);
    }
    uint32_t count = 0;
    for (int i = 0; i < 100 && count < 10; i++) {
        router_wait(net.router, NULL, 0, PATIENCE_MS / 100);
        uint32_t got = router_receive(net.router, net.peers, 3, net.world->now_ms);
        cr_assert_leq(got, 3);
        count += got;
    }
    cr_assert_eq(count, 10);
    zmq_close(socket);
    net_destroy(&net);
}

Test(peers_router, waiting_ends_with_a_descriptor)
{
    struct net net = net_new("tcp://127.0.0.1:*");
    int pipe_ends[2];
    cr_assert_eq(pipe(pipe_ends), 0);
    cr_assert_eq(write(pipe_ends[1], "x", 1), 1);
    router_wait(net.router, pipe_ends, 1, -1); /* would wait for ever */
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    router_wait(net.router, NULL, 0, 0);
    net_destroy(&net);
}

Test(peers_router, addresses_that_cannot_be_bound_are_told_apart)
{
    char why[256] = "";
    struct net net = net_new("tcp://127.0.0.1:*");
    struct router *router = NULL;
    cr_assert_eq(router_open(router_endpoint(net.router), 4096, &router, why, sizeof(why)),
                 SAGA_CONFLICT);
    cr_assert_not_null(strstr(why, router_endpoint(net.router)), "%s", why);
    cr_assert_eq(router_open("nonsense", 4096, &router, why, sizeof(why)), SAGA_INVALID);
    cr_assert_eq(router_open("tcp://no.such.host.invalid:1", 4096, &router, why, sizeof(why)),
                 SAGA_INVALID);
    cr_assert_eq(router_open("udp://127.0.0.1:5", 4096, &router, why, sizeof(why)), SAGA_INVALID);
    cr_assert_null(router);
    net_destroy(&net);
}
