/* test_core_aside.c - a saga that cannot be read is set aside: the others go on, nothing spins, and
 * when it can be read again it has missed nothing.
 *
 * Seen to fail with: decide_load()'s SAGA_STORE_CORRUPT taken for a failure of the core; the place
 * of sleepers that does not move on; a verdict for results of such a saga; WAIT_MISSED left out;
 * engine_pass_over() left out; engine_tell_parent() left out; engine_catch_up() left out; the alert
 * not looked up at the start. */
#include "core_world.h"
#include "door/webhook.h"
#include "journal/verb.h"
#include "store/store_memory.h"

enum { HOUR_MS = 3600000, BEAT_MS = 2000 };

static struct webhooks hooks = {.count = 1, .items = {{.name = "ops", .event_count = 0}}};

static void restart(struct core_world *world)
{
    world_restart(world);
    serve_all(world);
    turn(world);
}

/* The log without heartbeats, by a session that stays. */
static void pass(struct core_world *world, int64_t ms)
{
    for (; ms > 0; ms -= BEAT_MS) {
        world->now_ms += BEAT_MS;
        turn(world);
        say(world, "A", "{'v':1,'type':'heartbeat'}");
    }
    turn(world);
    forget_beats(world);
}

static void expect_without(struct core_world *world, const char *line)
{
    buf_write(&world->log, "", 1);
    cr_expect_null(strstr((const char *)world->log.data, line), "%s",
                   (const char *)world->log.data);
    buf_clear(&world->log);
}

static enum saga_error note_item(const struct store_item *item, void *arg)
{
    struct core_world *world = arg;
    buf_format(&world->log, "alerted %.*s\n", (int)item->name.size, (const char *)item->name.data);
    return SAGA_OK;
}

/* Which sagas the store's lists find by the alert. */
static void show_alerted(struct core_world *world)
{
    struct store_reader *reader = NULL;
    struct store *store = world->disk.inner;
    const struct store_facet facet = {.kind = FACET_ALERT, .value = span_text("saga_unreadable")};
    const struct store_filter filter = {.facets = &facet, .facet_count = 1, .limit = 10};
    cr_assert_eq(store->ops->reader_open(store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->list(reader, &filter, note_item, world), SAGA_OK);
    reader->ops->close(&reader);
}

/* Nothing is left to do before the next heartbeat. */
static void expect_rest(const struct core_world *world)
{
    cr_expect_eq(world->failure, SAGA_OK);
    cr_expect_gt(core_next_due(world->core), world->now_ms);
}

static void one_stands_and_one_goes_on(enum damage_kind kind)
{
    struct core_world *world = world_served(TRIP);
    start(world, "a", "bad");
    turn(world);
    uint8_t token[TOKEN_SIZE];
    memcpy(token, world->token, sizeof(token));
    start(world, "b", "good");
    turn(world);
    world_damage(world, kind, "bad");
    restart(world);
    expect_rest(world);
    buf_clear(&world->log);

    memcpy(world->token, token, sizeof(token));
    snprintf(world->key, sizeof(world->key), "bad/flight/do");
    finish_task(world, OK_RESULT);
    turn(world);
    expect(world, "");
    verb_keyed(world, "v", VERB_ROLLBACK, "bad", "");
    start(world, "again", "bad");
    wait_for(world, "w", "bad", 1000);
    turn(world);
    expect(world, "again ok bad running duplicate\nw conflict bad running\nv conflict\n");
    pass(world, 8000);
    expect_within(world, "send A task good/flight/do#2\n");
    finish_task(world, "'status':'ok','output':1");
    show_alerted(world);
    expect_within(world, "alerted bad\n");
    turn(world);
    expect_rest(world);

    world_damage(world, DAMAGE_NONE, "bad");
    restart(world);
    show_alerted(world);
    expect_without(world, "alerted");
    memcpy(world->token, token, sizeof(token));
    snprintf(world->key, sizeof(world->key), "bad/flight/do");
    finish_task(world, OK_RESULT);
    turn(world);
    expect_within(world, "send A task bad/hotel/do#1\nsend A done\n");
    world_close(world);
}

Test(core_aside, lets_the_others_go_on_when_rows_are_gone)
{
    one_stands_and_one_goes_on(DAMAGE_ROWS_GONE);
}

Test(core_aside, lets_the_others_go_on_when_a_byte_has_changed)
{
    one_stands_and_one_goes_on(DAMAGE_BYTE_FLIPPED);
}

#define NAP                                                                                        \
    "{'saga':'trip','steps':[{'step':'nap','sleep':'1h'},"                                         \
    "{'step':'mail','action':'mails.send','compensate':'none'}]}"

Test(core_aside, reads_a_sleeper_once_and_lets_the_others_wake)
{
    struct core_world *world = world_served(NAP);
    start(world, "a", "bad");
    start(world, "b", "good");
    turn(world);
    world_damage(world, DAMAGE_ROWS_GONE, "bad");
    wait_for(world, "w", "bad", 2 * HOUR_MS);
    turn(world);
    buf_clear(&world->log);
    pass(world, HOUR_MS + BEAT_MS);
    expect_within(world, "send A task good/mail/do#1\n");
    cr_expect_eq(world->disk.damage.reads, 1, "%u", world->disk.damage.reads);
    expect_rest(world);
    restart(world);
    cr_expect_eq(world->disk.damage.reads, 2, "%u", world->disk.damage.reads);
    expect_rest(world);
    buf_clear(&world->log);

    world_damage(world, DAMAGE_NONE, "bad");
    restart(world);
    expect_within(world, "send A task bad/mail/do#1\n");
    world_close(world);
}

Test(core_aside, answers_who_waits_for_a_sleeper_that_turns_out_unreadable)
{
    struct core_world *world = world_served(NAP);
    start(world, "a", "bad");
    turn(world);
    wait_for(world, "w", "bad", 2 * HOUR_MS);
    turn(world);
    buf_clear(&world->log);
    world_damage(world, DAMAGE_ROWS_GONE, "bad");
    verb_keyed(world, "v", VERB_PAUSE, "bad", "");
    turn(world);
    expect(world, "w conflict\nv conflict\n");
    world_close(world);
}

static void begin_for(struct core_world *world, const char *name, const char *saga,
                      const char *input)
{
    struct asked *asked = start_of(world, name, saga, 1);
    buf_clear(&asked->value);
    put_json(&asked->value, input);
    asked->request.start.input = buf_span(&asked->value);
    ask(world, asked);
    turn(world);
}

static void send(struct core_world *world, const char *name, const char *id, const char *data)
{
    struct asked *asked = asked_new(world, name, REQUEST_EVENT);
    put_json(&asked->value, data);
    asked->request.event = (struct inbox_row){.name = span_text("paid"),
                                              .source = span_text("shop"),
                                              .id = own_text(asked, 1, id),
                                              .data = buf_span(&asked->value)};
    ask(world, asked);
    turn(world);
}

#define PAID                                                                                       \
    "{'saga':'trip','steps':[{'step':'paid','wait_event':{'event':'paid','match':"                 \
    "'$.event.data.who == $.input.who','timeout':'9h'}},"                                          \
    "{'step':'mail','action':'mails.send','compensate':'none'}]}"

Test(core_aside, hears_later_what_came_meanwhile)
{
    struct core_world *world = world_served(PAID);
    begin_for(world, "a", "bad", "{'who':'ada'}");
    begin_for(world, "b", "good", "{'who':'ada'}");
    buf_clear(&world->log);
    world_damage(world, DAMAGE_ROWS_GONE, "bad");
    send(world, "e1", "e1", "{'who':'eve'}");
    send(world, "e2", "e2", "{'who':'ada'}");
    send(world, "e3", "e3", "{'who':'ada'}");
    expect_within(world, "send A task good/mail/do#1\n");
    restart(world);
    expect_rest(world);
    expect_without(world, "task bad");
    world_damage(world, DAMAGE_NONE, "bad");
    restart(world);
    expect_within(world, "send A task bad/mail/do#1\n");
    world_close(world);
}

#define PAY                                                                                        \
    "{'saga':'trip','concurrency':{'key':'$.input.who'},'steps':[{'step':'flight',"                \
    "'action':'flights.book','compensate':'flights.cancel','retry':{'max_attempts':1}}]}"

Test(core_aside, keeps_its_concurrency_key)
{
    struct core_world *world = world_served(PAY);
    start(world, "a", "bad");
    start(world, "b", "good");
    turn(world);
    world_damage(world, DAMAGE_ROWS_GONE, "bad");
    restart(world);
    pass(world, 10000);
    expect_without(world, "task good");
    world_damage(world, DAMAGE_NONE, "bad");
    restart(world);
    verb_keyed(world, "t", VERB_TERMINATE, "bad", "");
    turn(world);
    expect_within(world, "send A task good/flight/do#1\n");
    world_close(world);
}

/* It waits for its key, between the holder and another one; and has its turn when it can be read.
 */
Test(core_aside, lets_others_pass_where_it_waits)
{
    struct core_world *world = world_served(PAY);
    start(world, "a", "holder");
    start(world, "b", "bad");
    start(world, "c", "good");
    turn(world);
    world_damage(world, DAMAGE_ROWS_GONE, "bad");
    verb_keyed(world, "t", VERB_TERMINATE, "holder", "");
    turn(world);
    expect_within(world, "send A task good/flight/do#1\n");
    restart(world);
    start(world, "e", "late");
    verb_keyed(world, "u", VERB_TERMINATE, "good", "");
    turn(world);
    expect_within(world, "send A task late/flight/do#1\n");
    world_damage(world, DAMAGE_NONE, "bad");
    restart(world);
    expect_without(world, "task bad");
    verb_keyed(world, "w", VERB_TERMINATE, "late", "");
    turn(world);
    expect_within(world, "send A task bad/flight/do#1\n");
    world_close(world);
}

#define PARENT                                                                                     \
    "{'saga':'trip','steps':[{'step':'sub','saga':'kid','compensate':'reverse'},"                  \
    "{'step':'mail','action':'mails.send','compensate':'none'}]}"
#define KID                                                                                        \
    "{'saga':'kid','steps':[{'step':'nap','sleep':'1h'},{'step':'flight',"                         \
    "'action':'flights.book','compensate':'flights.cancel','retry':{'max_attempts':1}}]}"

static struct core_world *open_family(void)
{
    struct core_world *world = world_open();
    define(world, "k", KID);
    turn(world);
    define(world, "p", PARENT);
    turn(world);
    serve_all(world);
    start(world, "a", "top");
    turn(world);
    buf_clear(&world->log);
    return world;
}

static enum saga_state state_of(struct core_world *world, const char *saga)
{
    struct arena arena;
    struct saga_image image;
    struct store *store = world->disk.inner;
    arena_open(&arena, &arena_heap, 1 << 20);
    cr_assert_eq(store->ops->load_one(store, span_text(saga), &arena, &image), SAGA_OK, "%s", saga);
    arena_close(&arena);
    return image.head.state;
}

Test(core_aside, parks_its_parent_until_it_can_be_read)
{
    struct core_world *world = open_family();
    world_damage(world, DAMAGE_ROWS_GONE, "top~sub");
    pass(world, HOUR_MS + BEAT_MS);
    cr_expect_eq(state_of(world, "top"), SAGA_STATE_PARKED);
    restart(world);
    cr_expect_eq(state_of(world, "top"), SAGA_STATE_PARKED);
    expect_rest(world);
    buf_clear(&world->log);
    world_damage(world, DAMAGE_NONE, "top~sub");
    restart(world);
    expect_within(world, "send A task top~sub/flight/do#1\n");
    cr_expect_eq(state_of(world, "top"), SAGA_STATE_RUNNING);
    finish_task(world, OK_RESULT);
    turn(world);
    expect_within(world, "send A task top/mail/do#1\n");
    world_close(world);
}

/* The child ends while its parent cannot be told, and sleeps. */
Test(core_aside, asks_again_what_its_child_said)
{
    struct core_world *world = open_family();
    world_damage(world, DAMAGE_ROWS_GONE, "top");
    pass(world, HOUR_MS + BEAT_MS);
    expect_within(world, "send A task top~sub/flight/do#1\n");
    finish_task(world, OK_RESULT);
    turn(world);
    cr_expect_eq(state_of(world, "top~sub"), SAGA_STATE_COMPLETED);
    restart(world);
    expect_without(world, "task top/");
    world_damage(world, DAMAGE_NONE, "top");
    restart(world);
    expect_within(world, "send A task top/mail/do#1\n");
    world_close(world);
}

static enum saga_error count_delivery(const struct store_delivery *found, void *arg)
{
    uint32_t *count = arg;
    *count += span_is(found->notice.type, "sagad.alert.saga_unreadable") ? 1 : 0;
    return SAGA_OK;
}

static uint32_t alerts_sent(struct core_world *world)
{
    uint32_t count = 0;
    struct store_reader *reader = NULL;
    struct store *store = world->disk.inner;
    const struct delivery_filter filter = {.limit = 100};
    cr_assert_eq(store->ops->reader_open(store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->list_deliveries(reader, &filter, count_delivery, &count), SAGA_OK);
    reader->ops->close(&reader);
    return count;
}

Test(core_aside, is_told_once_whatever_comes)
{
    struct core_world *world = world_served(NAP);
    world->hooks = &hooks;
    start(world, "a", "bad");
    turn(world);
    world_damage(world, DAMAGE_ROWS_GONE, "bad");
    restart(world);
    verb_keyed(world, "v", VERB_PAUSE, "bad", "");
    turn(world);
    cr_expect_eq(alerts_sent(world), 1);
    restart(world);
    restart(world);
    cr_expect_eq(alerts_sent(world), 1);
    world_damage(world, DAMAGE_NONE, "bad");
    restart(world);
    world_damage(world, DAMAGE_ROWS_GONE, "bad");
    world->now_ms += 1;
    verb_keyed(world, "w", VERB_PAUSE, "bad", "");
    restart(world);
    verb_keyed(world, "x", VERB_PAUSE, "bad", "");
    turn(world);
    cr_expect_eq(alerts_sent(world), 2, "it broke again");
    world_close(world);
}
