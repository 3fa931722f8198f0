/* fold_check.h - what the answer about a do or an undo leaves of its check, and that of the check
 * of the undo. */
#ifndef SAGA_FOLD_CHECK_H
#define SAGA_FOLD_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct call;
struct step;

/* Nobody waits for what its check says of the do, or the undo, any more. */
void fold_close_check(const struct call *asked);

/* An undo whose doubt may have ended: was it only its key's age that kept it from being sent
 * again? Else a spent one has no attempt left, and parks. */
void fold_end_undo_doubt(struct call *undo, int64_t at_ms);

/* It has succeeded, by its own word or by its check's. */
MUST_CHECK bool fold_undo_ok(struct step *step, int64_t at_ms);

#endif
