/* ledger.h - every attempt taken and not yet named by `done`, and what keys were answered with.
 *
 * A run is a key that is worked on: at most one handler works for it, however many attempts ask. An
 * attempt is one task message. When all attempts of a run are done, a memory of the key's answer
 * stays for a while, so that a task sent again gets the same output; the oldest memories make room.
 *
 *     key --+--> run "t-1/book/do" --+-- attempt 2 (unanswered)      <- newest first
 *           |                        +-- attempt 1 (answered, result kept until `done`)
 *           +--> memory "t-1/book/undo": ok, its output
 *
 * All of it belongs to the thread of the socket, but for the fields that crew.h guards. */
#ifndef PARTICIPANTS_LEDGER_H
#define PARTICIPANTS_LEDGER_H

#include <stdatomic.h>

#include <zmq.h>

#include "participants/answer.h"
#include "participants/keys.h"

enum {
    LEDGER_KEY_MAX = 255,      /* characters of a key, by the protocol */
    LEDGER_RESULT_MIN = 768,   /* bytes set aside for the result of each attempt */
    LEDGER_MEMORY_MAX = 10000, /* keys remembered after everything is done */
    LEDGER_MEMORY_SIZE = 104,  /* of key and answer without allocating: makes a memory 128 bytes */
    LEDGER_SLAB = 64,          /* runs or attempts allocated at once */
    LEDGER_SLAB_MAX = 8192,    /* slabs of each: windows far above the bound of the options */
    LEDGER_BUF_KEEP = 4096,    /* a buffer that grew larger gives its memory back */
};

#define LEDGER_MEMORY_BYTES_MAX (16u << 20) /* of remembered answers that were allocated */
#define LEDGER_RESULT_SIZE_MAX  (4u << 20)  /* of one packed result */

struct saga_participant;
struct run;

struct attempt {
    struct saga_task task;          /* what the handler sees; texts lie in message */
    struct run *run;                /* the key it is for */
    struct attempt *next;           /* older attempt of the run; or the next free one */
    struct attempt *before, *after; /* among kept results, in order of sending */
    uint32_t number;                /* the attempt's number */
    bool is_answered;               /* result is packed, kept until `done` */
    bool is_cancelled;              /* the coordinator no longer wants it */
    zmq_msg_t message;              /* the task, open until answered */
    int64_t deadline_ms;            /* arrival + ttl, monotonic */
    int64_t sent_ms;                /* when the result was last sent */
    struct buf result;              /* the packed result */
};

enum run_state { RUN_IDLE, RUN_QUEUED, RUN_RUNNING };

/* What is used at every task stands first, and the key, mostly short, last. */
struct run {
    struct saga_participant *participant; /* back pointer */
    struct attempt *attempts;             /* newest number first */
    struct attempt *current;              /* the one that is, or will be, worked on (crew) */
    struct run *before, *after;           /* in the crew's lists; the next free one */
    uint32_t index;                       /* its place in the slabs, for ever */
    uint32_t mark;                        /* of the key, in the table of keys */
    uint32_t key_size;                    /* without the NUL */
    uint32_t answered_number;             /* attempt whose work gave `answer`; 0: none */
    enum saga_kind kind;                  /* of its tasks */
    enum run_state state;                 /* (crew) */
    atomic_bool is_cancelled;             /* read by the handler */
    bool has_beat;                        /* is in the list of progress (crew) */
    struct saga_answer answer;            /* the outcome; the handler's while running */
    struct run *next_beat;                /* progress to be sent (crew) */
    struct buf beat;                      /* details of the progress (crew) */
    char key[LEDGER_KEY_MAX + 1];         /* ends with NUL */
};

/* The answer of a key whose attempts are all done. Small and without pointers to follow: thousands
 * of them pass between two uses of one. */
struct memory {
    uint32_t before, after; /* in order of remembering: places; LEDGER_NOWHERE at the ends */
    uint32_t mark;          /* of the key, in the table of keys */
    uint32_t number;        /* attempt whose work gave the answer */
    uint32_t pairs_size;    /* bytes of the packed pairs */
    uint8_t key_size;
    uint8_t status;                    /* enum answer_status */
    uint8_t pair_count;                /* of the packed pairs */
    bool is_large;                     /* bytes holds a pointer to them */
    uint8_t bytes[LEDGER_MEMORY_SIZE]; /* key, then the packed pairs */
};

_Static_assert(sizeof(struct memory) == 128, "two cache lines");

#define LEDGER_NOWHERE UINT32_MAX

struct run_list {
    struct run *first, *last;
    size_t count;
};

void run_list_append(struct run_list *list, struct run *run);
void run_list_drop(struct run_list *list, struct run *run);

/* Attempts, or runs: allocated by slabs, never given back before the end. */
struct slabs {
    void **items; /* owned: LEDGER_SLAB_MAX pointers */
    size_t count;
};

struct ledger {
    struct keys keys;           /* key -> run or memory */
    struct memory *memories;    /* owned: LEDGER_MEMORY_MAX */
    uint32_t memory_fresh;      /* of them were ever used */
    uint32_t memory_free;       /* used and free again: a list by `after` */
    uint32_t memory_first;      /* oldest */
    uint32_t memory_last;       /* newest */
    size_t memory_count;        /* in use */
    size_t memory_bytes;        /* allocated for them */
    struct attempt *kept_first; /* results not yet done, longest unsent first */
    struct attempt *kept_last;
    size_t kept_count;
    size_t kept_bytes;
    size_t attempt_count; /* answered or not */
    size_t attempt_max;   /* bound */
    struct run *free_runs;
    struct attempt *free_attempts;
    struct slabs run_slabs;
    struct slabs attempt_slabs;
};

MUST_CHECK enum saga_error ledger_open(struct ledger *ledger, size_t attempt_max);
void ledger_close(struct ledger *ledger);

/* A key as the ledger is asked for it. */
struct ledger_key {
    struct span text;
    uint32_t mark; /* in the table of keys */
};

/* Makes a key that will be asked for soon, and has the processor fetch where it stands. */
struct ledger_key ledger_expect(const struct ledger *ledger, struct span text);
/* The run of a key that has attempts, or NULL. */
struct run *ledger_find(const struct ledger *ledger, struct ledger_key key);
/* Walks all runs that have attempts, in no order: start with *at = 0; NULL at the end. */
struct run *ledger_next(const struct ledger *ledger, size_t *at);
/* The attempt of that number, or NULL. */
struct attempt *ledger_attempt(const struct run *run, int64_t number);
/* The attempt of a key: the one that is there, or, *is_new, one that is added. Its run knows what
 * the key was answered with, if it is remembered. NULL: a bound is reached or no memory. The caller
 * gives a new one its message. */
struct attempt *ledger_take(struct ledger *ledger, struct ledger_key key, uint32_t number,
                            bool *is_new);
/* The result of the attempt is packed: keeps it among those to be sent again. */
void ledger_keep(struct ledger *ledger, struct attempt *attempt);
/* It was sent again: moves it to the end. */
void ledger_sent(struct ledger *ledger, struct attempt *attempt, int64_t now_ms);
/* The attempt is durable or superseded: forgets it. The answer of its run is remembered when it was
 * the last. */
void ledger_done(struct ledger *ledger, struct attempt *attempt);

#endif
