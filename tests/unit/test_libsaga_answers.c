/* test_libsaga_answers.c - whatever a handler says, what leaves is a result that can be read.
 *
 * Seen to fail with: check_output() without its bound of values; fit_details() that does nothing;
 * details that are put unlooked at; descend() that takes every child for good; a pointer whose keys
 * are not escaped. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/mp.h"
#include "participants/answer.h"

enum { ROOM = 1 << 20 };

static struct saga_answer answer;
static struct buf result; /* what answer_pairs() gives, as a map */

static void open_all(void)
{
    answer_open(&answer);
    buf_open(&result, ROOM * 2);
}

static void close_all(void)
{
    answer_close(&answer);
    buf_close(&result);
}

TestSuite(libsaga_answers, .init = open_all, .fini = close_all);

/* Seals the answer and reads it as the coordinator would. */
static struct saga_value seal(size_t room)
{
    const char *why = NULL;
    answer_seal(&answer, room);
    struct answer_pairs pairs = answer_pairs(&answer);
    cr_assert_leq(pairs.bytes.size, room);
    buf_clear(&result);
    mp_put_map(&result, pairs.count);
    buf_write(&result, pairs.bytes.data, pairs.bytes.size);
    cr_assert_eq(mp_check(buf_span(&result), &why), SAGA_OK, "%s", why);
    return value_of(buf_span(&result));
}

static void expect_failed(struct saga_value said, const char *code, bool in_doubt)
{
    char text[64];
    cr_assert(saga_value_copy(said, "status", text, sizeof(text)));
    cr_assert_str_eq(text, "failed");
    cr_assert(saga_value_copy(said, "error.code", text, sizeof(text)));
    cr_assert_str_eq(text, code);
    cr_assert_eq(saga_value_bool(said, "error.in_doubt", !in_doubt), in_doubt);
}

static void expect_message(struct saga_value said, const char *message)
{
    char text[256];
    cr_assert(saga_value_copy(said, "error.message", text, sizeof(text)));
    cr_assert_str_eq(text, message);
}

/* {"a/b~": [true, {"price": <what follows>}]} */
static struct saga_pack *begin_nested(void)
{
    struct saga_pack *pack = saga_answer_ok(&answer);
    saga_put_map(pack, 1);
    saga_put_str(pack, "a/b~");
    saga_put_array(pack, 2);
    saga_put_bool(pack, true);
    saga_put_map(pack, 1);
    saga_put_str(pack, "price");
    return pack;
}

Test(libsaga_answers, say_where_an_output_is_wrong)
{
    saga_put_int(begin_nested(), MP_INT_MAX + 1);
    struct saga_value said = seal(ROOM);
    expect_failed(said, "bad_output", true);
    expect_message(said, "integer beyond 2^53-1 at /a~1b~0/1/price");

    saga_put_int(begin_nested(), -MP_INT_MAX);
    cr_assert_eq(saga_value_type(saga_value_find(seal(ROOM), "error")), SAGA_TYPE_NONE);

    saga_put_double(begin_nested(), INFINITY);
    said = seal(ROOM);
    expect_failed(said, "bad_output", true);
    expect_message(said, "not a finite number at /a~1b~0/1/price");

    saga_put_bytes(begin_nested(), "\xff", 1);
    expect_message(seal(ROOM), "not UTF-8 at /a~1b~0/1/price");

    begin_nested();
    expect_message(seal(ROOM), "cut short at the top");

    struct saga_pack *pack = saga_answer_ok(&answer);
    saga_put_int(pack, 1);
    saga_put_int(pack, 2);
    expect_message(seal(ROOM), "trailing bytes at the top");
}

Test(libsaga_answers, are_not_deeper_or_more_than_a_message_may_be)
{
    struct saga_pack *pack = saga_answer_ok(&answer);
    for (uint32_t i = 0; i < MP_VALUE_DEPTH_MAX; i++) {
        saga_put_array(pack, 1);
    }
    saga_put_nil(pack);
    cr_assert_eq(saga_value_type(saga_value_find(seal(ROOM), "error")), SAGA_TYPE_NONE);

    pack = saga_answer_ok(&answer);
    for (uint32_t i = 0; i <= MP_VALUE_DEPTH_MAX; i++) {
        saga_put_array(pack, 1);
    }
    saga_put_nil(pack);
    expect_failed(seal(ROOM), "bad_output", true);

    pack = saga_answer_ok(&answer);
    saga_put_array(pack, MP_NODE_MAX - 2);
    for (uint32_t i = 0; i < MP_NODE_MAX - 2; i++) {
        saga_put_nil(pack);
    }
    expect_failed(seal(ROOM), "bad_output", true);
}

static void put_long(struct saga_pack *pack, size_t size)
{
    char *text = calloc(1, size);
    memset(text, 'x', size);
    saga_put_bytes(pack, text, size);
    free(text);
}

/* Its effect stands, so that it cannot be said to have failed without one. */
Test(libsaga_answers, whose_output_is_too_large_are_in_doubt)
{
    enum { SMALL = 4000 };
    put_long(saga_answer_ok(&answer), SMALL - 100);
    cr_assert_eq(saga_value_type(saga_value_find(seal(SMALL), "error")), SAGA_TYPE_NONE);
    put_long(saga_answer_ok(&answer), SMALL);
    expect_failed(seal(SMALL), "bad_output", true);
    put_long(saga_answer_ok(&answer), VALUE_SIZE_MAX);
    expect_failed(seal(ROOM), "bad_output", true);
    put_long(saga_answer_ok(&answer), 2 * ROOM);
    saga_answer_cost(&answer, 12);
    struct saga_value said = seal(ROOM);
    expect_failed(said, "bad_output", true);
    cr_assert_eq(saga_value_int(said, "cost_usd_micros", 0), 12);
}

/* That it had no effect is worth more than its details. */
Test(libsaga_answers, leave_out_details_that_cannot_be_sent)
{
    enum { SMALL = 4000 };
    struct saga_pack *details = saga_pack_new();
    struct saga_failure failure = {.code = "full", .refused = true, .retry_after_ms = INT64_MAX};
    put_long(details, SMALL);
    failure.details = saga_pack_value(details);
    saga_answer_failed(&answer, &failure);
    struct saga_value said = seal(ROOM);
    expect_failed(said, "full", false);
    cr_assert_eq(saga_value_type(saga_value_find(said, "error.details")), SAGA_TYPE_STR);
    cr_assert_eq(saga_value_int(said, "error.retry_after_ms", 0), MP_INT_MAX);

    saga_answer_failed(&answer, &failure);
    saga_answer_cost(&answer, INT64_MAX);
    said = seal(SMALL);
    expect_failed(said, "full", false);
    cr_assert_not(saga_value_bool(said, "error.retryable", true));
    cr_assert_eq(saga_value_type(saga_value_find(said, "error.details")), SAGA_TYPE_NONE);
    cr_assert_eq(saga_value_int(said, "cost_usd_micros", 0), MP_INT_MAX);

    failure.details = (struct saga_value){"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9};
    saga_answer_failed(&answer, &failure);
    said = seal(ROOM);
    expect_failed(said, "full", false);
    cr_assert_eq(saga_value_type(saga_value_find(said, "error.details")), SAGA_TYPE_NONE);
    saga_pack_destroy(&details);
}

Test(libsaga_answers, have_texts_that_are_utf8_and_short)
{
    char code[1000];
    char text[4096];
    memset(code, 'c', sizeof(code) - 1);
    code[sizeof(code) - 1] = '\0';
    saga_answer_failed(&answer, &(struct saga_failure){.code = code, .message = "\xff\xfe\xff"});
    struct saga_value said = seal(ROOM);
    cr_assert(saga_value_copy(said, "error.code", text, sizeof(text)));
    cr_assert_eq(strlen(text), 64);
    expect_message(said, "?");
}

Test(libsaga_answers, say_that_the_handler_gave_none)
{
    expect_failed(seal(ROOM), "no_answer", true);
    saga_answer_later(&answer);
    char status[16];
    cr_assert(saga_value_copy(seal(ROOM), "status", status, sizeof(status)));
    cr_assert_str_eq(status, "later");
}
