/* refusals.c - a short table of addresses. */
#include "api/refusals.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/host.h"
#include "base/log.h"

enum {
    ADDRESSES_MAX = 256,
    MINUTE_MS = 60 * 1000,
    STEP_MS = 10, /* each refusal is answered so much later than the one before */
    DELAY_MS_MAX = 1000,
};

struct refused {
    struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
    int64_t since_ms;        /* the minute that is counted began; 0 = the place is free */
    int64_t last_ms;
    uint32_t count;  /* in this minute, but for the first, which is said at once */
    uint32_t delays; /* steps that the next one has to wait */
};

struct refusals {
    pthread_mutex_t lock;
    struct refused items[ADDRESSES_MAX];
};

enum saga_error refusals_open(struct refusals **refusals)
{
    struct refusals *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    pthread_mutex_init(&made->lock, NULL);
    *refusals = made;
    return SAGA_OK;
}

void refusals_close(struct refusals **refusals)
{
    if (*refusals) {
        pthread_mutex_destroy(&(*refusals)->lock);
        free(*refusals);
        *refusals = NULL;
    }
}

static void say(const struct refused *refused, uint32_t count)
{
    char from[INET6_ADDRSTRLEN] = "unknown";
    char text[16];
    const uint8_t *bytes = refused->address.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&refused->address)) {
        MAYBE(inet_ntop(AF_INET, &bytes[12], from, sizeof(from)) != NULL);
    } else if (!IN6_IS_ADDR_UNSPECIFIED(&refused->address)) {
        MAYBE(inet_ntop(AF_INET6, bytes, from, sizeof(from)) != NULL);
    }
    snprintf(text, sizeof(text), "%u", count);
    log_line(LOG_WARN, "unauthenticated", "from", from, "count", text, NULL);
}

/* The place of the address, or the one that it takes over. */
static struct refused *place_of(struct refusals *refusals, const struct in6_addr *address)
{
    struct refused *quietest = &refusals->items[0];
    for (uint32_t i = 0; i < ADDRESSES_MAX; i++) {
        struct refused *item = &refusals->items[i];
        if (item->since_ms > 0 && memcmp(&item->address, address, sizeof(*address)) == 0) {
            return item;
        }
        quietest = item->last_ms < quietest->last_ms ? item : quietest;
    }
    if (quietest->count > 0) {
        say(quietest, quietest->count);
    }
    *quietest = (struct refused){.address = *address};
    return quietest;
}

int64_t refusals_add(struct refusals *refusals, const struct sockaddr *address, int64_t at_ms)
{
    PRE(at_ms > 0);
    struct in6_addr key = host_of(address);
    pthread_mutex_lock(&refusals->lock);
    struct refused *refused = place_of(refusals, &key);
    int64_t delay_ms = (int64_t)refused->delays * STEP_MS;
    if (refused->since_ms == 0) {
        refused->since_ms = at_ms;
        say(refused, 1);
    } else {
        refused->count++;
    }
    refused->last_ms = at_ms;
    refused->delays += refused->delays < DELAY_MS_MAX / STEP_MS ? 1 : 0;
    pthread_mutex_unlock(&refusals->lock);
    POST(delay_ms >= 0 && delay_ms <= DELAY_MS_MAX);
    return delay_ms;
}

void refusals_say(struct refusals *refusals, int64_t at_ms)
{
    pthread_mutex_lock(&refusals->lock);
    for (uint32_t i = 0; i < ADDRESSES_MAX; i++) {
        struct refused *item = &refusals->items[i];
        if (item->since_ms == 0 || at_ms - item->since_ms < MINUTE_MS) {
            continue;
        }
        if (item->count > 0) {
            say(item, item->count);
        }
        /* A quiet minute halves the wait; an address without one is forgotten. */
        item->delays /= item->count > 0 ? 1 : 2;
        item->count = 0;
        item->since_ms = item->delays > 0 ? at_ms : 0;
    }
    pthread_mutex_unlock(&refusals->lock);
}
