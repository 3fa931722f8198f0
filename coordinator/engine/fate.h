/* fate.h - what would become of each step if its saga went back now. */
#ifndef ENGINE_FATE_H
#define ENGINE_FATE_H

struct step;

enum fate {
    FATE_NOTHING,         /* nothing is done: the step had no effect */
    FATE_UNDONE,          /* the step's undo runs */
    FATE_UNDONE_IN_DOUBT, /* the step's undo runs, and nobody knows whether its do had an effect */
    /* the step has or may have an effect, and the definition has no undo for it */
    FATE_IRREVOCABLE,
    FATE_KEPT, /* the step stays as it is, and needs no undo */
};

/* The fate of the step, from its state alone, by the rules that backward.c follows. A fan-out as a
 * whole has FATE_NOTHING, for each of its items has a fate. */
enum fate fate_of(const struct step *step);

#endif
