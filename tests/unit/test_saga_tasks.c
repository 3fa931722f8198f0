/* test_saga_tasks.c - libsaga without a coordinator: what tasks come to, and what of it is kept.
 *
 * Tasks are packed and given to task_take() as the session would; there is no connection, so every
 * result stays where it is kept until `done`, and is read there.
 *
 * Seen to fail with: is_remembered() that is always false (the handler runs again); the deadline
 * not looked at in task_execute(); enter_do() without STATE_UNDONE; resend_due() with a time that
 * never comes (nothing is sent again); check_output() without its bound. */
#include <criterion/criterion.h>
#include <sqlite3.h>

#include "base/limits.h"
#include "base/mp.h"
#include "participants/participant.h"

struct bench {
    struct saga_participant *participant;
    sqlite3 *db;
    uint32_t calls;     /* of the handler */
    size_t output_size; /* 0: the output is the number of the call */
    struct span last;   /* the result that is kept of the task taken last */
};

static void work(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    struct bench *bench = arg;
    MAYBE(task->attempt > 1);
    bench->calls++;
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

/* The coordinator was heard of just now. */
static void hear(struct saga_participant *participant)
{
    participant->now_ms = participant_now_ms();
    atomic_store(&participant->heard_ms, participant->now_ms);
}

static struct bench *bench_open(void)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    const struct saga_participant_options options = {.workers = SAGA_WORKERS_INLINE};
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
    uint32_t count = ARRAY_COUNT(texts) - (given->do_key == NULL);
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
    zmq_msg_t frame;
    struct message message;
    buf_open(&buf, LIMIT_MESSAGE_IN);
    pack_task(&buf, given);
    cr_assert_eq(zmq_msg_init_size(&frame, buf.size), 0);
    memcpy(zmq_msg_data(&frame), buf.data, buf.size);
    struct span bytes = span_of(zmq_msg_data(&frame), zmq_msg_size(&frame));
    cr_assert_eq(message_read(bytes, &message), SAGA_OK);
    task_take(bench->participant, &frame, &message);
    zmq_msg_close(&frame);
    buf_close(&buf);
    const struct run *run = ledger_find(&bench->participant->ledger, span_text(given->key));
    const struct attempt *attempt = run == NULL ? NULL : ledger_attempt(run, given->attempt);
    bench->last = attempt == NULL ? span_text("") : buf_span(&attempt->result);
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

static void say_done(struct bench *bench, const char *key, int64_t attempt)
{
    struct buf buf;
    buf_open(&buf, 1000);
    mp_put_array(&buf, 1);
    mp_put_array(&buf, 3);
    mp_put_text(&buf, key);
    mp_put_int(&buf, attempt);
    mp_put_text(&buf, "ok");
    const struct message message = {.results = buf_span(&buf)};
    task_done(bench->participant, &message);
    buf_close(&buf);
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
    cr_assert_eq(bench->participant->counts.garbage, 3);
    cr_assert_eq(bench->participant->counts.tasks, 0);
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
        participant->now_ms += PARTICIPANT_RESEND_MS;
        atomic_store(&participant->heard_ms, participant->now_ms);
        session_turn(participant);
        cr_assert_eq(participant->counts.resent, times);
        session_turn(participant);
        cr_assert_eq(participant->counts.resent, times, "not before its time");
    }
    say_done(bench, "trip-1/flight/do", 2); /* another attempt's */
    cr_assert_eq(participant->ledger.kept_count, 1);
    say_done(bench, "trip-1/flight/do", 1);
    cr_assert_eq(participant->ledger.kept_count, 0);
    participant->now_ms += PARTICIPANT_RESEND_MS;
    atomic_store(&participant->heard_ms, participant->now_ms);
    session_turn(participant);
    cr_assert_eq(participant->counts.resent, 3);
    bench_close(bench);
}

/* ---- outputs ---- */

Test(saga_tasks, refuses_an_output_that_is_too_large_in_doubt)
{
    struct bench *bench = bench_open();
    bench->output_size = VALUE_SIZE_MAX + 1;
    take_do(bench, "t.work", 1);
    expect_failed(bench, "result_too_large");
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

/* A participant that has died and come back remembers nothing but its database. */
Test(saga_tasks, does_once_over_a_restart_what_the_barrier_knows)
{
    struct bench *bench = bench_open();
    struct saga_participant *second = NULL;
    const struct saga_participant_options options = {.workers = SAGA_WORKERS_INLINE};
    take_do(bench, "t.once", 1);
    expect_ok(bench, 1);
    saga_participant_close(&bench->participant);
    cr_assert_eq(saga_participant_open(&options, &second), SAGA_OK);
    cr_assert_eq(saga_participant_serve(second, "t.once", work_once, bench), SAGA_OK);
    hear(second);
    bench->participant = second;
    take_do(bench, "t.once", 2);
    expect_ok(bench, 1);
    cr_assert_eq(bench->calls, 1);
    take_undo(bench);
    cr_assert_eq(bench->calls, 2);
    bench_close(bench);
}
