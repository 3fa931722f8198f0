/* results.h - what a participant says of an attempt, and what it is told in return. */
#ifndef ENGINE_RESULTS_H
#define ENGINE_RESULTS_H

struct attempt;
struct result;
struct turn;

/* Takes the result of an attempt, once: writes what it means for the step, and tells the
 * participant the verdict. A result that was taken before gets the same verdict again. */
void result_take(struct turn *turn, struct attempt *attempt, const struct result *result);

/* A do has succeeded after its step was decided otherwise: written as late, and undone, unless a
 * person or a commit has settled the step: then a person is told. */
void result_late(struct turn *turn, struct attempt *attempt, const struct result *result);

#endif
