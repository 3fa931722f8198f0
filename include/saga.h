/* saga.h - the public API of libsaga: participants and clients of the sagad coordinator.
 *
 * A participant offers actions; the coordinator sends it tasks, it answers them:
 *
 *     static void book(const struct saga_task *task, struct saga_answer *answer, void *arg) {
 *         int64_t seat = reserve(arg, task->key, saga_value_int(task->input, "flight", 0));
 *         if (seat < 0) {
 *             saga_answer_failed(answer, &(struct saga_failure){.code = "full", .refused = true});
 *             return;
 *         }
 *         struct saga_pack *output = saga_answer_ok(answer);
 *         saga_put_map(output, 1);
 *         saga_put_str(output, "seat");
 *         saga_put_int(output, seat);
 *     }
 *
 *     struct saga_participant *participant = NULL;
 *     struct saga_participant_options options = {.endpoint = "tcp://127.0.0.1:7701"};
 *     if (saga_participant_open(&options, &participant) == SAGA_OK &&
 *         saga_participant_serve(participant, "flights.book", book, &flights) == SAGA_OK &&
 *         saga_participant_serve(participant, "flights.cancel", cancel, &flights) == SAGA_OK)
 *         saga_participant_run(participant);
 *     saga_participant_close(&participant);
 *
 * Delivery is at least once. libsaga takes each attempt once, sends each result until it is known
 * to be durable, and remembers answers for as long as the process lives. For effects that happen
 * once even across crashes, use task->key with your provider, or the barrier below with your own
 * SQLite database.
 *
 * A client starts sagas and asks after them: see the second half. Values (input, output, details)
 * are msgpack with JSON's data model; the readers and packers here are all that is needed for them.
 * Compile with -lsaga. All functions may be used from C++. */
#ifndef SAGA_H
#define SAGA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SAGA_PUBLIC     __attribute__((visibility("default")))
#define SAGA_MUST_CHECK __attribute__((warn_unused_result))
#else
#define SAGA_PUBLIC
#define SAGA_MUST_CHECK
#endif

/* Where the coordinator listens by default. An endpoint that is left out of the options is the
 * environment's SAGAD_ENDPOINT if that is set, else this. */
#define SAGA_ENDPOINT "tcp://127.0.0.1:7701"

/* Every error there is. Numbers are stable; schemas/errors.def has the wire codes and sentences. */
enum saga_error {
    SAGA_OK = 0,
    SAGA_BAD_MESSAGE = 1,           /* the message is not of the protocol's form */
    SAGA_UNAUTHENTICATED = 2,       /* who is asking is not known */
    SAGA_FORBIDDEN = 3,             /* not allowed to do this */
    SAGA_NOT_FOUND = 4,             /* there is no such thing */
    SAGA_CONFLICT = 5,              /* not possible in the present state */
    SAGA_PRECONDITION_FAILED = 6,   /* the state has moved since it was read */
    SAGA_TOO_LARGE = 7,             /* larger than the limit */
    SAGA_INVALID = 8,               /* well formed but wrong */
    SAGA_INVALID_DEFINITION = 9,    /* the saga definition is wrong */
    SAGA_IDEMPOTENCY_CONFLICT = 10, /* the same id came before with another request */
    SAGA_OVERLOADED = 11,           /* a limit is reached; try again later */
    SAGA_MOVED = 12,                /* another node owns this */
    SAGA_UNAVAILABLE = 13,          /* not serving now; try again later */
    SAGA_INTERNAL = 14,             /* a fault of the coordinator itself */
    SAGA_NO_MEMORY = 15,            /* out of memory */
    SAGA_DISK_FULL = 16,            /* the disk is full */
    SAGA_STORE_FAILED = 17,         /* the store has failed; restart to go on */
    SAGA_STORE_CORRUPT = 18,        /* the store holds what it never should */
    SAGA_STORE_LOCKED = 19,         /* the data folder is in use by another process */
    SAGA_STORE_NEWER = 20,          /* the store was written by a newer version */
};

/* "conflict" for SAGA_CONFLICT; never NULL. */
SAGA_PUBLIC const char *saga_error_code(enum saga_error error);
/* One English sentence without a full stop; never NULL. */
SAGA_PUBLIC const char *saga_error_text(enum saga_error error);

/* ---- Values: reading ------------------------------------------------------------------------
 *
 * A value is a borrowed run of msgpack bytes. What libsaga hands out has been checked; reading
 * never goes past its end. A path names what to read inside: map keys and array indexes (from 0)
 * joined by dots, "legs.0.price"; "" or NULL is the value itself. A key with a dot in it cannot be
 * named by a path: walk with saga_value_key_at() and saga_value_at(). */

struct saga_value {
    const void *data; /* NULL: there is no value */
    size_t size;      /* bytes */
};

enum saga_type {
    SAGA_TYPE_NONE = 0, /* no value: absent, or not of the data model */
    SAGA_TYPE_NIL = 1,
    SAGA_TYPE_BOOL = 2,
    SAGA_TYPE_INT = 3,
    SAGA_TYPE_DOUBLE = 4,
    SAGA_TYPE_STR = 5,
    SAGA_TYPE_ARRAY = 6,
    SAGA_TYPE_MAP = 7,
};

SAGA_PUBLIC enum saga_type saga_value_type(struct saga_value value);
/* The value at the path; {NULL, 0} when there is none. */
SAGA_PUBLIC struct saga_value saga_value_find(struct saga_value value, const char *path);
/* What is at the path, or `fallback` when there is nothing or it is of another type. */
SAGA_PUBLIC bool saga_value_bool(struct saga_value value, const char *path, bool fallback);
SAGA_PUBLIC int64_t saga_value_int(struct saga_value value, const char *path, int64_t fallback);
/* Reads an integer too. */
SAGA_PUBLIC double saga_value_double(struct saga_value value, const char *path, double fallback);
/* The text at the path and its size in bytes: borrowed, UTF-8, NOT terminated by NUL. NULL, with a
 * size of 0, when there is no text there. size may not be NULL. */
SAGA_PUBLIC const char *saga_value_str(struct saga_value value, const char *path, size_t *size);
/* Copies the text at the path to `text` with a NUL. True when all of it fitted into `capacity`
 * bytes; else `text` is "" (capacity must be at least 1). */
SAGA_PUBLIC bool saga_value_copy(struct saga_value value, const char *path, char *text,
                                 size_t capacity);
/* Elements of an array, pairs of a map; 0 for anything else. */
SAGA_PUBLIC size_t saga_value_count(struct saga_value value);
/* The element, or the value of the pair, at `index` from 0; {NULL, 0} when there is none. */
SAGA_PUBLIC struct saga_value saga_value_at(struct saga_value value, size_t index);
/* The key of the pair at `index` of a map, as a value of type str. */
SAGA_PUBLIC struct saga_value saga_value_key_at(struct saga_value value, size_t index);

/* ---- Values: writing ------------------------------------------------------------------------
 *
 * Put exactly one value: saga_put_map(pack, 2) is followed by key, value, key, value. Keys are
 * texts and unique. Writers do not fail one by one: what went wrong (no memory, larger than 960
 * KiB) shows when the value is used. Integers beyond +-(2^53 - 1) and infinities are refused there.
 */

struct saga_pack;

/* NULL without memory. */
SAGA_PUBLIC struct saga_pack *saga_pack_new(void);
/* Gives the memory back and sets the caller's pointer to NULL; may be called twice. */
SAGA_PUBLIC void saga_pack_destroy(struct saga_pack **pack);
/* Forgets what was put. */
SAGA_PUBLIC void saga_pack_clear(struct saga_pack *pack);
/* What was put, borrowed until the pack changes; {NULL, 0} when it is not one whole value. */
SAGA_PUBLIC struct saga_value saga_pack_value(const struct saga_pack *pack);

SAGA_PUBLIC void saga_put_nil(struct saga_pack *pack);
SAGA_PUBLIC void saga_put_bool(struct saga_pack *pack, bool value);
SAGA_PUBLIC void saga_put_int(struct saga_pack *pack, int64_t value);
SAGA_PUBLIC void saga_put_double(struct saga_pack *pack, double value);
/* A text that ends with NUL; nil for NULL. UTF-8. */
SAGA_PUBLIC void saga_put_str(struct saga_pack *pack, const char *text);
SAGA_PUBLIC void saga_put_bytes(struct saga_pack *pack, const char *text, size_t size);
SAGA_PUBLIC void saga_put_array(struct saga_pack *pack, uint32_t count);
SAGA_PUBLIC void saga_put_map(struct saga_pack *pack, uint32_t count);
/* A value from elsewhere, copied; nil when there is none. */
SAGA_PUBLIC void saga_put_value(struct saga_pack *pack, struct saga_value value);

/* ---- Participants ---------------------------------------------------------------------------- */

/* How a peer shows who it is (CURVE, keys in Z85, 40 characters each). All three or none. */
struct saga_keys {
    const char *server_public; /* the coordinator's */
    const char *own_public;
    const char *own_secret;
};

enum {
    /* Handlers run on the thread that reads the socket, which meanwhile hears and says nothing:
     * only for handlers that take milliseconds. */
    SAGA_WORKERS_INLINE = -1,
    SAGA_WORKERS_MAX = 64,
};

/* What happened between a participant and its coordinator, for a log. */
enum saga_notice {
    SAGA_NOTICE_WELCOME = 1, /* a session is open; text is its name */
    SAGA_NOTICE_LOST = 2,    /* the coordinator is gone or silent; connecting again */
    SAGA_NOTICE_WHO = 3,     /* the coordinator has restarted */
    SAGA_NOTICE_DRAIN = 4,   /* the coordinator is about to stop; nothing to do */
    SAGA_NOTICE_ERROR = 5,   /* the coordinator complains; text is code and message */
    SAGA_NOTICE_WAITING = 6, /* nobody answers at the endpoint, which is the text; said once */
};

typedef void saga_notice_fn(enum saga_notice notice, const char *text, void *arg);

/* "waits for a coordinator at" for SAGA_NOTICE_WAITING: this, then the notice's text, is a line for
 * a log. Never NULL. */
SAGA_PUBLIC const char *saga_notice_phrase(enum saga_notice notice);

/* What became of an answer by saga_answer_later(). */
enum saga_later_verdict {
    SAGA_LATER_TAKEN = 1,   /* it holds: the task's times are off, finish it whenever it is done */
    SAGA_LATER_LATE = 2,    /* the step was decided otherwise: commit nothing more, and finish */
    SAGA_LATER_STALE = 3,   /* a newer attempt or another outcome decides */
    SAGA_LATER_UNKNOWN = 4, /* the coordinator knows no such task (any more) */
};

/* Borrowed during the call. */
struct saga_later {
    const char *key; /* the task's */
    uint32_t attempt;
    const char *token; /* the task's: never log it */
    enum saga_later_verdict verdict;
};

typedef void saga_later_fn(const struct saga_later *later, void *arg);

/* Zeroes are the defaults. Strings are copied by saga_participant_open(). */
struct saga_participant_options {
    const char *endpoint; /* see SAGA_ENDPOINT */
    uint32_t window;      /* most tasks at once, 64 */
    bool barrier;         /* every action goes through a barrier: a do after its undo is refused */
    int workers;          /* threads that run handlers, 1; or SAGA_WORKERS_INLINE */
    uint32_t stop_ms;     /* how long saga_participant_run() goes on at most after a stop, 10000 */
    struct saga_value meta; /* a map for operators to see: version, host */
    struct saga_keys keys;  /* CURVE */
    saga_notice_fn *notice; /* called by the thread in saga_participant_run() */
    void *notice_arg;       /* handed to notice */
    saga_later_fn *later;   /* called by that thread once an answer `later` is heard; or NULL */
    void *later_arg;        /* handed to later */
};

enum saga_kind {
    SAGA_KIND_DO = 1,      /* act */
    SAGA_KIND_UNDO = 2,    /* undo what still stands of do_key; ok when nothing does */
    SAGA_KIND_CONFIRM = 3, /* make final what do_key reserved */
    SAGA_KIND_CHECK = 4,   /* did do_key take effect? ok with its output, or failed "not_found" */
};

/* A task, readable until the handler returns. Texts end with NUL and are never NULL; what was not
 * sent is "". */
struct saga_task {
    enum saga_kind kind;
    uint32_t attempt;       /* from 1 */
    const char *key;        /* the idempotency key: the same for every attempt */
    const char *do_key;     /* the key of the do that is undone or confirmed; of the do or undo that
                               is checked; a do: its own */
    const char *action;     /* "flights.book" */
    const char *saga;       /* its id */
    const char *step;       /* its name */
    const char *definition; /* "" in an open saga */
    int64_t version;        /* of the definition; 0 in an open saga */
    const char *token;      /* what saga_client_finish() needs after saga_answer_later() */
    struct saga_value input;   /* of the do, also in its undo */
    struct saga_value output;  /* undo, confirm, check: what the do gave; none when not known */
    bool in_doubt;             /* undo, confirm, check: do_key may or may not have taken effect */
    int64_t ttl_ms;            /* from arrival; saga_task_ttl_ms() says what is left */
    int64_t heartbeat_ms;      /* report progress at least this often; 0: no need */
    struct saga_value details; /* what the attempt before last reported as progress */
    const char *traceparent;   /* W3C trace context */
    const char *tracestate;
};

struct saga_answer;
struct saga_participant;

/* Answers by one of saga_answer_ok(), _failed(), _later() before it returns; the last one counts.
 * Without an answer the task fails with code "no_answer", in doubt. May be called from several
 * threads at once when there are several workers. Never called twice at once for one key. */
typedef void saga_handler_fn(const struct saga_task *task, struct saga_answer *answer, void *arg);

/* *participant is NULL unless SAGA_OK. SAGA_INVALID: an option is out of range or the endpoint is
 * not one; SAGA_NO_MEMORY. Connects in the background: no coordinator need be there yet. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_participant_open(
    const struct saga_participant_options *options, struct saga_participant **participant);
/* Offers an action ("service.operation"); call it before saga_participant_run(). Keeps handler and
 * arg. SAGA_INVALID: not a name; SAGA_CONFLICT: offered already, or running; SAGA_OVERLOADED: more
 * than 256 actions. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_participant_serve(
    struct saga_participant *participant, const char *action, saga_handler_fn *handler, void *arg);
/* Serves until saga_participant_stop(), then says bye, answers what it has taken and returns
 * SAGA_OK, within stop_ms. Loses no task when the coordinator is away: it connects again, for ever.
 * SAGA_UNAVAILABLE: stop_ms was over and a handler still runs. Then the process should end:
 * saga_participant_close() leaves behind what that handler may use. SAGA_INVALID: nothing is
 * offered; SAGA_NO_MEMORY. May be called once. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_participant_run(
    struct saga_participant *participant);
/* Ends saga_participant_run(). May be called from a signal handler or any thread; a second call
 * does not wait for results to become durable. */
SAGA_PUBLIC void saga_participant_stop(struct saga_participant *participant);
/* Sets a new window (0 pauses). May be called from any thread. Above the window of the options it
 * is cut to that. */
SAGA_PUBLIC void saga_participant_window(struct saga_participant *participant, uint32_t size);
/* After saga_participant_run() has returned, or instead of it. NULL is fine; sets it to NULL. */
SAGA_PUBLIC void saga_participant_close(struct saga_participant **participant);

struct saga_participant_counts {
    uint64_t sessions;   /* times the coordinator said welcome */
    uint64_t tasks;      /* attempts taken */
    uint64_t ok;         /* attempts answered ok */
    uint64_t failed;     /* attempts answered failed */
    uint64_t later;      /* attempts answered later */
    uint64_t duplicates; /* tasks that came again */
    uint64_t remembered; /* attempts answered from memory */
    uint64_t resent;     /* results sent again */
    uint64_t done;       /* results known to be durable, or superseded */
    uint64_t garbage;    /* messages that are not of the protocol; ignored */
};

/* May be called from any thread. */
SAGA_PUBLIC void saga_participant_counts(const struct saga_participant *participant,
                                         struct saga_participant_counts *counts);

/* ---- Inside a handler ------------------------------------------------------------------------ */

/* Has the coordinator called the task off? A handler that can stop without effect then answers
 * failed with code "cancelled". It may also finish. */
SAGA_PUBLIC bool saga_task_cancelled(const struct saga_task *task);
/* What is left of ttl_ms; 0 when it is over: commit nothing then, answer failed "expired". */
SAGA_PUBLIC int64_t saga_task_ttl_ms(const struct saga_task *task);
/* Reports progress: extends the heartbeat time-out, and `details` (copied; none is fine) come back
 * as task->details on the next attempt. SAGA_INVALID: not a value; SAGA_TOO_LARGE; SAGA_NO_MEMORY.
 */
SAGA_PUBLIC enum saga_error saga_participant_heartbeat(const struct saga_task *task,
                                                       struct saga_value details);

/* Done. Put the output into the pack that is returned, which the answer owns; without any it is
 * nil. An output that cannot be sent (no value of the data model, larger than 960 KiB) becomes a
 * failure, code "bad_output", whose message names the place; in doubt, for the handler has done its
 * work. */
SAGA_PUBLIC struct saga_pack *saga_answer_ok(struct saga_answer *answer);

struct saga_failure {
    const char *code;          /* "no_rooms"; "failed" when NULL */
    const char *message;       /* for people; may be NULL */
    bool refused;              /* trying again will not help; else it is tried again */
    bool in_doubt;             /* the effect may have happened; else: it has not */
    int64_t retry_after_ms;    /* not sooner than this; 0: as the definition says */
    struct saga_value details; /* of any kind; may be none */
};

/* Not done; NULL is code "failed". Everything is copied. */
SAGA_PUBLIC void saga_answer_failed(struct saga_answer *answer, const struct saga_failure *failure);
/* Taken durably, to be finished out of band by saga_client_finish() with task->token. Until the
 * coordinator has heard it (the `later` function of the options is called with SAGA_LATER_TAKEN),
 * task->ttl_ms stays in force: past it the step may be undone, so make sure that what the task will
 * do can still be withheld. */
SAGA_PUBLIC void saga_answer_later(struct saga_answer *answer);
/* What the attempt cost, whatever its outcome, in millionths of a US dollar (at least 0). */
SAGA_PUBLIC void saga_answer_cost(struct saga_answer *answer, int64_t micro_usd);

/* ---- The barrier: once, for participants with an SQLite database ----------------------------
 *
 * One table in the participant's own database, written in the participant's own transaction, solves
 * what at-least-once delivery brings: a do that comes twice gives its first output again; an undo
 * whose do never came answers ok and is remembered; a do that comes after its undo is refused; a
 * confirm is done once. The table is that of schemas/barrier.sql, for programs in any language.
 *
 *     static void reserve_seat(const struct saga_task *task, struct saga_answer *answer, void *arg)
 *     { ... SQL on arg, saga_answer_ok() or saga_answer_failed(); no BEGIN, no COMMIT ... }
 *
 *     static void book(const struct saga_task *task, struct saga_answer *answer, void *arg) {
 *         saga_barrier_run(arg, task, answer, reserve_seat, arg);
 *     }
 *
 * saga_barrier_run() is BEGIN IMMEDIATE, enter, the work, leave, COMMIT. Participants that need
 * another transaction around it call enter and leave themselves. */

struct sqlite3;

enum saga_verdict {
    SAGA_VERDICT_RUN = 1,     /* act, then saga_barrier_leave(), then COMMIT */
    SAGA_VERDICT_DONE = 2,    /* done before: answered ok with the output of then; COMMIT */
    SAGA_VERDICT_REFUSED = 3, /* it comes after its undo: answered failed, no effect; COMMIT */
    SAGA_VERDICT_NOTHING = 4, /* nothing stands to be undone: answered ok, remembered; COMMIT */
    SAGA_VERDICT_ERROR = 5,   /* the database failed: answered failed, to be retried; ROLLBACK */
};

/* Creates the table `saga_barrier` when it is not there. SAGA_INTERNAL: see sqlite3_errmsg(). */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_barrier_create(struct sqlite3 *db);
/* Inside an open transaction: examines and writes the task's row. Unless RUN, answer is written. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_verdict saga_barrier_enter(struct sqlite3 *db,
                                                                 const struct saga_task *task,
                                                                 struct saga_answer *answer);
/* After the work, before COMMIT: stores the output of the answer. Only SAGA_OK allows the COMMIT;
 * else ROLLBACK, and the answer says so: SAGA_CONFLICT, the task's time is over (answer:
 * "expired"); SAGA_PRECONDITION_FAILED, the answer is not ok (it stays as it is); SAGA_INVALID, the
 * output is no value or too large (answer: "bad_output"); SAGA_INTERNAL, the database failed. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_barrier_leave(struct sqlite3 *db,
                                                               const struct saga_task *task,
                                                               struct saga_answer *answer);
/* All of it, for any kind of task. `db` must not be inside a transaction, and no other thread may
 * use it meanwhile. Tasks of kind check are answered without `work`. */
SAGA_PUBLIC void saga_barrier_run(struct sqlite3 *db, const struct saga_task *task,
                                  struct saga_answer *answer, saga_handler_fn *work, void *arg);
/* Answers a check: ok with the output when do_key was committed and not undone, else "not_found".
 */
SAGA_PUBLIC void saga_barrier_check(struct sqlite3 *db, const struct saga_task *task,
                                    struct saga_answer *answer);
/* Forgets keys last used before `before_ms` (ms since 1970). Keep them at least as long as sagas
 * may live, their reversal window included. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_barrier_forget(struct sqlite3 *db,
                                                                int64_t before_ms);

/* ---- Clients ---------------------------------------------------------------------------------
 *
 * A client belongs to one thread. Requests are sent again until they are answered, and have their
 * effect once: a start without an id gets one here (UUIDv7), before it leaves. */

struct saga_client;

/* Zeroes are the defaults. */
struct saga_client_options {
    const char *endpoint;  /* see SAGA_ENDPOINT */
    uint32_t timeout_ms;   /* of a call, besides its wait_ms: 30000 */
    uint32_t open_max;     /* most asynchronous starts at once: 4096 */
    struct saga_keys keys; /* CURVE */
};

enum saga_wait {
    SAGA_WAIT_STORED = 0,  /* answer once the saga is durable */
    SAGA_WAIT_SETTLED = 1, /* answer once it has ended, or parked */
};

struct saga_start {
    const char *definition;   /* its name */
    int64_t version;          /* 0: the newest */
    const char *saga;         /* its id, the caller's; NULL: one is made */
    struct saga_value input;  /* none: nil */
    struct saga_value labels; /* a map of texts, or none */
    int64_t start_at_ms;      /* ms since 1970; 0: now */
    const char *traceparent;  /* W3C trace context, or NULL */
    enum saga_wait wait;
    int64_t wait_ms; /* how long to wait for the end: 0 is the call's timeout */
};

enum { SAGA_ID_SIZE = 256, SAGA_STATUS_SIZE = 32, SAGA_MESSAGE_SIZE = 256 };

/* An answer. `output` and `body` are borrowed until the next call with the same client. */
struct saga_reply {
    enum saga_error error;           /* what the call returned, too */
    char saga[SAGA_ID_SIZE];         /* the saga's id */
    char status[SAGA_STATUS_SIZE];   /* "running", "completed", "compensated", "parked" ... */
    char state[SAGA_STATUS_SIZE];    /* of finish, saga_open_step(), saga_open_complete() */
    char key[SAGA_ID_SIZE];          /* of saga_open_step(): the idempotency key to act with */
    bool duplicate;                  /* the same start came before; this is that saga */
    char message[SAGA_MESSAGE_SIZE]; /* of an error, for people */
    int64_t retry_after_ms;          /* of SAGA_OVERLOADED */
    struct saga_value output;        /* of the saga, once it is completed */
    struct saga_value body;          /* the whole reply: saga_value_find(body, "steps.0.status") */
};

/* SAGA_INVALID: an option is wrong; SAGA_NO_MEMORY. Connects in the background. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_client_open(
    const struct saga_client_options *options, struct saga_client **client);
SAGA_PUBLIC void saga_client_close(struct saga_client **client);

/* Each fills *reply (which may not be NULL) and returns its error: the coordinator's, or
 * SAGA_UNAVAILABLE when it did not answer in time (then the effect is not known; the same call may
 * be made again), SAGA_INVALID or SAGA_TOO_LARGE when the request is wrong, SAGA_CONFLICT while
 * asynchronous starts are open. SAGA_OVERLOADED is retried by itself until the time is over. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_client_start(struct saga_client *client,
                                                              const struct saga_start *start,
                                                              struct saga_reply *reply);
/* Returns SAGA_OK once the saga has ended or parked, or with its status when wait_ms is over. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_client_wait(struct saga_client *client,
                                                             const char *saga, int64_t wait_ms,
                                                             struct saga_reply *reply);
/* Status, steps and history as they are now. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_client_get(struct saga_client *client,
                                                            const char *saga,
                                                            struct saga_reply *reply);

/* The outcome of a task that was answered later. */
struct saga_finish {
    const char *token;                  /* the task's */
    const char *key;                    /* the task's; or NULL */
    struct saga_value output;           /* when it succeeded */
    const struct saga_failure *failure; /* when it failed; NULL: it succeeded */
    int64_t cost_micro_usd;
};

SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_client_finish(struct saga_client *client,
                                                               const struct saga_finish *finish,
                                                               struct saga_reply *reply);
/* Any other request of the protocol: its type ("begin", "register", "event" ...) and its keys as a
 * map, without v, type and request. Sent again until answered: a begin needs `saga` in its keys. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_client_request(struct saga_client *client,
                                                                const char *type,
                                                                struct saga_value keys,
                                                                struct saga_reply *reply);

/* One answered start; tag is what saga_client_start_async() was given. */
typedef void saga_reply_fn(const struct saga_reply *reply, void *tag, void *arg);

/* Sends a start and returns. With SAGA_WAIT_SETTLED its answer comes when the saga has ended, or
 * with another status when wait_ms is over. SAGA_OVERLOADED: open_max are open, poll first. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_client_start_async(struct saga_client *client,
                                                                    const struct saga_start *start,
                                                                    void *tag);
/* Hands over the answers that are there, waiting up to timeout_ms for the first (0: not at all),
 * and sends again what is unanswered. One that stays unanswered gets SAGA_UNAVAILABLE in the end.
 * Returns the number handed over. The callback may start more. */
SAGA_PUBLIC size_t saga_client_poll(struct saga_client *client, int64_t timeout_ms,
                                    saga_reply_fn *callback, void *arg);
/* Asynchronous starts that are not answered yet. */
SAGA_PUBLIC size_t saga_client_open_count(const struct saga_client *client);

/* ---- Open sagas ------------------------------------------------------------------------------
 *
 * A saga without a definition: your code drives it. Begin it; register each step together with the
 * action that undoes it BEFORE you act; say what came of the step; commit, or abort. After an
 * abort, or when the time limit passes, the coordinator sends the compensations to any participant
 * that serves them: your process may be gone by then.
 *
 *     static void charge(const char *key, struct saga_answer *answer, void *arg)
 *     { ... as in a handler: act with `key`, then saga_answer_ok() or saga_answer_failed() ... }
 *
 *     const struct saga_begin order = {.saga = "order-17", .name = "order", .timeout_ms = 600000};
 *     const struct saga_step payment = {.saga = "order-17", .step = "charge", .input = amount,
 *                                       .compensate = {.action = "payments.refund"}};
 *     enum saga_error rc = saga_open_begin(client, &order, &reply);
 *     rc = rc == SAGA_OK ? saga_open_run(client, &payment, charge, psp, &reply) : rc;
 *     rc = rc == SAGA_OK ? saga_open_commit(client, &(struct saga_end){.saga = "order-17"}, &reply)
 *                        : saga_open_abort(client, &(struct saga_end){.saga = "order-17"}, &reply);
 *
 * Run the program again with the same ids after a crash: what is done is remembered, and its output
 * comes back instead of being made a second time. Each function fills *reply and returns its error,
 * as those above; SAGA_CONFLICT too when the saga's state does not allow the request (ended,
 * paused, turning back: reply->message says which). */

struct saga_begin {
    const char *saga;            /* its id, the caller's; NULL: one is made, see reply->saga */
    const char *name;            /* formed like a definition's, [a-z][a-z0-9_.-]{0,63} */
    struct saga_value input;     /* shown to people; none: nil */
    struct saga_value labels;    /* a map of texts, or none */
    struct saga_value sensitive; /* an array of texts like "$.input.card", or none */
    int64_t timeout_ms;          /* then the saga aborts: 1 to 366 days; 0: 10 minutes */
    int64_t reversal_window_ms;  /* how long after its end it may be reversed; 0: not */
    int64_t budget_micro_usd;    /* no new step past this cost; 0: no limit */
};

/* The same id and the same request again: SAGA_OK and reply->duplicate, with the status that the
 * saga has now. SAGA_IDEMPOTENCY_CONFLICT: another request came with this id. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_open_begin(struct saga_client *client,
                                                            const struct saga_begin *begin,
                                                            struct saga_reply *reply);

/* What is called when the saga aborts (compensate) or commits (confirm). */
struct saga_call {
    const char *action;      /* "payments.refund"; NULL: none; for compensate "none": reads only */
    struct saga_value input; /* none: the step's */
    struct saga_value options; /* a map of retry, timeout, stuck_after as in definitions, or none */
};

struct saga_step {
    const char *saga;
    const char *step; /* its name, [A-Za-z_][A-Za-z0-9_]{0,63} */
    struct saga_value input;
    /* Without an action the step is irrevocable: kept once it is done, parked when it is in doubt
     * at an abort. */
    struct saga_call compensate;
    struct saga_call confirm; /* sent after the commit: try, confirm, cancel */
    struct saga_value needs;  /* an array of names of steps; none: the step registered before */
};

/* Registers the step; durable before this returns. reply->state is
 *     "new" or "open"  act now, with reply->key as the idempotency key, then saga_open_complete()
 *     "done"           it has been done: reply->output is what it gave; do not act
 * SAGA_IDEMPOTENCY_CONFLICT: the step was registered with another input or compensation. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_open_step(struct saga_client *client,
                                                           const struct saga_step *step,
                                                           struct saga_reply *reply);

struct saga_complete {
    const char *saga;
    const char *step;
    const char *key;                    /* reply->key of saga_open_step() */
    struct saga_value output;           /* when it succeeded */
    const struct saga_failure *failure; /* when it did not; NULL: it succeeded */
    int64_t cost_micro_usd;             /* at least 0 */
};

/* Says what came of a step. reply->state is "done", "failed" (no effect: register it again to try
 * again), "open" (failed, in doubt) or "stale" (the key is an older one; nothing has changed).
 * SAGA_CONFLICT after an abort: the effect is recorded and will be undone. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_open_complete(struct saga_client *client,
                                                               const struct saga_complete *complete,
                                                               struct saga_reply *reply);

/* Does the work of a step and answers as a handler does. After saga_answer_later() the step stays
 * open: say saga_open_complete() yourself. */
typedef void saga_work_fn(const char *key, struct saga_answer *answer, void *arg);

/* saga_open_step(), `work` unless the step is done already, saga_open_complete(). SAGA_OK: the step
 * is done, its output is in the reply. SAGA_PRECONDITION_FAILED: the work has failed; reply->state
 * is "failed" or "open", reply->message the failure's message (or its code): abort, or run it
 * again.
 */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_open_run(struct saga_client *client,
                                                          const struct saga_step *step,
                                                          saga_work_fn *work, void *arg,
                                                          struct saga_reply *reply);

struct saga_end {
    const char *saga;
    struct saga_value output; /* commit: the saga's; none: nil */
    const char *code;         /* abort: why; NULL: "aborted" */
    const char *message;      /* abort: for people; may be NULL */
    enum saga_wait wait;      /* SAGA_WAIT_SETTLED: until all is confirmed, or undone, or parked */
    int64_t wait_ms;          /* how long; 0 is the call's timeout */
};

/* Final: nothing is undone afterwards but by a person's reversal. SAGA_CONFLICT: a step is not
 * complete, or the saga aborts. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_open_commit(struct saga_client *client,
                                                             const struct saga_end *end,
                                                             struct saga_reply *reply);
/* Undoes what was registered, the last first. SAGA_CONFLICT: the saga was committed. */
SAGA_MUST_CHECK SAGA_PUBLIC enum saga_error saga_open_abort(struct saga_client *client,
                                                            const struct saga_end *end,
                                                            struct saga_reply *reply);

#ifdef __cplusplus
}
#endif

#endif
