/* fail.h - ending a step that has not begun. */
#ifndef ENGINE_FAIL_H
#define ENGINE_FAIL_H

#include "base/span.h"

struct step;
struct turn;

/* Ends a step that has not begun, for something in its definition gives no value. */
void step_fail(struct turn *turn, struct step *step, const char *code, struct span message);

#endif
