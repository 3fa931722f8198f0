/* fail.h - fails a step that has not begun. */
#ifndef ENGINE_FAIL_H
#define ENGINE_FAIL_H

#include "base/span.h"

struct step;
struct turn;

/* Fails a step that has not begun, because a template of its definition gives no value, or the saga
 * has no room for it; code: a literal, message: copied. */
void step_fail(struct turn *turn, struct step *step, const char *code, struct span message);

#endif
