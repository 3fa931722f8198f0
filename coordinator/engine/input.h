/* input.h - works out the input that a step's do is sent with. */
#ifndef ENGINE_INPUT_H
#define ENGINE_INPUT_H

#include <stdbool.h>

#include "base/span.h"

struct call;
struct step;
struct turn;

/* The input for the do of a step that begins: what a person gave with a retry, else the step's
 * template filled in, in the engine's scratch buffer; empty: the definition has no template for it.
 * Returns false when the do must not be sent: the step has failed, by its budget or because a
 * reference finds nothing, or memory ran out (turn->failed). */
bool input_fill(struct turn *turn, struct step *step, struct span *input);

/* The input for another attempt of the do: the same as before, or what a person gave instead. */
struct span input_again(const struct call *call);

#endif
