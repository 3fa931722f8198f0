/* open_request.c - the public names of the states of a step, as the client of an open saga is told.
 */
#include "engine/open_request.h"

#include "base/check.h"

static const char *const state_names[] = {
    [OPEN_STATE_NONE] = NULL,   [OPEN_STATE_NEW] = "new",       [OPEN_STATE_OPEN] = "open",
    [OPEN_STATE_DONE] = "done", [OPEN_STATE_FAILED] = "failed", [OPEN_STATE_STALE] = "stale",
};

const char *open_state_name(enum open_state state)
{
    PRE((unsigned)state < ARRAY_COUNT(state_names));
    return state_names[state];
}
