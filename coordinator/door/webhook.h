/* webhook.h - the configuration of a webhook: which URL is told of which events, and with which
 * secrets they are signed.
 *
 * All of it is plain bytes that do not change while the process lives, so every thread may read
 * it. Secrets are never printed and never logged. */
#ifndef DOOR_WEBHOOK_H
#define DOOR_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

enum {
    WEBHOOK_COUNT_MAX = 16,  /* webhooks that may be configured */
    WEBHOOK_URL_MAX = 1024,  /* bytes that a URL may have */
    WEBHOOK_EVENTS_MAX = 16, /* patterns that a webhook may have for events */
    WEBHOOK_EVENT_MAX = 128, /* bytes that a pattern may have */
    WEBHOOK_SECRETS_MAX =
        4, /* secrets of a webhook, the newest first: several while one replaces another */
    WEBHOOK_SECRET_MIN = 24, /* bytes; the least that Standard Webhooks allows */
    WEBHOOK_SECRET_MAX = 64, /* bytes; the most that Standard Webhooks allows */
    WEBHOOK_TIMEOUT_MS = 15000,
};

struct webhook_secret {
    uint8_t bytes[WEBHOOK_SECRET_MAX];
    uint32_t size;
};

struct webhook {
    char name[64];
    char url[WEBHOOK_URL_MAX];
    char events[WEBHOOK_EVENTS_MAX]
               [WEBHOOK_EVENT_MAX]; /* patterns of event types; `*` stands for any characters */
    uint32_t event_count;           /* patterns; 0 = the webhook is told of all events */
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX];
    uint32_t secret_count;
    struct address_rules reach; /* which network addresses the URL may lead to */
    int64_t timeout_ms;         /* how long one attempt to send may take */
};

struct webhooks {
    struct webhook items[WEBHOOK_COUNT_MAX];
    uint32_t count;
};

#endif
