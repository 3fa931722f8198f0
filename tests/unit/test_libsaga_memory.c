/* test_libsaga_memory.c - each allocation of a task's way fails, once or for good: it is answered.
 *
 * Seen to fail with: a result without room set aside for it (nothing is ever sent for the task). */
#include <criterion/criterion.h>

#include "base/mp.h"
#include "lib/fault_memory.h"
#include "participants/tasks.h"

static void work(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    uint32_t *calls = arg;
    *calls += task->attempt;
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_array(output, 1000);
    for (int64_t i = 0; i < 1000; i++) {
        saga_put_int(output, i * 1000);
    }
}

static void pack_task(struct inbound *inbound)
{
    static const char *const texts[][2] = {{"type", "task"},     {"key", "trip-1/flight/do"},
                                           {"token", "a-token"}, {"saga", "trip-1"},
                                           {"step", "flight"},   {"kind", "do"},
                                           {"action", "t.work"}};
    struct buf buf;
    buf_open(&buf, 4096);
    mp_put_map(&buf, 3 + ARRAY_COUNT(texts));
    mp_put_text(&buf, "v");
    mp_put_int(&buf, 1);
    mp_put_text(&buf, "attempt");
    mp_put_int(&buf, 1);
    mp_put_text(&buf, "ttl_ms");
    mp_put_int(&buf, 60000);
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        mp_put_text(&buf, texts[i][0]);
        mp_put_text(&buf, texts[i][1]);
    }
    cr_assert_eq(zmq_msg_init_size(&inbound->frame, buf.size), 0);
    memcpy(zmq_msg_data(&inbound->frame), buf.data, buf.size);
    struct span bytes = span_of(zmq_msg_data(&inbound->frame), zmq_msg_size(&inbound->frame));
    cr_assert_eq(message_read(bytes, &inbound->message), SAGA_OK);
    buf_close(&buf);
}

/* What was answered is a result that can be read: ok, or one of these failures. */
static void expect_answer(struct span result, bool is_taken)
{
    static const char *const codes[] = {"overloaded", "no_memory", "bad_output"};
    const char *why = NULL;
    char code[32];
    struct saga_value value = value_of(result);
    cr_assert_eq(mp_check(result, &why), SAGA_OK, "%s", why);
    if (!saga_value_copy(value, "error.code", code, sizeof(code))) {
        cr_assert(is_taken);
        cr_assert_eq(saga_value_count(saga_value_find(value, "output")), 1000);
        return;
    }
    bool is_known = false;
    for (size_t i = is_taken ? 1 : 0; i < ARRAY_COUNT(codes); i++) {
        is_known = is_known || strcmp(code, codes[i]) == 0;
    }
    cr_assert(is_known, "%s", code);
    cr_assert(!is_taken || saga_value_bool(value, "error.in_doubt", false));
}

/* True when the allocation was there to fail. */
static bool take_one(uint64_t at, bool for_good)
{
    const struct saga_participant_options options = {.workers = SAGA_WORKERS_INLINE};
    struct saga_participant *participant = NULL;
    struct inbound inbound;
    uint32_t calls = 0;
    cr_assert_eq(saga_participant_open(&options, &participant), SAGA_OK);
    cr_assert_eq(saga_participant_serve(participant, "t.work", work, &calls), SAGA_OK);
    participant->now_ms = link_now_ms();
    atomic_store(&participant->heard_ms, participant->now_ms);
    pack_task(&inbound);
    inbound.key = ledger_expect(&participant->ledger, inbound.message.key);
    inbound.is_good = true;

    fault_memory_begin(at, for_good);
    tasks_take(participant, &inbound);
    bool was_hit = fault_memory_end();

    const struct attempt *kept = participant->ledger.kept_first;
    cr_assert_eq(calls, kept ? 1 : 0);
    cr_assert_eq(participant->ledger.attempt_count, kept ? 1 : 0);
    expect_answer(kept ? buf_span(&kept->result) : buf_span(&participant->out), kept != NULL);
    zmq_msg_close(&inbound.frame);
    saga_participant_close(&participant);
    return was_hit;
}

Test(libsaga_memory, that_runs_out_leaves_no_task_without_an_answer)
{
    for (int for_good = 0; for_good < 2; for_good++) {
        uint64_t at = 1;
        while (take_one(at, for_good != 0)) {
            at++;
        }
        cr_assert_gt(at, 3, "a run, an attempt, a result, an answer");
    }
}
