/* test_peers_vectors_out.c - what leaves has the bytes of the wire's vectors.
 *
 * Each vector of schemas/wire/vectors.json that goes to a participant or a client has a sender
 * here: what must happen for it to leave.
 *
 * Seen to fail with: one verdict's word for another, a key misspelt in messages.def. */
#include "engine/effect_kind.h"
#include "saga/verdict.h"
#include "wire_vectors.h"

static void open_session(struct world *world)
{
    says(world, "A", "%s", READY);
}

static struct task *hotel_task(struct world *world, enum task_kind kind)
{
    char key[64];
    snprintf(key, sizeof(key), "trip-17/hotel/%s", task_kind_name(kind));
    struct task *task = make_task(world, key, 1, kind);
    bool reserves = kind == TASK_DO || kind == TASK_CHECK;
    task->action = span_text(reserves ? "hotel.reserve" : "hotel.release");
    task->saga_name = span_text("trip-17");
    task->definition = span_text("booking");
    task->step = span_text("hotel");
    task->input = span_text("\x81\xa6nights\x02");
    if (kind != TASK_DO) {
        task->do_key = span_text("trip-17/hotel/do");
        task->in_doubt = true;
    }
    struct span token = span_text("0b1a9d6c2f4e8877a1b2c3d4e5f60718");
    cr_assert(digest_unhex(token, task->token, TOKEN_SIZE));
    return task;
}

static void send_kind(struct world *world, enum task_kind kind)
{
    open_session(world);
    peers_task(world->peers, hotel_task(world, kind), world->now_ms);
}

static void meet_stranger(struct world *world)
{
    says(world, "A", "{'v':1,'type':'bye'}");
}

static void send_do(struct world *world)
{
    send_kind(world, TASK_DO);
}

static void send_do_again(struct world *world)
{
    open_session(world);
    struct task *task = hotel_task(world, TASK_DO);
    task->attempt = 2;
    task->heartbeat_ms = 5000;
    task->details = span_text(
        "\x81\xa4"
        "done"
        "\x03");
    task->tracestate = span_text("vendor=1");
    peers_task(world->peers, task, world->now_ms);
}

static void send_undo(struct world *world)
{
    open_session(world);
    struct task *task = hotel_task(world, TASK_UNDO);
    task->in_doubt = false;
    task->output = span_text("\x81\xa4room\x0c");
    peers_task(world->peers, task, world->now_ms);
}

static void send_undo_in_doubt(struct world *world)
{
    send_kind(world, TASK_UNDO);
}

static void send_check(struct world *world)
{
    send_kind(world, TASK_CHECK);
}

static void send_cancel(struct world *world)
{
    open_session(world);
    struct task *task = hotel_task(world, TASK_DO);
    peers_task(world->peers, task, world->now_ms);
    cancels(world, task, 0, world->now_ms);
}

static void send_done(struct world *world)
{
    static const char *const keys[] = {
        [VERDICT_OK] = "trip-17/hotel/do",
        [VERDICT_LATE] = "trip-8/car/do",
        [VERDICT_STALE] = "trip-9/car/do",
        [VERDICT_UNKNOWN] = "trip-7/car/do",
    };
    static const enum verdict order[] = {VERDICT_OK, VERDICT_STALE, VERDICT_LATE, VERDICT_UNKNOWN};
    open_session(world);
    answers(world, "A", hotel_task(world, TASK_DO), "ok"); /* names the session: world->ref */
    for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
        struct effect effect = {.kind = EFFECT_DONE, .ref = world->ref};
        effect.call.key = span_text(keys[order[i]]);
        effect.call.attempt = order[i] == VERDICT_STALE ? 2 : 1;
        effect.call.verdict = order[i];
        peers_done(world->peers, &effect, world->now_ms);
    }
    peers_flush(world->peers, world->now_ms);
}

static void send_heartbeat(struct world *world)
{
    open_session(world);
    run_to(world, 2250);
}

static void send_drain(struct world *world)
{
    open_session(world);
    peers_drain(world->peers, 5000, world->now_ms);
}

static void send_error(struct world *world)
{
    says(world, "A", "{'v':2,'type':'bye'}");
}

static void answer_start(struct world *world, const struct answer *answer)
{
    says(world, "A", "{'v':1,'type':'start','request':'7','definition':'booking','input':1}");
    cr_assert_eq(world->ask_count, 1);
    world->asks[0]->answer(world->asks[0], answer);
}

static void refuse_start(struct world *world)
{
    answer_start(world, &(struct answer){.error = SAGA_CONFLICT});
}

static void refuse_start_for_now(struct world *world)
{
    answer_start(world, &(struct answer){.error = SAGA_OVERLOADED});
}

static void reply_stored(struct world *world)
{
    answer_start(world,
                 &(struct answer){.saga = span_text("trip-17"), .state = SAGA_STATE_RUNNING});
}

static void reply_settled(struct world *world)
{
    answer_start(world, &(struct answer){.saga = span_text("trip-17"),
                                         .state = SAGA_STATE_COMPLETED,
                                         .duplicate = true,
                                         .output = span_text("\x81\xa4room\x0c")});
}

static void reply_get(struct world *world)
{
    says(world, "A", "{'v':1,'type':'get','request':'7','saga':'trip-1'}");
}

static void reply_finish(struct world *world)
{
    says(world, "A",
         "{'v':1,'type':'finish','request':'7','status':'ok',"
         "'token':'9f86d081884c7d659a2feaa0c55ad015'}");
    cr_assert_eq(world->ask_count, 1);
    world->asks[0]->answer(world->asks[0], &(struct answer){.verdict = VERDICT_STALE});
}

static void answer_open(struct world *world, const char *asked, const struct answer *answer)
{
    says(world, "A", "%s", asked);
    cr_assert_eq(world->ask_count, 1);
    world->asks[0]->answer(world->asks[0], answer);
}

#define OF_ORDER "'request':'7','saga':'order-1'"

static void reply_begin(struct world *world)
{
    answer_open(world, "{'v':1,'type':'begin'," OF_ORDER ",'name':'order','timeout_ms':5}",
                &(struct answer){
                    .saga = span_text("order-1"), .state = SAGA_STATE_RUNNING, .duplicate = true});
}

static void reply_register(struct world *world)
{
    answer_open(
        world, "{'v':1,'type':'register'," OF_ORDER ",'step':'pay'}",
        &(struct answer){.open = {.state = OPEN_STATE_NEW, .key = span_text("order-1/pay/do")}});
}

static void reply_register_done(struct world *world)
{
    answer_open(world, "{'v':1,'type':'register'," OF_ORDER ",'step':'pay'}",
                &(struct answer){.open = {.state = OPEN_STATE_DONE,
                                          .key = span_text("order-1/pay/do"),
                                          .output = span_text("\x81\xa2id\x09")}});
}

static void reply_complete(struct world *world)
{
    answer_open(world, "{'v':1,'type':'complete'," OF_ORDER ",'step':'pay','status':'failed'}",
                &(struct answer){.open = {.state = OPEN_STATE_FAILED}});
}

static void reply_commit(struct world *world)
{
    answer_open(
        world, "{'v':1,'type':'commit'," OF_ORDER ",'wait':'settled'}",
        &(struct answer){.state = SAGA_STATE_COMPLETED, .output = span_text("\x81\xa2id\x09")});
}

static void refuse_register(struct world *world)
{
    answer_open(world, "{'v':1,'type':'register'," OF_ORDER ",'step':'pay'}",
                &(struct answer){.error = SAGA_CONFLICT,
                                 .why = "the saga has spent its budget",
                                 .open = {.code = "budget_exceeded"}});
}

/* The last frame that each sends is that of the vector. */
static const struct {
    const char *name;
    void (*make)(struct world *world);
} senders[] = {
    {"welcome", open_session},
    {"who", meet_stranger},
    {"task do, the least", send_do},
    {"task do, all keys", send_do_again},
    {"task undo", send_undo},
    {"task undo of a do in doubt", send_undo_in_doubt},
    {"task check", send_check},
    {"cancel", send_cancel},
    {"done, every verdict", send_done},
    {"heartbeat", send_heartbeat},
    {"drain", send_drain},
    {"error that answers no request", send_error},
    {"error that answers a request", refuse_start},
    {"error with retry_after_ms", refuse_start_for_now},
    {"reply to start", reply_stored},
    {"reply to start with its output", reply_settled},
    {"reply to get", reply_get},
    {"reply to finish", reply_finish},
    {"reply to begin", reply_begin},
    {"reply to register, a new step", reply_register},
    {"reply to register, a step that is done", reply_register_done},
    {"reply to complete", reply_complete},
    {"reply to commit", reply_commit},
    {"error with details", refuse_register},
};

static void leave(struct span vector, size_t sender)
{
    struct world *world = world_new();
    senders[sender].make(world);
    put_frame(&world->frame, vector);
    check_message(vector, &world->frame);
    struct span last = {NULL, 0};
    struct mp mp = mp_open(buf_span(&world->raw));
    while (mp_peek(&mp) != MP_NONE) {
        last = mp_skip(&mp);
    }
    cr_assert(span_equal(last, buf_span(&world->frame)), "%s: what leaves is %s\n  wanted %s",
              name_of(vector), json_of(last), json_of(buf_span(&world->frame)));
    world_destroy(world);
}

Test(peers_vectors, what_leaves_has_the_bytes_of_the_vectors, .init = load, .fini = unload)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < count_of(buf_span(&file)); i++) {
        struct span vector = mp_at(buf_span(&file), i);
        if (says_so(vector, "to", "coordinator")) {
            continue;
        }
        size_t sender = 0;
        while (sender < ARRAY_COUNT(senders) && !says_so(vector, "name", senders[sender].name)) {
            sender++;
        }
        cr_assert_lt(sender, ARRAY_COUNT(senders), "nobody sends %s", name_of(vector));
        leave(vector, sender);
        count++;
    }
    cr_assert_eq(count, ARRAY_COUNT(senders));
}
