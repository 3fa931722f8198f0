/* ledger.h - every attempt taken and not yet named by `done`, and what keys were answered with.
 *
 * A run is a key: at most one handler works for it, however many attempts ask. An attempt is one
 * task message. When all attempts of a run are done, the run stays for a while as the memory of the
 * key's answer, so that a task sent again gets the same output; the oldest memories make room.
 *
 *     run "t-1/book/do" --+-- attempt 2 (unanswered)      <- newest first
 *                         +-- attempt 1 (answered, result kept until `done`)
 *
 * All of it belongs to the thread of the socket, but for the fields that crew.h guards. */
#ifndef PARTICIPANTS_LEDGER_H
#define PARTICIPANTS_LEDGER_H

#include <stdatomic.h>

#include <zmq.h>

#include "base/map.h"
#include "participants/answer.h"

enum {
    LEDGER_KEY_MAX = 255,     /* characters of a key, by the protocol */
    LEDGER_MEMORY_MAX = 4096, /* keys remembered after everything is done */
    LEDGER_SLAB = 64,         /* runs or attempts allocated at once */
    LEDGER_SLAB_MAX = 8192,   /* slabs: windows far above the bound of the options */
    LEDGER_BUF_KEEP = 4096,   /* a buffer that grew larger gives its memory back */
};

#define LEDGER_MEMORY_BYTES_MAX (16u << 20) /* of remembered answers */
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

struct run {
    struct saga_participant *participant; /* back pointer */
    char key[LEDGER_KEY_MAX + 1];         /* ends with NUL */
    size_t key_size;                      /* without the NUL */
    enum saga_kind kind;                  /* of its tasks */
    struct attempt *attempts;             /* newest number first */
    struct attempt *current;              /* the one that is, or will be, worked on (crew) */
    enum run_state state;                 /* (crew) */
    struct run *before, *after;           /* in the crew's lists, or in memory */
    struct run *next_beat;                /* progress to be sent (crew) */
    bool has_beat;                        /* is in that list (crew) */
    struct buf beat;                      /* details of the progress (crew) */
    atomic_bool is_cancelled;             /* read by the handler */
    struct saga_answer answer;            /* the outcome; the handler's while running */
    uint32_t answered_number;             /* attempt whose work gave `answer`; 0: none */
    bool is_remembered;                   /* is in the memory list */
};

struct run_list {
    struct run *first, *last;
    size_t count;
};

void run_list_append(struct run_list *list, struct run *run);
void run_list_drop(struct run_list *list, struct run *run);

struct ledger {
    struct map runs;            /* key -> run */
    struct run_list memory;     /* runs without attempts, oldest first */
    size_t memory_bytes;        /* of their answers */
    struct attempt *kept_first; /* results not yet done, longest unsent first */
    struct attempt *kept_last;
    size_t kept_count;
    size_t kept_bytes;
    size_t attempt_count; /* answered or not */
    size_t attempt_max;   /* bound */
    struct run *free_runs;
    struct attempt *free_attempts;
    void **slabs; /* owned: LEDGER_SLAB_MAX pointers */
    size_t slab_count;
};

MUST_CHECK enum saga_error ledger_open(struct ledger *ledger, size_t attempt_max);
void ledger_close(struct ledger *ledger);

/* The run of a key, or NULL. */
struct run *ledger_find(const struct ledger *ledger, struct span key);
/* The attempt of that number, or NULL. */
struct attempt *ledger_attempt(const struct run *run, int64_t number);
/* A new attempt, of a new run unless `run` is given. NULL: a bound is reached or no memory. The
 * caller gives it its message. */
struct attempt *ledger_add(struct ledger *ledger, struct run *run, struct span key,
                           uint32_t number);
/* The result of the attempt is packed: keeps it among those to be sent again. */
void ledger_keep(struct ledger *ledger, struct attempt *attempt);
/* It was sent again: moves it to the end. */
void ledger_sent(struct ledger *ledger, struct attempt *attempt, int64_t now_ms);
/* The attempt is durable or superseded: forgets it. Its run becomes memory when it was the last. */
void ledger_done(struct ledger *ledger, struct attempt *attempt);

#endif
