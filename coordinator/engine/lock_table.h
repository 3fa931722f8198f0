/* lock_table.h - the table of concurrency keys: who holds which, and who waits in which order. */
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
    struct map keys;  /* digest -> struct lock_key */
    struct map sagas; /* internal id -> struct lock */
};

/* An empty table; its memory comes from the engine's source, and is given back by locks_close().
 */
void locks_open(struct locks *locks);
void locks_close(struct engine *engine);

/* The saga of this name holds its key from now on, or waits for it, as the row says; the name is
 * copied. false = no memory. */
MUST_CHECK bool lock_table_set(struct engine *engine, const struct lock_row *row, struct span name);

/* The saga neither holds a key nor waits for one any more. */
void lock_table_end(struct engine *engine, uint64_t saga);

/* The saga cannot be read: if it waits for its key, those behind it do not wait for it any more,
 * and are told as by lock_table_invite(). One that holds its key keeps it. false = no memory. */
MUST_CHECK bool lock_table_pass_over(struct engine *engine, uint64_t saga, struct batch *batch);

/* Does the saga hold a key, or wait for one? */
bool lock_table_has(const struct engine *engine, uint64_t saga);

/* Is there a free place under the key's digest, and does nobody wait who comes before the saga? */
bool lock_table_has_room(const struct engine *engine, const uint8_t *digest, uint32_t limit,
                         uint64_t saga);

/* Tells those that wait for the key and may have it now, by an effect for each. false = no memory.
 */
MUST_CHECK bool lock_table_invite(const struct engine *engine, struct batch *batch,
                                  const uint8_t *digest);

/* EVENT_SERVING: who may go on is told again, of all keys. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error locks_serve(struct engine *engine, struct batch *batch);

#endif
