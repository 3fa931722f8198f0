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
    uint32_t run;         /* n of the present key; 0 = never asked */
    uint32_t number_last; /* greatest attempt number of this run */
    uint32_t counted;     /* attempts that count against max_attempts */
    uint32_t losses;      /* sessions lost under this key */
    bool used_up;         /* do, undo: the check of this call gave no answer that counts */
    bool spent;       /* undo: in doubt without an attempt left: the undo's check is to be asked */
    bool refused;     /* undo: its last answer was a refusal for good */
    bool of_undo;     /* check: asks about the undo; else about the do */
    bool in_doubt;    /* undo: the participant was told that the do is in doubt */
    uint32_t old_run; /* do: what was done under keys up to this one was undone; they are history */
    bool late_effect; /* undo: of an effect of an old key, not of the step's present one */
    bool expired;     /* in doubt, and the provider may have forgotten the key */
    bool rerun;       /* the next attempt goes under the next key */
    struct span rerun_input; /* the next key's input; empty = the same as before */
    int64_t first_ms;        /* first intent of this run, or a person's retry of it */
    int64_t retry_ms;        /* when the next attempt is due; 0 = none is */
    struct span key;         /* of this run */
    struct span do_key;      /* undo: of the do; check: of what the check asks about */
    struct span input;       /* frozen */
    struct span output;      /* undo, check: frozen; nil when unknown */
    struct call_live live;
    struct attempt *newest;   /* the attempt whose failure decides; NULL = none of this run */
    struct attempt *attempts; /* all attempts, of earlier runs too, the latest first */
    uint32_t attempt_count;
    bool forgot_unanswered; /* an attempt was forgotten that may still act, or answer */
    bool forgot_doubt; /* a forgotten attempt was in doubt: that doubt stands until the key's is
                          settled */
};

#endif
