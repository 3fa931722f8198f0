/* claims.h - concurrency keys: who holds which, and who waits in which order.
 *
 * A key is a definition's name and a value that the start's input gives. At most `limit` sagas hold
 * it; the others wait, in the order of the journal. One saga never changes another: when a holder
 * ends, the one whose turn it is becomes an effect of that, and is admitted by an event of its own
 * once that is durable. What is here is the sum of the sagas' records, and of the store's rows for
 * those that are out of memory; so after a crash who may go on is told again.
 *
 *   held until   completed, compensated or terminated; a parked saga keeps it
 *   a person's   reversal of a completed saga waits anew; a late second undo does not
 *   a child      of a saga that has a key shares that one, and takes none: so nobody waits for a
 *                key while he holds one, and no two can wait for each other */
#ifndef ENGINE_CLAIMS_H
#define ENGINE_CLAIMS_H

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

/* Fills in the key of a start, into the batch's memory; empty when its definition has none, or it
 * shares its parent's. SAGA_INVALID, SAGA_CONFLICT (held, and not to be waited for),
 * SAGA_OVERLOADED with *why, a literal; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error claims_fill(struct engine *engine, const struct start_request *start,
                                       struct batch *batch, struct span *key, const char **why);
/* The start's record says which key it is, and whether it has it already. */
void claims_begin(struct turn *turn, const struct start_request *start, struct record *record);
/* May the saga's steps start? Asks for the key, if that has not been done yet. */
bool claims_allow(struct turn *turn);
/* May a person not turn the completed saga back now, for its key is held by others? Why. */
const char *claims_refuse(const struct turn *turn);
/* Turns a completed saga back with this record, now or when its key is free. */
void claims_reverse(struct turn *turn, struct record *record);
/* After the undo of a late effect: the reversal that waited before it still does, in its place. */
void claims_wait_on(struct turn *turn);
/* At the end of a turn: what has changed goes into the table and the batch, and who may go on is
 * told. false = no memory. */
MUST_CHECK bool claims_note(struct turn *turn);
/* A start that failed leaves nothing. */
void claims_forget(struct engine *engine, const struct saga *saga);
/* A saga that was loaded: what its records say of its key. */
MUST_CHECK enum saga_error claims_learn(struct engine *engine, const struct saga *saga);
/* May another saga have the key? */
bool claims_have_room(const struct engine *engine, const struct definition *definition,
                      struct span text, uint64_t saga);

/* Records that the saga has its key now. */
void claims_emit_admitted(struct turn *turn);

#endif
