/* engine.h - the heart: events in, rows and effects out.
 *
 * The contract in one sentence: the same events in the same order give the same rows and the same
 * effects, byte for byte. The engine does no I/O, reads no clock (time comes with the event), draws
 * no randomness (entropy comes with the event; jitter is seeded), and knows nothing of ZeroMQ, SQL
 * or HTTP. It returns effects and never calls anybody: the loop makes the rows durable and only
 * then lets the effects go. That makes group commit, recovery and simulation one and the same code.
 *
 * Recovery is engine_load() of every saga that is neither final nor asleep, which folds its rows
 * with effects muted, and then EVENT_SERVING. Sagas that are final, and those that only wait, leave
 * memory when their last batch has been released; an event about such a saga needs the saga loaded
 * again (engine_lacks()), and so does the time until which it sleeps (engine_next_sleeper()). See
 * leave.c.
 *
 * A step that fails with SAGA_NO_MEMORY leaves the engine unusable, except for EVENT_START,
 * which then answers `overloaded` and changes nothing: stop, restart, replay. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/check.h"
#include "base/error.h"
#include "journal/row.h"

struct batch;
struct engine;
struct engine_options;
struct event;

/* Makes an engine without sagas: *engine is set on SAGA_OK. Errors: SAGA_NO_MEMORY.
 * engine_destroy() gives all its memory back and sets the caller's pointer to NULL. */
MUST_CHECK enum saga_error engine_new(const struct engine_options *options, struct engine **engine);
void engine_destroy(struct engine **engine);

/* Decides what the event means; appends rows and effects to the batch. SAGA_OK also for requests
 * that are refused: the refusal is an effect. SAGA_NO_MEMORY: see above. */
MUST_CHECK enum saga_error engine_step(struct engine *engine, const struct event *event,
                                       struct batch *batch);

/* Does the event need a saga that is not in memory? Then *name is that saga's external id; the loop
 * looks the saga up in the store (by its names first, if the event is a start), calls engine_load()
 * if the store has the saga, and calls engine_step() with the event in any case. */
bool engine_lacks(const struct engine *engine, const struct event *event, struct span *name);

/* Called while the store is read, before any engine_load(), once for each saga that holds a
 * concurrency key or waits for one, in the order of their places in the queue. Errors:
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_lock(struct engine *engine, const struct lock_row *row,
                                       struct span name);

/* Is the saga of this external id in memory? */
bool engine_holds(const struct engine *engine, struct span name);

/* Is the attempt of this token in memory? */
bool engine_holds_token(const struct engine *engine, const uint8_t token[TOKEN_SIZE]);

/* The running time at which the next EVENT_TIME must be stepped, if the host's clock is
 * host_lead_ms ahead of running time; INT64_MAX when no saga has a timer. */
int64_t engine_next_due(const struct engine *engine, int64_t host_lead_ms);

/* The greatest number that was ever given to an event of the inbox. */
uint64_t engine_inbox_last(const struct engine *engine);

/* How many sagas are in memory. */
uint32_t engine_count(const struct engine *engine);

#endif
