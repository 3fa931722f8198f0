/* test_outbox_leaves.c - URLs, signatures, the back-off, the bytes of an event.
 *
 * Seen to fail with: the padding of base64 not taken off; the second secret not signed with; the
 * attempts of the back-off counted from 0. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mp.h"
#include "outbox/backoff.h"
#include "outbox/cloudevent.h"
#include "outbox/sign.h"
#include "outbox/transport.h"

/* ---- the URL ---- */

Test(outbox_leaves, looks_at_a_url_before_it_is_used)
{
    static const struct {
        const char *url;
        const char *wrong; /* NULL = nothing */
    } urls[] = {
        {"https://example.com/hook", NULL},
        {"http://8.8.8.8:81/", NULL},
        {"http://[2606:4700::1111]/", NULL},
        {"ftp://example.com/", "is neither http nor https"},
        {"file:///etc/passwd", "is not a URL"},
        {"example.com", "is not a URL"},
        {"http://127.0.0.1/", "is a private address: say allow_private"},
        {"http://2130706433/", "is a private address: say allow_private"},
        {"http://0x7f.1/", "is a private address: say allow_private"},
        {"http://[::1]/", "is a private address: say allow_private"},
        {"http://[::ffff:10.0.0.1]/", "is a private address: say allow_private"},
        {"http://user:word@example.com/",
         "carries a user or a password: receivers are told by the signature who asks"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(urls); i++) {
        struct webhook hook = {0};
        strncpy(hook.url, urls[i].url, sizeof(hook.url) - 1);
        const char *wrong = transport_check_url(&hook);
        cr_expect_eq(!wrong, !urls[i].wrong, "%s: %s", urls[i].url, wrong ? wrong : "is good");
        if (wrong && urls[i].wrong) {
            cr_expect_str_eq(wrong, urls[i].wrong, "%s", urls[i].url);
        }
    }
}

/* ---- signatures ---- */

Test(outbox_leaves, signs_as_the_published_example)
{
    struct webhook hook = {.secret_count = 1};
    struct buf out;
    buf_open(&out, 1024);
    cr_assert(sign_secret(span_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &hook.secrets[0]));
    struct signed_message message = {.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                     .timestamp = "1614265330",
                                     .body = span_text("{\"test\": 2432232314}")};
    sign_message(&hook, &message, &out);
    buf_write(&out, "", 1);
    cr_assert_str_eq((const char *)out.data, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    buf_clear(&out);
    hook.secret_count = 2;
    hook.secrets[1] = hook.secrets[0];
    sign_message(&hook, &message, &out);
    buf_write(&out, "", 1);
    cr_assert_str_eq((const char *)out.data,
                     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= "
                     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    buf_close(&out);
}

Test(outbox_leaves, reads_secrets_of_24_to_64_bytes)
{
    struct webhook_secret secret;
    /* 24, 25, 26 and 64 bytes: with no, two and one character of padding. */
    static const struct {
        const char *text;
        uint32_t size;
    } good[] = {
        {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 24},
        {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", 25},
        {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 26},
        {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
         "AAAAAA==",
         64},
    };
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        cr_expect(sign_secret(span_text(good[i].text), &secret), "%s", good[i].text);
        cr_expect_eq(secret.size, good[i].size);
    }
    static const char too_long[] =
        "whsec_"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const char *const bad[] = {
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!!",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        too_long,
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        cr_expect_not(sign_secret(span_text(bad[i]), &secret), "%s", bad[i]);
    }
}

/* ---- the back-off ---- */

Test(outbox_leaves, keeps_the_schedule_of_standard_webhooks)
{
    static const int64_t seconds[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    for (uint32_t attempts = 1; attempts <= ARRAY_COUNT(seconds); attempts++) {
        int64_t delay_ms = seconds[attempts - 1] * 1000;
        cr_assert_eq(backoff_delay_ms(attempts, -1, 0), delay_ms);
        int64_t longest_ms = backoff_delay_ms(attempts, -1, UINT32_MAX);
        cr_assert_gt(longest_ms, delay_ms);
        cr_assert_leq(longest_ms, delay_ms + delay_ms / 10);
    }
    cr_assert_eq(backoff_delay_ms(10, -1, 0), -1);
    cr_assert_eq(backoff_delay_ms(10, 5000, 0), -1);
}

Test(outbox_leaves, gives_a_receiver_the_time_that_it_asks_for)
{
    cr_assert_eq(backoff_delay_ms(1, 60000, 0), 60000);
    cr_assert_eq(backoff_delay_ms(2, 1000, 0), 300000);
    cr_assert_eq(backoff_delay_ms(1, INT64_MAX, 0), 86400000);
}

/* ---- events ---- */

Test(outbox_leaves, shows_a_notice_as_a_cloudevent)
{
    struct buf data;
    struct buf out;
    buf_open(&data, 1024);
    buf_open(&out, 4096);
    mp_put_map(&data, 1);
    mp_put_text(&data, "status");
    mp_put_text(&data, "completed");
    struct notice notice = {.saga = 1,
                            .seq = 12,
                            .at_ms = 1764302400123,
                            .name = span_text("trip-7"),
                            .event = span_text("trip-7/12"),
                            .type = span_text("sagad.saga.completed"),
                            .data = buf_span(&data)};
    cr_assert_eq(cloudevent_print(&notice, "/sagad", &out), SAGA_OK);
    buf_write(&out, "", 1);
    cr_assert_str_eq(
        (const char *)out.data,
        "{\"specversion\":\"1.0\",\"id\":\"trip-7/12\",\"source\":\"/sagad\","
        "\"type\":\"sagad.saga.completed\",\"subject\":\"trip-7\","
        "\"time\":\"2025-11-28T04:00:00.123Z\",\"datacontenttype\":\"application/json\","
        "\"sequence\":\"00000000000000000012\",\"data\":{\"status\":\"completed\"}}");
    char key[CLOUDEVENT_KEY_SIZE];
    char other[CLOUDEVENT_KEY_SIZE];
    cloudevent_key(&notice, "/sagad", key);
    cr_assert_eq(strncmp(key, "msg_", 4), 0);
    cr_assert_eq(strlen(key), 36);
    cr_assert_null(strchr(key, '.'));
    cloudevent_key(&notice, "/other", other);
    cr_assert_str_neq(key, other);
    notice.event = span_text("trip-7/13");
    cloudevent_key(&notice, "/sagad", other);
    cr_assert_str_neq(key, other);
    buf_close(&data);
    buf_close(&out);
}
