/* template_reference.h - reads and checks one reference of a template. */
#ifndef ENGINE_TEMPLATE_REFERENCE_H
#define ENGINE_TEMPLATE_REFERENCE_H

#include "engine/template_compile.h"
#include "engine/template_form.h"

/* Reads the reference that `text` begins with (at its dollar); *size is its length. NULL when there
 * is a problem, which is noted. */
const struct reference *template_reference_read(struct compile *c, const struct template_view *view,
                                                struct span text, size_t *size);
/* Whose value a query of those `parts` begins with: sets all of *reference but `written`, which is
 * given. false: it may not be said here; a problem is noted. */
MUST_CHECK bool template_reference_resolve(struct compile *c, const struct template_view *view,
                                           const struct jsonpath_segment *parts,
                                           struct reference *reference);
/* The longest query that `text`, which holds a good one, begins with. */
struct span template_reference_extent(struct compile *c, struct span text);
/* Notes that `text` is no reference, and why. */
void template_reference_refuse(struct compile *c, struct span text,
                               const struct jsonpath_problem *problem);

#endif
