/* locks.h - concurrency keys: a saga's key, whether the saga may have it, and what of that is
 * written.
 *
 * A key is a definition's name and a value that the start's input gives. At most `limit` sagas hold
 * a key; the others wait, in the order of the journal. One saga never changes another: when a
 * holder ends, an effect names the saga that comes next, and an event of its own gives that saga
 * the key once the end is durable. The table (lock_table.h) is the sum of the sagas' records, and
 * of the store's rows for sagas that are out of memory; so after a crash the sagas that may go on
 * are told again.
 *
 *   held until   completed, compensated or terminated; a parked saga keeps its key
 *   a person's   reversal of a completed saga waits anew; a late second undo does not
 *   a child      of a saga that has a key shares that key, and takes none of its own: so nobody
 * waits for a key while holding one, and no two can wait for each other */
#ifndef ENGINE_LOCKS_H
#define ENGINE_LOCKS_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct batch;
struct definition;
struct engine;
struct record;
struct saga;
struct start_request;
struct turn;

/* Fills in the key of a start, in the batch's memory; empty when the definition has none, or the
 * saga shares its parent's. SAGA_INVALID, SAGA_CONFLICT (held, and not to be waited for),
 * SAGA_OVERLOADED with *why, a literal; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error locks_fill(struct engine *engine, const struct start_request *start,
                                      struct batch *batch, struct span *key, const char **why);
/* Writes into the start's record which key the saga has, and whether the saga holds it at once. */
void locks_begin(struct turn *turn, const struct start_request *start, struct record *record);
/* May the saga's steps start? Writes that the saga holds its key, or waits for it, if that has
 * not been written yet. */
bool locks_allow(struct turn *turn);
/* Why a person may not reverse the completed saga now: its reversal waits already, or others
 * hold its key and it is not to be waited for. A literal; NULL = the person may. */
const char *locks_refuse(const struct turn *turn);
/* A completed saga goes back with this record, now or when its key is free. */
void locks_reverse(struct turn *turn, struct record *record);
/* A completed saga whose reversal waited has undone a late effect meanwhile: the reversal waits
 * on, in the same place. */
void locks_wait_on(struct turn *turn);
/* At the end of a turn: what has changed of the saga's key goes into the table and the batch,
 * and the sagas that may go on are told. false = no memory. */
MUST_CHECK bool locks_note(struct turn *turn);
/* A start that has failed leaves nothing in the table. */
void locks_forget(struct engine *engine, const struct saga *saga);
/* A saga that was loaded is in the table as its records say. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error locks_learn(struct engine *engine, const struct saga *saga);
/* Is the key with this text free for the saga (0: a new one), with nobody before it? */
bool locks_have_room(const struct engine *engine, const struct definition *definition,
                     struct span text, uint64_t saga);

/* Writes that the saga holds its key from now on. */
void locks_emit_held(struct turn *turn);

#endif
