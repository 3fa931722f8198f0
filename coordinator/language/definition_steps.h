/* definition_steps.h - the steps of a definition: first their keys, then, once the graph and the
 * classes are known, their policies and templates. */
#ifndef LANGUAGE_DEFINITION_STEPS_H
#define LANGUAGE_DEFINITION_STEPS_H

#include "base/span.h"

struct compile;

/* Makes c->drafts and c->steps of the list, and reads into them all that needs no other step:
 * names, actions, compensations, costs. Once. */
void definition_steps_read(struct compile *c, struct span steps);

/* Adds policies, conditions and templates, once the graph and the classes are known. */
void definition_steps_finish(struct compile *c);

#endif
