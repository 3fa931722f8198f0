/* webhook.h - a webhook as it is configured: who is told what, where, and under which signature.
 *
 * All of it is plain bytes that stay as they are while the process lives, so every thread may read
 * it. Secrets are never printed and never logged. */
#ifndef DOOR_WEBHOOK_H
#define DOOR_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

enum {
    WEBHOOK_COUNT_MAX = 16,  /* hooks configured */
    WEBHOOK_URL_MAX = 1024,  /* bytes of a URL */
    WEBHOOK_EVENTS_MAX = 16, /* patterns of a hook */
    WEBHOOK_EVENT_MAX = 128, /* bytes of a pattern */
    WEBHOOK_SECRETS_MAX = 4, /* the newest first; more than one while they are changed */
    WEBHOOK_SECRET_MIN = 24, /* bytes: what Standard Webhooks asks for */
    WEBHOOK_SECRET_MAX = 64, /* the same */
    WEBHOOK_TIMEOUT_MS = 15000,
};

struct webhook_secret {
    uint8_t bytes[WEBHOOK_SECRET_MAX];
    uint32_t size;
};

struct webhook {
    char name[64];
    char url[WEBHOOK_URL_MAX];
    char events[WEBHOOK_EVENTS_MAX][WEBHOOK_EVENT_MAX]; /* `*` stands for any characters */
    uint32_t event_count;                               /* 0 = all events */
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX];
    uint32_t secret_count;
    struct address_rules reach; /* which addresses its receiver may have */
    int64_t timeout_ms;         /* of one attempt */
};

struct webhooks {
    struct webhook items[WEBHOOK_COUNT_MAX];
    uint32_t count;
};

#endif
