/* test_outbox_leaves.c - addresses, signatures, the schedule, the bytes of an event.
 *
 * Seen to fail with: NAT64 taken for public; `mask` one bit off; the padding of base64 not taken
 * off; the second secret not signed with; the schedule counted from 0. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>

#include "base/mp.h"
#include "outbox/address.h"
#include "outbox/cloudevent.h"
#include "outbox/schedule.h"
#include "outbox/sign.h"
#include "outbox/transport.h"

/* ---- addresses ---- */

struct sample {
    const char *address;
    bool is_public;
};

static const struct sample samples[] = {
    {"0.0.0.0", false},
    {"0.1.2.3", false},
    {"8.8.8.8", true},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"126.255.255.255", true},
    {"127.0.0.1", false},
    {"127.255.255.254", false},
    {"128.0.0.0", true},
    {"169.253.255.255", true},
    {"169.254.0.0", false},
    {"169.254.169.254", false},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.0.0.8", false},
    {"192.0.1.0", true},
    {"192.0.2.1", false},
    {"192.88.99.1", false},
    {"192.167.255.255", true},
    {"192.168.0.1", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.100.7", false},
    {"203.0.113.7", false},
    {"223.255.255.255", true},
    {"224.0.0.1", false},
    {"239.255.255.255", false},
    {"240.0.0.1", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::7f00:1", false},         /* IPv4-compatible: what it once meant */
    {"::ffff:127.0.0.1", false}, /* mapped */
    {"::ffff:10.0.0.1", false},
    {"::ffff:169.254.169.254", false},
    {"::ffff:8.8.8.8", true},
    {"64:ff9b::8.8.8.8", false}, /* NAT64 */
    {"64:ff9b::7f00:1", false},
    {"64:ff9b:1::1", false},
    {"100::1", false},  /* discard */
    {"2001::1", false}, /* Teredo */
    {"2001:1ff::1", false},
    {"2001:200::1", true},
    {"2001:4860:4860::8888", true},
    {"2001:db8::1", false},
    {"2002:7f00:1::", false}, /* 6to4 of 127.0.0.1 */
    {"2002:808:808::", false},
    {"2606:4700::1111", true},
    {"2a00:1450::1", true},
    {"3fff::1", false},
    {"3fff:1000::1", true},
    {"4000::1", false},
    {"fc00::1", false},
    {"fd12:3456::1", false},
    {"fe80::1", false},
    {"febf::1", false},
    {"fec0::1", false},
    {"ff02::1", false},
    {"ff0e::1", false},
};

static bool allows(const struct webhook *hook, const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    bool by_text = address_text_is_allowed(hook, text);
    bool by_socket = false;
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        by_socket = address_is_allowed(hook, (const struct sockaddr *)&v4);
    } else {
        cr_assert_eq(inet_pton(AF_INET6, text, &v6.sin6_addr), 1, "%s", text);
        by_socket = address_is_allowed(hook, (const struct sockaddr *)&v6);
    }
    cr_assert_eq(by_text, by_socket, "%s", text);
    return by_socket;
}

Test(outbox_leaves, reaches_public_addresses_only)
{
    struct webhook hook = {0};
    for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
        cr_expect_eq(allows(&hook, samples[i].address), samples[i].is_public, "%s",
                     samples[i].address);
    }
    cr_assert_not(address_text_is_allowed(&hook, "example.com"));
    cr_assert_not(address_text_is_allowed(&hook, ""));
    struct sockaddr local = {.sa_family = AF_UNIX};
    hook.allow_private = true;
    cr_assert_not(address_is_allowed(&hook, &local));
    cr_assert(allows(&hook, "127.0.0.1"));
}

Test(outbox_leaves, reaches_the_ranges_that_are_named)
{
    struct webhook hook = {.range_count = 3};
    cr_assert(address_range("10.1.0.0/17", &hook.ranges[0]));
    cr_assert(address_range("fd00::/8", &hook.ranges[1]));
    cr_assert(address_range("192.168.7.9", &hook.ranges[2]));
    cr_assert(allows(&hook, "10.1.127.255"));
    cr_assert(allows(&hook, "::ffff:10.1.0.1"));
    cr_assert_not(allows(&hook, "10.1.128.0"));
    cr_assert(allows(&hook, "fdff::1"));
    cr_assert_not(allows(&hook, "fc00::1"));
    cr_assert(allows(&hook, "192.168.7.9"));
    cr_assert_not(allows(&hook, "192.168.7.8"));
    cr_assert(allows(&hook, "8.8.8.8"));
    struct webhook_range range;
    const char *const wrong[] = {"10.0.0.0/33", "10.0.0/8",    "fd00::/129",  "10.0.0.0/",
                                 "/8",          "10.0.0.0/-1", "10.0.0.0/8x", "a name"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        cr_expect_not(address_range(wrong[i], &range), "%s", wrong[i]);
    }
    cr_assert(address_range("0.0.0.0/0", &range));
    cr_assert_eq(range.bits, 96);
}

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

/* ---- the schedule ---- */

Test(outbox_leaves, keeps_the_schedule_of_standard_webhooks)
{
    static const int64_t seconds[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    for (uint32_t attempts = 1; attempts <= ARRAY_COUNT(seconds); attempts++) {
        int64_t delay_ms = seconds[attempts - 1] * 1000;
        cr_assert_eq(schedule_delay_ms(attempts, -1, 0), delay_ms);
        int64_t longest_ms = schedule_delay_ms(attempts, -1, UINT32_MAX);
        cr_assert_gt(longest_ms, delay_ms);
        cr_assert_leq(longest_ms, delay_ms + delay_ms / 10);
    }
    cr_assert_eq(schedule_delay_ms(10, -1, 0), -1);
    cr_assert_eq(schedule_delay_ms(10, 5000, 0), -1);
}

Test(outbox_leaves, gives_a_receiver_the_time_that_it_asks_for)
{
    cr_assert_eq(schedule_delay_ms(1, 60000, 0), 60000);
    cr_assert_eq(schedule_delay_ms(2, 1000, 0), 300000);
    cr_assert_eq(schedule_delay_ms(1, INT64_MAX, 0), 86400000);
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
