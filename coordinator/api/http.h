/* http.h - one HTTP request on its way through the API; private to this folder.
 *
 *      new --body is in--> handler --> answered                        (reads, refusals)
 *                             |
 *                             +--> posted to the loop, suspended --> resumed --> finish -->
 * answered
 *
 * A call belongs to the HTTP thread; while it is posted, only its `answer` is written, by the
 * loop's thread, before the connection is resumed. */
#ifndef API_HTTP_H
#define API_HTTP_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "api/api.h"
#include "api/shape.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/tokens.h"

enum { HTTP_CALL_MAGIC = 0x63616c6c, BODY_MAX = LIMIT_MESSAGE_IN, PARTS_MAX = 3, DETAIL_MAX = 100 };

/* Who is asking, as their token says. */
struct identity {
    enum role role;           /* ROLE_NONE: nobody knows */
    struct span name;         /* the actor of what they do */
    const struct span *roles; /* their role and groups */
    uint32_t roles_count;
};

enum phase { PHASE_BODY, PHASE_POSTED, PHASE_ANSWERED };

struct http_call;
typedef void (*http_call_fn)(struct http_call *call);

/* One route: method and path, who may, what may stand after `?`, who handles. `{}` stands for one
 * part of the path. */
struct route {
    const char *method;
    const char *path;
    enum role role;
    const char *query;   /* names, separated by spaces */
    http_call_fn handle; /* answers, or posts */
    http_call_fn reply;  /* after a post: writes the answer */
};

struct fault {
    char pointer[256];
    char detail[256];
};

struct http_call {
    uint32_t magic;
    _Atomic enum phase phase; /* both threads look at it */
    struct api *api;
    struct MHD_Connection *connection;
    const struct route *route;
    struct identity who;
    const char *unknown;          /* why it is nobody; NULL: it is somebody */
    struct span parts[PARTS_MAX]; /* what stood for `{}` in the path */
    char path[1024];
    struct buf body;
    size_t sent; /* bytes of it, kept or not */
    bool is_too_large;
    struct arena arena; /* owns what the request points to */
    struct request request;
    void *held;           /* the handler's own, in the arena, for its finish */
    struct answer answer; /* copied into the arena by the loop */
    struct fault *faults; /* of a 422 */
    uint32_t fault_count;
    bool is_dry; /* PUT definition: only checked */
    /* The answer to be sent. */
    struct buf out;
    struct form form;
    int status;
    const char *type;
    char etag[80];
    char location[256];
    char allow[32]; /* of a 405: the methods that the path takes */
};

struct api {
    struct api_options options; /* strings borrowed for life */
    struct MHD_Daemon *daemon;
    struct store_reader *reader; /* the HTTP thread's own */
    pthread_mutex_t auth_lock;   /* of the two below: the loop's thread reads them anew */
    struct token admin;
    struct tokens tokens;
    uint16_t port;
    _Atomic uint32_t calls; /* requests whose answer is not sent yet */
};

/* ---- problem.c: what went wrong, as RFC 9457 says it ---- */
void problem_answer(struct http_call *call, enum saga_error error, const char *detail);
/* The same with another HTTP status than the error's own. */
void problem_answer_as(struct http_call *call, int status, enum saga_error error,
                       const char *detail);
/* Notes one thing that is wrong with the body. */
void problem_note(struct http_call *call, const char *pointer, const char *detail);
/* True when nothing is wrong; else answers with all that was noted, the first in words. */
bool problem_pass(struct http_call *call);
/* Begins a JSON answer of this status; the top level map is open. */
struct form *response_begin(struct http_call *call, int status);
void response_end(struct http_call *call);

/* ---- auth.c ---- */
/* Reads all tokens; makes the admin's if there is none. On an error they stay as they were. */
MUST_CHECK enum saga_error auth_read(struct api *api, char *why, size_t why_size);
/* Sets call->who from the request's bearer token; NULL, or why it is nobody. */
const char *auth_identify(struct http_call *call);

/* ---- body.c: JSON bodies, checked key by key ---- */
enum body_form { BODY_TEXT, BODY_INT, BODY_BOOL, BODY_VALUE, BODY_TEXTS, BODY_TIME };
struct body_key {
    const char *name;
    enum body_form form;
    bool is_required;
    void *place; /* struct span (TEXT, VALUE), int64_t (INT, TIME), bool, struct texts (TEXTS) */
};
struct texts {
    const struct span *items;
    uint32_t count;
};
/* Reads the body as a map of these keys; false when a problem was answered. An empty body is an
 * empty map. */
bool body_read(struct http_call *call, const struct body_key *keys, uint32_t count);
/* Reads a map inside the body, which is at `pointer`; what is wrong is noted. */
void body_read_inside(struct http_call *call, struct span value, const char *pointer,
                      const struct body_key *keys, uint32_t count);
/* The body as one msgpack value, in the arena. */
bool body_value(struct http_call *call, struct span *value);

/* ---- api.c ---- */
/* A request header or a query argument; NULL when absent. */
const char *header_text(const struct http_call *call, const char *name);
const char *query_text(const struct http_call *call, const char *name);
/* Are the query arguments those of the route? Else a problem is answered: a name that is misspelt
 * must not be taken for one that was not given. */
bool query_check(struct http_call *call);
/* For handlers that post by themselves: the connection sleeps, until it is woken once. */
void http_call_suspend(struct http_call *call);
void http_call_resume(struct http_call *call);
/* Hands call->request to the loop and suspends the connection. */
void http_call_post(struct http_call *call);
/* NUL-terminated text of a span, in the arena. */
const char *http_call_text(struct http_call *call, struct span text);
/* The idempotency key as a name of the store; empty when none was given. Sets digest to that of the
 * request. */
bool header_once(struct http_call *call, struct span *key, uint8_t digest[32]);
/* Prefer: wait=N, in ms; 0 = not asked for. */
int64_t header_wait_ms(const struct http_call *call);

/* ---- reads.c ---- */
/* Loads a saga and its definition; false when a problem was answered. */
bool saga_read_load(struct http_call *call, struct span name, struct saga_image *image,
                    const struct definition **definition);
/* Answers with the saga as it is durable. */
void saga_read_show(struct http_call *call, struct span name, int status, bool is_duplicate);

struct bounds {
    uint64_t least;
    uint64_t most;
};
/* A query argument as a number, if it was given; false when a problem was answered. */
bool query_number(struct http_call *call, const char *name, struct bounds bounds, uint64_t *value);

void about_healthz(struct http_call *call);
void about_readyz(struct http_call *call);
void about_openapi(struct http_call *call);
void saga_list(struct http_call *call);
void saga_read_one(struct http_call *call);
void history_read(struct http_call *call);
void plans_rollback(struct http_call *call);
void plans_migration(struct http_call *call);

/* ---- definitions.c ---- */
void definitions_put(struct http_call *call);
void definitions_put_reply(struct http_call *call);
void definitions_get(struct http_call *call);
void definitions_version(struct http_call *call);
void definitions_list(struct http_call *call);

/* schedules.c */
void schedules_list(struct http_call *call);

/* ---- writes.c ---- */
void saga_start(struct http_call *call);
void saga_start_reply(struct http_call *call);
void saga_verb(struct http_call *call);
void saga_verb_decide(struct http_call *call);
void saga_verb_reply(struct http_call *call);
void task_finish(struct http_call *call);
void task_finish_reply(struct http_call *call);

/* ---- webhooks.c ---- */
void webhook_read_list(struct http_call *call);
void webhook_read_dead(struct http_call *call);
void webhook_verb(struct http_call *call);
void webhook_verb_reply(struct http_call *call);

/* ---- events.c ---- */
void event_post(struct http_call *call);
void event_post_reply(struct http_call *call);

/* ---- routes.c ---- */
/* The route of a method and path; NULL, with call->allow set when the path is known under others.
 */
const struct route *routes_find(struct http_call *call, const char *method, const char *path);
/* All of them, for the check against the OpenAPI document. */
const struct route *routes_at(uint32_t index);

#endif
