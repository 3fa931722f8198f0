/* state.c - notes the failure of the core, which stops all its parts. */
#include "core/state.h"

#include "base/log.h"

void core_fail(struct core *core, enum saga_error error)
{
    if (core->failure == SAGA_OK) {
        core->failure = error;
        log_line(LOG_ERROR, "core_failed", "error", error_code(error), "what",
                 error_sentence(error), NULL);
    }
}
