/* address.h - which addresses a URL of somebody else's may reach.
 *
 * Whoever chooses a URL must not be able to make the coordinator speak to what only it can reach:
 * its own machine, its network, the metadata service of its cloud (SSRF). A name says nothing, for
 * it may resolve to anything and to something else a moment later; so each address is judged when a
 * connection to it is made. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct sockaddr;

enum { ADDRESS_RANGES_MAX = 16 };

/* A range of addresses; those of IPv4 stand as ::ffff:a.b.c.d, with 96 more bits. */
struct address_range {
    uint8_t address[16];
    uint32_t bits;
};

/* What may be reached besides public addresses; all zero: nothing. */
struct address_rules {
    struct address_range ranges[ADDRESS_RANGES_MAX];
    uint32_t range_count;
    bool allow_private; /* any address */
};

/* Reads "10.0.0.0/8", "fd00::/8", or one address; false for anything else. */
MUST_CHECK bool address_read_range(const char *text, struct address_range *range);

/* Is it an address of the public Internet? 16 bytes; IPv4 as ::ffff:a.b.c.d. */
bool address_is_public(const uint8_t address[16]);

/* May a connection be made to it? Families other than IPv4 and IPv6 may not be reached. */
bool address_is_allowed(const struct address_rules *rules, const struct sockaddr *peer);
/* The same of an address as text; a text that is no address is not allowed. */
bool address_text_is_allowed(const struct address_rules *rules, const char *text);
/* Is the text (of a URL's host, perhaps in brackets) an address at all? */
bool address_is_literal(const char *text);

#endif
