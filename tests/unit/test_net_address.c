/* test_net_address.c - which addresses are public, and which ranges let others be reached.
 *
 * Seen to fail with: NAT64 taken for public; `mask` one bit off. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>

#include "net/address.h"

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

static bool allows(const struct address_rules *rules, const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    bool by_text = address_text_is_allowed(rules, text);
    bool by_socket = false;
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        by_socket = address_is_allowed(rules, (const struct sockaddr *)&v4);
    } else {
        cr_assert_eq(inet_pton(AF_INET6, text, &v6.sin6_addr), 1, "%s", text);
        by_socket = address_is_allowed(rules, (const struct sockaddr *)&v6);
    }
    cr_assert_eq(by_text, by_socket, "%s", text);
    return by_socket;
}

Test(net_address, reaches_public_addresses_only)
{
    struct address_rules rules = {0};
    for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
        cr_expect_eq(allows(&rules, samples[i].address), samples[i].is_public, "%s",
                     samples[i].address);
    }
    cr_assert_not(address_text_is_allowed(&rules, "example.com"));
    cr_assert_not(address_text_is_allowed(&rules, ""));
    struct sockaddr local = {.sa_family = AF_UNIX};
    rules.allow_private = true;
    cr_assert_not(address_is_allowed(&rules, &local));
    cr_assert(allows(&rules, "127.0.0.1"));
}

Test(net_address, reaches_the_ranges_that_are_named)
{
    struct address_rules rules = {.range_count = 3};
    cr_assert(address_read_range("10.1.0.0/17", &rules.ranges[0]));
    cr_assert(address_read_range("fd00::/8", &rules.ranges[1]));
    cr_assert(address_read_range("192.168.7.9", &rules.ranges[2]));
    cr_assert(allows(&rules, "10.1.127.255"));
    cr_assert(allows(&rules, "::ffff:10.1.0.1"));
    cr_assert_not(allows(&rules, "10.1.128.0"));
    cr_assert(allows(&rules, "fdff::1"));
    cr_assert_not(allows(&rules, "fc00::1"));
    cr_assert(allows(&rules, "192.168.7.9"));
    cr_assert_not(allows(&rules, "192.168.7.8"));
    cr_assert(allows(&rules, "8.8.8.8"));
    struct address_range range;
    const char *const wrong[] = {"10.0.0.0/33", "10.0.0/8",    "fd00::/129",  "10.0.0.0/",
                                 "/8",          "10.0.0.0/-1", "10.0.0.0/8x", "a name"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        cr_expect_not(address_read_range(wrong[i], &range), "%s", wrong[i]);
    }
    cr_assert(address_read_range("0.0.0.0/0", &range));
    cr_assert_eq(range.bits, 96);
}
