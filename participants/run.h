/* run.h - a key that is worked on, and the attempts at it that were taken.
 *
 * A run is one key: at most one handler works for it, however many attempts ask. An attempt is one
 * task message, from its arrival until `done` names its result. */
#ifndef PARTICIPANTS_RUN_H
#define PARTICIPANTS_RUN_H

#include <stdatomic.h>

#include <zmq.h>

#include "participants/answer.h"

enum { RUN_KEY_MAX = 255 /* characters of a key, by the protocol */ };

struct saga_participant;
struct run;

struct attempt {
    struct saga_task task;          /* what the handler sees; texts lie in message */
    struct run *run;                /* the key it is for */
    struct attempt *next;           /* older attempt of the run; or the next free one */
    struct attempt *before, *after; /* in the ledger's list of kept results, by time of sending */
    uint32_t number;                /* the attempt's number */
    bool is_answered;               /* result is packed, kept until `done` */
    bool is_cancelled;              /* the coordinator no longer wants it */
    zmq_msg_t message;              /* the task, open until answered */
    int64_t deadline_ms;            /* arrival + ttl_ms, by link_now_ms() */
    int64_t sent_ms;                /* when the result was last sent */
    struct buf result;              /* the packed result */
};

enum run_state { RUN_IDLE, RUN_QUEUED, RUN_RUNNING };

/* What every task uses stands first, in few cache lines; the key, mostly short, stands last. */
struct run {
    struct saga_participant *participant; /* back pointer */
    struct attempt *attempts;             /* newest number first */
    struct attempt *current;              /* the one that is, or will be, worked on (crew) */
    struct run *before, *after;           /* in the crew's lists; the next free one */
    uint32_t index;                       /* its number in the slabs, for ever */
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
    char key[RUN_KEY_MAX + 1];            /* ends with NUL */
};

/* Runs in the order in which they were appended; a run is in one list at most. */
struct run_list {
    struct run *first, *last;
    size_t count;
};

void run_list_append(struct run_list *list, struct run *run);
void run_list_drop(struct run_list *list, struct run *run);

#endif
