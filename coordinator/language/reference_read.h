/* reference_read.h - reads one reference of a template, and says why it is none. */
#ifndef LANGUAGE_REFERENCE_READ_H
#define LANGUAGE_REFERENCE_READ_H

#include "base/span.h"

struct compile;
struct jsonpath_problem;
struct reference;
struct template_view;

/* Notes that `text` is no reference, and why. */
void reference_read_refuse(struct compile *c, struct span text,
                           const struct jsonpath_problem *problem);

/* Reads the reference that `text` begins with (at its dollar), with its fallback if it has one;
 * *size is the length of both. NULL when there is a problem, which is noted, or no memory. */
const struct reference *reference_read(struct compile *c, const struct template_view *view,
                                       struct span text, size_t *size);

#endif
