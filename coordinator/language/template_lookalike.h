/* template_lookalike.h - finds what its author may have taken for a reference, and is none. */
#ifndef LANGUAGE_TEMPLATE_LOOKALIKE_H
#define LANGUAGE_TEMPLATE_LOOKALIKE_H

#include "base/span.h"

struct compile;

/* Notes a warning when a text of a template, which is not a reference as a whole, holds something
 * that looks like one and stays text: "$input.x", "Hi $.input.name", "{{ input.x }}". The place is
 * at the text. */
void template_lookalike_warn(struct compile *c, struct span text);

#endif
