/* fan.c - fan-outs, which are steps with for_each that run once for each item of a list: starts the
 * items, ends the fan-out, undoes items.
 *
 *     for_each: $.input.items        evaluated once, stored, one item for each element
 *     max_parallel                   items at once, on the way forward and on the way back
 *     on_item_failure: rollback      an item that gives up sends the saga back, as a step does
 *     on_item_failure: continue      its failure stays its own: null stands for it in the output
 *
 * `continue` ignores an item's failure, which left no effect, but not its doubt: an item in doubt
 * without an attempt left is undone alone while the others go on, and the fan-out ends only after
 * that. So no completed saga has an effect in doubt. */
#include "engine/kinds/fan.h"

#include "engine/done.h"
#include "engine/doubt.h"
#include "engine/park.h"
#include "engine/room.h"
#include "engine/start.h"
#include "engine/turn.h"
#include "engine/undo.h"
#include "journal/record.h"
#include "language/definition.h"
#include "saga/awake.h"
#include "saga/child_state.h"
#include "saga/fan.h"
#include "saga/items.h"
#include "saga/step.h"
#include "saga/steps.h"

/* How many items have begun and are not settled. */
static uint32_t active(const struct fan *fan)
{
    PRE(fan->count <= fan->room);
    return fan->counts[STEP_STATE_RUNNING] + fan->counts[STEP_STATE_RETRYING] +
           fan->counts[STEP_STATE_WAITING] + fan->counts[STEP_STATE_IN_DOUBT] +
           fan->counts[STEP_STATE_COMPENSATING];
}

/* The first item that has not begun; NULL: all have begun. */
static struct step *next_pending(struct fan *fan)
{
    PRE(fan->next <= fan->count);
    while (fan->next < fan->count && fan->items[fan->next].state != STEP_STATE_PENDING) {
        fan->next++;
    }
    return fan->next < fan->count ? &fan->items[fan->next] : NULL;
}

/* Is every item settled in such a way that the fan-out can succeed? */
static bool all_settled(const struct fan *fan)
{
    PRE(fan->undo_open <= fan->room);
    uint32_t open = active(fan) + fan->counts[STEP_STATE_PENDING] + fan->counts[STEP_STATE_PARKED];
    if (open > 0 || fan->undo_open > 0) {
        return false;
    }
    for (uint32_t i = 0; i < fan->count; i++) {
        if (!step_satisfies(&fan->items[i]) && !step_is_forgiven(&fan->items[i])) {
            return false;
        }
    }
    return true;
}

/* Ends the fan-out; it fails if the saga has no room for the outputs of all items together. */
static void end(struct turn *turn, const struct step *container)
{
    PRE(container->fan != NULL);
    struct record record = {.type = RECORD_STEP_WOKEN, .fields = 1, .step = container->index};
    if (!room_for(turn->saga, fan_output_size(container))) {
        record.code = span_text("too_large");
        record.message = span_text("the saga holds too much for the outputs of all items");
    }
    turn_emit(turn, &record);
}

bool fan_go_on(struct turn *turn, struct step *container)
{
    struct fan *fan = container->fan;
    PRE(container->state == STEP_STATE_RUNNING);
    bool changed = false;
    struct step *item;
    while (!turn->failed && active(fan) < container->spec->parallel_max &&
           (item = next_pending(fan)) != NULL) {
        if (!turn_has_room(turn)) {
            return changed;
        }
        step_start(turn, item);
        changed = true;
        if (item->state == STEP_STATE_FAILED && !step_is_forgiven(item)) {
            return true;
        }
    }
    if (!changed && !turn->failed && all_settled(fan)) {
        end(turn, container);
        changed = true;
    }
    return changed;
}

bool fan_forgive(struct turn *turn, struct step *item, bool *changed)
{
    PRE(item->saga == turn->saga);
    if (!step_is_forgiven(item)) {
        return false;
    }
    switch (item->state) {
    case STEP_STATE_IN_DOUBT: {
        enum doubt doubt = doubt_decide(turn, item);
        *changed |= doubt == DOUBT_CHANGED || (doubt == DOUBT_TO_UNDO && undo_begin(turn, item));
        return true;
    }
    case STEP_STATE_FAILED:
    case STEP_STATE_COMPENSATING: {
        bool due = item->undo_state == UNDO_STATE_PENDING;
        *changed |= due ? undo_begin(turn, item) : undo_retry(turn, item);
        return true;
    }
    case STEP_STATE_KEPT:
    case STEP_STATE_RESOLVED:
        return true;
    case STEP_STATE_NONE:
    case STEP_STATE_PENDING:
    case STEP_STATE_WAITING:
    case STEP_STATE_RUNNING:
    case STEP_STATE_RETRYING:
    case STEP_STATE_SUCCEEDED:
    case STEP_STATE_SKIPPED:
    case STEP_STATE_COMPENSATED:
    case STEP_STATE_PARKED:
    case STEP_STATE_COUNT:
        break;
    }
    return false;
}

/* Fails a fan-out that has not ended when its saga goes back, with the code and message of its
 * first failed item, if any. */
static void fall(struct turn *turn, const struct step *container)
{
    const struct fan *fan = container->fan;
    PRE(container->state == STEP_STATE_RUNNING);
    struct record record = {.type = RECORD_STEP_WOKEN,
                            .fields = 1,
                            .step = container->index,
                            .code = span_text("cancelled"),
                            .message = span_text("the saga turned back")};
    for (uint32_t i = 0; i < fan->count; i++) {
        const struct step *item = &fan->items[i];
        if (item->code.size > 0 && !step_is_forgiven(item)) {
            record.code = item->code;
            record.message = item->message;
            break;
        }
    }
    turn_emit(turn, &record);
}

bool fan_bring_in(struct turn *turn, const struct step *container)
{
    PRE(container->chosen);
    const uint32_t *counts = container->fan->counts;
    bool runs =
        counts[STEP_STATE_RUNNING] + counts[STEP_STATE_RETRYING] + counts[STEP_STATE_WAITING] > 0;
    if (container->state == STEP_STATE_RUNNING && !runs) {
        fall(turn, container);
        return true;
    }
    if (container->state == STEP_STATE_SUCCEEDED && fan_is_done(container, true)) {
        keep_step(turn, container);
        return true;
    }
    return false;
}

bool fan_undo(struct turn *turn, const struct step *container, bool clear)
{
    struct fan *fan = container->fan;
    PRE(fan->undo_end <= fan->room);
    uint32_t going = 0;
    uint32_t at = 0;
    bool changed = false;
    for (struct step *item; !turn->failed && (item = fan_next_awake(fan, &at)) != NULL;) {
        bool asked =
            item->undo_state == UNDO_STATE_RUNNING || item->undo_state == UNDO_STATE_RETRYING;
        bool wants = step_wants_undo(item);
        bool may = clear && (item->live.undo_due_ms > 0 || going < container->spec->parallel_max);
        if (wants && may) {
            changed |= undo_begin(turn, item);
        } else if (wants) {
            /* not due while other undos come first: its timer would fire for nothing */
            item->live.undo_due_ms = 0;
        }
        going += (asked || (wants && may)) && !item->stuck && !child_is_parked(item) ? 1 : 0;
    }
    struct step *item;
    while (clear && going < container->spec->parallel_max && !turn->failed &&
           (item = fan_next_undo(fan)) != NULL && turn_has_room(turn)) {
        fan->undo_end = item->item;
        step_wake(item);
        changed |= undo_begin(turn, item);
        going++;
    }
    return changed;
}

struct step *fan_latest(const struct step *container)
{
    const struct fan *fan = container->fan;
    struct step *latest = fan_next_undo(fan);
    uint32_t at = 0;
    for (struct step *item; (item = fan_next_awake(fan, &at)) != NULL;) {
        bool later = !latest || item->item > latest->item;
        latest = later && item->started_seq > 0 && !step_is_done(item, true) ? item : latest;
    }
    POST(!latest || latest->container == container);
    return latest;
}
