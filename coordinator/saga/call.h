/* call.h - one thing that is asked of a participant for a step: its do, its undo, or its check. */
#ifndef SAGA_CALL_H
#define SAGA_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/states.h"
#include "saga/call_live.h"

struct attempt;
struct step;

struct call {
    struct step *step;
    enum task_kind kind;
    uint32_t run;         /* number of the present key, from 1; 0 = never asked */
    uint32_t number_last; /* the greatest attempt number under the present key */
    uint32_t counted;     /* how many attempts have counted against max_attempts */
    uint32_t losses;      /* how many sessions were lost with an attempt under this key */
    /* do, undo: its check was asked as often as it may be, and told nothing */
    bool used_up;
    /* undo: in doubt with no attempt left, so that the undo's check is to be asked */
    bool spent;
    bool refused; /* undo: the participant's last answer was that it never will */
    bool of_undo; /* check: asks what became of the undo; false: of the do */
    /* undo: its task says that nobody knows whether the do had an effect */
    bool in_doubt;
    /* do: the keys up to this run are history, because the step was undone and begins anew */
    uint32_t old_run;
    /* undo: it undoes an effect that came late under an old key, not that of the present key */
    bool late_effect;
    /* in doubt, and the provider may have forgotten the key, so that sending it again might do the
     * work twice */
    bool expired;
    bool rerun;              /* a person wants the next attempt to go under the next key */
    struct span rerun_input; /* the input for that next key; empty = the same as before */
    /* when the present key was first used, or a person last retried it */
    int64_t first_ms;
    int64_t retry_ms;   /* when the next attempt is due; 0 = no attempt is to follow */
    struct span key;    /* the idempotency key of the present run */
    struct span do_key; /* undo: the key of the do; check: the key that it asks about */
    /* what the participant is given; the same for all attempts of a key */
    struct span input;
    /* undo, check: output of the do when the key began; nil when unknown */
    struct span output;
    struct call_live live;
    /* the attempt whose failure decides what follows; NULL = none under this key */
    struct attempt *newest;
    /* all attempts that are remembered, of earlier keys too, the latest first */
    struct attempt *attempts;
    uint32_t attempt_count;
    bool forgot_unanswered; /* an attempt was forgotten that may still act, or answer */
    bool forgot_doubt; /* a forgotten attempt was in doubt: that doubt stands until the key's is
                          settled */
};

#endif
