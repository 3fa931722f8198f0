/* definition.h - a saga definition, checked and compiled: what the engine runs.
 *
 * The document comes as msgpack of its JSON form (JSON at the server, YAML in sagactl: one model,
 * one check). A compiled definition is immutable and may be read from any thread. */
#ifndef LANGUAGE_DEFINITION_H
#define LANGUAGE_DEFINITION_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"
#include "language/step_kind.h"

struct arena;
struct condition;  /* condition.h: what holds or not, in a saga's document */
struct jsonschema; /* jsonschema.h: what a value must be */
struct problems;   /* reading/problem.h: what is wrong with a definition */
struct reference;  /* template_form.h: where a value is */
struct schedule;   /* schedule.h: when a saga starts by itself */
struct template;   /* template.h: a value with references in it */

struct retry_policy {
    uint32_t attempts_max;   /* 0 = no limit */
    int64_t initial_ms;      /* delay before the second attempt; 0 = at once */
    int64_t interval_max_ms; /* cap of the delay */
    int64_t elapsed_max_ms;  /* no attempt starts later than this after the first; 0 = none */
    double backoff;          /* factor from one delay to the next, >= 1 */
    double jitter;           /* delay x (1 +- jitter), 0..1 */
    const struct span *non_retryable; /* error codes that are refusals */
    uint32_t non_retryable_count;
};

/* 0 = none. */
struct timeouts {
    int64_t schedule_to_start_ms; /* from the intent to the sending */
    int64_t start_to_close_ms;    /* from the sending to the answer; never 0, default 60 s */
    int64_t schedule_to_close_ms; /* from the first intent to the last answer */
    int64_t heartbeat_ms;         /* most between two heartbeats of a running task */
};

/* One thing that a participant can be asked: the do, the undo, the check of a step. */
struct call_spec {
    struct span action;           /* "flights.book" */
    const struct template *input; /* NULL: do: null; undo: the step's own input */
    struct retry_policy retry;
    struct timeouts timeouts;
    struct span check; /* action asked when the outcome is unknown; empty = none */
    int64_t
        key_ttl_ms; /* the provider forgets a key this long after the first attempt; 0 = never */
};

/* How what a step has reserved is confirmed, when its open saga is committed. */
struct confirm_spec {
    struct call_spec call;
    uint32_t stuck_attempts; /* as those of an undo: see step_spec */
    int64_t stuck_ms;
};

/* What becomes of a question that nobody has answered in time. */
enum on_timeout { ON_TIMEOUT_FAIL, ON_TIMEOUT_APPROVE, ON_TIMEOUT_REJECT };

/* A question to persons. */
struct approval_spec {
    const struct template *question;
    const struct template *show; /* what whoever decides should see; NULL = nothing */
    const struct span *who;      /* names, and "role:NAME" */
    uint32_t who_count;
    int64_t timeout_ms; /* 0 = for ever */
    enum on_timeout on_timeout;
};

struct step_spec {
    struct span name;
    uint8_t digest[32]; /* of the step as written, without its name, needs and description */
    enum step_kind kind;
    enum step_class step_class;
    const uint16_t *needs;     /* indexes of the steps that this one needs directly */
    const uint16_t *needed_by; /* the reverse */
    uint32_t needs_count;
    uint32_t needed_by_count;
    bool when_of_item;            /* a fan-out's: asked of each item */
    const struct condition *when; /* the step is skipped unless this holds; NULL = always done */
    struct call_spec action;      /* the do; of STEP_KIND_ACTION. SAGA: input, time-out */
    int64_t cost_max_micros;      /* of all its attempts, micro-USD; 0 = no limit */
    int64_t cost_expected_micros; /* of an attempt, as its author says */
    int64_t sleep_ms;             /* STEP_KIND_SLEEP: how long; 0 = see sleep_until */
    const struct template *sleep_until; /* gives RFC 3339 or ms since 1970 */
    struct span child;                  /* STEP_KIND_SAGA: the definition of the child */
    uint32_t child_version;             /* of the child; 0 = the newest when it starts */
    struct span event;                  /* STEP_KIND_WAIT_EVENT, _EMIT: the event's name */
    const struct condition *match;      /* WAIT_EVENT: which event; NULL = any of the name */
    int64_t wait_ms;                    /* WAIT_EVENT: at most this long; 0 = for ever */
    bool wait_goes_on;                  /* WAIT_EVENT: succeeds when that time is over, with null */
    const struct template *data;        /* EMIT: of its event; NULL = null */
    const struct approval_spec *approval; /* STEP_KIND_APPROVE; else NULL */
    const struct confirm_spec *confirm;   /* STEP_KIND_OPEN; NULL = none */
    bool has_undo;                        /* has a compensation; else see step_class */
    bool undo_is_reverse;                 /* the compensation is the reversal of the child */
    struct call_spec undo;                /* valid when has_undo */
    const struct template *undo_before;   /* undo deadline: gives a time; NULL = none */
    bool undo_on_failed;     /* compensate_on: failed: undone even when the step left no effect */
    uint32_t stuck_attempts; /* undo: alert and let others pass after this many; 0 = by time */
    int64_t stuck_ms;        /* ... or after this long since it became due; 0 (a count is
                                written): after 5 min without any attempt */
    const struct template *for_each; /* gives the array of a fan-out; NULL = the step is none */
    uint32_t parallel_max;           /* items at once */
    bool goes_on;                    /* on_item_failure: continue */
    bool after_pivot;                /* a pivot is among its transitive needs */
};

/* How to find any version of any definition; the one who holds the definitions gives it. May be
 * called from any thread. */
struct versions {
    /* NULL: there is no such version. */
    const struct definition *(*find)(const struct versions *versions, struct span name,
                                     uint32_t version);
};

/* An event that starts a saga. */
struct event_start {
    struct span event;             /* its name */
    const struct condition *match; /* NULL = any of the name */
    const struct template *id;     /* of the saga; NULL = made of the event's identity */
    const struct template *input;  /* NULL = the event's data */
};

/* At most so many sagas of the definition that have the same key run at once. */
struct concurrency {
    const struct template *key; /* NULL: any number */
    uint32_t limit;
    bool rejects; /* a start beyond the limit is refused; else it waits */
};

struct definition {
    struct span name;
    uint32_t version;                /* 1, 2, ...; 0 while not stored */
    uint8_t digest[32];              /* SHA-256 of the canonical JSON; set by who stores it */
    struct span source;              /* canonical JSON, set by who stores it */
    const struct versions *versions; /* to find other versions, set by who stores it; NULL: none */
    struct span description;
    const struct step_spec *steps;
    uint32_t step_count;
    uint32_t pivot;                     /* 1 + index of the step; 0 = none */
    const uint16_t *order;              /* step indexes, each after all that it needs */
    int64_t timeout_ms;                 /* of a saga; 0 = none */
    int64_t reversal_window_ms;         /* 0 = a completed saga is not reversible */
    bool strict;                        /* compensation_order: strict */
    int64_t cost_max_micros;            /* of the way forward, micro-USD; 0 = no limit */
    int64_t undo_cost_max_micros;       /* of the way back: alerts, and stops nothing */
    const struct template *output;      /* NULL: none */
    const struct reference **sensitive; /* values that are not shown: mask.h */
    uint32_t sensitive_count;
    const struct jsonschema *input_schema;  /* else a start is refused; NULL: any input */
    const struct jsonschema *output_schema; /* of the output; NULL: any */
    struct event_start *starts;             /* `on`: the first that matches starts it */
    uint32_t start_count;
    const struct span *event_names; /* that its steps wait for, each once */
    uint32_t event_name_count;
    struct span labels;         /* msgpack map of str, or empty */
    struct schedule *schedules; /* of `on` */
    uint32_t schedule_count;
    struct concurrency concurrency;
};

/* Checks and compiles. All problems are listed, not only the first. SAGA_OK gives *definition in
 * the arena, borrowing nothing from `document`; SAGA_INVALID_DEFINITION when problems->error_count
 * > 0; SAGA_NO_MEMORY. Warnings may stand in problems beside SAGA_OK. */
MUST_CHECK enum saga_error definition_compile(struct span document, struct arena *arena,
                                              const struct definition **definition,
                                              struct problems *problems);

/* The definition in the given version, itself when that is the version asked for; 0 is the newest.
 * NULL: there is no such version. */
const struct definition *definition_version(const struct definition *definition, uint32_t version);

/* The index of the step named so, or -1. */
int32_t definition_step(const struct definition *definition, struct span name);

#endif
