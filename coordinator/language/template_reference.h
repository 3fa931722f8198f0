/* template_reference.h - reads and checks one reference of a template. */
#ifndef LANGUAGE_TEMPLATE_REFERENCE_H
#define LANGUAGE_TEMPLATE_REFERENCE_H

#include "base/check.h"
#include "base/span.h"

struct compile;
struct jsonpath_segment;
struct reference;
struct template_view;

/* Finds out whose value a query of those `parts` begins with: sets all of *reference but `written`,
 * which is given. false: the query names nothing, or what may not be named here; a problem is
 * noted. */
MUST_CHECK bool template_reference_resolve(struct compile *c, const struct template_view *view,
                                           const struct jsonpath_segment *parts,
                                           struct reference *reference);
/* Can a reference begin with "$." and this name? */
bool template_reference_is_root(struct span name);
/* The longest query that `text`, which holds a good one, begins with. */
struct span template_reference_extent(struct compile *c, struct span text);

#endif
