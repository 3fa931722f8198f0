/* limits.h - every bound of the coordinator: the number, and why it is that number.
 *
 * Hitting a bound is an error with a code, never a surprise. Settings may lower some of them. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    /* Names. */
    LIMIT_SAGA_ID = 128,      /* bytes; part of every idempotency key */
    LIMIT_CHILD_DEPTH = 16,   /* children of children: a saga that starts itself must end */
    LIMIT_NAME = 64,          /* bytes of a saga's, step's name: fits keys, columns, screens */
    LIMIT_STEP = 71,          /* a step's name and an item's place: "pack[9999]" */
    LIMIT_ACTION = 129,       /* service + '.' + operation */
    LIMIT_KEY = 255,          /* bytes of an idempotency key: what payment providers accept */
    LIMIT_CODE = 64,          /* bytes of an error code */
    LIMIT_MESSAGE = 1024,     /* bytes of an error message; longer ones are cut */
    LIMIT_REASON = 1024,      /* bytes of an operator's reason */
    LIMIT_EVIDENCE = 4096,    /* bytes of what a person says for a resolution */
    LIMIT_ACTOR = 128,        /* bytes of a principal's name */
    LIMIT_EVENT_NAME = 255,   /* bytes of the name of an event: CloudEvents' type */
    LIMIT_EVENT_SOURCE = 512, /* bytes of its source */
    LIMIT_EVENT_ID = 512,     /* bytes of its id; an emit step's is its key */
    LIMIT_LABELS = 32,        /* labels of a saga */
    LIMIT_LABEL_VALUE = 256,  /* bytes of a label's value; its name has LIMIT_NAME */
    LIMIT_TRACE = 512,        /* bytes of tracestate */

    /* Definitions. */
    LIMIT_STEPS = 1000,            /* steps of a definition */
    LIMIT_ITEMS = 10000,           /* items of a fan-out */
    LIMIT_ITEMS_ALL = 20000,       /* of all fan-outs of a saga: their state fits its memory */
    LIMIT_PARALLEL = 1000,         /* items of a fan-out at once: their intents are one row */
    LIMIT_DEPTH = 16,              /* nesting of a definition document */
    LIMIT_DEFINITION = 256 * 1024, /* bytes of a definition document */
    LIMIT_DEFINITIONS = 10000,     /* versions held */
    LIMIT_PROBLEMS = 100,          /* errors listed for one definition */
    LIMIT_SENSITIVE = 64, /* places of sensitive values: each is looked for in each value */

    /* Messages. */
    LIMIT_MESSAGE_IN = 1024 * 1024,      /* bytes that a peer may send */
    LIMIT_VALUE = 960 * 1024,            /* bytes of one user value */
    LIMIT_MESSAGE_OUT = 3 * 1024 * 1024, /* bytes of a task: an undo carries input and output */
    LIMIT_WINDOW = 65536,                /* tasks of one session */
    LIMIT_SESSIONS = 10000,              /* participants connected */
    LIMIT_ACTIONS = 1000,                /* actions that one session offers */

    /* The engine. */
    LIMIT_LOCKS = 2000000,                /* sagas that hold or wait for a concurrency key */
    LIMIT_SAGAS = 2000000,                /* sagas in memory */
    LIMIT_SAGA_MEMORY = 64 * 1024 * 1024, /* bytes of one saga's state; see engine/room.c */
    LIMIT_DETAILS = 8 * 1024 * 1024,      /* bytes that heartbeats' details may take of it */
    LIMIT_ATTEMPTS_KEPT = 1000,           /* attempts of one key remembered; older: `unknown` */
    LIMIT_TIMERS_PER_STEP = 1000,         /* due timers handled in one turn */
    LIMIT_INBOX = 100000,                 /* events kept; more from outside: `overloaded` */
    LIMIT_RETRY_AFTER_MS = 86400000, /* a day: a step stands still no longer for a participant */
    LIMIT_BATCH_EVENTS = 4096,       /* events decided into one commit */
    LIMIT_BATCH_BYTES = 16 * 1024 * 1024, /* bytes of records in one commit */
    LIMIT_WAITERS = 100000,               /* requests that wait for an outcome */
    LIMIT_DELIVERIES = 100000, /* events kept for one webhook; more are counted and not kept */
};

#endif
