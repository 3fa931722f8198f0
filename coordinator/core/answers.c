/* answers.c - answers a request with how its saga stands: at once, or when the saga has settled. */
#include "core/answers.h"

#include "core/aside.h"
#include "core/look.h"
#include "core/outputs.h"
#include "core/state.h"
#include "core/waiters.h"
#include "door/request.h"
#include "engine/engine.h"

/* A saga whose start is on its way to the store is not found there, but may be waited for
 * already. */
void answers_give(struct core *core, struct request *request, struct span name)
{
    struct arena arena;
    struct answer answer = {.duplicate = request->duplicate};
    arena_open(&arena, &arena_heap, LIMIT_SAGA_MEMORY);
    answer.error = look_saga(core, name, &answer, &arena);
    bool is_open = answer.error == SAGA_OK
                       ? !state_is_settled(answer.state)
                       : answer.error == SAGA_NOT_FOUND && engine_holds(core->engine, name);
    if (answer.error == SAGA_OK && request->wait_settled && aside_has(core, name)) {
        answer.error =
            SAGA_CONFLICT; /* the saga was set aside: who waits for its end would wait in vain */
        answer.why = ASIDE_WHY;
        is_open = false;
    }
    if (is_open && request->wait_settled && request->wait_ms > 0) {
        waiters_add(core, request, name);
    } else if (answer.error == SAGA_OK && !is_open && request->wants_output) {
        outputs_ask(core, request, &answer);
    } else {
        request->answer(request, &answer);
    }
    arena_close(&arena);
}
