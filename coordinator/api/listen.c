/* listen.c - an address is looked up, a socket bound to it. */
#include "api/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool parse_listen(const char *listen, struct sockaddr_storage *address, socklen_t *size,
                         char *why, size_t why_size)
{
    char host[256];
    const char *colon = strrchr(listen, ':');
    struct addrinfo *found = NULL;
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    if (!colon || (size_t)(colon - listen) >= sizeof(host)) {
        snprintf(why, why_size, "%s is not ADDRESS:PORT", listen);
        return false;
    }
    snprintf(host, sizeof(host), "%.*s", (int)(colon - listen), listen);
    size_t length = strlen(host);
    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        memmove(host, host + 1, length - 2);
        host[length - 2] = '\0';
    }
    int rc = getaddrinfo(host, colon + 1, &hints, &found);
    if (rc != 0) {
        snprintf(why, why_size, "%s: %s", listen, gai_strerror(rc));
        return false;
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

int listen_open(const char *listen_on, uint16_t *port, char *why, size_t why_size)
{
    struct sockaddr_storage address = {0};
    socklen_t size = 0;
    int one = 1;
    if (!parse_listen(listen_on, &address, &size, why, why_size)) {
        return -1;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(fd, (const struct sockaddr *)&address, size) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        snprintf(why, why_size, "cannot listen on %s: %s", listen_on, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    *port = address.ss_family == AF_INET6
                ? ntohs(((const struct sockaddr_in6 *)(const void *)&address)->sin6_port)
                : ntohs(((const struct sockaddr_in *)(const void *)&address)->sin_port);
    return fd;
}
