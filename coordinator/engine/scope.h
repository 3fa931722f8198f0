/* scope.h - what the templates of a saga and of its steps see. */
#ifndef ENGINE_SCOPE_H
#define ENGINE_SCOPE_H

#include <stdbool.h>

#include "base/span.h"

struct saga;
struct scope;
struct step;
struct template;
struct turn;

/* What the saga's own templates see: its output, and what is shown of it. Borrows from the saga. */
void saga_scope(const struct saga *saga, struct scope *scope);

/* What the templates of the step see; undo: those of its compensation, which see why the saga goes
 * back, and for which null stands where something is missing. Borrows from the saga. */
void step_scope(const struct step *step, bool undo, struct scope *scope);

/* What the template gives in a scope where null stands for what is missing, in the engine's
 * scratch: valid until the next value is filled in. false: no memory (turn->failed). */
bool scope_fill(struct turn *turn, const struct scope *scope, const struct template *template,
                struct span *value);

#endif
