/* test_base_mp.c - the cursor, looking things up, comparing, packing. */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static struct buf opened(void)
{
    struct buf buf;
    buf_open(&buf, 16 * 1024 * 1024);
    return buf;
}

static void check_round(int64_t value, size_t size)
{
    struct buf buf = opened();
    mp_put_int(&buf, value);
    cr_assert_eq(buf.size, size, "%lld takes %zu bytes", (long long)value, buf.size);
    struct mp mp = mp_open(buf_span(&buf));
    cr_assert_eq(mp_int(&mp), value);
    cr_assert_not(mp.bad);
    cr_assert_eq(mp.at, mp.end);
    buf_close(&buf);
}

Test(mp, packs_integers_in_the_shortest_form_and_reads_them_back)
{
    static const struct {
        int64_t value;
        size_t size;
    } rows[] = {
        {0, 1},      {127, 1},    {128, 2},        {255, 2},        {256, 3},
        {65535, 3},  {65536, 5},  {4294967295, 5}, {4294967296, 9}, {INT64_MAX, 9},
        {-1, 1},     {-32, 1},    {-33, 2},        {-128, 2},       {-129, 3},
        {-32768, 3}, {-32769, 5}, {INT32_MIN, 5},  {INT64_MIN, 9},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        check_round(rows[i].value, rows[i].size);
    }
}

Test(mp, reads_unsigned_numbers_up_to_64_bits)
{
    struct buf buf = opened();
    mp_put_uint(&buf, UINT64_MAX);
    mp_put_uint(&buf, 7);
    mp_put_int(&buf, -1);
    struct mp mp = mp_open(buf_span(&buf));
    struct mp again = mp;
    cr_assert_eq(mp_uint(&mp), UINT64_MAX);
    cr_assert_eq(mp_uint(&mp), 7);
    cr_assert_eq(mp_uint(&mp), 0);
    cr_assert(mp.bad, "-1 is not unsigned");
    cr_assert_eq(mp_int(&again), 0);
    cr_assert(again.bad, "2^64-1 is no int64_t");
    buf_close(&buf);
}

Test(mp, reads_doubles_floats_and_integers_as_double)
{
    static const double expected[] = {12.5, -1.0, 5.0, -1.0, 18446744073709551615.0};
    struct mp mp =
        mp_open(BYTES("\xcb\x40\x29\x00\x00\x00\x00\x00\x00\xca\xbf\x80\x00\x00\x05"
                      "\xff\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xc0"));
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        double value = mp_double(&mp);
        cr_assert_float_eq(value, expected[i], 0);
    }
    cr_assert_not(mp.bad);
    double value = mp_double(&mp);
    cr_assert_float_eq(value, 0, 0);
    cr_assert(mp.bad, "nil is no number");
}

Test(mp, reads_what_was_packed)
{
    struct buf buf = opened();
    mp_put_map(&buf, 3);
    mp_put_text(&buf, "a");
    mp_put_array(&buf, 3);
    mp_put_nil(&buf);
    mp_put_bool(&buf, false);
    mp_put_bool(&buf, true);
    mp_put_text(&buf, "b");
    mp_put_bin(&buf, BYTES("\x00\x01"));
    mp_put_text(&buf, "c");
    mp_put_value(&buf, (struct span){NULL, 0});
    cr_assert_not(buf_failed(&buf));

    struct mp mp = mp_open(buf_span(&buf));
    cr_assert_eq(mp_peek(&mp), MP_MAP);
    cr_assert_eq(mp_map(&mp), 3);
    cr_assert(span_is(mp_str(&mp), "a"));
    cr_assert_eq(mp_array(&mp), 3);
    cr_assert_eq(mp_peek(&mp), MP_NIL);
    mp_nil(&mp);
    cr_assert_not(mp_bool(&mp));
    cr_assert(mp_bool(&mp));
    cr_assert(span_is(mp_str(&mp), "b"));
    cr_assert(span_equal(mp_bin(&mp), BYTES("\x00\x01")));
    cr_assert(span_is(mp_str(&mp), "c"));
    mp_nil(&mp);
    cr_assert_not(mp.bad);
    cr_assert_eq(mp_peek(&mp), MP_NONE);
    buf_close(&buf);
}

Test(mp, a_misread_stays_bad_and_gives_zeroes)
{
    struct mp mp = mp_open(BYTES("\x05\x06"));
    struct span text = mp_str(&mp);
    cr_assert_eq(text.size, 0);
    cr_assert(mp.bad);
    cr_assert_eq(mp_int(&mp), 0);
    cr_assert_eq(mp_array(&mp), 0);
    cr_assert_eq(mp_skip(&mp).size, 0);
    cr_assert_eq(mp_peek(&mp), MP_NONE);
}

Test(mp, a_count_beyond_the_bytes_left_is_bad)
{
    struct mp map = mp_open(BYTES("\x82\x01\x02\x03"));
    cr_assert_eq(mp_map(&map), 0);
    cr_assert(map.bad, "two pairs take four bytes at least");
    struct mp array = mp_open(BYTES("\x93\x01\x02"));
    cr_assert_eq(mp_array(&array), 0);
    cr_assert(array.bad);
}

/* Reads everything a cursor can from hostile bytes; only the sanitizer can object. */
static void read_all(struct span bytes)
{
    uint8_t *copy = malloc(bytes.size == 0 ? 1 : bytes.size);
    cr_assert_not_null(copy);
    memcpy(copy, bytes.data, bytes.size);
    bytes.data = copy;
    struct mp mp = mp_open(bytes);
    while (!mp.bad && mp.at < mp.end) {
        struct mp each[9] = {mp, mp, mp, mp, mp, mp, mp, mp, mp};
        mp_nil(&each[0]);
        mp_bool(&each[1]);
        mp_int(&each[2]);
        mp_uint(&each[3]);
        mp_double(&each[4]);
        mp_str(&each[5]);
        mp_bin(&each[6]);
        mp_array(&each[7]);
        mp_map(&each[8]);
        mp_find(span_of(mp.at, (size_t)(mp.end - mp.at)), span_text("in"));
        mp_at(span_of(mp.at, (size_t)(mp.end - mp.at)), 3);
        struct span value = mp_skip(&mp);
        cr_assert(mp.bad || value.size > 0);
        cr_assert(mp.at <= mp.end);
    }
    mp_equal(bytes, bytes);
    free(copy);
}

Test(mp, never_reads_past_the_end_of_hostile_bytes)
{
    static const char message[] =
        "\x83\xa1t\xa4task\xa2in\x93\xcd\x01\x02\xcb\x3f\xf0\x00\x00\x00"
        "\x00\x00\x00\xd9\x03xyz\xa3out\xdf\x00\x00\x00\x01\xa1k\xc4\x01z";
    uint8_t bytes[sizeof(message) - 1];
    memcpy(bytes, message, sizeof(bytes));
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        read_all(span_of(bytes, size));
    }
    for (size_t at = 0; at < sizeof(bytes); at++) {
        uint8_t before = bytes[at];
        for (unsigned byte = 0; byte < 256; byte++) {
            bytes[at] = (uint8_t)byte;
            read_all(span_of(bytes, sizeof(bytes)));
        }
        bytes[at] = before;
    }
    read_all(BYTES("\xdd\xff\xff\xff\xff\xc0"));
    read_all(BYTES("\xdf\xff\xff\xff\xff\xa1k\xc0"));
    read_all(BYTES("\x91\x92\x93\x94\xc0"));
}

Test(mp, skips_nesting_of_any_depth_without_a_stack)
{
    size_t size = 1000000;
    uint8_t *nested = malloc(size);
    cr_assert_not_null(nested);
    memset(nested, 0x91, size);
    nested[size - 1] = 0xc0;
    struct mp mp = mp_open(span_of(nested, size));
    cr_assert_eq(mp_skip(&mp).size, size);
    cr_assert_not(mp.bad);
    cr_assert_not(mp_equal(span_of(nested, size), span_of(nested, size)), "too deep to compare");
    free(nested);
}

/* Keys count too; seen to fail with the count taken once a call. */
Test(mp, counts_what_it_skips)
{
    static const uint8_t bytes[] =
        "\x83\xa1"
        "a\x93\x01\x02\xc0\xa1"
        "b\x80\xa1"
        "c\xa2xy\x05";
    struct mp mp = mp_open(span_of(bytes, sizeof(bytes) - 1));
    uint64_t count = 100;
    struct span map = mp_skip_counted(&mp, &count);
    cr_assert_eq(map.size, sizeof(bytes) - 2);
    cr_assert_eq(count, 100 + 1 + 3 + 3 + 3);
    cr_assert_eq(mp_skip_counted(&mp, &count).size, 1);
    cr_assert_eq(count, 111);
}

Test(mp, finds_values_by_key_and_by_index)
{
    struct span map = BYTES("\x82\xa1x\x93\x01\x02\xa1z\xa1y\x05");
    struct span list = mp_find(map, span_text("x"));
    cr_assert(span_equal(list, BYTES("\x93\x01\x02\xa1z")));
    cr_assert(span_equal(mp_find(map, span_text("y")), BYTES("\x05")));
    cr_assert_eq(mp_find(map, span_text("z")).size, 0);
    cr_assert_eq(mp_find(list, span_text("x")).size, 0);
    cr_assert_eq(mp_find((struct span){NULL, 0}, span_text("x")).size, 0);
    cr_assert(span_equal(mp_at(list, 2), BYTES("\xa1z")));
    cr_assert_eq(mp_at(list, 3).size, 0);
    cr_assert_eq(mp_at(list, UINT64_MAX).size, 0);
    cr_assert_eq(mp_at(map, 0).size, 0);
    cr_assert_eq(mp_type(list), MP_ARRAY);
    cr_assert_eq(mp_type((struct span){NULL, 0}), MP_NONE);
    cr_assert_eq(mp_type(MP_NIL_VALUE), MP_NIL);
}

static void check_equal(struct span a, struct span b, bool expected)
{
    cr_assert_eq(mp_equal(a, b), expected);
    cr_assert_eq(mp_equal(b, a), expected, "and the other way round");
}

Test(mp, compares_by_meaning)
{
    check_equal(BYTES("\x01"), BYTES("\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"), true);
    check_equal(BYTES("\x01"), BYTES("\xcd\x00\x01"), true);
    check_equal(BYTES("\x01"), BYTES("\xcb\x3f\xf0\x00\x00\x00\x00\x00\x01"), false);
    check_equal(BYTES("\x00"), BYTES("\xcb\x80\x00\x00\x00\x00\x00\x00\x00"), true);
    check_equal(BYTES("\xff"), BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), false);
    /* 2^53 + 1 is no double. */
    check_equal(BYTES("\xcf\x00\x20\x00\x00\x00\x00\x00\x01"),
                BYTES("\xcb\x43\x40\x00\x00\x00\x00\x00\x00"), false);
    check_equal(BYTES("\x01"), BYTES("\xc3"), false);
    check_equal(BYTES("\xc0"), BYTES("\xc2"), false);
    check_equal(BYTES("\xa1"
                      "1"),
                BYTES("\x01"), false);
    check_equal(BYTES("\xa1x"), BYTES("\xd9\x01x"), true);
    check_equal(BYTES("\xa1x"), BYTES("\xa1y"), false);
    check_equal(BYTES("\x92\x01\x02"), BYTES("\xdc\x00\x02\x01\x02"), true);
    check_equal(BYTES("\x92\x01\x02"), BYTES("\x92\x02\x01"), false);
    check_equal(BYTES("\x91\x01"), BYTES("\x92\x01\x01"), false);
    check_equal(BYTES("\x90"), BYTES("\x80"), false);
    check_equal(BYTES("\x82\xa1x\x01\xa1y\x92\x80\x02"), BYTES("\x82\xa1y\x92\x80\x02\xa1x\x01"),
                true);
    check_equal(BYTES("\x82\xa1x\x01\xa1y\x02"), BYTES("\x82\xa1x\x01\xa1z\x02"), false);
    check_equal(BYTES("\x82\xa1x\x01\xa1y\x02"), BYTES("\x82\xa1x\x02\xa1y\x01"), false);
    check_equal((struct span){NULL, 0}, MP_NIL_VALUE, false);
}

/* `depth` maps one in the other, each of `count` keys, forwards or backwards. */
static void put_maps(struct buf *buf, uint32_t depth, uint32_t count, bool backwards)
{
    for (uint32_t level = 0; level < depth; level++) {
        mp_put_map(buf, count);
        for (uint32_t i = 1; i < count; i++) {
            char key[16];
            snprintf(key, sizeof(key), "k%05u", backwards ? count - i : i);
            mp_put_text(buf, key);
            mp_put_int(buf, backwards ? count - i : i);
        }
        mp_put_text(buf, "next");
    }
    mp_put_nil(buf);
}

Test(mp, compares_maps_in_any_order_quickly)
{
    static const uint32_t shapes[][2] = {{1, 16}, {1, 17}, {28, 3}, {28, 17}, {1, 40000}};
    struct buf a = opened();
    struct buf b = opened();
    int64_t before_ns = clock_monotonic_ns();
    for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
        buf_clear(&a);
        buf_clear(&b);
        put_maps(&a, shapes[i][0], shapes[i][1], false);
        put_maps(&b, shapes[i][0], shapes[i][1], true);
        check_equal(buf_span(&a), buf_span(&b), true);
        b.data[b.size - 1] = 0xc2; /* the innermost value */
        check_equal(buf_span(&a), buf_span(&b), false);
    }
    /* Searching 40,000 keys 40,000 times takes seconds. */
    cr_assert_lt(clock_monotonic_ns() - before_ns, INT64_C(1500000000));
    buf_close(&a);
    buf_close(&b);
}
