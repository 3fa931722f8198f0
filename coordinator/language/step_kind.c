/* step_kind.c - the kinds and classes of step, and their public names. */
#include "language/step_kind.h"

#include "language/definition.h"

static const char *const class_names[CLASS_COUNT] = {
    [CLASS_COMPENSATABLE] = "compensatable",
    [CLASS_READONLY] = "readonly",
    [CLASS_PIVOT] = "pivot",
    [CLASS_RETRIABLE] = "retriable",
};

static int64_t sleep_own_ms(const struct step_spec *spec)
{
    PRE(spec->kind == STEP_KIND_SLEEP);
    return spec->sleep_ms;
}

static int64_t approve_own_ms(const struct step_spec *spec)
{
    PRE(spec->kind == STEP_KIND_APPROVE && spec->approval);
    return spec->approval->timeout_ms;
}

static int64_t wait_own_ms(const struct step_spec *spec)
{
    PRE(spec->kind == STEP_KIND_WAIT_EVENT);
    return spec->wait_ms;
}

static const struct step_kind_facts facts[STEP_KIND_COUNT] = {
    [STEP_KIND_ACTION] = {.name = "action", .asks = true},
    [STEP_KIND_SLEEP] = {.name = "sleep",
                         .waits_for = "timer",
                         .own_wait_ms = sleep_own_ms,
                         .waits_itself = true},
    [STEP_KIND_SAGA] = {.name = "saga", .waits_for = "saga", .asks = true, .has_child = true},
    [STEP_KIND_APPROVE] = {.name = "approve",
                           .waits_for = "approval",
                           .own_wait_ms = approve_own_ms,
                           .waits_itself = true,
                           .asks_person = true},
    [STEP_KIND_WAIT_EVENT] = {.name = "wait_event",
                              .waits_for = "event",
                              .own_wait_ms = wait_own_ms,
                              .waits_itself = true,
                              .takes_event = true},
    [STEP_KIND_EMIT] = {.name = "emit", .emits = true},
    [STEP_KIND_OPEN] = {.name = "open", .by_client = true},
};

const struct step_kind_facts *step_kind_facts(enum step_kind kind)
{
    PRE(kind < STEP_KIND_COUNT);
    POST(facts[kind].name != NULL);
    return &facts[kind];
}

const char *step_class_name(enum step_class step_class)
{
    return (unsigned)step_class < CLASS_COUNT ? class_names[step_class] : "unknown";
}

const char *step_kind_name(enum step_kind kind)
{
    return (unsigned)kind < STEP_KIND_COUNT ? facts[kind].name : "unknown";
}
