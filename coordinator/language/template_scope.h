/* template_scope.h - what the references of a template find in a saga. */
#ifndef LANGUAGE_TEMPLATE_SCOPE_H
#define LANGUAGE_TEMPLATE_SCOPE_H

#include "language/template_form.h"

struct scope;

/* What a reference to one value finds: a value, or a text that is not packed yet; neither when
 * there is nothing. */
struct found template_scope_find(const struct reference *reference, const struct scope *scope);

/* Does a value that is not there count as null: in a compensation, and of a step that was skipped?
 */
bool template_scope_gives_null(const struct reference *reference, const struct scope *scope);

#endif
