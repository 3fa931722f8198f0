/* step_kind.c - the kinds and classes of step, and their public names. */
#include "language/step_kind.h"

static const char *const class_names[CLASS_COUNT] = {
    [CLASS_COMPENSATABLE] = "compensatable",
    [CLASS_READONLY] = "readonly",
    [CLASS_PIVOT] = "pivot",
    [CLASS_RETRIABLE] = "retriable",
};

const char *step_class_name(enum step_class step_class)
{
    return (unsigned)step_class < CLASS_COUNT ? class_names[step_class] : "unknown";
}

const char *step_kind_name(enum step_kind kind)
{
    static const char *const names[STEP_KIND_COUNT] = {[STEP_KIND_ACTION] = "action",
                                                       [STEP_KIND_SLEEP] = "sleep",
                                                       [STEP_KIND_SAGA] = "saga",
                                                       [STEP_KIND_APPROVE] = "approve",
                                                       [STEP_KIND_WAIT_EVENT] = "wait_event",
                                                       [STEP_KIND_EMIT] = "emit"};
    return (unsigned)kind < STEP_KIND_COUNT ? names[kind] : "unknown";
}
