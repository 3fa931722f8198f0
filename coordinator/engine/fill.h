/* fill.h - a template of a step that begins is filled in, or the step fails. */
#ifndef ENGINE_FILL_H
#define ENGINE_FILL_H

#include <stdbool.h>

#include "base/span.h"

struct step;
struct template;
struct turn;

/* What the template gives for a step that has not begun, in the engine's scratch: valid until the
 * next value is filled in. false: the step has failed, for a reference finds nothing or the value
 * is too large; or there is no memory (turn->failed). */
bool fill_or_fail(struct turn *turn, struct step *step, const struct template *template,
                  struct span *value);

#endif
