/* fate.h - what becomes of each step when its saga goes back now. */
#ifndef ENGINE_FATE_H
#define ENGINE_FATE_H

struct step;

enum fate {
    FATE_NOTHING,         /* the step has no effect */
    FATE_UNDONE,          /* the step's undo runs */
    FATE_UNDONE_IN_DOUBT, /* the step's undo runs, and nobody knows whether its do had an effect */
    FATE_IRREVOCABLE,     /* an effect stands, or may, and nothing can undo it */
    FATE_KEPT,            /* the step stays as it is, and needs no undo */
};

/* From the step's state alone, by the same rules that backward.c follows. A fan-out has none of its
 * own: its items have. */
enum fate fate_of(const struct step *step);

#endif
