/* client_open.h - what clients of open saga say: begin, register, complete, commit, abort. */
#ifndef PEERS_CLIENT_OPEN_H
#define PEERS_CLIENT_OPEN_H

#include "base/check.h"
#include "base/error.h"

struct answer;
struct client_request;
struct request_source;

/* Each of these reads one kind of message into the request, with the results of
 * client_request_fill(); *why may lie in the arena of the request. */
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

/* Sends the reply to a register or complete (step), or to a commit or abort (end). */
void client_open_reply_step(struct client_request *asked, const struct answer *answer);
void client_open_reply_end(struct client_request *asked, const struct answer *answer);

#endif
