/* address.h - which addresses a webhook may reach.
 *
 * Whoever chooses a URL must not be able to make the coordinator speak to what only it can reach:
 * its own machine, its network, the metadata service of its cloud (SSRF). A name says nothing, for
 * it may resolve to anything and to something else a moment later; so each address is judged when a
 * connection to it is made. */
#ifndef OUTBOX_ADDRESS_H
#define OUTBOX_ADDRESS_H

#include <sys/socket.h>

#include "base/check.h"
#include "door/webhook.h"

/* Reads "10.0.0.0/8", "fd00::/8", or one address; false for anything else. */
MUST_CHECK bool address_range(const char *text, struct webhook_range *range);

/* Is it an address of the public Internet? 16 bytes; IPv4 as ::ffff:a.b.c.d. */
bool address_is_public(const uint8_t address[16]);

/* May the hook be connected to it? Families other than IPv4 and IPv6 may not. */
bool address_is_allowed(const struct webhook *hook, const struct sockaddr *peer);
/* The same of an address as text; what is no address is not allowed. */
bool address_text_is_allowed(const struct webhook *hook, const char *text);
/* Is the text (of a URL's host, perhaps in brackets) an address at all? */
bool address_is_literal(const char *text);

#endif
