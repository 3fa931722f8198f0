/* scope.h - sets which values (input, outputs, reasons) the templates of a saga and of its steps
 * can refer to. */
#ifndef ENGINE_SCOPE_H
#define ENGINE_SCOPE_H

#include <stdbool.h>

#include "base/span.h"

struct saga;
struct scope;
struct step;
struct template;
struct turn;

/* Fills the scope for the templates of the saga as a whole, such as its output. The scope borrows
 * from the saga. */
void saga_scope(const struct saga *saga, struct scope *scope);

/* Fills the scope for the templates of the step. undo: for those of its compensation, which also
 * see why the saga goes back, and for which null stands where a value is missing. The scope borrows
 * from the saga. */
void step_scope(const struct step *step, bool undo, struct scope *scope);

/* Computes the template's value in a scope where null stands for missing values, in the engine's
 * scratch buffer: valid until the next value is computed there. Returns false when memory runs out,
 * with turn->failed set. */
bool scope_fill(struct turn *turn, const struct scope *scope, const struct template *template,
                struct span *value);

#endif
