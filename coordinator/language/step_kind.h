/* step_kind.h - the kinds and classes of step, and what is true of each kind.
 *
 * What a kind does stands in engine/kinds/, one row of functions a kind; what is true of it stands
 * here, one row of facts a kind. Nothing else but the compiler of definitions asks which kind a
 * step is: a new kind is one file in engine/kinds/, its two rows, and the keys of its definition.
 */
#ifndef LANGUAGE_STEP_KIND_H
#define LANGUAGE_STEP_KIND_H

#include <stdbool.h>
#include <stdint.h>

struct step_spec;

enum step_class {
    CLASS_COMPENSATABLE, /* has a compensation */
    CLASS_READONLY,      /* `compensate: none`: nothing to undo */
    CLASS_PIVOT,         /* the point of no return */
    CLASS_RETRIABLE,     /* after the pivot: forward only */
    CLASS_COUNT
};

/* What a step does: each kind has a key in the definition of its own. */
enum step_kind {
    STEP_KIND_ACTION,
    STEP_KIND_SLEEP,
    STEP_KIND_SAGA,
    STEP_KIND_APPROVE,
    STEP_KIND_WAIT_EVENT,
    STEP_KIND_EMIT,
    STEP_KIND_OPEN, /* of an open saga: its client does the work; no definition has it */
    STEP_KIND_COUNT
};

struct step_kind_facts {
    const char *name;      /* the key in a definition, and what people are shown */
    const char *waits_for; /* what a waiting step of the kind waits for; NULL: none waits */
    /* How long the wait may last by the kind's own key, in ms from its beginning; 0: for ever.
     * NULL: it does not wait by itself. */
    int64_t (*own_wait_ms)(const struct step_spec *spec);
    bool waits_itself; /* time, a person or an event ends its wait: nobody is asked for anything */
    bool asks;      /* a participant or a child does the work: it takes an input, can be retried */
    bool has_child; /* a child saga does the work */
    bool asks_person; /* a named person, or a role, decides */
    bool takes_event; /* an event of a name ends its wait, found by the step's place */
    bool emits;       /* the step sends an event, and is done */
    bool by_client;   /* the saga's client does the work, and says how it ended: nobody is asked */
};

/* Never NULL; lives for ever. */
const struct step_kind_facts *step_kind_facts(enum step_kind kind);

/* The public names; "unknown" for a number that is no class, or no kind. */
const char *step_class_name(enum step_class step_class);
const char *step_kind_name(enum step_kind kind);

#endif
