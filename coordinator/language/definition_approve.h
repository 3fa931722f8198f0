/* definition_approve.h - the keys of a step that asks a person: what, whom, and how long. */
#ifndef LANGUAGE_DEFINITION_APPROVE_H
#define LANGUAGE_DEFINITION_APPROVE_H

#include <stdint.h>

struct compile;
struct draft;
struct step_spec;
struct template_view;

/* Reads the map under `approve` into spec->approval; templates stay in the draft. The place is at
 * the step. */
void definition_approve_read(struct compile *c, struct draft *draft, struct step_spec *spec);

/* Compiles the question and what is shown with it, once the graph is known. */
void definition_approve_finish(struct compile *c, uint32_t step, const struct template_view *view);

#endif
