/* results.h - takes the results that participants send, and answers each with a verdict. */
#ifndef ENGINE_RESULTS_H
#define ENGINE_RESULTS_H

struct attempt;
struct result;
struct turn;

/* Takes the result of an attempt, once: writes what the result means for the step, and tells the
 * participant the verdict. If the attempt has had a result before, only the same verdict is told
 * again. */
void result_take(struct turn *turn, struct attempt *attempt, const struct result *result);

/* Called when a do has succeeded after its step was decided otherwise: writes the success as late,
 * so that it is undone. If a person or a commit has settled the step, nothing undoes it, and a
 * person is alerted. */
void result_late(struct turn *turn, struct attempt *attempt, const struct result *result);

#endif
