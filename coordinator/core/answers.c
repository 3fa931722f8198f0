/* answers.c - what a request is answered when its saga is looked at: now, or when it has settled.
 */
#include "core/answers.h"

#include "core/aside.h"
#include "core/look.h"
#include "core/state.h"
#include "core/waiters.h"
#include "door/request.h"
#include "engine/engine.h"

/* Answers with what is durable now, or waits when that is wanted and not yet so. A saga whose start
 * is on its way to the store may be waited for already. */
void answers_give(struct core *core, struct request *request, struct span name)
{
    struct arena arena;
    struct answer answer = {.duplicate = request->duplicate};
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    answer.error = look_saga(core, name, &answer, &arena);
    bool is_open = answer.error == SAGA_OK
                       ? !state_is_settled(answer.state)
                       : answer.error == SAGA_NOT_FOUND && engine_holds(core->engine, name);
    if (answer.error == SAGA_STORE_CORRUPT && answer.saga.size > 0) {
        /* That it was started is known; whoever waits for its end would wait in vain. */
        answer.error = request->wait_settled ? SAGA_CONFLICT : SAGA_OK;
        answer.why = request->wait_settled ? ASIDE_WHY : NULL;
    }
    if (is_open && request->wait_settled && request->wait_ms > 0) {
        waiters_add(core, request, name);
    } else {
        /* Only those that waited for the end of the saga hear its output, whether the saga is still
         * in memory or not. */
        answer.output = request->wait_settled ? answer.output : (struct span){NULL, 0};
        request->answer(request, &answer);
    }
    arena_close(&arena);
}
