/* due.h - when a saga has something to do next, from all that its state waits for. */
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

/* Has the saga's start_at not come yet, or has no step noticed yet that it has come? */
bool saga_waits_for_start(const struct saga *saga);

/* When the saga has something to do next, on each of the two clocks. */
struct dues saga_next_due(const struct engine *engine, const struct saga *saga);

/* When the open attempt runs out of a time-out or loses its participant, and which time-out that
 * is (a literal); INT64_MAX: never. */
int64_t due_attempt_ms(const struct engine *engine, const struct attempt *attempt,
                       const char **what);

/* When the call runs out of its schedule_to_close; INT64_MAX: never. */
int64_t due_close_ms(const struct call *call);

/* When a `later` without a time limit has been waited for long enough; INT64_MAX: never. */
int64_t due_finish_ms(const struct step *step);

/* When the undo counts as stuck; INT64_MAX: never. */
int64_t due_stuck_ms(const struct step *step);

/* Could the undo leave, were there not an attempt of its do that has answered `later`? */
bool due_undo_is_barred(const struct step *step);

#endif
