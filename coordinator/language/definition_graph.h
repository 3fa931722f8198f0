/* definition_graph.h - the order of steps: names, needs, cycles, and who comes before whom. */
#ifndef LANGUAGE_DEFINITION_GRAPH_H
#define LANGUAGE_DEFINITION_GRAPH_H

#include "base/span.h"
#include "reading/reading_words.h"

struct compile;

/* The index of the step named so, or -1. */
int32_t definition_graph_find(const struct compile *c, struct span name);

/* The step whose name `name` may be meant for. */
struct nearest definition_graph_nearest(const struct compile *c, struct span name);

/* Does `step` need `other`, directly or through others? Only when c->graph_is_clean. */
bool definition_graph_needs(const struct compile *c, uint32_t step, uint32_t other);

/* Fills names, needs, order and `before` of the compiler; notes unknown names and cycles, and
 * clears c->graph_is_clean for those. Once. */
void definition_graph_build(struct compile *c);

#endif
