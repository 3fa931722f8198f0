/* http_call.h - one HTTP request on its way through the API.
 *
 *     new --body is in--> handle --> the response is there                (reads, refusals)
 *                           |
 *                           +--> posted to the loop, suspended --> resumed --> reply --> the same
 *
 * A call belongs to the HTTP thread. While it is posted the loop's thread alone writes to it: what
 * came of the request, before the connection is resumed. */
#ifndef API_HTTP_CALL_H
#define API_HTTP_CALL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "api/api.h"
#include "api/auth.h"
#include "api/problem.h"
#include "api/response.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/limits.h"

enum { HTTP_CALL_MAGIC = 0x63616c6c, HTTP_CALL_BODY_MAX = LIMIT_MESSAGE_IN };

enum http_call_phase { HTTP_CALL_BODY, HTTP_CALL_POSTED, HTTP_CALL_ANSWERED };

struct http_call {
    uint32_t magic;
    _Atomic enum http_call_phase phase; /* both threads look at it */
    const struct api_options *options;  /* borrowed */
    struct store_reader *reader;        /* borrowed: of the thread that handles the call */
    struct MHD_Connection *connection;
    char path[1024];
    struct target target; /* what the path and the method name */
    struct identity who;
    const char *unknown; /* why nobody knows who asks; NULL: somebody does */
    struct buf body;     /* as far as it came, when it is kept */
    size_t sent;         /* bytes of the body that came, kept or not */
    bool is_too_large;   /* the body is not kept for this reason */
    struct arena arena;  /* owns what the request points to */
    struct request request;
    void *held;           /* the handler's own, in the arena, for its reply */
    struct answer answer; /* to the request; copied into the arena by the loop */
    struct problem_errors errors;
    struct response response;
};

/* A call without a body yet. NULL: no memory. */
struct http_call *http_call_new(const struct api_options *options,
                                struct MHD_Connection *connection, const char *path);
void http_call_free(struct http_call **call);

/* A part of the body has come; `keep`: the body is wanted. False: too much has come of what nobody
 * reads, and the connection is to be cut. */
MUST_CHECK bool http_call_take(struct http_call *call, const void *data, size_t size, bool keep);

/* Hands call->request to the loop and suspends the connection; the route's reply comes next. */
void http_call_post(struct http_call *call);
/* For handlers that post by themselves: the connection sleeps until it is resumed, once. */
void http_call_suspend(struct http_call *call);
void http_call_resume(struct http_call *call);
/* True when the request was carried out. Else the response says what is wrong. */
MUST_CHECK bool http_call_is_answered(struct http_call *call);

/* The bytes with a NUL behind them, in the arena; NULL: no memory. */
const char *http_call_text(struct http_call *call, struct span text);
/* The coordinator's time. */
int64_t http_call_now_ms(const struct http_call *call);

#endif
