/* verb.c - the names of what a person can ask of a saga, as people and records say them. */
#include "journal/verb.h"

static const char *const verb_names[VERB_COUNT] = {
    [VERB_ROLLBACK] = "rollback",   [VERB_REVERSE] = "reverse", [VERB_RETRY] = "retry",
    [VERB_RESOLVE] = "resolve",     [VERB_PAUSE] = "pause",     [VERB_RESUME] = "resume",
    [VERB_TERMINATE] = "terminate", [VERB_SKIP] = "skip",       [VERB_APPROVE] = "approve",
    [VERB_REJECT] = "reject",       [VERB_MIGRATE] = "migrate", [VERB_SIGNAL] = "signal",
};

const char *verb_name(enum verb verb)
{
    return verb < VERB_COUNT ? verb_names[verb] : "unknown";
}
