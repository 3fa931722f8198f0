/* raw_problem.h - a problem written straight to a socket, where the library can write none.
 *
 * It ends the connection: what the client has sent and nobody has read is read away, as far as it
 * is there, for a socket closed with something unread takes back what it has sent. The descriptor
 * stays open; nothing waits. */
#ifndef API_RAW_PROBLEM_H
#define API_RAW_PROBLEM_H

struct raw_problem {
    int status;
    const char *title;
    const char *code;
    const char *detail;
};

void raw_problem_send(int fd, const struct raw_problem *problem);

#endif
