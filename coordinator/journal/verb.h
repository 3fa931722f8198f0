/* verb.h - what a person can ask of a saga. */
#ifndef JOURNAL_VERB_H
#define JOURNAL_VERB_H

enum verb {
    VERB_ROLLBACK, /* a running or parked saga; a completed one past its pivot with accept */
    VERB_REVERSE,  /* a completed saga, whole or some steps, inside its window */
    VERB_RETRY,
    VERB_RESOLVE,
    VERB_PAUSE,
    VERB_RESUME,
    VERB_TERMINATE,
    VERB_SKIP,    /* leave out a step that has no effect: the steps that need it go on */
    VERB_APPROVE, /* a step that asks a person */
    VERB_REJECT,
    VERB_MIGRATE, /* go on under another version of the definition */
    VERB_SIGNAL,  /* an event for this saga alone */
    VERB_COUNT
};

/* "rollback" ...; "unknown" for a number that is no verb. */
const char *verb_name(enum verb verb);

#endif
