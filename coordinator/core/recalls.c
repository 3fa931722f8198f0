/* recalls.c - offers a step that begins to wait the events that came before its wait. */
#include "core/recalls.h"

#include <stdlib.h>

#include "core/aside.h"
#include "core/deliver.h"
#include "core/full.h"
#include "core/state.h"
#include "engine/batch_items.h"
#include "engine/effect.h"
#include "store/inbox.h"

static bool add_recall(struct core *core, const struct store_wait *wait)
{
    struct events *events = &core->events;
    struct recall *recall = malloc(sizeof(*recall) + wait->id.size + wait->name.size);
    if (!recall) {
        core_fail(core, SAGA_NO_MEMORY);
        return false;
    }
    *recall = (struct recall){.saga = wait->saga,
                              .step = wait->step,
                              .number = wait->mark,
                              .id_size = wait->id.size,
                              .name_size = wait->name.size};
    memcpy(recall->text, wait->id.data, wait->id.size);
    memcpy(recall->text + wait->id.size, wait->name.data, wait->name.size);
    *events->recalls_end = recall;
    events->recalls_end = &recall->next;
    return true;
}

static enum saga_error recover_wait(const struct store_wait *wait, void *arg)
{
    return add_recall(arg, wait) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error recalls_recover(struct core *core)
{
    return core_inbox(core)->unrecalled(core_store(core), recover_wait, core);
}

void recalls_add(struct core *core, const struct effect *effect)
{
    struct store_wait wait = {.saga = effect->recall.saga,
                              .step = effect->recall.step,
                              .id = effect->recall.id,
                              .name = effect->recall.name,
                              .mark = effect->recall.mark};
    (void)add_recall(core, &wait);
}

/* The step has been offered all events that came before its wait: the batch in the making tells
 * that to the store. */
static void end_recall(struct core *core, const struct recall *recall)
{
    struct batch *batch = &core->making->batch;
    bool ok = true;
    struct wait_row *row = batch_wait(batch);
    struct recalled *recalled = malloc(sizeof(*recalled));
    struct span name =
        arena_copy(&batch->arena, span_of(recall->text + recall->id_size, recall->name_size), &ok);
    if (!row || !recalled || !ok) {
        free(recalled);
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    *row = (struct wait_row){
        .change = WAIT_RECALLED, .saga = recall->saga, .step = recall->step, .name = name};
    *recalled = (struct recalled){.next = core->making->events.recalled,
                                  .key = {recall->saga, recall->step}};
    core->making->events.recalled = recalled;
    if (map_put(&core->events.recalled, span_of(recalled->key, sizeof(recalled->key)), recalled) !=
        SAGA_OK) {
        core_fail(core, SAGA_NO_MEMORY);
    }
}

/* Offers the step the next event that came before its wait; false: there are no more, or the step
 * has taken one. */
static bool recall_one(struct core *core, struct recall *recall)
{
    struct inbox_row row;
    struct arena *arena = &core->events.delivering.arena;
    struct span id = span_of(recall->text, recall->id_size);
    struct span name = span_of(recall->text + recall->id_size, recall->name_size);
    arena_reset(arena);
    if (aside_has(core, id)) {
        return false; /* in the store the wait stays one to be recalled, so the next start goes on
                         with it */
    }
    enum saga_error rc =
        core_inbox(core)->next(core_store(core), name, recall->number, arena, &row);
    if (rc == SAGA_NOT_FOUND) {
        end_recall(core, recall);
        return false;
    }
    if (rc != SAGA_OK) {
        core_fail(core, rc);
        return false;
    }
    recall->number = row.number;
    bool concerns = row.saga.size == 0 || span_equal(row.saga, id);
    bool is_taken =
        concerns && deliver_show(core, &row) && deliver_one(core, id, recall->step, &row);
    return !is_taken;
}

bool recalls_may_go_on(const struct core *core, uint32_t *left)
{
    bool may = core->failure == SAGA_OK && !core_is_full(core) && *left > 0;
    *left -= may ? 1 : 0;
    return may;
}

void recalls_run(struct core *core, uint32_t *left)
{
    struct events *events = &core->events;
    while (events->recalls && recalls_may_go_on(core, left)) {
        struct recall *recall = events->recalls;
        if (!recall_one(core, recall)) {
            events->recalls = recall->next;
            events->recalls_end = recall->next ? events->recalls_end : &events->recalls;
            free(recall);
        }
    }
}
