/* fate.h - what becomes of each step when its saga goes back now. */
#ifndef ENGINE_FATE_H
#define ENGINE_FATE_H

struct step;

enum fate {
    FATE_NOTHING,         /* it has no effect */
    FATE_UNDONE,          /* its undo runs */
    FATE_UNDONE_IN_DOUBT, /* its undo runs, and nobody knows whether the do had an effect */
    FATE_IRREVOCABLE,     /* an effect stands, or may, and nothing can undo it */
    FATE_KEPT,            /* it stays as it is, and needs no undo */
};

/* From the step's state alone, by the same rules that backward.c follows. A fan-out has none of its
 * own: its items have. */
enum fate fate_of(const struct step *step);

#endif
