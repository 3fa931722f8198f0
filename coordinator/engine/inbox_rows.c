/* inbox_rows.c - rows of the store for events of the inbox, and for which step waits for which
 * event. */
#include "engine/inbox_rows.h"

#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "saga/saga.h"

struct wait_row *inbox_rows_add_wait(struct turn *turn, enum wait_change change, struct span name)
{
    PRE(name.size > 0);
    bool ok = true;
    struct wait_row *row = turn->failed ? NULL : batch_wait(turn->batch);
    struct span kept = row ? arena_copy(&turn->batch->arena, name, &ok) : name;
    if (!row || !ok) {
        turn->failed = true;
        return NULL;
    }
    *row = (struct wait_row){.change = change, .saga = turn->saga->id, .name = kept};
    return row;
}

bool inbox_rows_add(struct engine *engine, struct batch *batch, const struct inbox_row *event)
{
    PRE(event->name.size > 0);
    bool ok = true;
    struct inbox_row own = *event;
    struct span *const texts[] = {&own.name, &own.source, &own.id,
                                  &own.saga, &own.cause,  &own.data};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        *texts[i] = arena_copy(&batch->arena, *texts[i], &ok);
    }
    struct inbox_row *row = ok ? batch_inbox(batch) : NULL;
    if (!row) {
        return false;
    }
    own.number = ++engine->inbox_last;
    *row = own;
    batch->size += own.data.size;
    return true;
}

void inbox_rows_forget(struct turn *turn, const struct step *step)
{
    PRE(step_kind_facts(step->spec->kind)->takes_event);
    struct wait_row *row = inbox_rows_add_wait(turn, WAIT_ENDED, step->spec->event);
    if (row) {
        row->step = step->index;
    }
}

uint64_t inbox_rows_mark(const struct step *step)
{
    PRE(step->event_mark >= 0);
    int64_t of_saga = step->saga->event_mark;
    return (uint64_t)(step->event_mark > of_saga ? step->event_mark : of_saga);
}
