/* test_libsaga_tasks.c - libsaga without a coordinator: what tasks come to, and what of it is kept.
 *
 * Tasks are packed and given to tasks_take() as the session would; mostly there is no connection,
 * so every result stays where it is kept until `done`, and is read there.
 *
 * Seen to fail with: is_remembered() that is always false (the handler runs again); the deadline
 * not looked at in work_execute(); enter_do() without STATE_UNDONE; resend_due() with a time that
 * never comes (nothing is sent again); check_output() without its bound; a silence that is looked
 * for after reading; silent_ms not looked at; `ready` without its bounds; a failed COMMIT that is
 * said to have had no effect. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mp.h"
#include "lib/fault_vfs.h"
#include "participants/connection.h"
#include "participants/done.h"
#include "participants/results.h"
#include "participants/session.h"
#include "participants/tasks.h"

struct bench {
    struct saga_participant *participant;
    sqlite3 *db;
    uint32_t calls;     /* of the handler */
    size_t output_size; /* 0: the output is the number of the call */
    bool says_later;
    bool is_slow;    /* the time of the task is over when the handler is ready */
    uint32_t laters; /* calls of the function for it, and the last one */
    struct saga_later later;
    char later_token[40];
    struct span last; /* the result that is kept of the task taken last */
};

static void work(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    struct bench *bench = arg;
    bench->calls++;
    if (bench->is_slow) {
        ((struct attempt *)(uintptr_t)task)->deadline_ms = link_now_ms();
    }
    if (bench->says_later) {
        saga_answer_later(answer);
        return;
    }
    struct saga_pack *pack = saga_answer_ok(answer);
    if (bench->output_size == 0) {
        saga_put_int(pack, bench->calls);
        return;
    }
    char *text = calloc(1, bench->output_size);
    memset(text, 'x', bench->output_size);
    saga_put_bytes(pack, text, bench->output_size);
    free(text);
}

static void work_once(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    struct bench *bench = arg;
    saga_barrier_run(bench->db, task, answer, work, bench);
}

static void hear_later(const struct saga_later *later, void *arg)
{
    struct bench *bench = arg;
    bench->laters++;
    bench->later = *later;
    snprintf(bench->later_token, sizeof(bench->later_token), "%s", later->token);
}

/* The coordinator was heard of just now. */
static void hear(struct saga_participant *participant)
{
    participant->now_ms = link_now_ms();
    atomic_store(&participant->heard_ms, participant->now_ms);
}

static struct bench *bench_open(void)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    const struct saga_participant_options options = {
        .workers = SAGA_WORKERS_INLINE, .window = 8192, .later = hear_later, .later_arg = bench};
    cr_assert_eq(saga_participant_open(&options, &bench->participant), SAGA_OK);
    cr_assert_eq(saga_participant_serve(bench->participant, "t.work", work, bench), SAGA_OK);
    cr_assert_eq(saga_participant_serve(bench->participant, "t.once", work_once, bench), SAGA_OK);
    cr_assert_eq(sqlite3_open(":memory:", &bench->db), SQLITE_OK);
    cr_assert_eq(saga_barrier_create(bench->db), SAGA_OK);
    hear(bench->participant);
    return bench;
}

static void bench_close(struct bench *bench)
{
    saga_participant_close(&bench->participant);
    cr_assert_eq(sqlite3_close(bench->db), SQLITE_OK);
    free(bench);
}

struct given {
    const char *action;
    const char *kind;
    const char *key;
    const char *do_key; /* NULL: a do */
    int64_t attempt;
    int64_t ttl_ms;
};

static void pack_task(struct buf *buf, const struct given *given)
{
    const char *const texts[][2] = {{"type", "task"},          {"key", given->key},
                                    {"token", "a-token"},      {"saga", "trip-1"},
                                    {"step", "flight"},        {"kind", given->kind},
                                    {"action", given->action}, {"do_key", given->do_key}};
    uint32_t count = ARRAY_COUNT(texts) - (!given->do_key);
    mp_put_map(buf, 3 + count);
    mp_put_text(buf, "v");
    mp_put_int(buf, 1);
    mp_put_text(buf, "attempt");
    mp_put_int(buf, given->attempt);
    mp_put_text(buf, "ttl_ms");
    mp_put_int(buf, given->ttl_ms);
    for (uint32_t i = 0; i < count; i++) {
        mp_put_text(buf, texts[i][0]);
        mp_put_text(buf, texts[i][1]);
    }
}

/* Takes the task; what is kept of its attempt is bench->last. */
static void take(struct bench *bench, const struct given *given)
{
    struct buf buf;
    struct inbound inbound;
    struct ledger *ledger = &bench->participant->ledger;
    buf_open(&buf, LIMIT_MESSAGE_IN);
    pack_task(&buf, given);
    cr_assert_eq(zmq_msg_init_size(&inbound.frame, buf.size), 0);
    memcpy(zmq_msg_data(&inbound.frame), buf.data, buf.size);
    struct span bytes = span_of(zmq_msg_data(&inbound.frame), zmq_msg_size(&inbound.frame));
    cr_assert_eq(message_read(bytes, &inbound.message), SAGA_OK);
    inbound.key = ledger_expect(ledger, inbound.message.key);
    inbound.is_good = true;
    tasks_take(bench->participant, &inbound);
    zmq_msg_close(&inbound.frame);
    buf_close(&buf);
    const struct run *run = ledger_find(ledger, ledger_expect(ledger, span_text(given->key)));
    const struct attempt *attempt = run ? ledger_attempt(run, given->attempt) : NULL;
    bench->last = !attempt ? span_text("") : buf_span(&attempt->result);
}

static void take_do(struct bench *bench, const char *action, int64_t attempt)
{
    take(bench, &(struct given){.action = action,
                                .kind = "do",
                                .key = "trip-1/flight/do",
                                .attempt = attempt,
                                .ttl_ms = 60000});
}

static void take_undo(struct bench *bench)
{
    take(bench, &(struct given){.action = "t.once",
                                .kind = "undo",
                                .key = "trip-1/flight/undo",
                                .do_key = "trip-1/flight/do",
                                .attempt = 1,
                                .ttl_ms = 60000});
}

static void say_verdict(struct bench *bench, const char *key, int64_t attempt, const char *verdict)
{
    struct buf buf;
    buf_open(&buf, 1000);
    mp_put_array(&buf, 1);
    mp_put_array(&buf, 3);
    mp_put_text(&buf, key);
    mp_put_int(&buf, attempt);
    mp_put_text(&buf, verdict);
    struct inbound inbound = {.message = {.results = buf_span(&buf)}};
    done_take(bench->participant, &inbound);
    buf_close(&buf);
}

static void say_done(struct bench *bench, const char *key, int64_t attempt)
{
    say_verdict(bench, key, attempt, "ok");
}

/* The result is ok and its output this number. */
static void expect_ok(const struct bench *bench, int64_t number)
{
    struct saga_value result = value_of(bench->last);
    char status[16];
    cr_assert(saga_value_copy(result, "status", status, sizeof(status)));
    cr_assert_str_eq(status, "ok");
    cr_assert_eq(saga_value_int(result, "output", -1), number);
}

static void expect_failed(const struct bench *bench, const char *expected)
{
    struct saga_value result = value_of(bench->last);
    char code[64];
    cr_assert(saga_value_copy(result, "error.code", code, sizeof(code)));
    cr_assert_str_eq(code, expected);
}

/* ---- once ---- */

Test(saga_tasks, gives_the_answer_of_the_first_time_to_what_comes_again)
{
    struct bench *bench = bench_open();
    take_do(bench, "t.work", 1);
    expect_ok(bench, 1);
    take_do(bench, "t.work", 1);
    expect_ok(bench, 1);
    cr_assert_eq(bench->participant->counts.duplicates, 1);
    cr_assert_eq(bench->participant->counts.resent, 1);
    take_do(bench, "t.work", 2);
    expect_ok(bench, 1);
    cr_assert_eq(saga_value_int(value_of(bench->last), "attempt", 0), 2);
    say_done(bench, "trip-1/flight/do", 1);
    say_done(bench, "trip-1/flight/do", 2);
    take_do(bench, "t.work", 3);
    expect_ok(bench, 1);
    cr_assert_eq(bench->calls, 1);
    bench_close(bench);
}

Test(saga_tasks, does_nothing_when_the_time_is_over_and_works_for_the_next_attempt)
{
    struct bench *bench = bench_open();
    struct given late = {"t.work", "do", "trip-1/flight/do", NULL, 1, 0};
    take(bench, &late);
    expect_failed(bench, "expired");
    cr_assert_eq(bench->calls, 0);
    take_do(bench, "t.work", 2);
    expect_ok(bench, 1);
    bench_close(bench);
}

/* The time that a task waited here counts, whenever its turn comes. */
Test(saga_tasks, counts_the_time_of_a_task_from_its_arrival)
{
    struct bench *bench = bench_open();
    bench->participant->now_ms -= 1000;
    take(bench, &(struct given){"t.work", "do", "k1", NULL, 1, 1000});
    expect_failed(bench, "expired");
    take(bench, &(struct given){"t.work", "do", "k2", NULL, 1, 60000});
    expect_ok(bench, 1);
    bench_close(bench);
}

Test(saga_tasks, says_what_it_does_not_serve)
{
    struct bench *bench = bench_open();
    take_do(bench, "t.other", 1);
    expect_failed(bench, "not_served");
    bench_close(bench);
}

Test(saga_tasks, takes_no_task_that_is_none)
{
    struct bench *bench = bench_open();
    take(bench, &(struct given){"t.work", "do", "", NULL, 1, 1000});
    take(bench, &(struct given){"t.work", "do", "k", NULL, 0, 1000});
    take(bench, &(struct given){"t.work", "dance", "k", NULL, 1, 1000});
    cr_assert_eq(bench->participant->counts.garbage, 2);
    cr_assert_eq(bench->participant->counts.failed, 1, "what has a key and a token is answered");
    cr_assert_eq(bench->participant->ledger.attempt_count, 0);
    cr_assert_eq(bench->calls, 0);
    bench_close(bench);
}

/* ---- kept until done ---- */

Test(saga_tasks, sends_a_result_again_until_it_is_done)
{
    struct bench *bench = bench_open();
    struct saga_participant *participant = bench->participant;
    take_do(bench, "t.work", 1);
    participant->is_welcome = true;
    for (uint64_t times = 1; times <= 3; times++) {
        participant->now_ms += RESULTS_RESEND_MS;
        atomic_store(&participant->heard_ms, participant->now_ms);
        session_turn(participant, true);
        cr_assert_eq(participant->counts.resent, times);
        session_turn(participant, true);
        cr_assert_eq(participant->counts.resent, times, "not before its time");
    }
    say_done(bench, "trip-1/flight/do", 2); /* another attempt's */
    cr_assert_eq(participant->ledger.kept_count, 1);
    say_done(bench, "trip-1/flight/do", 1);
    cr_assert_eq(participant->ledger.kept_count, 0);
    participant->now_ms += RESULTS_RESEND_MS;
    atomic_store(&participant->heard_ms, participant->now_ms);
    session_turn(participant, true);
    cr_assert_eq(participant->counts.resent, 3);
    bench_close(bench);
}

/* ---- later ---- */

Test(saga_tasks, tells_what_became_of_an_answer_later)
{
    static const char *const verdicts[] = {"ok", "late", "stale", "unknown"};
    struct bench *bench = bench_open();
    take_do(bench, "t.work", 1);
    say_done(bench, "trip-1/flight/do", 1);
    cr_assert_eq(bench->laters, 0, "it was ok");
    bench->says_later = true;
    for (uint32_t i = 0; i < ARRAY_COUNT(verdicts); i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%u", i);
        take(bench, &(struct given){"t.work", "do", key, NULL, i + 1, 60000});
        cr_assert_eq(bench->laters, i, "not before it is heard");
        say_verdict(bench, key, i + 1, verdicts[i]);
        cr_assert_eq(bench->laters, i + 1);
        cr_assert_eq(bench->later.verdict, SAGA_LATER_TAKEN + i);
        cr_assert_eq(bench->later.attempt, i + 1);
        cr_assert_str_eq(bench->later_token, "a-token");
    }
    bench_close(bench);
}

/* ---- the session ---- */

/* A ROUTER in the coordinator's place. */
struct net {
    void *context;
    void *router;
    zmq_msg_t peer;
};

static void net_open(struct net *net, struct bench *bench)
{
    char endpoint[256];
    size_t size = sizeof(endpoint);
    net->context = zmq_ctx_new();
    net->router = zmq_socket(net->context, ZMQ_ROUTER);
    cr_assert_eq(zmq_bind(net->router, "tcp://127.0.0.1:*"), 0);
    cr_assert_eq(zmq_getsockopt(net->router, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    snprintf(bench->participant->address.endpoint, LINK_ENDPOINT_MAX, "%s", endpoint);
    bench->participant->now_ms = link_now_ms();
    cr_assert_eq(connection_open(bench->participant), SAGA_OK);
    zmq_msg_init(&net->peer);
}

static void net_close(struct net *net)
{
    int none = 0;
    zmq_msg_close(&net->peer);
    zmq_setsockopt(net->router, ZMQ_LINGER, &none, sizeof(none));
    zmq_close(net->router);
    zmq_ctx_term(net->context);
}

/* What comes next from the participant; its connection is remembered. */
static void net_receive(struct net *net, struct buf *frame)
{
    uint8_t bytes[4096];
    int timeout_ms = 10000;
    zmq_setsockopt(net->router, ZMQ_RCVTIMEO, &timeout_ms, sizeof(timeout_ms));
    cr_assert_gt(zmq_msg_recv(&net->peer, net->router, 0), 0, "something comes");
    int size = zmq_recv(net->router, bytes, sizeof(bytes), 0);
    buf_clear(frame);
    buf_write(frame, bytes, (size_t)size < sizeof(bytes) ? (size_t)size : sizeof(bytes));
}

static void net_send(struct net *net, struct span frame)
{
    zmq_msg_t peer;
    zmq_msg_init(&peer);
    zmq_msg_copy(&peer, &net->peer);
    cr_assert_gt(zmq_msg_send(&peer, net->router, ZMQ_SNDMORE), 0);
    cr_assert_gt(zmq_send(net->router, frame.data, frame.size, 0), 0);
}

static void expect_ready(struct net *net, struct buf *frame)
{
    char type[16];
    net_receive(net, frame);
    cr_assert(saga_value_copy(value_of(buf_span(frame)), "type", type, sizeof(type)));
    cr_assert_str_eq(type, "ready");
}

/* Reads until this many tasks were taken, or for two seconds. */
static void read_tasks(struct bench *bench, uint64_t tasks)
{
    for (int i = 0; i < 200 && bench->participant->counts.tasks < tasks; i++) {
        struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
        (void)session_read(bench->participant);
        nanosleep(&moment, NULL);
    }
}

/* The process was stopped: what the coordinator sent in the beginning lies in the socket, and must
 * not hide the silence, for all of it was sent elsewhere meanwhile. */
Test(saga_tasks, begins_nothing_that_came_while_it_slept)
{
    struct bench *bench = bench_open();
    struct saga_participant *participant = bench->participant;
    struct buf frame;
    struct net net;
    buf_open(&frame, 1 << 20);
    net_open(&net, bench);
    expect_ready(&net, &frame);
    buf_clear(&frame);
    pack_task(&frame, &(struct given){"t.work", "do", "k1", NULL, 1, 60000});
    net_send(&net, buf_span(&frame));
    read_tasks(bench, 1);
    cr_assert_eq(bench->calls, 1);

    buf_clear(&frame);
    pack_task(&frame, &(struct given){"t.work", "do", "k2", NULL, 1, 60000});
    net_send(&net, buf_span(&frame));
    zmq_pollitem_t item = {.socket = participant->socket, .events = ZMQ_POLLIN};
    cr_assert_eq(zmq_poll(&item, 1, 10000), 1);
    participant->now_ms += PARTICIPANT_DEAD_MS + 1;
    (void)session_read(participant);
    cr_assert_eq(bench->calls, 1, "k2 is somebody else's now");
    net_receive(&net, &frame); /* the result of k1 */
    expect_ready(&net, &frame);
    cr_assert_eq(saga_value_count(saga_value_find(value_of(buf_span(&frame)), "running")), 1);
    buf_close(&frame);
    net_close(&net);
    bench_close(bench);
}

/* Workers may look at a task that was queued before a silence when it is over already. */
Test(saga_tasks, begins_nothing_that_was_taken_before_a_silence)
{
    struct bench *bench = bench_open();
    bench->participant->now_ms = link_now_ms();
    atomic_store(&bench->participant->silent_ms, bench->participant->now_ms);
    take_do(bench, "t.work", 1);
    expect_failed(bench, "expired");
    bench->participant->now_ms++;
    take_do(bench, "t.work", 2);
    expect_ok(bench, 1);
    bench_close(bench);
}

/* A message that is larger than may be sent would be dropped, again and again. */
Test(saga_tasks, opens_a_session_however_much_it_has_taken)
{
    enum { MANY = 20001 };
    struct bench *bench = bench_open();
    struct saga_participant *participant = bench->participant;
    struct buf frame;
    const char *why;
    char key[64];
    buf_open(&frame, 1 << 20);
    participant->now_ms = link_now_ms();
    cr_assert_eq(connection_open(participant), SAGA_OK);
    cr_assert_eq(
        saga_value_count(saga_value_find(value_of(buf_span(&participant->out)), "running")), 0);
    for (int i = 0; i < MANY; i++) {
        snprintf(key, sizeof(key), i % 2 ? "%d" : "trip-0123456789-0123456789-%d/flight/do", i);
        take(bench, &(struct given){"t.work", "do", key, NULL, 1, 60000});
        if (i % 2000 != 0 && i < MANY - 1) {
            continue;
        }
        cr_assert_eq(connection_open(participant), SAGA_OK);
        struct span ready = buf_span(&participant->out);
        cr_assert_leq(ready.size, PARTICIPANT_MESSAGE_MAX, "%d", i);
        cr_assert_eq(mp_check(ready, &why), SAGA_OK, "%d: %s", i, why);
        bool names_them = mp_find(ready, span_text("running")).size > 0;
        cr_assert_eq(names_them, i < MANY - 1, "%d", i);
    }
    buf_close(&frame);
    bench_close(bench);
}

Test(saga_tasks, is_done_with_all_that_one_message_names)
{
    enum { COUNT = 100 };
    struct bench *bench = bench_open();
    char keys[COUNT][16];
    struct buf buf;
    buf_open(&buf, 1 << 16);
    mp_put_array(&buf, COUNT + 3);
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k-%u", i);
        take(bench, &(struct given){"t.work", "do", keys[i], NULL, 1, 60000});
        /* Rows that name nothing stand between. */
        if (i == 10) {
            mp_put_array(&buf, 0);
        }
        if (i == 20) {
            mp_put_int(&buf, 7);
        }
        if (i == 30) {
            mp_put_array(&buf, 2);
            mp_put_text(&buf, "k-5");
            mp_put_text(&buf, "k-6");
        }
        mp_put_array(&buf, 2);
        mp_put_text(&buf, keys[i]);
        mp_put_int(&buf, i == 50 ? 2 : 1);
    }
    cr_assert_eq(bench->participant->ledger.kept_count, COUNT);
    struct inbound inbound = {.message = {.results = buf_span(&buf)}};
    done_take(bench->participant, &inbound);
    cr_assert_eq(bench->participant->counts.done, COUNT - 1);
    cr_assert_eq(bench->participant->counts.garbage, 0);
    cr_assert_eq(bench->participant->ledger.kept_count, 1, "another attempt was named");
    done_take(bench->participant, &inbound);
    cr_assert_eq(bench->participant->counts.done, COUNT - 1);
    buf_close(&buf);
    bench_close(bench);
}

/* ---- outputs ---- */

Test(saga_tasks, refuses_an_output_that_is_too_large_in_doubt)
{
    struct bench *bench = bench_open();
    bench->output_size = VALUE_SIZE_MAX + 1;
    take_do(bench, "t.work", 1);
    expect_failed(bench, "bad_output");
    cr_assert(saga_value_bool(value_of(bench->last), "error.in_doubt", false),
              "the effect may stand");
    bench_close(bench);
}

/* ---- the barrier ---- */

Test(saga_tasks, refuses_a_do_that_comes_after_its_undo)
{
    struct bench *bench = bench_open();
    take_undo(bench);
    char status[16];
    cr_assert(saga_value_copy(value_of(bench->last), "status", status, sizeof(status)));
    cr_assert_str_eq(status, "ok");
    cr_assert_eq(bench->calls, 0, "there was nothing to undo");
    take_do(bench, "t.once", 1);
    expect_failed(bench, "undone_before");
    cr_assert_eq(bench->calls, 0);
    bench_close(bench);
}

static void take_check(struct bench *bench, const char *key, const char *about)
{
    take(bench, &(struct given){.action = "t.once",
                                .kind = "check",
                                .key = key,
                                .do_key = about,
                                .attempt = 1,
                                .ttl_ms = 60000});
}

static bool is_ok(const struct bench *bench)
{
    char status[16];
    cr_assert(saga_value_copy(value_of(bench->last), "status", status, sizeof(status)));
    return strcmp(status, "ok") == 0;
}

/* Whatever the undo found to undo. */
Test(saga_tasks, says_what_became_of_a_do_and_of_its_undo)
{
    for (int with_do = 0; with_do < 2; with_do++) {
        struct bench *bench = bench_open();
        take_check(bench, "trip-1/flight/check", "trip-1/flight/do");
        cr_assert_not(is_ok(bench));
        take_check(bench, "trip-1/flight~2/check", "trip-1/flight/undo");
        expect_failed(bench, "not_found");
        if (with_do) {
            take_do(bench, "t.once", 1);
        }
        take_check(bench, "trip-1/flight~3/check", "trip-1/flight/undo");
        cr_assert_not(is_ok(bench));
        take_undo(bench);
        take_check(bench, "trip-1/flight~4/check", "trip-1/flight/undo");
        cr_assert(is_ok(bench));
        take_check(bench, "trip-1/flight~5/check", "trip-1/flight/do");
        cr_assert_not(is_ok(bench));
        bench_close(bench);
    }
}

/* Nothing was committed, so there is no doubt; the next attempt may work. */
Test(saga_tasks, rolls_back_what_cannot_be_told)
{
    struct bench *bench = bench_open();
    bench->output_size = VALUE_SIZE_MAX + 1;
    take_do(bench, "t.once", 1);
    expect_failed(bench, "bad_output");
    cr_assert_not(saga_value_bool(value_of(bench->last), "error.in_doubt", true));
    take_check(bench, "trip-1/flight/check", "trip-1/flight/do");
    expect_failed(bench, "not_found");
    bench->output_size = 0;
    take_do(bench, "t.once", 2);
    expect_ok(bench, 2);
    bench_close(bench);
}

/* The work took longer than its task may: the transaction is rolled back. */
Test(saga_tasks, commits_nothing_when_the_time_is_over)
{
    struct bench *bench = bench_open();
    bench->is_slow = true;
    take_do(bench, "t.once", 1);
    expect_failed(bench, "expired");
    cr_assert_not(saga_value_bool(value_of(bench->last), "error.in_doubt", true));
    cr_assert_eq(bench->calls, 1);
    take_check(bench, "trip-1/flight/check", "trip-1/flight/do");
    expect_failed(bench, "not_found");
    bench->is_slow = false;
    take_do(bench, "t.once", 2);
    expect_ok(bench, 2);
    bench_close(bench);
}

/* A participant that has died and come back remembers nothing but its database. */
static void restart(struct bench *bench)
{
    const struct saga_participant_options options = {.workers = SAGA_WORKERS_INLINE};
    saga_participant_close(&bench->participant);
    cr_assert_eq(saga_participant_open(&options, &bench->participant), SAGA_OK);
    cr_assert_eq(saga_participant_serve(bench->participant, "t.once", work_once, bench), SAGA_OK);
    hear(bench->participant);
}

Test(saga_tasks, confirms_once_over_a_restart)
{
    struct bench *bench = bench_open();
    struct given confirm = {.action = "t.once",
                            .kind = "confirm",
                            .key = "trip-1/flight/confirm",
                            .do_key = "trip-1/flight/do",
                            .attempt = 1,
                            .ttl_ms = 60000};
    take_do(bench, "t.once", 1);
    take(bench, &confirm);
    expect_ok(bench, 2);
    restart(bench);
    confirm.attempt = 2;
    take(bench, &confirm);
    expect_ok(bench, 2);
    cr_assert_eq(bench->calls, 2);
    bench_close(bench);
}

Test(saga_tasks, does_once_over_a_restart_what_the_barrier_knows)
{
    struct bench *bench = bench_open();
    take_do(bench, "t.once", 1);
    expect_ok(bench, 1);
    restart(bench);
    take_do(bench, "t.once", 2);
    expect_ok(bench, 1);
    cr_assert_eq(bench->calls, 1);
    take_undo(bench);
    cr_assert_eq(bench->calls, 2);
    bench_close(bench);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *source = fopen(from, "rb");
    FILE *target = fopen(to, "wb");
    size_t size = source ? fread(bytes, 1, sizeof(bytes), source) : 0;
    cr_assert_eq(fwrite(bytes, 1, size, target), size);
    if (source) {
        fclose(source);
    }
    fclose(target);
}

/* The disk fails while the barrier commits, at each place that there is. An answer that it had no
 * effect is believed, so the effect may not be found when the file is opened again. */
static bool commit_fails(const char *path, uint64_t at, int code)
{
    static const char *const endings[] = {"", "-wal", ".then", ".then-wal", "-shm", ".then-shm"};
    char names[ARRAY_COUNT(endings)][80];
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        snprintf(names[i], sizeof(names[i]), "%s%s", path, endings[i]);
        remove(names[i]);
    }
    const struct fault_plan none = {0};
    const struct fault_plan plan = {.calls = FAULT_CHANGES, .at = at, .code = code};
    struct bench *bench = bench_open();
    fault_vfs_begin(&none);
    sqlite3_close(bench->db);
    cr_assert_eq(sqlite3_open(path, &bench->db), SQLITE_OK);
    sqlite3_exec(bench->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", NULL, NULL,
                 NULL);
    cr_assert_eq(saga_barrier_create(bench->db), SAGA_OK);
    fault_vfs_begin(&plan);
    take_do(bench, "t.once", 1);
    bool was_hit = fault_vfs_was_hit();
    char status[16];
    struct saga_value result = value_of(bench->last);
    cr_assert(saga_value_copy(result, "status", status, sizeof(status)));
    bool failed = strcmp(status, "failed") == 0;
    bool no_effect = failed && !saga_value_bool(result, "error.in_doubt", false);
    fault_vfs_end();

    /* What a process that starts now would find: the files without our connection. */
    copy_file(names[0], names[2]);
    copy_file(names[1], names[3]);
    sqlite3 *other = NULL;
    sqlite3_stmt *count = NULL;
    cr_assert_eq(sqlite3_open(names[2], &other), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(other, "SELECT count(*) FROM saga_barrier", -1, &count, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(count), SQLITE_ROW);
    cr_assert_not(no_effect && sqlite3_column_int(count, 0) > 0, "at %d", (int)at);
    sqlite3_finalize(count);
    sqlite3_close(other);
    bench_close(bench);
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        remove(names[i]);
    }
    return was_hit;
}

Test(saga_tasks, does_not_deny_what_a_failed_commit_may_have_left)
{
    char path[64];
    snprintf(path, sizeof(path), "/tmp/test_saga_barrier.%d", (int)getpid());
    uint64_t at = 1;
    while (commit_fails(path, at, SQLITE_IOERR_FSYNC) && at < 100) {
        at++;
    }
    cr_assert_gt(at, 1, "something is written");
}
