/* ledger.h - every attempt taken and not yet named by `done`, and what keys were answered with.
 *
 * When all attempts of a run are done, a memory of the key's answer stays for a while.
 *
 *     key --+--> run "t-1/book/do" --+-- attempt 2 (unanswered)      <- newest first
 *           |                        +-- attempt 1 (answered, result kept until `done`)
 *           +--> memory "t-1/book/undo": ok, its output
 *
 * All of it belongs to the thread of the socket, but for the fields that crew.h guards. */
#ifndef PARTICIPANTS_LEDGER_H
#define PARTICIPANTS_LEDGER_H

#include "participants/keys.h"
#include "participants/memories.h"
#include "participants/run.h"
#include "participants/slabs.h"

enum {
    LEDGER_RESULT_MIN = 768,         /* bytes set aside for the result of each attempt */
    LEDGER_RESULT_MAX = 4 * 1048576, /* bytes of one packed result */
    LEDGER_BUF_KEEP = 4096,          /* a buffer that grew larger gives its memory back */
};

struct ledger {
    struct keys keys; /* key -> run or memory */
    struct memories memories;
    struct attempt *kept_first; /* results not yet done, longest unsent first */
    struct attempt *kept_last;
    size_t kept_count;
    size_t kept_bytes;
    size_t attempt_count; /* answered or not */
    size_t attempt_max;   /* bound */
    struct run *free_runs;
    struct attempt *free_attempts;
    struct slabs runs;     /* of struct run */
    struct slabs attempts; /* of struct attempt */
};

MUST_CHECK enum saga_error ledger_open(struct ledger *ledger, size_t attempt_max);
void ledger_close(struct ledger *ledger);

/* A key to look up, with its mark. */
struct ledger_key {
    struct span text;
    uint32_t mark; /* in the table of keys */
};

/* Makes a key to look up soon, and has the processor fetch the entries of its mark. */
struct ledger_key ledger_expect(const struct ledger *ledger, struct span text);
/* The run of a key that has attempts, or NULL. */
struct run *ledger_find(const struct ledger *ledger, struct ledger_key key);
/* Walks all runs that have attempts, in no order: start with *at = 0; NULL at the end. */
struct run *ledger_next(const struct ledger *ledger, size_t *at);
/* The attempt of that number, or NULL. */
struct attempt *ledger_attempt(const struct run *run, int64_t number);
/* The attempt of a key: the one that is there, or, with *is_new, one that is added, which the
 * caller gives its message. The run of a new attempt has the answer of its key, if that is
 * remembered. NULL: attempt_max is reached, or there is no memory. */
struct attempt *ledger_take(struct ledger *ledger, struct ledger_key key, uint32_t number,
                            bool *is_new);
/* The result of the attempt is packed: keeps it among those to be sent again. */
void ledger_keep(struct ledger *ledger, struct attempt *attempt);
/* The result of the attempt was sent again: it is now the last to be due. */
void ledger_sent(struct ledger *ledger, struct attempt *attempt, int64_t now_ms);
/* Forgets an attempt whose result is durable or superseded. With its last attempt a run becomes a
 * memory of its answer. */
void ledger_done(struct ledger *ledger, struct attempt *attempt);

#endif
