/* facet_live.h - counts of the facets (states, alerts, error codes of steps) that lists find a
 * saga by; not in the journal, but counted anew when the saga is loaded: see facets.h. */
#ifndef SAGA_FACET_LIVE_H
#define SAGA_FACET_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"

struct step;

/* What one step contributes to its saga's facets. */
struct step_facets {
    uint32_t marks; /* 1 << enum facet_mark for each that the step has */
    /* place of the do's error code in saga_facets.codes, from 1; 0 = no error of the do stands */
    uint32_t code;
    uint32_t undo_code; /* the same for the error of the undo */
    bool is_noted; /* in the turn's list of steps to look at, in which `next` is the next one */
    struct step *next;
};

struct facet_code {
    char text[LIMIT_CODE];
    uint32_t size; /* bytes of `text` */
    /* how many steps have an error with this code; an undo's error counts as one more */
    uint32_t steps;
    bool is_told;    /* the store lists the saga under this code */
    bool is_changed; /* in the list of codes whose count has changed since the store was told */
    /* place of the next code in that list, from 1; 0 = this is the last one */
    uint32_t next_changed;
};

enum { FACET_MARKS_MAX = 16 };

/* The facets of the whole saga, and which of them the store has been told. */
struct saga_facets {
    uint32_t steps[FACET_MARKS_MAX]; /* how many steps have each mark */
    uint32_t standing;               /* 1 << enum facet_mark for each that any step has */
    uint32_t told;                   /* the same set of bits, as the store knows it */
    struct facet_code *codes;
    uint32_t code_count;
    uint32_t code_room;
    /* place of the first code that has changed, from 1; 0 = none has */
    uint32_t first_changed;
    /* code of the reason why the saga goes back; empty = no reason */
    struct span cause;
    struct span told_cause;
    /* the store has no facets of the saga: its rows were written before there were facets */
    bool is_unknown;
};

#endif
