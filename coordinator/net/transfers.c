/* transfers.c - one easy handle for each request, and the two doors that judge addresses. */
#include "net/transfers.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CONNECT_MS = 10000,
    CONNECTIONS_MAX = 64,
    PER_HOST_MAX = 8,
};

struct transfers {
    CURLM *multi;
    char agent[64];
    transfer_done_fn done;
    void *owner;
    struct transfer *first; /* those under way */
};

struct transfer {
    struct transfer *next;
    struct transfer *prev;
    CURL *easy;
    struct curl_slist *headers;
    const struct address_rules *rules;
    void *arg;
    size_t answer_max;
    size_t received;
    bool refused; /* an address that the rules do not allow */
    char error[CURL_ERROR_SIZE];
};

/* ---- the doors ---- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = arg;
    if (purpose != CURLSOCKTYPE_IPCXN || !address_is_allowed(transfer->rules, &address->addr)) {
        transfer->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int before_request(void *arg, char *peer, char *local, int peer_port, int local_port)
{
    struct transfer *transfer = arg;
    MAYBE(local != NULL && peer_port > 0 && local_port > 0);
    if (address_text_is_allowed(transfer->rules, peer)) {
        return CURL_PREREQFUNC_OK;
    }
    transfer->refused = true;
    return CURL_PREREQFUNC_ABORT;
}

/* ---- one request ---- */

/* Nobody reads the body of an answer, but a polite receiver may finish it. */
static size_t swallow(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    MAYBE(data != NULL);
    transfer->received += size * count;
    return transfer->received > transfer->answer_max ? 0 : size * count;
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

static void set_up(const struct transfers *transfers, struct transfer *transfer,
                   const struct transfer_request *request)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, transfers->agent);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)request->body.data);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

static void drop(struct transfers *transfers, struct transfer *transfer)
{
    if (transfer->prev) {
        transfer->prev->next = transfer->next;
    } else if (transfers->first == transfer) {
        transfers->first = transfer->next;
    }
    if (transfer->next) {
        transfer->next->prev = transfer->prev;
    }
    if (transfer->easy) {
        curl_multi_remove_handle(transfers->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->headers);
    free(transfer);
}

enum saga_error transfers_send(struct transfers *transfers, const struct transfer_request *request)
{
    struct transfer *transfer = calloc(1, sizeof(*transfer));
    if (!transfer) {
        return SAGA_NO_MEMORY;
    }
    transfer->rules = request->rules;
    transfer->arg = request->arg;
    transfer->answer_max = request->answer_max;
    transfer->easy = curl_easy_init();
    bool good = transfer->easy != NULL;
    for (uint32_t i = 0; i < request->header_count && good; i++) {
        good = add_header(transfer, request->headers[i].name, request->headers[i].value);
    }
    if (!good) {
        drop(transfers, transfer);
        return SAGA_NO_MEMORY;
    }
    set_up(transfers, transfer, request);
    transfer->next = transfers->first;
    if (transfers->first) {
        transfers->first->prev = transfer;
    }
    transfers->first = transfer;
    if (curl_multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK) {
        drop(transfers, transfer);
        return SAGA_NO_MEMORY;
    }
    return SAGA_OK;
}

/* curl says 0 of a number that it cannot hold, as of a text that is no time. */
static bool asks_for_ever(CURL *easy)
{
    struct curl_header *header = NULL;
    if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return false;
    }
    size_t digits = strspn(header->value, "0123456789");
    return header->value[digits] == '\0' && strspn(header->value, "0") < digits;
}

static int64_t retry_after_of(CURL *easy)
{
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds >= TRANSFERS_RETRY_AFTER_MAX_MS / 1000 || (seconds == 0 && asks_for_ever(easy))) {
        return TRANSFERS_RETRY_AFTER_MAX_MS;
    }
    return seconds > 0 ? (int64_t)seconds * 1000 : -1;
}

static void conclude(struct transfers *transfers, struct transfer *transfer, CURLcode code)
{
    struct transfer_outcome outcome = {.retry_after_ms = -1, .is_refused = transfer->refused};
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    /* An answer that is too long is an answer. */
    bool is_answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status > 0);
    if (!transfer->refused && is_answered) {
        outcome.status = (uint32_t)status;
        outcome.retry_after_ms = retry_after_of(transfer->easy);
    } else if (!transfer->refused) {
        snprintf(outcome.why, sizeof(outcome.why), "%s",
                 transfer->error[0] ? transfer->error : curl_easy_strerror(code));
    }
    void *arg = transfer->arg;
    drop(transfers, transfer);
    transfers->done(arg, &outcome, transfers->owner);
}

void transfers_run(struct transfers *transfers, int64_t timeout_ms)
{
    int running = 0;
    int left = 0;
    /* What fails here fails for each transfer too, and is told there. */
    (void)curl_multi_perform(transfers->multi, &running);
    CURLMsg *message = curl_multi_info_read(transfers->multi, &left);
    if (!message) {
        (void)curl_multi_poll(transfers->multi, NULL, 0, (int)timeout_ms, NULL);
        (void)curl_multi_perform(transfers->multi, &running);
        message = curl_multi_info_read(transfers->multi, &left);
    }
    for (; message; message = curl_multi_info_read(transfers->multi, &left)) {
        struct transfer *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        CHECK(transfer != NULL);
        if (message->msg == CURLMSG_DONE) {
            conclude(transfers, transfer, code);
        }
    }
}

void transfers_wake(struct transfers *transfers)
{
    (void)curl_multi_wakeup(transfers->multi);
}

/* ---- all of them ---- */

enum saga_error transfers_open(const char *agent, transfer_done_fn done, void *owner,
                               struct transfers **transfers)
{
    struct transfers *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->done = done;
    made->owner = owner;
    snprintf(made->agent, sizeof(made->agent), "%s", agent);
    /* Once for the process; a second time is counted. */
    bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    made->multi = ready ? curl_multi_init() : NULL;
    if (!made->multi) {
        transfers_close(&made);
        return SAGA_NO_MEMORY;
    }
    curl_multi_setopt(made->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
    curl_multi_setopt(made->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)PER_HOST_MAX);
    *transfers = made;
    return SAGA_OK;
}

void transfers_close(struct transfers **transfers)
{
    struct transfers *gone = *transfers;
    *transfers = NULL;
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
}
