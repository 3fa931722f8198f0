/* fold_fan.c - the records of fan-outs (steps with for_each), and which steps are awake after a
 * record of any kind. */
#include "saga/fold_fan.h"

#include "base/limits.h"
#include "journal/record.h"
#include "saga/awake.h"
#include "saga/items.h"
#include "saga/moves.h"

#include "saga/fan.h"
#include "saga/record_steps.h"
#include "saga/saga.h"
#include "saga/no_live.h"

bool fold_items(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_ITEMS);
    if (step->container || !step->spec->for_each || record->count > LIMIT_ITEMS ||
        !fan_add(step, record->input, record->count)) {
        return false;
    }
    step->started_ms = at_ms;
    step->started_seq = step->saga->seq;
    step->calls[0].input = record->input;
    return fold_move(step, STEP_STATE_RUNNING, at_ms);
}

bool fold_mark(struct saga *saga, struct span list, bool chosen)
{
    struct record_list walk = record_list_open(list);
    uint32_t index;
    uint32_t item;
    while (record_list_next(&walk, &index, &item)) {
        struct step *step = saga_item(saga, index, item);
        if (!step) {
            return false;
        }
        CHECK(step->saga == saga);
        for (uint32_t i = 0; i <= (step->fan ? step->fan->count : 0); i++) {
            struct step *one = i == 0 ? step : &step->fan->items[i - 1];
            *(chosen ? &one->chosen : &one->accepted) = true;
        }
    }
    return true;
}

void fold_look_again(struct saga *saga, bool everything, struct step *step)
{
    PRE(!step || step->saga == saga);
    if (everything) {
        saga_rest_all(saga);
    } else if (step) {
        step_rest(step);
    }
    if (step && step->container) {
        fan_follow(step);
    }
}
