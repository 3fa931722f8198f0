/* request.h - what someone outside asks of the coordinator: by wire or by HTTP, in one form.
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
    REQUEST_START,  /* event.start; definition is looked up by the loop */
    REQUEST_VERB,   /* event.verb */
    REQUEST_FINISH, /* event.result without key */
    REQUEST_WAIT,   /* until the saga `saga` is settled or parked */
    REQUEST_DEFINE, /* a new version of a definition */
    REQUEST_OUTBOX, /* what has become of an event on its way to a webhook, or shall */
    REQUEST_EVENT,  /* an event, for all who wait for it or for one saga */
    REQUEST_OPEN,   /* event.open: what the client of an open saga says */
    REQUEST_LOOK,   /* what is known of the saga `saga`, and in no record, into `open` */
    REQUEST_KEY,    /* an idempotency key, for a request that cannot carry one itself */
};

struct answer {
    enum saga_error error;
    const char *why;  /* a sentence; NULL = the error's own */
    struct span saga; /* external id */
    enum saga_state state;
    bool duplicate; /* KEY: the same request came before */
    uint64_t seq;
    const struct jsonschema_report *problems; /* INVALID: of a start's input, or NULL */
    /* Of a saga that has settled: msgpack, may be empty. For all who waited for that, and for those
     * who ask later and want the output. */
    struct span output;
    uint32_t version;       /* DEFINE: of the definition; START too */
    bool unchanged;         /* DEFINE: nothing was new */
    enum verdict verdict;   /* FINISH */
    struct open_reply open; /* OPEN */
    uint32_t delivered;     /* EVENT: steps that took it */
    struct span started;    /* EVENT: msgpack array of the ids of sagas; empty = none */
};

struct request {
    enum request_kind kind;
    union {
        struct start_request start;
        struct verb_request verb;
        struct open_request open;
        struct result result;
        struct inbox_row event; /* at_ms 0 = now */
        struct {
            struct span name;
            struct span source; /* canonical JSON */
            uint8_t digest[32];
            struct catalog_entry *prepared; /* compiled (store/catalog.h), or NULL; a new version
                                             * takes it, else the adapter discards it */
            struct span actor;
        } define;
        struct {
            struct delivery change; /* spans stay until the answer; change 0 = none */
            bool disables;          /* the hook's receiver is gone for good */
            bool enables;           /* a person says: send to it again */
        } outbox;
        struct {
            struct span text;   /* as a name (0x01...) */
            uint8_t digest[32]; /* of the request that will follow */
        } key;
    };
    struct span definition;  /* START: name */
    uint32_t version;        /* START: 0 = the newest */
    struct span saga;        /* WAIT, LOOK */
    struct at_work *at_work; /* LOOK */
    bool wait_settled;       /* START, VERB, OPEN: answer when the saga is settled or parked */
    int64_t wait_ms;         /* for at most this long; the answer then says what it is now */
    bool wants_output;       /* with wait_settled: also when the saga has settled long ago */

    /* Called once, on the loop's thread; spans in the answer live until it returns. */
    void (*answer)(struct request *request, const struct answer *answer);
    void *arg; /* the adapter's */

    /* The loop's while it has the request. */
    struct request *next;
    uint64_t ref;
    bool duplicate; /* it came before */
    bool unchanged; /* DEFINE: the same as one that is on its way to the store */
};

/* The loop as adapters see it. */
struct desk {
    /* Takes the request. From the loop's own thread only (the wire). */
    void (*ask)(struct request *request, void *arg);
    /* The same from any other thread (HTTP): queued, the loop is woken. SAGA_OVERLOADED when the
     * queue is full, SAGA_UNAVAILABLE while draining; the request was then not taken. */
    MUST_CHECK enum saga_error (*post)(struct request *request, void *arg);
    void *arg;
};

/* Answers with an error, or, given SAGA_OK, with an answer that says nothing else. `why` NULL: the
 * error's own sentence. */
void request_answer(struct request *request, enum saga_error error, const char *why);

#endif
