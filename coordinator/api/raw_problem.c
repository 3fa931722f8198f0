/* raw_problem.c - a whole response, head and body, in one send. */
#include "api/raw_problem.h"

#include <stdio.h>
#include <sys/socket.h>

#include "base/check.h"

enum { UNREAD_MAX = 64 * 1024 };

void raw_problem_send(int fd, const struct raw_problem *problem)
{
    char body[512];
    char text[1024];
    char unread[4096];
    const char *retry = problem->status == 503 ? "Retry-After: 1\r\n" : "";
    int size = snprintf(body, sizeof(body),
                        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,"
                        "\"detail\":\"%s\",\"code\":\"%s\"%s}\n",
                        problem->title, problem->status, problem->detail, problem->code,
                        problem->status == 503 ? ",\"retry_after_ms\":1000" : "");
    CHECK(size > 0 && size < (int)sizeof(body));
    size = snprintf(text, sizeof(text),
                    "HTTP/1.1 %d %s\r\nConnection: close\r\n"
                    "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"
                    "%sContent-Length: %d\r\n\r\n%s",
                    problem->status, problem->title, retry, size, body);
    CHECK(size > 0 && size < (int)sizeof(text));
    for (int i = 0; i < UNREAD_MAX && recv(fd, unread, sizeof(unread), MSG_DONTWAIT) > 0;) {
        i += (int)sizeof(unread);
    }
    MAYBE(send(fd, text, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL) == size);
    MAYBE(shutdown(fd, SHUT_WR) == 0);
}
