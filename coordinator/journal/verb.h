/* verb.h - what a person can ask of a saga. */
#ifndef JOURNAL_VERB_H
#define JOURNAL_VERB_H

enum verb {
    VERB_ROLLBACK, /* a running or parked saga; a completed one past its pivot with accept */
    /* undo a completed saga, whole or some steps, inside its reversal window */
    VERB_REVERSE,
    VERB_RETRY,
    VERB_RESOLVE,
    VERB_PAUSE,
    VERB_RESUME,
    VERB_TERMINATE,
    /* leave out a step that has no effect: the steps that need it can start */
    VERB_SKIP,
    VERB_APPROVE, /* let a step succeed that asks persons for their approval */
    VERB_REJECT,
    VERB_MIGRATE, /* go on under another version of the saga's definition */
    VERB_SIGNAL,  /* send an event to this saga alone */
    VERB_COUNT
};

/* The name of the verb, such as "rollback"; "unknown" for a number that is no verb. */
const char *verb_name(enum verb verb);

#endif
