/* request.h - what someone outside asks of the coordinator, and the answer: the same struct for
 * the wire and for HTTP.
 *
 * An adapter fills a request, hands it to the loop (`struct desk`), and gets `answer` called when
 * the outcome is durable. The request and all it points to belong to the adapter and stay until
 * then. */
#ifndef DOOR_REQUEST_H
#define DOOR_REQUEST_H

#include "base/check.h"
#include "base/error.h"
#include "engine/open_request.h"
#include "engine/result.h"
#include "engine/start_request.h"
#include "engine/verb_request.h"
#include "saga/verdict.h"

struct definition;
struct jsonschema_report;
struct at_work; /* engine/at_work.h */

enum request_kind {
    REQUEST_START,  /* `start`; the loop looks up the definition by its name */
    REQUEST_VERB,   /* `verb`: what a person does to a saga */
    REQUEST_FINISH, /* `result`, which may name its task by the token alone */
    REQUEST_WAIT,   /* tell how `saga` stands when it has settled or is parked */
    REQUEST_DEFINE, /* `define`: a new version of a definition */
    REQUEST_OUTBOX, /* `outbox`: what has become, or shall become, of a delivery to a webhook */
    REQUEST_EVENT,  /* `event`: for all that wait for it, or for one saga */
    REQUEST_OPEN,   /* `open`: what the client of an open saga says */
    REQUEST_LOOK,   /* fill `at_work` with what no record says of the attempts of `saga` */
    REQUEST_KEY, /* `key`: make an idempotency key durable, for a request that cannot carry one */
};

struct answer {
    enum saga_error error;
    /* a sentence for people; NULL = the standard one of the error */
    const char *why;
    struct span saga; /* the saga's id, as clients know it */
    enum saga_state state;
    bool duplicate; /* the same request came before: this is its outcome */
    uint64_t seq;
    /* INVALID: what is wrong with a start's input; may be NULL */
    const struct jsonschema_report *problems;
    /* The output of a saga that has settled, in msgpack; may be empty. For those who waited for the
     * end of the saga, and for those who ask later and want the output. */
    struct span output;
    uint32_t version; /* START, DEFINE: version of the definition */
    /* DEFINE: the newest version is the same as what was sent, so no new one was made */
    bool unchanged;
    enum verdict verdict;   /* FINISH: what the result counted for */
    struct open_reply open; /* OPEN: what the engine answered to the client */
    uint32_t delivered;     /* EVENT: how many steps took it */
    /* EVENT: ids of the sagas that it started, msgpack array; empty = none */
    struct span started;
};

enum {
    REQUEST_WAIT_MS = 30 * 1000, /* ms that a client waits who does not say for how long */
    REQUEST_WAIT_MS_MAX = 60 * 60 * 1000,
};

struct request {
    enum request_kind kind;
    union {
        struct start_request start;
        struct verb_request verb;
        struct open_request open;
        struct result result;
        struct inbox_row event; /* its at_ms may be 0, which means now */
        struct {
            struct span name;
            struct span source; /* the definition, as canonical JSON */
            uint8_t digest[32];
            /* the definition compiled (store/catalog.h), or NULL; if a new version is made of the
             * definition, this becomes part of the catalog, else the adapter discards it */
            struct catalog_entry *prepared;
            struct span actor;
        } define;
        struct {
            /* what shall change of a delivery, 0 = nothing; its spans stay until the answer */
            struct delivery change;
            /* the webhook's receiver is gone for good: send nothing to it any more */
            bool disables;
            bool enables; /* a person wants the webhook to be sent to again */
        } outbox;
        struct {
            /* the key as struct name has it: its first byte is NAME_REQUEST */
            struct span text;
            uint8_t digest[32]; /* of the request that the key is for, which will follow */
        } key;
    };
    struct span definition;  /* START: name of the definition */
    uint32_t version;        /* START: of the definition; 0 = the newest */
    struct span saga;        /* WAIT, LOOK: id of the saga */
    struct at_work *at_work; /* LOOK: where to write what is known of its attempts */
    bool wait_settled;       /* START, VERB, OPEN: answer when the saga is settled or parked */
    int64_t wait_ms;         /* for at most this long; the answer then says how the saga stands */
    bool wants_output; /* with wait_settled: the output, even if the saga has settled long ago */

    /* The adapter's function for the answer: called once, on the loop's thread. The spans in the
     * answer stay until the function returns. */
    void (*answer)(struct request *request, const struct answer *answer);
    void *arg; /* for the adapter's own use */

    /* The loop uses these while it has the request. */
    struct request *next;
    uint64_t ref;
    bool duplicate; /* the same request came before */
    bool unchanged; /* DEFINE: the same definition is on its way to the store already */
};

/* What adapters (wire, HTTP) see of the loop: where to leave requests. */
struct desk {
    /* Takes a request at once; to be called on the loop's own thread only (the wire). */
    void (*ask)(struct request *request, void *arg);
    /* Takes a request from any other thread (HTTP): puts it into a queue and wakes the loop.
     * SAGA_OVERLOADED: the queue is full; SAGA_UNAVAILABLE: the coordinator is about to end. The
     * request was then not taken, and is not answered. */
    MUST_CHECK enum saga_error (*post)(struct request *request, void *arg);
    void *arg;
};

/* Answers a request with an error, or with SAGA_OK and nothing else. `why`: a sentence for people;
 * NULL: the standard one of the error. */
void request_answer(struct request *request, enum saga_error error, const char *why);

#endif
