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

enum { CALL_MAGIC = 0x63616c6c, BODY_MAX = LIMIT_MESSAGE_IN, PARTS_MAX = 3, DETAIL_MAX = 100 };

/* Who is asking, as their token says. */
struct identity {
    enum role role;           /* ROLE_NONE: nobody knows */
    struct span name;         /* the actor of what they do */
    const struct span *roles; /* their role and groups */
    uint32_t roles_count;
};

enum phase { PHASE_BODY, PHASE_POSTED, PHASE_ANSWERED };

struct call;
typedef void (*call_fn)(struct call *call);

/* One route: method and path, who may, what may stand after `?`, who handles. `{}` stands for one
 * part of the path. */
struct route {
    const char *method;
    const char *path;
    enum role role;
    const char *query; /* names, separated by spaces */
    call_fn handle;    /* answers, or posts */
    call_fn finish;    /* after a post: writes the answer */
};

struct fault {
    char pointer[256];
    char detail[256];
};

struct call {
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
void call_problem(struct call *call, enum saga_error error, const char *detail);
/* The same with another HTTP status than the error's own. */
void call_problem_as(struct call *call, int status, enum saga_error error, const char *detail);
/* Notes one thing that is wrong with the body. */
void call_fault(struct call *call, const char *pointer, const char *detail);
/* True when nothing is wrong; else answers with all that was noted, the first in words. */
bool call_faultless(struct call *call);
/* Begins a JSON answer of this status; the top level map is open. */
struct form *call_begin(struct call *call, int status);
void call_end(struct call *call);

/* ---- auth.c ---- */
/* Reads all tokens; makes the admin's if there is none. On an error they stay as they were. */
MUST_CHECK enum saga_error auth_read(struct api *api, char *why, size_t why_size);
/* Sets call->who from the request's bearer token; NULL, or why it is nobody. */
const char *auth_identify(struct call *call);

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
bool body_read(struct call *call, const struct body_key *keys, uint32_t count);
/* Reads a map inside the body, which is at `pointer`; what is wrong is noted. */
void body_read_inside(struct call *call, struct span value, const char *pointer,
                      const struct body_key *keys, uint32_t count);
/* The body as one msgpack value, in the arena. */
bool body_value(struct call *call, struct span *value);

/* ---- api.c ---- */
/* A request header or a query argument; NULL when absent. */
const char *call_header(const struct call *call, const char *name);
const char *call_query(const struct call *call, const char *name);
/* Are the query arguments those of the route? Else a problem is answered: a name that is misspelt
 * must not be taken for one that was not given. */
bool call_check_query(struct call *call);
/* For handlers that post by themselves: the connection sleeps, until it is woken once. */
void call_suspend(struct call *call);
void call_resume(struct call *call);
/* Hands call->request to the loop and suspends the connection. */
void call_post(struct call *call);
/* NUL-terminated text of a span, in the arena. */
const char *call_text(struct call *call, struct span text);
/* The idempotency key as a name of the store; empty when none was given. Sets digest to that of the
 * request. */
bool call_once(struct call *call, struct span *key, uint8_t digest[32]);
/* Prefer: wait=N, in ms; 0 = not asked for. */
int64_t call_wait_ms(const struct call *call);

/* ---- reads.c ---- */
/* Loads a saga and its definition; false when a problem was answered. */
bool call_load(struct call *call, struct span name, struct saga_image *image,
               const struct definition **definition);
/* Answers with the saga as it is durable. */
void call_show(struct call *call, struct span name, int status, bool is_duplicate);

struct bounds {
    uint64_t least;
    uint64_t most;
};
/* A query argument as a number, if it was given; false when a problem was answered. */
bool call_query_number(struct call *call, const char *name, struct bounds bounds, uint64_t *value);

void read_healthz(struct call *call);
void read_readyz(struct call *call);
void read_openapi(struct call *call);
void read_sagas(struct call *call);
void read_saga(struct call *call);
void read_history(struct call *call);
void read_plan(struct call *call);
void read_migration(struct call *call);

/* ---- definitions.c ---- */
void definition_put(struct call *call);
void definition_put_finish(struct call *call);
void definition_get(struct call *call);
void definition_get_version(struct call *call);
void definition_list(struct call *call);

/* schedules.c */
void schedule_list(struct call *call);

/* ---- writes.c ---- */
void write_start(struct call *call);
void write_start_finish(struct call *call);
void write_verb(struct call *call);
void write_decision(struct call *call);
void write_verb_finish(struct call *call);
void write_finish(struct call *call);
void write_finish_finish(struct call *call);

/* ---- webhooks.c ---- */
void webhook_list(struct call *call);
void webhook_dead(struct call *call);
void webhook_verb(struct call *call);
void webhook_verb_finish(struct call *call);

/* ---- events.c ---- */
void write_events(struct call *call);
void write_events_finish(struct call *call);

/* ---- routes.c ---- */
/* The route of a method and path; NULL, with call->allow set when the path is known under others.
 */
const struct route *route_find(struct call *call, const char *method, const char *path);
/* All of them, for the check against the OpenAPI document. */
const struct route *route_at(uint32_t index);

#endif
