/* open_forward.c - decides what comes next in an open saga that goes forward. */
#include "engine/open_forward.h"

#include "engine/confirm.h"
#include "engine/go_back.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/open.h"

bool open_forward(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->direction == FORWARD && saga->open);
    if (!open_is_committed(saga)) {
        bool goes_back = saga->back_wanted;
        if (goes_back) {
            go_back_because(turn, NULL);
        }
        return goes_back;
    }
    bool all;
    bool still;
    if (confirm_go_on(turn, &all, &still)) {
        return true;
    }
    if (all) {
        struct record record = {.type = RECORD_SAGA_COMPLETED};
        turn_emit(turn, &record);
        IMPLIES(!turn->failed, saga_state_is_final(saga->state));
    } else if (still && saga->state != SAGA_STATE_PARKED) {
        struct record record = {.type = RECORD_SAGA_PARKED, .code = span_text("needs_a_person")};
        turn_emit(turn, &record);
        turn_alert(turn, NULL, "saga_parked");
    }
    return all;
}
