/* verb_parts.c - parts that all verbs share: finding the step that a verb names, and making the
 * record of who asked for what. */
#include "engine/verb_parts.h"

#include "engine/verb_request.h"
#include "journal/record.h"
#include "saga/keys.h"
#include "saga/saga.h"

struct record verb_record(const struct verb_request *verb)
{
    PRE(verb->verb < VERB_COUNT);
    return (struct record){
        .type = RECORD_OPERATOR, .verb = verb->verb, .actor = verb->actor, .reason = verb->reason};
}

struct record verb_record_of_step(const struct verb_request *verb, const struct step *step)
{
    struct record record = verb_record(verb);
    PRE(step->index < step->saga->step_total);
    record.fields = 1;
    record.step = step->index;
    return record;
}

enum saga_error verb_step(const struct saga *saga, const struct verb_request *verb,
                          struct step **step, const char **why)
{
    int32_t index = saga_step_named(saga, verb->step);
    if (index < 0) {
        *why = "the definition has no step of that name";
        return SAGA_NOT_FOUND;
    }
    *step = saga_step(saga, (uint32_t)index);
    POST((*step)->saga == saga);
    return SAGA_OK;
}
