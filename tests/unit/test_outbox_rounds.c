/* test_outbox_rounds.c - the outbox in virtual time: a clock, a network and a loop that do what the
 * test says.
 *
 * Seen to fail with: a lane that moves on before its outcome is durable; the heap not asked for the
 * time of a lane; a dead event that keeps its lane; `anew` that does not forget. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mp.h"
#include "outbox/outbox.h"

enum { POSTS_MAX = 64, REQUESTS_MAX = 64 };

struct world {
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

static struct world *world_of(struct transport *transport)
{
    return (struct world *)(void *)((char *)transport - offsetof(struct world, transport));
}

static enum saga_error send_post(struct transport *transport, const struct post *post)
{
    struct world *world = world_of(transport);
    cr_assert_lt(world->post_count, POSTS_MAX);
    cr_assert_eq(post->signature[0], 'v');
    world->posts[world->post_count++] = post;
    return SAGA_OK;
}

static void run(struct transport *transport, int64_t timeout_ms)
{
    cr_assert_geq(timeout_ms, 0);
    (void)transport;
}

static void wake(struct transport *transport)
{
    (void)transport;
}

static void close_transport(struct transport **transport)
{
    *transport = NULL;
}

static const struct transport_ops transport_ops = {
    .send = send_post, .run = run, .wake = wake, .close = close_transport};

static enum saga_error post_request(struct request *request, void *arg)
{
    struct world *world = arg;
    if (world->is_full) {
        return SAGA_OVERLOADED;
    }
    cr_assert_lt(world->request_count, REQUESTS_MAX);
    world->requests[world->request_count++] = request;
    return SAGA_OK;
}

static int64_t now_ms(void *arg)
{
    return ((struct world *)arg)->now_ms;
}

static void commit(struct world *world, const struct rows *rows)
{
    uint64_t count = 0;
    cr_assert_eq(world->store->ops->submit(world->store, rows), SAGA_OK);
    cr_assert_eq(world->store->ops->durable(world->store, &count), SAGA_OK);
}

/* Saga `saga` has something to tell its hook. */
static void tell(struct world *world, uint64_t saga, const char *event)
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

static void open_outbox(struct world *world)
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

static struct world *begin(void)
{
    struct world *world = calloc(1, sizeof *world);
    world->hooks.count = 1;
    snprintf(world->hooks.items[0].name, sizeof world->hooks.items[0].name, "ops");
    world->hooks.items[0].secret_count = 1;
    world->hooks.items[0].secrets[0].size = 24;
    world->now_ms = 1000000;
    world->desk = (struct desk){.post = post_request, .arg = world};
    cr_assert_eq(store_memory_open(&world->store), SAGA_OK);
    open_outbox(world);
    return world;
}

/* As after kill -9: what is in memory is gone, with what the loop was asked. */
static void crash(struct world *world)
{
    outbox_destroy(&world->outbox);
    world->post_count = 0;
    world->request_count = 0;
    open_outbox(world);
}

static void end(struct world *world)
{
    outbox_destroy(&world->outbox);
    world->store->ops->close(&world->store);
    free(world);
}

/* The events under way, in the order of their leaving: "a/1 b/1". */
static const char *under_way(struct world *world)
{
    outbox_pump(world->outbox, 0);
    world->last[0] = '\0';
    for (uint32_t i = 0; i < world->post_count; i++) {
        static const char mark[] = "\"id\":\"";
        struct span body = world->posts[i]->body;
        const char *id = memmem(body.data, body.size, mark, strlen(mark));
        cr_assert_not_null(id);
        id += strlen(mark);
        size_t size = strlen(world->last);
        snprintf(world->last + size, sizeof world->last - size, "%s%.*s", size > 0 ? " " : "",
                 (int)strcspn(id, "\""), id);
    }
    return world->last;
}

/* The first of them ends so. */
static void answer_with(struct world *world, uint32_t status, int64_t retry_after_ms)
{
    cr_assert_gt(world->post_count, 0);
    void *flight = world->posts[0]->flight;
    struct post_outcome outcome = {.status = status, .retry_after_ms = retry_after_ms};
    world->post_count--;
    memmove(world->posts, world->posts + 1, world->post_count * sizeof world->posts[0]);
    world->transport.done(flight, &outcome, world->transport.arg);
}

/* What the loop was asked becomes durable. */
static void settle(struct world *world)
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

static void answer(struct world *world, uint32_t status)
{
    answer_with(world, status, -1);
    settle(world);
}

static void change(struct world *world, struct delivery delivery)
{
    delivery.hook = span_text("ops");
    struct rows rows = {.deliveries = &delivery, .delivery_count = 1};
    commit(world, &rows);
    outbox_wake(world->outbox, true);
}

Test(outbox_rounds, sends_the_events_of_a_saga_one_after_the_other)
{
    struct world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    tell(world, 2, "b/1");
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    answer_with(world, 204, -1);
    cr_assert_str_eq(under_way(world), "b/1", "the next waits until that is durable");
    settle(world);
    cr_assert_str_eq(under_way(world), "b/1 a/2");
    answer(world, 204);
    answer(world, 200);
    cr_assert_str_eq(under_way(world), "");
    struct outbox_stats stats;
    outbox_stats(world->outbox, &stats);
    cr_assert_eq(stats.delivered, 3);
    cr_assert_eq(stats.lanes, 0);
    cr_assert_eq(stats.flights, 0);
    end(world);
}

Test(outbox_rounds, holds_back_what_stands_behind_a_failure)
{
    struct world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    tell(world, 2, "b/1");
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    answer(world, 500);
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "");
    tell(world, 1, "a/3");
    world->now_ms += 4999;
    cr_assert_str_eq(under_way(world), "");
    world->now_ms += 501;
    cr_assert_str_eq(under_way(world), "a/1");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "a/2");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "a/3");
    end(world);
}

Test(outbox_rounds, gives_up_after_ten_attempts_and_goes_on)
{
    struct world *world = begin();
    const int64_t start_ms = world->now_ms;
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    for (int attempt = 1; attempt <= 10; attempt++) {
        for (int hours = 0; hours < 40 && strcmp(under_way(world), "a/1") != 0; hours++) {
            world->now_ms += 3600 * 1000;
        }
        cr_assert_str_eq(under_way(world), "a/1", "attempt %d", attempt);
        answer(world, 503);
    }
    cr_assert_gt(world->now_ms - start_ms, INT64_C(75) * 3600 * 1000);
    cr_assert_str_eq(under_way(world), "a/2");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "");
    change(world, (struct delivery){.change = DELIVERY_AGAIN, .due_ms = world->now_ms});
    cr_assert_str_eq(under_way(world), "a/1");
    end(world);
}

Test(outbox_rounds, repeats_after_a_crash_what_was_not_durable)
{
    struct world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    cr_assert_str_eq(under_way(world), "a/1");
    crash(world);
    cr_assert_str_eq(under_way(world), "a/1");
    answer_with(world, 204, -1);
    crash(world);
    cr_assert_str_eq(under_way(world), "a/1", "its outcome was not durable: it goes again");
    answer(world, 500);
    crash(world);
    cr_assert_str_eq(under_way(world), "", "that it failed, and when it is due, is durable");
    world->now_ms += 6000;
    cr_assert_str_eq(under_way(world), "a/1");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "a/2");
    end(world);
}

Test(outbox_rounds, waits_as_long_as_the_receiver_asks)
{
    struct world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 2, "b/1");
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    answer_with(world, 429, 120000);
    settle(world);
    answer(world, 204);
    tell(world, 3, "c/1");
    cr_assert_str_eq(under_way(world), "", "the whole hook is held");
    world->now_ms += 119000;
    cr_assert_str_eq(under_way(world), "");
    world->now_ms += 13001;
    cr_assert_str_eq(under_way(world), "c/1 a/1");
    end(world);
}

Test(outbox_rounds, stops_when_the_receiver_is_gone_for_good)
{
    struct world *world = begin();
    tell(world, 1, "a/1");
    cr_assert_str_eq(under_way(world), "a/1");
    answer(world, 410);
    tell(world, 2, "b/1");
    world->now_ms += INT64_C(86400000) * 30;
    cr_assert_str_eq(under_way(world), "");
    crash(world);
    cr_assert_str_eq(under_way(world), "", "durably so");
    struct hook_row hook = {.name = span_text("ops")};
    struct rows rows = {.hooks = &hook, .hook_count = 1};
    commit(world, &rows);
    outbox_wake(world->outbox, true);
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    end(world);
}

Test(outbox_rounds, tries_a_receiver_that_is_down_with_one_at_a_time)
{
    struct world *world = begin();
    char event[16];
    for (uint64_t saga = 1; saga <= 20; saga++) {
        snprintf(event, sizeof event, "s/%llu", (unsigned long long)saga);
        tell(world, saga, event);
    }
    (void)under_way(world);
    cr_assert_eq(world->post_count, 8);
    for (int i = 0; i < 8; i++) {
        answer(world, 502);
    }
    (void)under_way(world);
    cr_assert_eq(world->post_count, 1);
    answer(world, 200);
    (void)under_way(world);
    cr_assert_eq(world->post_count, 8);
    end(world);
}

Test(outbox_rounds, asks_the_loop_again_when_it_has_no_room)
{
    struct world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    cr_assert_str_eq(under_way(world), "a/1");
    world->is_full = true;
    answer_with(world, 204, -1);
    cr_assert_str_eq(under_way(world), "");
    world->is_full = false;
    world->now_ms += 1000;
    cr_assert_str_eq(under_way(world), "");
    cr_assert_eq(world->request_count, 1);
    settle(world);
    cr_assert_str_eq(under_way(world), "a/2");
    end(world);
}

Test(outbox_rounds, leaves_what_a_hook_without_settings_has)
{
    struct world *world = begin();
    snprintf(world->hooks.items[0].name, sizeof world->hooks.items[0].name, "other");
    tell(world, 1, "a/1");
    cr_assert_str_eq(under_way(world), "");
    snprintf(world->hooks.items[0].name, sizeof world->hooks.items[0].name, "ops");
    outbox_wake(world->outbox, true);
    cr_assert_str_eq(under_way(world), "a/1");
    end(world);
}
