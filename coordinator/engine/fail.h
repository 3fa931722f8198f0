/* fail.h - ending a step that has not begun. */
#ifndef ENGINE_FAIL_H
#define ENGINE_FAIL_H

#include "base/span.h"

struct step;
struct turn;

/* Fails a step that has not begun, because something in its definition gives no value, or there
 * is no room: with this code (a literal) and message (copied). */
void step_fail(struct turn *turn, struct step *step, const char *code, struct span message);

#endif
