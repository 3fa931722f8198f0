/* input.h - what a step's do is asked with. */
#ifndef ENGINE_INPUT_H
#define ENGINE_INPUT_H

#include <stdbool.h>

#include "base/span.h"

struct call;
struct step;
struct turn;

/* The input of a step that begins: what a person gave for the step, else its template filled in,
 * in the engine's scratch; empty: the step has none. false: the step is not to be asked: it has
 * failed, by its budget or because a reference finds nothing, or there is no memory
 * (turn->failed). */
bool input_fill(struct turn *turn, struct step *step, struct span *input);

/* The input of a retry of the do: as it was, or as a person edited it. */
struct span input_again(const struct call *call);

#endif
