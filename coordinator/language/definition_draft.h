/* definition_draft.h - a definition while it is compiled: what its passes share. */
#ifndef LANGUAGE_DEFINITION_DRAFT_H
#define LANGUAGE_DEFINITION_DRAFT_H

#include "language/definition.h"
#include "reading/reading.h"

/* A step as written, while its definition is compiled. Spans are borrowed from the document. */
struct draft {
    struct span step, needs, description, action, input, compensate, compensate_on, pivot, retry,
        timeout, check, sleep, for_each, max_parallel, on_item_failure, saga, version, max_cost_usd,
        expected_cost_usd, key_ttl;
    struct span sleep_until; /* of the long form */
    struct span when;
    struct span approve, question, show;
    struct span wait_event, match; /* match stands in wait_event, as question and show in approve */
    struct span emit, data;        /* data stands in emit */
    struct span undo_action, undo_input, undo_retry, undo_timeout, undo_check, undo_stuck_after,
        undo_key_ttl, undo_before;
    bool is_undo_long; /* compensate is a map: pointers go one deeper */
    bool says_none;    /* compensate: none */
    bool says_undo;    /* compensate names an action */
    bool says_pivot;   /* pivot: true */
};

/* The policy of calls that say nothing themselves. */
struct call_defaults {
    struct retry_policy retry;
    struct timeouts timeouts;
};

/* A definition at work. Its passes, in definition.c, fill it from top to bottom. */
struct compile {
    struct reading reading;
    struct definition *definition;
    struct call_defaults defaults;
    struct step_spec *steps; /* step_count of each */
    struct draft *drafts;
    uint32_t step_count;
    uint16_t *names;     /* hash table of indexes + 1 by name; 0 = free */
    uint32_t names_size; /* a power of two */
    uint16_t *order;     /* the steps, each after all that it needs; of the definition */
    uint64_t *before;    /* step_count rows of row_words: the transitive needs of each step */
    uint32_t row_words;
    bool listens;        /* an event may start a saga: its steps have $.event */
    bool graph_is_clean; /* names, needs and cycles are in order: order and before are valid */
};

#endif
