/* definition_steps.h - the steps of a definition: first their keys, then, once the graph and the
 * classes are known, their policies and templates. */
#ifndef LANGUAGE_DEFINITION_STEPS_H
#define LANGUAGE_DEFINITION_STEPS_H

#include "base/span.h"

struct compile;

/* definition_steps.c: distributes the keys of each step into c->drafts; names, actions, inputs'
 * places, compensate in its forms. */
void definition_steps_read(struct compile *c, struct span steps);

/* Policies and templates, once classes are known. */
void definition_steps_finish(struct compile *c);

#endif
