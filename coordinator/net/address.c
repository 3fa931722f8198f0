/* address.c - one table of what is not public, after the registries of IANA.
 *
 * IPv4: all but the special-purpose ranges, multicast and what is reserved. IPv6: only global
 * unicast (2000::/3) without the ranges that are special or carry an IPv4 address (6to4, Teredo),
 * for that could be any. NAT64 (64:ff9b::/96), unique-local, link-local, multicast, the unspecified
 * and loopback addresses lie outside 2000::/3. An IPv4 address that is mapped into IPv6 is judged
 * as what it is. */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { V4_BITS = 32, V6_BITS = 128, MAPPED_BITS = 96 };

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct special {
    const char *range;
    const char *what;
};

static const struct special specials[] = {
    {"0.0.0.0/8", "this network"},
    {"10.0.0.0/8", "private"},
    {"100.64.0.0/10", "carrier-grade NAT"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link-local, cloud metadata"},
    {"172.16.0.0/12", "private"},
    {"192.0.0.0/24", "protocol assignments"},
    {"192.0.2.0/24", "documentation"},
    {"192.31.196.0/24", "AS112"},
    {"192.52.193.0/24", "AMT"},
    {"192.88.99.0/24", "6to4 relay"},
    {"192.168.0.0/16", "private"},
    {"192.175.48.0/24", "AS112"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved, broadcast"},
    {"2001::/23", "protocol assignments, Teredo"},
    {"2001:db8::/32", "documentation"},
    {"2002::/16", "6to4"},
    {"2620:4f:8000::/48", "AS112"},
    {"3fff::/20", "documentation"},
};

static bool read_address(const char *text, uint8_t address[16], uint32_t *bits)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        memcpy(address, mapped, sizeof(mapped));
        memcpy(address + sizeof(mapped), &v4, sizeof(v4));
        *bits = V4_BITS;
        return true;
    }
    *bits = V6_BITS;
    return inet_pton(AF_INET6, text, address) == 1;
}

bool address_read_range(const char *text, struct address_range *range)
{
    char address[INET6_ADDRSTRLEN];
    uint32_t most = 0;
    size_t size = strcspn(text, "/");
    if (size >= sizeof(address)) {
        return false;
    }
    memcpy(address, text, size);
    address[size] = '\0';
    if (!read_address(address, range->address, &most)) {
        return false;
    }
    unsigned long bits = most;
    if (text[size] == '/') {
        char *end;
        bits = strtoul(text + size + 1, &end, 10);
        bool is_number = text[size + 1] >= '0' && text[size + 1] <= '9' && *end == '\0';
        if (!is_number || bits > most) {
            return false;
        }
    }
    range->bits = (uint32_t)bits + (most == V4_BITS ? MAPPED_BITS : 0);
    return true;
}

static bool is_in(const uint8_t address[16], const struct address_range *range)
{
    uint32_t whole = range->bits / 8;
    uint32_t rest = range->bits % 8;
    if (memcmp(address, range->address, whole) != 0) {
        return false;
    }
    uint8_t mask = (uint8_t)(0xff00u >> rest);
    return rest == 0 || ((address[whole] ^ range->address[whole]) & mask) == 0;
}

bool address_is_public(const uint8_t address[16])
{
    bool is_v4 = memcmp(address, mapped, sizeof(mapped)) == 0;
    if (!is_v4 && (address[0] & 0xe0) != 0x20) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_COUNT(specials); i++) {
        struct address_range range;
        bool good = address_read_range(specials[i].range, &range);
        CHECK(good);
        if (is_in(address, &range)) {
            return false;
        }
    }
    return true;
}

static bool is_allowed(const struct address_rules *rules, const uint8_t address[16])
{
    if (rules->allow_private || address_is_public(address)) {
        return true;
    }
    for (uint32_t i = 0; i < rules->range_count; i++) {
        if (is_in(address, &rules->ranges[i])) {
            return true;
        }
    }
    return false;
}

bool address_is_allowed(const struct address_rules *rules, const struct sockaddr *peer)
{
    uint8_t address[16];
    if (peer->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)peer;
        memcpy(address, mapped, sizeof(mapped));
        memcpy(address + sizeof(mapped), &v4->sin_addr, sizeof(v4->sin_addr));
    } else if (peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)peer;
        memcpy(address, &v6->sin6_addr, sizeof(address));
    } else {
        return false;
    }
    return is_allowed(rules, address);
}

/* Without the brackets of a URL, and without a zone. */
static bool read_literal(const char *text, uint8_t address[16])
{
    char plain[INET6_ADDRSTRLEN];
    uint32_t bits = 0;
    text += text[0] == '[' ? 1 : 0;
    size_t size = strcspn(text, "]%");
    if (size >= sizeof(plain)) {
        return false;
    }
    memcpy(plain, text, size);
    plain[size] = '\0';
    return read_address(plain, address, &bits);
}

bool address_text_is_allowed(const struct address_rules *rules, const char *text)
{
    uint8_t address[16];
    return read_literal(text, address) && is_allowed(rules, address);
}

bool address_is_literal(const char *text)
{
    uint8_t address[16];
    return read_literal(text, address);
}
