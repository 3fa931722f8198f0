/* signal.c - the verb signal: a person sends an event to one saga. The saga's journal says who sent
 * it and why, and the event goes into the inbox, where no other saga is offered it. */
#include "engine/signal.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mp.h"
#include "engine/inbox_rows.h"
#include "engine/turn.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "journal/event_value.h"
#include "journal/record.h"
#include "language/names.h"
#include "saga/saga.h"

/* Does a step of the saga wait for an event of this name, or will one that has not begun? */
static bool has_use(const struct saga *saga, struct span event)
{
    PRE(event.size > 0);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        bool is_open = step->state == STEP_STATE_PENDING || step->state == STEP_STATE_WAITING;
        if (is_open && step_kind_facts(step->spec->kind)->takes_event &&
            span_equal(step->spec->event, event)) {
            return true;
        }
    }
    return false;
}

enum saga_error signal_saga(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_SIGNAL);
    struct saga *saga = turn->saga;
    char id[2 * LIMIT_SAGA_ID + 24];
    if (!names_is_event(verb->event)) {
        *why = "'event' must be a name of 1 to 255 bytes without blanks";
        return SAGA_INVALID;
    }
    if (saga_state_is_final(saga->state) || saga->direction == BACKWARD || saga->back_wanted) {
        *why = "the saga does not go forward any more";
        return SAGA_CONFLICT;
    }
    if (!has_use(saga, verb->event)) {
        *why = "no step of the saga waits for this event, or will";
        return SAGA_CONFLICT;
    }
    struct record record = verb_record(verb);
    record.name = verb->event;
    record.input = verb->input;
    turn_emit(turn, &record);
    int size = snprintf(id, sizeof(id), "%.*s/%llu", (int)saga->name.size,
                        (const char *)saga->name.data, (unsigned long long)saga->seq);
    struct inbox_row row = {.name = verb->event,
                            .source = span_text(EVENT_SOURCE_PREFIX "signal"),
                            .id = span_of(id, (size_t)size),
                            .saga = saga->name,
                            .at_ms = turn->moment.host_ms,
                            .came_ms = turn->now_ms,
                            .data = verb->input.size > 0 ? verb->input : MP_NIL_VALUE};
    turn->failed |= !inbox_rows_add(turn->engine, turn->batch, &row);
    return SAGA_OK;
}
