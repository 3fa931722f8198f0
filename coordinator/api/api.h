/* api.h - HTTP: routes, roles, problems, the answers people and programs read.
 *
 * Reads go through store readers of their own threads; whatever changes something is posted to the
 * loop's desk and answered when durable. */
#ifndef API_API_H
#define API_API_H

#include "base/check.h"
#include "base/error.h"
#include "door/request.h"
#include "store/catalog.h"
#include "store/store.h"
#include "door/webhook.h"

struct api;

struct api_options {
    const char *listen;      /* "127.0.0.1:7700"; port 0 takes a free one */
    const char *token_path;  /* admin.token; made (0600) when it is not there */
    const char *tokens_path; /* the others; none when it is not there */
    const char *version;
    const struct desk *desk;
    const struct catalog *catalog;
    const struct webhooks *hooks;     /* those configured; borrowed */
    struct store *store;              /* for a reader of its own */
    int64_t (*host_ms)(void *arg);    /* what the host's clock shows; any thread */
    int64_t (*running_ms)(void *arg); /* running time: journal/moment.h; any thread */
    bool (*is_ready)(void *arg);      /* store and wire serve; any thread */
    void *arg;
    /* For tests; 0 = what the product has. */
    int64_t patience_ms; /* with clients that do nothing */
    int64_t held_max;    /* bytes of bodies and answers */
};

/* SAGA_CONFLICT when the address is taken; `why` says it for the operator. */
MUST_CHECK enum saga_error api_open(const struct api_options *options, struct api **api, char *why,
                                    size_t why_size);
/* Reads the tokens again. From the loop's thread. On an error they stay as they were. */
MUST_CHECK enum saga_error api_reload(struct api *api, char *why, size_t why_size);
void api_close(struct api **api);
/* The port as bound. */
uint16_t api_port(const struct api *api);

#endif
