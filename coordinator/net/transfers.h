/* transfers.h - HTTP requests to others, all on one curl multi handle.
 *
 * Three things keep a URL from reaching what it may not:
 *   - each connection is judged by the address that it is made to, when its socket is opened, so
 *     a name that resolves to something else the second time gains nothing;
 *   - a connection that is used again is judged again before the request is sent, for a request
 *     under other rules may have made it;
 *   - there is no redirect, no proxy, and no protocol but http and https. */
#ifndef NET_TRANSFERS_H
#define NET_TRANSFERS_H

#include "base/error.h"
#include "base/span.h"
#include "net/address.h"

struct transfers;

struct transfer_header {
    const char *name;
    const char *value;
};

/* One POST. All that it points to stays until it is done. */
struct transfer_request {
    const char *url;
    const struct address_rules *rules; /* which addresses it may reach */
    const struct transfer_header *headers;
    uint32_t header_count;
    struct span body;
    int64_t timeout_ms;
    size_t answer_max; /* bytes of an answer that are read; the rest is left unread */
    void *arg;         /* comes back when it is done */
};

enum { TRANSFERS_RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000 };

struct transfer_outcome {
    uint32_t status;        /* HTTP status; 0 = there was no answer */
    int64_t retry_after_ms; /* Retry-After, at most TRANSFERS_RETRY_AFTER_MAX_MS; -1 = not said */
    bool is_refused;        /* an address that the rules do not allow */
    char why[128];          /* why there was no answer, in words; else empty */
};

/* How a request ended. From transfers_run() only. */
typedef void (*transfer_done_fn)(void *arg, const struct transfer_outcome *outcome, void *owner);

/* `agent` names the program, at most 63 bytes. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error transfers_open(const char *agent, transfer_done_fn done, void *owner,
                                          struct transfers **transfers);
/* Breaks off what is still under way, without a word. */
void transfers_close(struct transfers **transfers);
/* Begins a request; never blocks. SAGA_NO_MEMORY: nothing was begun. */
MUST_CHECK enum saga_error transfers_send(struct transfers *transfers,
                                          const struct transfer_request *request);
/* Works on what was begun until something is done, transfers_wake() is called or the time is over.
 */
void transfers_run(struct transfers *transfers, int64_t timeout_ms);
/* Ends transfers_run(), from any thread. */
void transfers_wake(struct transfers *transfers);

#endif
