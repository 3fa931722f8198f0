/* due.h - when a saga has something to do next, from all that its state waits for. */
#ifndef ENGINE_DUE_H
#define ENGINE_DUE_H

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct call;
struct engine;
struct saga;
struct step;

/* Its start_at has not come yet (or the sagas's steps have not noticed it yet). */
bool saga_waits_for_start(const struct saga *saga);

int64_t saga_next_due(const struct engine *engine, const struct saga *saga);

/* When the open attempt runs out of something, and of what (a literal). */
int64_t due_attempt_ms(const struct engine *engine, const struct attempt *attempt,
                       const char **what);

/* When the call runs out of its schedule_to_close; INT64_MAX: never. */
int64_t due_close_ms(const struct call *call);

/* When a `later` without an end has been waited for long enough; INT64_MAX: never. */
int64_t due_finish_ms(const struct step *step);

/* When the undo counts as stuck; INT64_MAX: never. */
int64_t due_stuck_ms(const struct step *step);

/* The undo could leave, were there not an attempt of its do that answered `later`. */
bool due_undo_is_barred(const struct step *step);

#endif
