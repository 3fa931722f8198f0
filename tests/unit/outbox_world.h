/* outbox_world.h - a world for the outbox: the store in memory, a clock, a network and a loop that
 * do what the test says. */
#ifndef TESTS_OUTBOX_WORLD_H
#define TESTS_OUTBOX_WORLD_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mp.h"
#include "outbox/outbox.h"
#include "store/store_memory.h"

enum { POSTS_MAX = 64, REQUESTS_MAX = 64 };

struct outbox_world {
    struct webhooks hooks;
    struct store *store;
    struct transport transport; /* first use of it: address of the world */
    struct outbox *outbox;
    struct desk desk;
    int64_t now_ms;
    const struct post *posts[POSTS_MAX]; /* under way */
    uint32_t post_count;
    struct request *requests[REQUESTS_MAX]; /* outcomes that the loop has not answered */
    uint32_t request_count;
    uint32_t notices;
    bool is_full; /* the desk takes nothing */
    struct buf log;
    char last[1024];
};

static inline struct outbox_world *world_of(struct transport *transport)
{
    return (struct outbox_world *)(void *)((char *)transport -
                                           offsetof(struct outbox_world, transport));
}

static inline enum saga_error send_post(struct transport *transport, const struct post *post)
{
    struct outbox_world *world = world_of(transport);
    cr_assert_lt(world->post_count, POSTS_MAX);
    cr_assert_eq(post->signature[0], 'v');
    world->posts[world->post_count++] = post;
    return SAGA_OK;
}

static inline void run(struct transport *transport, int64_t timeout_ms)
{
    cr_assert_geq(timeout_ms, 0);
    (void)transport;
}

static inline void wake(struct transport *transport)
{
    (void)transport;
}

static inline void close_transport(struct transport **transport)
{
    *transport = NULL;
}

static const struct transport_ops transport_ops = {
    .send = send_post, .run = run, .wake = wake, .close = close_transport};

static inline enum saga_error post_request(struct request *request, void *arg)
{
    struct outbox_world *world = arg;
    if (world->is_full) {
        return SAGA_OVERLOADED;
    }
    cr_assert_lt(world->request_count, REQUESTS_MAX);
    world->requests[world->request_count++] = request;
    return SAGA_OK;
}

static inline int64_t now_ms(void *arg)
{
    return ((struct outbox_world *)arg)->now_ms;
}

static inline void commit(struct outbox_world *world, const struct rows *rows)
{
    uint64_t count = 0;
    cr_assert_eq(world->store->ops->submit(world->store, rows), SAGA_OK);
    cr_assert_eq(world->store->ops->durable(world->store, &count), SAGA_OK);
}

/* Saga `saga` has something to tell its hook. */
static inline void tell(struct outbox_world *world, uint64_t saga, const char *event)
{
    struct notice notice = {.saga = saga,
                            .seq = ++world->notices,
                            .at_ms = world->now_ms,
                            .name = span_text("s"),
                            .event = span_text(event),
                            .type = span_text("sagad.saga.started"),
                            .data = MP_NIL_VALUE};
    struct delivery delivery = {
        .change = DELIVERY_NEW, .hook = span_text("ops"), .due_ms = world->now_ms};
    struct rows rows = {
        .notices = &notice, .deliveries = &delivery, .notice_count = 1, .delivery_count = 1};
    commit(world, &rows);
    if (world->outbox) {
        outbox_wake(world->outbox, false);
    }
}

static inline void open_outbox(struct outbox_world *world)
{
    struct outbox_options options = {.hooks = &world->hooks,
                                     .source = "/sagad",
                                     .transport = &world->transport,
                                     .desk = &world->desk,
                                     .now_ms = now_ms,
                                     .wall_ms = now_ms,
                                     .arg = world,
                                     .seed = 1};
    world->transport.ops = &transport_ops;
    cr_assert_eq(world->store->ops->reader_open(world->store, &options.reader), SAGA_OK);
    cr_assert_eq(outbox_new(&options, &world->outbox), SAGA_OK);
}

static inline struct outbox_world *begin(void)
{
    struct outbox_world *world = calloc(1, sizeof(*world));
    world->hooks.count = 1;
    snprintf(world->hooks.items[0].name, sizeof(world->hooks.items[0].name), "ops");
    world->hooks.items[0].secret_count = 1;
    world->hooks.items[0].secrets[0].size = 24;
    world->now_ms = 1000000;
    world->desk = (struct desk){.post = post_request, .arg = world};
    cr_assert_eq(store_memory_open(&world->store), SAGA_OK);
    open_outbox(world);
    return world;
}

/* As after kill -9: what is in memory is gone, with what the loop was asked. */
static inline void crash(struct outbox_world *world)
{
    outbox_destroy(&world->outbox);
    world->post_count = 0;
    world->request_count = 0;
    open_outbox(world);
}

static inline void end(struct outbox_world *world)
{
    outbox_destroy(&world->outbox);
    world->store->ops->close(&world->store);
    free(world);
}

/* The events under way, in the order of their leaving: "a/1 b/1". */
static inline const char *under_way(struct outbox_world *world)
{
    outbox_pump(world->outbox, 0);
    world->last[0] = '\0';
    for (uint32_t i = 0; i < world->post_count; i++) {
        static const char mark[] = "\"id\":\"";
        struct span body = world->posts[i]->body;
        const char *id = memmem(body.data, body.size, mark, strlen(mark));
        cr_assert_not_null(id);
        id += strlen(mark);
        const char *last = memchr(id, '"', body.size - (size_t)((const uint8_t *)id - body.data));
        cr_assert_not_null(last);
        size_t size = strlen(world->last);
        snprintf(world->last + size, sizeof(world->last) - size, "%s%.*s", size > 0 ? " " : "",
                 (int)(last - id), id);
    }
    return world->last;
}

/* The first of them ends so. */
static inline void answer_with(struct outbox_world *world, uint32_t status, int64_t retry_after_ms)
{
    cr_assert_gt(world->post_count, 0);
    void *flight = world->posts[0]->flight;
    struct post_outcome outcome = {.status = status, .retry_after_ms = retry_after_ms};
    world->post_count--;
    memmove(world->posts, world->posts + 1, world->post_count * sizeof(world->posts[0]));
    world->transport.done(flight, &outcome, world->transport.arg);
}

/* What the loop was asked becomes durable. */
static inline void settle(struct outbox_world *world)
{
    for (uint32_t i = 0; i < world->request_count; i++) {
        struct request *request = world->requests[i];
        struct rows rows = {.deliveries = &request->outbox.change, .delivery_count = 1};
        struct answer answer = {0};
        struct hook_row hook = {.name = span_text("ops"), .disabled_ms = world->now_ms};
        rows.hooks = &hook;
        rows.hook_count = request->outbox.disables ? 1 : 0;
        commit(world, &rows);
        request->answer(request, &answer);
    }
    world->request_count = 0;
}

static inline void answer(struct outbox_world *world, uint32_t status)
{
    answer_with(world, status, -1);
    settle(world);
}

static inline void change(struct outbox_world *world, struct delivery delivery)
{
    delivery.hook = span_text("ops");
    struct rows rows = {.deliveries = &delivery, .delivery_count = 1};
    commit(world, &rows);
    outbox_wake(world->outbox, true);
}

#endif
