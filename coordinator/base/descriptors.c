/* descriptors.c - the soft limit of descriptors, divided. */
#include "base/descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/check.h"
#include "base/log.h"

enum {
    KEPT = 128, /* for the store, for webhooks, and to spare */
    PORTS = 2,  /* HTTP, and the wire */
    LEAST = 16, /* with a limit that is too low nobody would be served otherwise */
};

void descriptors_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == limit.rlim_max) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        log_line(LOG_WARN, "descriptors_not_raised", "why", strerror(errno), NULL);
    }
}

uint32_t descriptors_share(uint32_t most)
{
    PRE(most >= LEAST);
    struct rlimit limit = {.rlim_cur = 0};
    MAYBE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    rlim_t share = limit.rlim_cur > KEPT ? (limit.rlim_cur - KEPT) / PORTS : 0;
    return share > most ? most : share < LEAST ? LEAST : (uint32_t)share;
}
