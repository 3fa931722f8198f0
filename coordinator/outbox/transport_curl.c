/* transport_curl.c - a webhook's attempt as a transfer: its headers, and what its answer means. */
#include <stdio.h>
#include <stdlib.h>

#include "net/transfers.h"
#include "net/url.h"
#include "outbox/transport.h"

enum { BODY_MAX = 64 * 1024 }; /* of an answer: nobody reads it */

struct curl_transport {
    struct transport base; /* first: handed out as this */
    struct transfers *transfers;
};

static struct curl_transport *own(struct transport *base)
{
    return (struct curl_transport *)(void *)base;
}

const char *transport_check_url(const struct webhook *hook)
{
    static const char *const flaws[URL_FLAW_COUNT] = {
        [URL_FLAW_NONE] = NULL,
        [URL_FLAW_FORM] = "is not a URL",
        [URL_FLAW_SCHEME] = "is neither http nor https",
        [URL_FLAW_USER] =
            "carries a user or a password: receivers are told by the signature who "
            "asks",
        [URL_FLAW_ADDRESS] = "is a private address: say allow_private",
    };
    return flaws[url_check(hook->url, &hook->reach)];
}

static enum saga_error send_post(struct transport *base, const struct post *post)
{
    const struct transfer_header headers[] = {
        {"content-type", "application/cloudevents+json; charset=utf-8"},
        {"webhook-id", post->id},
        {"webhook-timestamp", post->timestamp},
        {"webhook-signature", post->signature},
        {"expect", ""}, /* no extra round for large bodies */
    };
    const struct transfer_request request = {
        .url = post->hook->url,
        .rules = &post->hook->reach,
        .headers = headers,
        .header_count = ARRAY_COUNT(headers),
        .body = post->body,
        .timeout_ms = post->hook->timeout_ms,
        .answer_max = BODY_MAX,
        .arg = post->flight,
    };
    return transfers_send(own(base)->transfers, &request);
}

static void conclude(void *flight, const struct transfer_outcome *outcome, void *owner)
{
    struct curl_transport *transport = owner;
    PRE(outcome->status == 0 || !outcome->is_refused);
    struct post_outcome told = {.status = outcome->status,
                                .retry_after_ms = outcome->retry_after_ms};
    if (outcome->is_refused) {
        snprintf(told.why, sizeof(told.why),
                 "the host's address is private, which allow_private does not cover");
    } else if (outcome->why[0]) {
        snprintf(told.why, sizeof(told.why), "%s", outcome->why);
    } else if (outcome->status < 200 || outcome->status > 299) {
        snprintf(told.why, sizeof(told.why), "answered %u", outcome->status);
    }
    transport->base.done(flight, &told, transport->base.arg);
}

static void run(struct transport *base, int64_t timeout_ms)
{
    transfers_run(own(base)->transfers, timeout_ms);
}

static void wake(struct transport *base)
{
    transfers_wake(own(base)->transfers);
}

static void close_transport(struct transport **base)
{
    struct curl_transport *gone = *base ? own(*base) : NULL;
    if (!gone) {
        return;
    }
    transfers_close(&gone->transfers);
    free(gone);
    *base = NULL;
}

static const struct transport_ops curl_ops = {
    .send = send_post,
    .run = run,
    .wake = wake,
    .close = close_transport,
};

enum saga_error transport_curl_open(const char *agent, struct transport **transport)
{
    struct curl_transport *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    char name[64];
    snprintf(name, sizeof(name), "sagad/%s", agent);
    made->base.ops = &curl_ops;
    if (transfers_open(name, conclude, made, &made->transfers) != SAGA_OK) {
        free(made);
        return SAGA_NO_MEMORY;
    }
    *transport = &made->base;
    return SAGA_OK;
}
