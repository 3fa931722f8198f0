/* facet_live.h - what lists find a saga by because of its steps, as this process's life has it: see
 * facets.h. */
#ifndef SAGA_FACET_LIVE_H
#define SAGA_FACET_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"

struct step;

/* Because of one step. */
struct step_facets {
    uint32_t marks; /* a bit each */
    uint32_t code;  /* place of the code of the do's error among the saga's codes, from 1; 0 = no
                       error stands */
    uint32_t undo_code; /* the same of the undo's */
    bool is_noted;      /* in the turn's list of steps to look at; their next one: */
    struct step *next;
};

struct facet_code {
    char text[LIMIT_CODE];
    uint32_t size;  /* bytes of it */
    uint32_t steps; /* whose error has the code; an undo's error counts as one more */
    bool is_told;   /* the store has it */
    bool is_changed;
    uint32_t next_changed; /* place, from 1; 0 = the last one */
};

enum { FACET_MARKS_MAX = 16 };

/* Because of all steps, and what of it the store has. */
struct saga_facets {
    uint32_t steps[FACET_MARKS_MAX]; /* that have the mark */
    uint32_t standing;               /* marks that a step has: a bit each */
    uint32_t told;                   /* those that the store has */
    struct facet_code *codes;
    uint32_t code_count;
    uint32_t code_room;
    uint32_t first_changed; /* place of a code, from 1; 0 = none has changed */
    struct span cause;      /* code of the saga's reason; empty = it has none */
    struct span told_cause;
    bool is_unknown; /* the store has none of it, for its rows are older than facets are */
};

#endif
