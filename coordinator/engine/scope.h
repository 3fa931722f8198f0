/* scope.h - what the templates of a saga and of its steps see. */
#ifndef ENGINE_SCOPE_H
#define ENGINE_SCOPE_H

#include <stdbool.h>

struct saga;
struct scope;
struct step;

void saga_scope(const struct saga *saga, struct scope *scope);

/* What the templates of the step see, or (saga_scope) those of the saga. */
void step_scope(const struct step *step, bool undo, struct scope *scope);

#endif
