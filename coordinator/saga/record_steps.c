/* record_steps.c - finds the step that a record names by numbers, and packs lists of steps. */
#include "saga/record_steps.h"

#include "journal/record.h"
#include "saga/fan.h"
#include "saga/saga.h"

struct step *saga_item(const struct saga *saga, uint32_t step, uint32_t item)
{
    if (step >= saga->definition->step_count) {
        return NULL;
    }
    struct step *found = saga_step(saga, step);
    CHECK(found->index == step);
    if (item == 0) {
        return found;
    }
    return found->fan && item <= found->fan->room ? &found->fan->items[item - 1] : NULL;
}

void step_list_put(struct buf *list, const struct step *step)
{
    PRE(step->index < step->saga->step_total);
    const struct step *own = step->container ? step->container : step;
    record_list_put(list, own->index, step->container ? step->item + 1 : 0);
}

struct step *saga_step_of_record(const struct saga *saga, const struct record *record)
{
    PRE(saga->magic == SAGA_MAGIC);
    return (record->fields & 1) ? saga_item(saga, record->step, record->item) : NULL;
}
