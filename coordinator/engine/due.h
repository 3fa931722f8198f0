/* due.h - works out the time at which a saga in memory must be looked at again, from all that its
 * state waits for. */
#ifndef ENGINE_DUE_H
#define ENGINE_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/moment.h"

struct attempt;
struct call;
struct engine;
struct saga;
struct step;

/* Is the saga still to begin at its start_at: no step has begun, the saga goes forward, and a
 * start_at was given? */
bool saga_waits_for_start(const struct saga *saga);

/* The next time at which something in the saga is due, on each of the two clocks (running time, and
 * the host's time of day). */
struct dues saga_next_due(const struct engine *engine, const struct saga *saga);

/* The running time at which the open attempt runs out of a time-out or its participant counts as
 * lost, and the name of that time-out in *what (a literal). INT64_MAX: never. */
int64_t due_attempt_ms(const struct engine *engine, const struct attempt *attempt,
                       const char **what);

/* The running time at which the call's schedule_to_close is over, for all attempts together;
 * INT64_MAX: never. */
int64_t due_close_ms(const struct call *call);

/* The running time at which the engine stops waiting for the finish of a do that was answered
 * `later` and has no time limit; INT64_MAX: never. */
int64_t due_finish_ms(const struct step *step);

/* The running time at which the step's undo has failed for so long that it counts as stuck;
 * INT64_MAX: never. */
int64_t due_stuck_ms(const struct step *step);

/* Is the step's undo held up only because an attempt of its do has answered `later` and may still
 * act? */
bool due_undo_is_barred(const struct step *step);

#endif
