/* client_open.h - what clients of open saga say: begin, register, complete, commit, abort. */
#ifndef PEERS_CLIENT_OPEN_H
#define PEERS_CLIENT_OPEN_H

#include "base/check.h"
#include "base/error.h"

struct answer;
struct client_request;
struct request_source;

/* Each fills the request, as client_request_fill() says; *why may be in the request's arena. */
MUST_CHECK enum saga_error client_open_begin(struct client_request *asked,
                                             const struct request_source *source, const char **why);
MUST_CHECK enum saga_error client_open_register(struct client_request *asked,
                                                const struct request_source *source,
                                                const char **why);
MUST_CHECK enum saga_error client_open_complete(struct client_request *asked,
                                                const struct request_source *source,
                                                const char **why);
MUST_CHECK enum saga_error client_open_end(struct client_request *asked,
                                           const struct request_source *source, const char **why);

/* The replies to register and complete, and to commit and abort. */
void client_open_reply_step(struct client_request *asked, const struct answer *answer);
void client_open_reply_end(struct client_request *asked, const struct answer *answer);

#endif
