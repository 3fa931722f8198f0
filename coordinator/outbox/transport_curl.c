/* transport_curl.c - attempts on one curl multi handle.
 *
 * Three things keep a URL from reaching what it may not:
 *   - each connection is judged by the address that it is made to, when its socket is opened, so
 *     a name that resolves to something else the second time gains nothing;
 *   - a connection that is used again is judged again before the request is sent, for another hook
 *     may have made it;
 *   - there is no redirect, no proxy, and no protocol but http and https. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outbox/address.h"
#include "outbox/transport.h"

enum {
    BODY_MAX = 64 * 1024, /* of an answer: nobody reads it, but a polite receiver may finish it */
    CONNECT_MS = 10000,
    CONNECTIONS_MAX = 64,
    PER_HOST_MAX = 8,
};

struct curl_transport {
    struct transport base; /* first: handed out as this */
    CURLM *multi;
    char agent[64];
    struct transfer *first; /* those under way */
};

struct transfer {
    struct transfer *next;
    struct transfer *prev;
    CURL *easy;
    struct curl_slist *headers;
    const struct webhook *hook;
    void *flight;
    size_t received;
    bool refused; /* an address that the hook may not reach */
    char error[CURL_ERROR_SIZE];
};

static struct curl_transport *own(struct transport *base)
{
    return (struct curl_transport *)(void *)base;
}

/* ---- the door ---- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = arg;
    if (purpose != CURLSOCKTYPE_IPCXN || !address_is_allowed(transfer->hook, &address->addr)) {
        transfer->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int before_request(void *arg, char *peer, char *local, int peer_port, int local_port)
{
    struct transfer *transfer = arg;
    MAYBE(local != NULL && peer_port > 0 && local_port > 0);
    if (address_text_is_allowed(transfer->hook, peer)) {
        return CURL_PREREQFUNC_OK;
    }
    transfer->refused = true;
    return CURL_PREREQFUNC_ABORT;
}

const char *transport_check_url(const struct webhook *hook)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    char *user = NULL;
    const char *wrong = NULL;
    if (!url || curl_url_set(url, CURLUPART_URL, hook->url, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        wrong = "is not a URL";
    } else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
        wrong = "is neither http nor https";
    } else if (curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK) {
        wrong = "carries a user or a password: receivers are told by the signature who asks";
    } else if (address_is_literal(host) && !address_text_is_allowed(hook, host)) {
        wrong = "is a private address: say allow_private";
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(url);
    return wrong;
}

/* ---- one attempt ---- */

/* Enough is enough: what was asked of the receiver stands in the status already. */
static size_t swallow(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    MAYBE(data != NULL);
    transfer->received += size * count;
    return transfer->received > BODY_MAX ? 0 : size * count;
}

static bool add_header(struct transfer *transfer, const char *name, const char *value)
{
    char line[1024];
    int size = snprintf(line, sizeof(line), "%s: %s", name, value);
    struct curl_slist *longer =
        size > 0 && (size_t)size < sizeof(line) ? curl_slist_append(transfer->headers, line) : NULL;
    transfer->headers = longer ? longer : transfer->headers;
    return longer != NULL;
}

static bool add_headers(struct transfer *transfer, const struct post *post)
{
    return add_header(transfer, "content-type", "application/cloudevents+json; charset=utf-8") &&
           add_header(transfer, "webhook-id", post->id) &&
           add_header(transfer, "webhook-timestamp", post->timestamp) &&
           add_header(transfer, "webhook-signature", post->signature) &&
           add_header(transfer, "expect", ""); /* no extra round for large bodies */
}

static void set_up(struct curl_transport *transport, struct transfer *transfer,
                   const struct post *post)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_URL, post->hook->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, transport->agent);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)post->body.data);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.size);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)post->hook->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

static void drop(struct curl_transport *transport, struct transfer *transfer)
{
    if (transfer->prev) {
        transfer->prev->next = transfer->next;
    } else if (transport->first == transfer) {
        transport->first = transfer->next;
    }
    if (transfer->next) {
        transfer->next->prev = transfer->prev;
    }
    if (transfer->easy) {
        curl_multi_remove_handle(transport->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->headers);
    free(transfer);
}

static enum saga_error send_post(struct transport *base, const struct post *post)
{
    struct curl_transport *transport = own(base);
    struct transfer *transfer = calloc(1, sizeof(*transfer));
    if (!transfer) {
        return SAGA_NO_MEMORY;
    }
    transfer->hook = post->hook;
    transfer->flight = post->flight;
    transfer->easy = curl_easy_init();
    if (!transfer->easy || !add_headers(transfer, post)) {
        drop(transport, transfer);
        return SAGA_NO_MEMORY;
    }
    set_up(transport, transfer, post);
    transfer->next = transport->first;
    if (transport->first) {
        transport->first->prev = transfer;
    }
    transport->first = transfer;
    if (curl_multi_add_handle(transport->multi, transfer->easy) != CURLM_OK) {
        drop(transport, transfer);
        return SAGA_NO_MEMORY;
    }
    return SAGA_OK;
}

static void conclude(struct curl_transport *transport, struct transfer *transfer, CURLcode code)
{
    struct post_outcome outcome = {.retry_after_ms = -1};
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
    /* An answer that is too long is an answer. */
    bool is_answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status > 0);
    if (transfer->refused) {
        snprintf(outcome.why, sizeof(outcome.why),
                 "the host's address is private, which allow_private does not cover");
    } else if (!is_answered) {
        snprintf(outcome.why, sizeof(outcome.why), "%s",
                 transfer->error[0] ? transfer->error : curl_easy_strerror(code));
    } else {
        outcome.status = (uint32_t)status;
        outcome.retry_after_ms = retry_after > 0 ? (int64_t)retry_after * 1000 : -1;
        if (status < 200 || status > 299) {
            snprintf(outcome.why, sizeof(outcome.why), "answered %ld", status);
        }
    }
    void *flight = transfer->flight;
    drop(transport, transfer);
    transport->base.done(flight, &outcome, transport->base.arg);
}

static void run(struct transport *base, int64_t timeout_ms)
{
    struct curl_transport *transport = own(base);
    int running = 0;
    int left = 0;
    /* What fails here fails for each transfer too, and is told there. */
    (void)curl_multi_perform(transport->multi, &running);
    CURLMsg *message = curl_multi_info_read(transport->multi, &left);
    if (!message) {
        (void)curl_multi_poll(transport->multi, NULL, 0, (int)timeout_ms, NULL);
        (void)curl_multi_perform(transport->multi, &running);
        message = curl_multi_info_read(transport->multi, &left);
    }
    for (; message; message = curl_multi_info_read(transport->multi, &left)) {
        struct transfer *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        CHECK(transfer != NULL);
        if (message->msg == CURLMSG_DONE) {
            conclude(transport, transfer, code);
        }
    }
}

static void wake(struct transport *base)
{
    (void)curl_multi_wakeup(own(base)->multi);
}

static void close_transport(struct transport **base)
{
    struct curl_transport *gone = *base ? own(*base) : NULL;
    if (!gone) {
        return;
    }
    while (gone->first) {
        drop(gone, gone->first);
    }
    if (gone->multi) {
        curl_multi_cleanup(gone->multi);
    }
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
    made->base.ops = &curl_ops;
    snprintf(made->agent, sizeof(made->agent), "sagad/%s", agent);
    /* Once for the process; a second time is counted. */
    bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    made->multi = ready ? curl_multi_init() : NULL;
    if (!made->multi) {
        struct transport *gone = &made->base;
        close_transport(&gone);
        return SAGA_NO_MEMORY;
    }
    curl_multi_setopt(made->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
    curl_multi_setopt(made->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)PER_HOST_MAX);
    *transport = &made->base;
    return SAGA_OK;
}
