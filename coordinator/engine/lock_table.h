/* lock_table.h - the table of concurrency keys: which sagas hold each key, and which wait for it,
 * in which order. */
#ifndef ENGINE_LOCK_TABLE_H
#define ENGINE_LOCK_TABLE_H

#include "base/check.h"
#include "base/error.h"
#include "base/map.h"
#include "base/span.h"

struct batch;
struct lock_row;
struct engine;

struct locks {
    struct map keys;  /* digest of a concurrency key -> struct lock_key */
    struct map sagas; /* internal id of a saga -> struct lock */
};

/* Makes an empty table; its memory comes from the engine's source, and locks_close() gives that
 * back. */
void locks_open(struct locks *locks);
void locks_close(struct engine *engine);

/* Notes that the saga `name` (copied) holds its key or waits for it, as the row says. Returns false
 * when memory runs out. */
MUST_CHECK bool lock_table_set(struct engine *engine, const struct lock_row *row, struct span name);

/* Takes the saga out of the table: it neither holds a key nor waits for one any more. */
void lock_table_end(struct engine *engine, uint64_t saga);

/* For a saga that cannot be read: if it waits for a key, its turn never comes, and the sagas behind
 * it that may have the key now are told as by lock_table_invite(). If it holds the key, it keeps
 * it. Returns false when memory runs out. */
MUST_CHECK bool lock_table_pass_over(struct engine *engine, uint64_t saga, struct batch *batch);

/* Does the saga hold a key, or wait for one? */
bool lock_table_has(const struct engine *engine, uint64_t saga);

/* May the saga have the key of this digest now: do fewer than `limit` sagas hold the key, and is no
 * other saga before it in the queue? */
bool lock_table_has_room(const struct engine *engine, const uint8_t *digest, uint32_t limit,
                         uint64_t saga);

/* Adds an effect for each saga that waits for the key and may have it now. Returns false when
 * memory runs out. */
MUST_CHECK bool lock_table_invite(const struct engine *engine, struct batch *batch,
                                  const uint8_t *digest);

/* EVENT_SERVING, after a restart: tells for every key again which waiting sagas may have it, for
 * what was told before is lost. Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error locks_serve(struct engine *engine, struct batch *batch);

#endif
