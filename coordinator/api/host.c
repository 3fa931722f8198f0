/* host.c - one form for the addresses of both kinds: IPv4 as ::ffff:a.b.c.d. */
#include "api/host.h"

#include <stdint.h>
#include <string.h>

struct in6_addr host_of(const struct sockaddr *address)
{
    struct in6_addr host = {.s6_addr = {0}};
    if (address && address->sa_family == AF_INET) {
        host.s6_addr[10] = 0xff;
        host.s6_addr[11] = 0xff;
        memcpy(&host.s6_addr[12], &((const struct sockaddr_in *)(const void *)address)->sin_addr,
               4);
    } else if (address && address->sa_family == AF_INET6) {
        host = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        static const uint8_t no_network[8] = {0}; /* ::1 and the like */
        if (memcmp(host.s6_addr, no_network, sizeof(no_network)) != 0) {
            memset(&host.s6_addr[8], 0, 8);
        }
    }
    return host;
}

bool host_is_equal(const struct in6_addr *a, const struct in6_addr *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}
