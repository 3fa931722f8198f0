/* test_net_transfers.c - requests to a server of ours: what its answers come to.
 *
 * Seen to fail with: 2^63-1 seconds multiplied; a number beyond all of them taken for none. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/transfers.h"

/* Accepts one connection, reads a request and gives one answer. */
struct server {
    int socket;
    uint16_t port;
    pthread_t thread;
    char answer[1024];
};

static void *serve(void *arg)
{
    struct server *server = arg;
    char request[4096];
    size_t size = 0;
    int connection = accept(server->socket, NULL, NULL);
    while (connection >= 0 && size < sizeof(request) - 1) {
        ssize_t got = read(connection, request + size, sizeof(request) - 1 - size);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
        request[size] = '\0';
        if (strstr(request, "the body")) {
            break;
        }
    }
    if (connection >= 0) {
        ssize_t sent = write(connection, server->answer, strlen(server->answer));
        (void)sent;
        close(connection);
    }
    return NULL;
}

static void start(struct server *server, const char *head)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    server->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(server->socket, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(server->socket, 1), 0);
    cr_assert_eq(getsockname(server->socket, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    snprintf(server->answer, sizeof(server->answer), "%s\r\ncontent-length: 0\r\n\r\n", head);
    cr_assert_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct server *server)
{
    shutdown(server->socket, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->socket);
}

struct seen {
    bool is_done;
    struct transfer_outcome outcome;
};

static void done(void *arg, const struct transfer_outcome *outcome, void *owner)
{
    struct seen *seen = arg;
    cr_assert_eq(owner, seen);
    seen->is_done = true;
    seen->outcome = *outcome;
}

/* One request to a server that answers so. */
static struct transfer_outcome ask(const char *head, bool allow_private)
{
    struct server server;
    struct seen seen = {.is_done = false};
    struct transfers *transfers = NULL;
    char url[64];
    start(&server, head);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server.port);
    cr_assert_eq(transfers_open("test", done, &seen, &transfers), SAGA_OK);
    const struct address_rules rules = {.allow_private = allow_private};
    const struct transfer_header header = {"content-type", "text/plain"};
    const struct transfer_request request = {.url = url,
                                             .rules = &rules,
                                             .headers = &header,
                                             .header_count = 1,
                                             .body = span_text("the body"),
                                             .timeout_ms = 60000,
                                             .answer_max = 1024,
                                             .arg = &seen};
    cr_assert_eq(transfers_send(transfers, &request), SAGA_OK);
    while (!seen.is_done) {
        transfers_run(transfers, 60000);
    }
    transfers_close(&transfers);
    cr_assert_null(transfers);
    stop(&server);
    return seen.outcome;
}

Test(net_transfers, an_answer_is_its_status)
{
    struct transfer_outcome outcome = ask("HTTP/1.1 204 No Content", true);
    cr_assert_eq(outcome.status, 204);
    cr_assert_eq(outcome.retry_after_ms, -1);
    cr_assert_str_eq(outcome.why, "");
    cr_assert_not(outcome.is_refused);
}

Test(net_transfers, an_address_that_may_not_be_reached_is_refused)
{
    struct transfer_outcome outcome = ask("HTTP/1.1 204 No Content", false);
    cr_assert_eq(outcome.status, 0);
    cr_assert(outcome.is_refused);
}

Test(net_transfers, the_time_that_is_asked_for_has_a_bound)
{
    static const struct {
        const char *value;
        int64_t ms;
    } times[] = {
        {"0", -1},
        {"7", 7000},
        {"9223372036854775807", TRANSFERS_RETRY_AFTER_MAX_MS},
        {"9223372036854775808", TRANSFERS_RETRY_AFTER_MAX_MS},
        {"100000000000000000000000000000", TRANSFERS_RETRY_AFTER_MAX_MS},
        {"Fri, 31 Dec 9998 23:59:59 GMT", TRANSFERS_RETRY_AFTER_MAX_MS},
        {"Sun, 06 Nov 1994 08:49:37 GMT", -1},
        {"soon", -1},
    };
    for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
        char head[256];
        snprintf(head, sizeof(head), "HTTP/1.1 503 Busy\r\nRetry-After: %s", times[i].value);
        struct transfer_outcome outcome = ask(head, true);
        cr_expect_eq(outcome.status, 503);
        cr_expect_eq(outcome.retry_after_ms, times[i].ms, "%s: %lld", times[i].value,
                     (long long)outcome.retry_after_ms);
    }
}
