/* recalled.c - remembers which steps have been offered the events that came before their waits,
 * until the store knows that durably. */
#include "core/recalled.h"

#include <stdlib.h>

#include "core/state.h"
#include "store/inbox.h"

void recalled_forget(struct core *core, struct events_work *work)
{
    while (work->recalled) {
        struct recalled *gone = work->recalled;
        work->recalled = gone->next;
        if (map_get(&core->events.recalled, span_of(gone->key, sizeof(gone->key))) == gone) {
            (void)map_drop(&core->events.recalled, span_of(gone->key, sizeof(gone->key)));
        }
        free(gone);
    }
}

bool recalled_is(const struct core *core, const struct store_wait *wait)
{
    uint64_t key[2] = {wait->saga, wait->step};
    return wait->is_recalled || map_get(&core->events.recalled, span_of(key, sizeof(key))) != NULL;
}
