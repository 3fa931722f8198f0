/* fill.h - computes a value from a template of a step that begins, or fails the step. */
#ifndef ENGINE_FILL_H
#define ENGINE_FILL_H

#include <stdbool.h>

#include "base/span.h"

struct step;
struct template;
struct turn;

/* Computes the template's value for a step that has not begun, in the engine's scratch buffer:
 * valid until the next value is computed there. Returns false when there is none: the step has
 * failed, because a reference finds nothing or the value is too large; or memory ran out
 * (turn->failed). */
bool fill_or_fail(struct turn *turn, struct step *step, const struct template *template,
                  struct span *value);

#endif
