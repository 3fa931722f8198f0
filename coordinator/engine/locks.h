/* locks.h - concurrency keys: which key a saga has, whether the saga may hold it now, and the
 * records and rows that say so.
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

/* Works out the concurrency key of a saga that is to start, as text in the batch's memory; empty
 * when the definition has none, or the saga shares its parent's. Errors, with *why (a literal):
 * SAGA_INVALID; SAGA_CONFLICT (others hold the key, and the definition says not to wait);
 * SAGA_OVERLOADED; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error locks_fill(struct engine *engine, const struct start_request *start,
                                      struct batch *batch, struct span *key, const char **why);
/* Writes into the record of the saga's start which key the saga has, and whether the saga holds
 * that key at once. */
void locks_begin(struct turn *turn, const struct start_request *start, struct record *record);
/* May the saga's steps start, as far as its concurrency key goes? If no record says yet whether the
 * saga holds its key or waits for it, writes one. */
bool locks_allow(struct turn *turn);
/* Why a person may not reverse the completed saga now: its reversal waits for the key already, or
 * others hold its key and the definition says not to wait. A literal; NULL = the person may. */
const char *locks_refuse(const struct turn *turn);
/* Sends a completed saga back with this record: now if its concurrency key is free, else once it
 * is. */
void locks_reverse(struct turn *turn, struct record *record);
/* Called when a completed saga, whose reversal waited for the concurrency key, has undone a late
 * effect and is completed again: writes that the reversal still waits, in the same place of the
 * queue. */
void locks_wait_on(struct turn *turn);
/* Called at the end of a turn: puts what has changed of the saga's key into the table and the
 * batch, and tells the sagas that may have the key now. Returns false when memory runs out. */
MUST_CHECK bool locks_note(struct turn *turn);
/* Takes a saga whose start has failed out of the table of keys. */
void locks_forget(struct engine *engine, const struct saga *saga);
/* Puts a saga that was just loaded into the table of keys, as its records say. Errors:
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error locks_learn(struct engine *engine, const struct saga *saga);
/* May this saga (0: one that is to start) have the key with this text now: the key is free, and no
 * other saga is before it in the queue? */
bool locks_have_room(const struct engine *engine, const struct definition *definition,
                     struct span text, uint64_t saga);

/* Writes that the saga holds its key from now on. */
void locks_emit_held(struct turn *turn);

#endif
