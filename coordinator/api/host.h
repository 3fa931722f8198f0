/* host.h - who is at the other end of a connection, without the port. */
#ifndef API_HOST_H
#define API_HOST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* The host of an address, or its network where one client has a whole network (the first half of an
 * IPv6 address). NULL and other kinds of address: all zero. */
struct in6_addr host_of(const struct sockaddr *address);
bool host_is_equal(const struct in6_addr *a, const struct in6_addr *b);

#endif
