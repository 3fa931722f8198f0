/* http_call.h - one HTTP request on its way through the API.
 *
 *     HEAD   its first line has come, more of its head comes
 *     BODY   who asks for what is known; its body comes
 *     AWAY   somebody else has it, and the connection sleeps: the readers, or the loop
 *     READY  its response is written
 *
 * A call belongs to one thread at a time. On the HTTP thread it is read and sent; a handler runs
 * there or on a reader's thread. A handler that posts a request gives the call away with it: when
 * the handler has returned and all its requests are answered, the call goes on by itself, on
 * whatever thread that is. */
#ifndef API_HTTP_CALL_H
#define API_HTTP_CALL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "api/api.h"
#include "api/auth.h"
#include "api/problem.h"
#include "api/quota.h"
#include "store/readers.h"
#include "api/response.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/limits.h"

enum { HTTP_CALL_MAGIC = 0x63616c6c, HTTP_CALL_BODY_MAX = LIMIT_MESSAGE_IN };

enum http_call_phase { HTTP_CALL_HEAD, HTTP_CALL_BODY, HTTP_CALL_AWAY, HTTP_CALL_READY };

struct http_call {
    uint32_t magic;
    _Atomic enum http_call_phase phase; /* set before the connection sleeps or wakes */
    const struct api_options *options;  /* borrowed */
    struct quota *quota;                /* borrowed */
    struct store_reader *reader; /* of the thread that has the call; NULL: it reads nothing */
    struct MHD_Connection *connection;
    void *of;               /* whoever handles calls: see handle.c */
    struct readers_job job; /* its place in a queue of readers */
    char path[1024];
    struct target target; /* what the path and the method name */
    struct identity who;
    const char *unknown;         /* why nobody knows who asks; NULL: somebody does */
    bool has_too_many_arguments; /* none of them was looked at */
    bool is_too_large;           /* the body is not kept for this reason */
    bool is_dropped;             /* nor for this one: nobody wants it, or memory is scarce */
    bool is_short;               /* memory is scarce: the response is as short as it can be */
    struct buf body;             /* as far as it came, when it is kept */
    size_t sent;                 /* bytes of the body that came, kept or not */
    size_t held;                 /* bytes that are counted in the quota */
    struct arena arena;          /* owns what the request points to */
    struct request request;
    void *kept;           /* the handler's own, in the arena, for its reply */
    struct answer answer; /* to the request; copied into the arena by the loop */
    struct request key;   /* the Idempotency-Key, for requests that do not carry it */
    void (*post)(struct http_call *call); /* what comes when the key is durable */
    bool is_known_key;                    /* the same request came before under it */
    _Atomic uint32_t open; /* the handler, while it runs, and each request without an answer */
    bool is_posted;        /* there was a request: the route's reply answers */
    void (*go_on)(struct http_call *call); /* called when nothing is open any more */
    struct problem_errors errors;
    struct response response;
};

/* A call of which nothing is known. NULL: no memory. */
struct http_call *http_call_new(const struct api_options *options, struct quota *quota,
                                struct MHD_Connection *connection);
void http_call_free(struct http_call **call);

/* A part of the body has come; `keep`: the body is wanted. What is not kept once is not kept at
 * all. False: too much has come of what nobody reads, and the connection is to be cut. */
MUST_CHECK bool http_call_take(struct http_call *call, const void *data, size_t size, bool keep);
/* Counts in the quota what the call holds now. */
void http_call_weigh(struct http_call *call);

/* The connection sleeps until it is woken, once. Sleep on the HTTP thread only. */
void http_call_sleep(struct http_call *call);
void http_call_wake(struct http_call *call);

/* Hands call->request to the loop. The handler does nothing more with the call. */
void http_call_post(struct http_call *call);
/* The same for a request that does not carry the key: first the key is made durable, then `post`
 * posts, on whatever thread. Without a key (no text) it does so at once. */
void http_call_post_under(struct http_call *call, struct span key, const uint8_t digest[],
                          void (*post)(struct http_call *call));
/* For handlers that post by themselves: so many answers are awaited ... */
void http_call_expect(struct http_call *call, uint32_t answers);
/* ... and this was one of them, or the handler's end. The call may be gone after it. */
void http_call_release(struct http_call *call);
/* In a reply: true when the request was carried out. Else the response says what is wrong. */
MUST_CHECK bool http_call_is_answered(struct http_call *call);

/* The bytes with a NUL behind them, in the arena; NULL: no memory. */
const char *http_call_text(struct http_call *call, struct span text);
/* The coordinator's time. */
int64_t http_call_host_ms(const struct http_call *call);
int64_t http_call_running_ms(const struct http_call *call);

#endif
