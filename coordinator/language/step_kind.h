/* step_kind.h - the kinds and classes of step, and their public names. */
#ifndef LANGUAGE_STEP_KIND_H
#define LANGUAGE_STEP_KIND_H

enum step_class {
    CLASS_COMPENSATABLE, /* has a compensation */
    CLASS_READONLY,      /* `compensate: none`: nothing to undo */
    CLASS_PIVOT,         /* the point of no return */
    CLASS_RETRIABLE,     /* after the pivot: forward only */
    CLASS_COUNT
};

/* What a step does, by the key that says it. */
enum step_kind {
    STEP_KIND_ACTION,
    STEP_KIND_SLEEP,
    STEP_KIND_SAGA,
    STEP_KIND_APPROVE,
    STEP_KIND_WAIT_EVENT,
    STEP_KIND_EMIT,
    STEP_KIND_COUNT
};

const char *step_class_name(enum step_class step_class);

const char *step_kind_name(enum step_kind kind);

#endif
