/* test_base_mp_check.c - what mp_check() lets in, and what hostile bytes meet. */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mp.h"

/* A copy of exactly the size, so that a read past the end is seen by the sanitizer. */
static enum saga_error check_copy(const void *data, size_t size, const char **why)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    cr_assert_not_null(copy);
    memcpy(copy, data, size);
    enum saga_error rc = mp_check(span_of(copy, size), why);
    free(copy);
    return rc;
}

static void accepts(const void *data, size_t size)
{
    const char *why = "untouched";
    enum saga_error rc = check_copy(data, size, &why);
    cr_assert(rc == SAGA_OK, "refused: %s", why);
    cr_assert_null(why);
}

static void refuses(const void *data, size_t size, const char *expected)
{
    const char *why = NULL;
    enum saga_error rc = check_copy(data, size, &why);
    cr_assert_eq(rc, SAGA_BAD_MESSAGE);
    cr_assert_str_eq(why, expected);
}

#define ACCEPTS(literal)      accepts(literal, sizeof(literal) - 1)
#define REFUSES(literal, why) refuses(literal, sizeof(literal) - 1, why)

/* A task as it goes over the wire, with one of each type in it. */
static void put_message(struct buf *buf)
{
    mp_put_map(buf, 8);
    mp_put_text(buf, "v");
    mp_put_int(buf, 1);
    mp_put_text(buf, "t");
    mp_put_text(buf, "task");
    mp_put_text(buf, "key");
    mp_put_text(buf, "trip-4711/flight/do/and-some-more-so-that-it-is-a-str8");
    mp_put_text(buf, "unknown");
    mp_put_bool(buf, true);
    mp_put_text(buf, "nothing");
    mp_put_nil(buf);
    mp_put_text(buf, "price");
    mp_put_double(buf, 12.5);
    mp_put_text(buf, "list");
    mp_put_array(buf, 5);
    mp_put_int(buf, -5);
    mp_put_int(buf, -200);
    mp_put_int(buf, -70000);
    mp_put_int(buf, MP_INT_MAX);
    mp_put_int(buf, -MP_INT_MAX);
    mp_put_text(buf, "in");
    mp_put_map(buf, 2);
    mp_put_text(buf,
                "stra\xc3\x9f"
                "e");
    mp_put_text(buf, "\xf0\x9f\x9a\x82 to Z\xc3\xbcrich");
    mp_put_text(buf, "seats");
    mp_put_array(buf, 20);
    for (int i = 0; i < 20; i++) {
        mp_put_int(buf, i * 1000);
    }
}

Test(mp_check, accepts_each_form_of_the_data_model)
{
    ACCEPTS("\xc0");
    ACCEPTS("\xc2");
    ACCEPTS("\xc3");
    ACCEPTS("\x00");
    ACCEPTS("\x7f");
    ACCEPTS("\xe0");
    ACCEPTS("\xcc\xff");
    ACCEPTS("\xcd\xff\xff");
    ACCEPTS("\xce\xff\xff\xff\xff");
    ACCEPTS("\xd0\x80");
    ACCEPTS("\xd1\x80\x00");
    ACCEPTS("\xd2\x80\x00\x00\x00");
    ACCEPTS("\xca\x3f\x80\x00\x00");
    ACCEPTS("\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00");
    ACCEPTS("\xcb\x80\x00\x00\x00\x00\x00\x00\x00"); /* -0.0 */
    ACCEPTS("\xa0");
    ACCEPTS("\xa1\x00"); /* U+0000 is a character */
    ACCEPTS("\xd9\x01x");
    ACCEPTS("\xda\x00\x01x");
    ACCEPTS("\xdb\x00\x00\x00\x01x");
    ACCEPTS("\x90");
    ACCEPTS("\xdc\x00\x01\xc0");
    ACCEPTS("\xdd\x00\x00\x00\x01\xc0");
    ACCEPTS("\x80");
    ACCEPTS("\xde\x00\x01\xa1k\xc0");
    ACCEPTS("\xdf\x00\x00\x00\x01\xa1k\xc0");
    ACCEPTS("\x81\xa0\xc0"); /* the empty key */
}

Test(mp_check, refuses_integers_that_javascript_would_round)
{
    ACCEPTS("\xcf\x00\x1f\xff\xff\xff\xff\xff\xff");
    REFUSES("\xcf\x00\x20\x00\x00\x00\x00\x00\x00", "integer beyond 2^53-1");
    REFUSES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "integer beyond 2^53-1");
    ACCEPTS("\xd3\xff\xe0\x00\x00\x00\x00\x00\x01");
    REFUSES("\xd3\xff\xe0\x00\x00\x00\x00\x00\x00", "integer beyond 2^53-1");
    REFUSES("\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "integer beyond 2^53-1");
    REFUSES("\xd3\x00\x20\x00\x00\x00\x00\x00\x00", "integer beyond 2^53-1");
}

Test(mp_check, refuses_what_json_cannot_say)
{
    REFUSES("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", "not a finite number");
    REFUSES("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", "not a finite number");
    REFUSES("\xcb\xff\xf0\x00\x00\x00\x00\x00\x00", "not a finite number");
    REFUSES("\xca\x7f\x80\x00\x00", "not a finite number");
    REFUSES("\xca\x7f\xc0\x00\x01", "not a finite number");
    REFUSES("\xc4\x01x", "bin");
    REFUSES("\xc5\x00\x01x", "bin");
    REFUSES("\xc6\x00\x00\x00\x01x", "bin");
    REFUSES("\xd4\xff\x00", "ext");
    REFUSES("\xd6\xff\x00\x00\x00\x00", "ext"); /* the timestamp */
    REFUSES("\xc7\x00\x01", "ext");
    REFUSES("\xc1", "ext");
    REFUSES("\x81\x01\xc0", "key is not a string");
    REFUSES("\x81\xc0\xc0", "key is not a string");
    REFUSES("\x81\x90\xc0", "key is not a string");
    REFUSES("\x81\xc4\x01k\xc0", "key is not a string");
}

Test(mp_check, refuses_text_that_is_not_utf8)
{
    REFUSES("\xa1\x80", "not UTF-8");
    REFUSES("\xa2\xc0\x80", "not UTF-8");         /* overlong U+0000 */
    REFUSES("\xa2\xc1\xbf", "not UTF-8");         /* overlong U+007F */
    REFUSES("\xa3\xe0\x9f\xbf", "not UTF-8");     /* overlong U+07FF */
    REFUSES("\xa4\xf0\x8f\xbf\xbf", "not UTF-8"); /* overlong U+FFFF */
    REFUSES("\xa3\xed\xa0\x80", "not UTF-8");     /* surrogate D800 */
    REFUSES("\xa3\xed\xbf\xbf", "not UTF-8");     /* surrogate DFFF */
    REFUSES("\xa4\xf4\x90\x80\x80", "not UTF-8"); /* U+110000 */
    REFUSES("\xa4\xf5\x80\x80\x80", "not UTF-8");
    REFUSES("\xa1\xff", "not UTF-8");
    REFUSES("\xa2\xe2\x82", "not UTF-8"); /* a euro cut off */
    REFUSES(
        "\xa9"
        "12345678\xff",
        "not UTF-8");
    REFUSES(
        "\xaa\x80"
        "123456789",
        "not UTF-8");
    REFUSES("\x81\xa1\xff\xc0", "not UTF-8");
    ACCEPTS("\xa2\xc2\x80");
    ACCEPTS("\xa3\xe0\xa0\x80");
    ACCEPTS("\xa3\xed\x9f\xbf");
    ACCEPTS("\xa3\xee\x80\x80");
    ACCEPTS("\xa4\xf0\x90\x80\x80");
    ACCEPTS("\xa4\xf4\x8f\xbf\xbf");
}

Test(mp_check, refuses_claims_beyond_the_bytes_that_are_there)
{
    REFUSES("", "cut short");
    REFUSES("\xdd\xff\xff\xff\xff", "cut short"); /* four billion elements */
    REFUSES("\xdf\xff\xff\xff\xff", "cut short");
    REFUSES("\xdf\x80\x00\x00\x00", "cut short"); /* twice this is 0 in 32 bits */
    REFUSES(
        "\xdb\xff\xff\xff\xff"
        "abc",
        "cut short");
    REFUSES(
        "\xa5"
        "abc",
        "cut short");
    REFUSES("\x92\xc0", "cut short");
    REFUSES("\x81\xa1k", "cut short");
    REFUSES("\x82\xa1k\xc0\xa1", "cut short");
    REFUSES("\xcd\x01", "cut short");
    REFUSES("\xcb\x00\x00", "cut short");
    REFUSES("\xc0\xc0", "trailing bytes");
    REFUSES("\x91\xc0\x00", "trailing bytes");
}

Test(mp_check, allows_28_levels_and_not_29)
{
    uint8_t nested[40];
    memset(nested, 0x91, sizeof(nested));
    nested[MP_DEPTH_MAX] = 0xc0;
    accepts(nested, MP_DEPTH_MAX + 1);
    nested[MP_DEPTH_MAX] = 0x90; /* an empty array is a level too */
    refuses(nested, MP_DEPTH_MAX + 1, "depth");
    nested[MP_DEPTH_MAX - 1] = 0x80;
    accepts(nested, MP_DEPTH_MAX);
    memset(nested, 0x91, sizeof(nested));
    refuses(nested, sizeof(nested), "depth");
}

Test(mp_check, allows_more_levels_of_what_was_put_together)
{
    const char *why;
    uint8_t nested[MP_SHOWN_DEPTH_MAX + 1];
    memset(nested, 0x91, sizeof(nested));
    nested[MP_SHOWN_DEPTH_MAX] = 0xc0;
    cr_expect(mp_check_sent(span_of(nested, sizeof(nested)), &why) == SAGA_OK);
    nested[MP_SHOWN_DEPTH_MAX] = 0x90;
    cr_expect(mp_check_sent(span_of(nested, sizeof(nested)), &why) == SAGA_BAD_MESSAGE);
    cr_expect_str_eq(why, "depth");
}

Test(mp_check, measures_values)
{
    static const struct {
        const char *bytes;
        size_t size;
        uint64_t nodes;
        uint32_t depth;
    } cases[] = {
        {"\xc0", 1, 1, 0},
        {"\x90", 1, 1, 1},
        {"\x92\x90\x91\x01", 4, 4, 2},
        {"\x82\xa1k\x90\xa1l\x91\x90", 8, 6, 3},
        {"", 0, 0, 0},
        {"\x92\x91\x80\xc0", 4, 4, 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mp_extent extent = mp_extent(span_of(cases[i].bytes, cases[i].size));
        cr_expect(extent.nodes == cases[i].nodes, "%zu", i);
        cr_expect(extent.depth == cases[i].depth, "%zu", i);
    }
    uint8_t nested[100];
    memset(nested, 0x91, sizeof(nested));
    cr_expect(mp_extent(span_of(nested, sizeof(nested))).depth == MP_SHOWN_DEPTH_MAX + 1);
    cr_expect(mp_extent(span_of(nested, 40)).depth == 40, "cut short");
}

Test(mp_check, bounds_the_number_of_values)
{
    struct buf buf;
    buf_open(&buf, SIZE_MAX);
    mp_put_array(&buf, MP_NODE_MAX - 1);
    for (uint32_t i = 0; i < MP_NODE_MAX - 1; i++) {
        mp_put_nil(&buf);
    }
    accepts(buf.data, buf.size);

    buf_clear(&buf);
    mp_put_array(&buf, MP_NODE_MAX);
    for (uint32_t i = 0; i < MP_NODE_MAX; i++) {
        mp_put_nil(&buf);
    }
    refuses(buf.data, buf.size, "too many values");
    buf_close(&buf);
}

Test(mp_check, refuses_a_key_that_comes_twice)
{
    REFUSES(
        "\x82\xa1"
        "a\xc0\xa1"
        "a\xc0",
        "duplicate key");
    REFUSES("\x82\xa0\xc0\xa0\xc0", "duplicate key");
    /* The same key in another form of its length is the same key. */
    REFUSES(
        "\x82\xa1"
        "a\xc0\xd9\x01"
        "a\xc0",
        "duplicate key");
    /* After a nested map that has the same key, which is no duplicate by itself. */
    ACCEPTS(
        "\x82\xa1"
        "a\x81\xa1"
        "a\xc0\xa1"
        "b\xc0");
    REFUSES(
        "\x82\xa1"
        "a\x81\xa1"
        "b\xc0\xa1"
        "a\xc0",
        "duplicate key");
}

Test(mp_check, tells_keys_apart_that_only_nearly_agree)
{
    ACCEPTS(
        "\x82\xa1"
        "a\xc0\xa2\x00"
        "a\xc0");
    ACCEPTS(
        "\x82\xa8"
        "abcdefgh\xc0\xa9"
        "abcdefghi\xc0");
    ACCEPTS(
        "\x82\xa9"
        "abcdefghi\xc0\xa9"
        "abcdefghj\xc0");
    REFUSES(
        "\x82\xa9"
        "abcdefghi\xc0\xa9"
        "abcdefghi\xc0",
        "duplicate key");
}

/* A map of `count` keys, key `twice` in place of the last; UINT32_MAX for none. */
static void put_keys(struct buf *buf, uint32_t count, uint32_t twice)
{
    mp_put_map(buf, count);
    for (uint32_t i = 0; i < count; i++) {
        char key[16];
        bool again = i == count - 1 && twice != UINT32_MAX;
        snprintf(key, sizeof(key), "k%05u", again ? twice : i);
        mp_put_text(buf, key);
        mp_put_nil(buf);
    }
}

Test(mp_check, finds_the_duplicate_in_maps_of_every_size)
{
    static const uint32_t counts[] = {2, 15, 16, 17, 18, 63, 64, 65, 255, 256, 257, 1000, 49999};
    struct buf buf;
    buf_open(&buf, SIZE_MAX);
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        buf_clear(&buf);
        put_keys(&buf, counts[i], UINT32_MAX);
        accepts(buf.data, buf.size);
        buf_clear(&buf);
        put_keys(&buf, counts[i], 0);
        refuses(buf.data, buf.size, "duplicate key");
        buf_clear(&buf);
        put_keys(&buf, counts[i], counts[i] / 2);
        if (counts[i] > 2) {
            refuses(buf.data, buf.size, "duplicate key");
        }
    }
    buf_close(&buf);
}

Test(mp_check, keeps_the_keys_of_nested_large_maps_apart)
{
    struct buf buf;
    buf_open(&buf, SIZE_MAX);
    mp_put_map(&buf, 40);
    for (uint32_t i = 0; i < 40; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%05u", i);
        mp_put_text(&buf, key);
        put_keys(&buf, 40, UINT32_MAX);
    }
    accepts(buf.data, buf.size);
    /* And the outer map's own duplicate is still seen after them. */
    memcpy(buf.data + 3, "\xa6k00039", 7);
    refuses(buf.data, buf.size, "duplicate key");
    buf_close(&buf);
}

Test(mp_check, is_not_slow_on_a_hostile_map)
{
    struct buf buf;
    buf_open(&buf, SIZE_MAX);
    put_keys(&buf, 49999, UINT32_MAX);
    int64_t before_ns = clock_monotonic_ns();
    accepts(buf.data, buf.size);
    int64_t took_ns = clock_monotonic_ns() - before_ns;
    /* Comparing all pairs takes seconds. */
    cr_assert_lt(took_ns, INT64_C(1000000000));
    buf_close(&buf);
}

Test(mp_check, survives_every_prefix_and_every_changed_byte)
{
    struct buf buf;
    buf_open(&buf, SIZE_MAX);
    put_message(&buf);
    accepts(buf.data, buf.size);

    const char *why;
    for (size_t size = 0; size < buf.size; size++) {
        enum saga_error rc = check_copy(buf.data, size, &why);
        cr_assert_eq(rc, SAGA_BAD_MESSAGE, "prefix of %zu bytes", size);
    }
    uint32_t good = 0;
    uint32_t bad = 0;
    for (size_t at = 0; at < buf.size; at++) {
        uint8_t before = buf.data[at];
        for (unsigned byte = 0; byte < 256; byte++) {
            buf.data[at] = (uint8_t)byte;
            if (check_copy(buf.data, buf.size, &why) == SAGA_OK) {
                good++;
            } else {
                bad++;
            }
        }
        buf.data[at] = before;
    }
    cr_assert_gt(good, 0);
    cr_assert_gt(bad, 0);
    buf_close(&buf);
}
