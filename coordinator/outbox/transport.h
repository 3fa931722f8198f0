/* transport.h - the seam between what is to be sent and the network.
 *
 * transport_curl.c is the product's; tests have one of their own that answers as they say. */
#ifndef OUTBOX_TRANSPORT_H
#define OUTBOX_TRANSPORT_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"
#include "door/webhook.h"

/* One attempt. */
struct post {
    const struct webhook *hook;
    const char *id;        /* webhook-id */
    const char *timestamp; /* webhook-timestamp */
    const char *signature; /* webhook-signature */
    struct span body;
    void *flight; /* the sender's: comes back in done */
};

struct post_outcome {
    uint32_t status;        /* HTTP status; 0 = there was no answer */
    int64_t retry_after_ms; /* -1 = not said */
    char why[128];          /* what was wrong, in words; empty = nothing was */
};

/* How an attempt ended. From transport->run() only. */
typedef void (*post_done_fn)(void *flight, const struct post_outcome *outcome, void *arg);

struct transport;

struct transport_ops {
    /* Begins an attempt; the post and all it points to stay until done. Never blocks.
     * SAGA_NO_MEMORY: nothing was begun. */
    MUST_CHECK enum saga_error (*send)(struct transport *transport, const struct post *post);
    /* Works on what was begun until something is done, wake() is called or the time is over. */
    void (*run)(struct transport *transport, int64_t timeout_ms);
    /* Ends run(), from any thread. */
    void (*wake)(struct transport *transport);
    /* Breaks off what is still under way, without a word. */
    void (*close)(struct transport **transport);
};

struct transport {
    const struct transport_ops *ops;
    post_done_fn done;
    void *arg;
};

/* The product's, on libcurl. `agent` names the program. Set done and arg before the first send. */
MUST_CHECK enum saga_error transport_curl_open(const char *agent, struct transport **transport);
/* NULL, or what is wrong with a webhook's URL, as a literal: it is http or https, names a host,
 * carries no password, and is no address that the hook may not reach. */
const char *transport_check_url(const struct webhook *hook);

#endif
