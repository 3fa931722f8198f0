/* batch.h - the lists of a batch: rows to make durable, effects to let go. The lists belong to
 * the batch, what their items refer to belongs to its arena or to sagas. */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "base/check.h"
#include "engine/event.h"

struct arena_source;
struct batch;
struct saga;

/* An empty batch; its memory comes from `memory`, and is given back by batch_close(). */
void batch_open(struct batch *batch, const struct arena_source *memory);

/* Empties the batch after its release, and keeps memory for the next one. */
void batch_clear(struct batch *batch);

/* Gives all memory back; a batch of zeros is closed already. */
void batch_close(struct batch *batch);

/* Each of these: one more item of a list, all zeros, for the caller to fill in; valid until the
 * next one of its list. NULL = no memory. */
struct row *batch_row(struct batch *batch);
struct head *batch_head(struct batch *batch);
struct name *batch_name(struct batch *batch);
struct lock_row *batch_lock(struct batch *batch);
struct inbox_row *batch_inbox(struct batch *batch);
struct wait_row *batch_wait(struct batch *batch);
struct notice *batch_notice(struct batch *batch);

/* The same, for the core: the engine makes notices and no deliveries, for only the core knows who
 * is told; and it neither looks at schedules nor at who was offered an event of the inbox. */
struct delivery *batch_delivery(struct batch *batch);
struct schedule_row *batch_schedule(struct batch *batch);
struct inbox_done *batch_inbox_done(struct batch *batch);

/* An effect outside a turn, such as a refusal, or a verdict on something unknown; NULL = no
 * memory. */
struct effect *batch_effect(struct batch *batch, enum effect_kind kind, uint64_t ref);

/* The answer to the request `ref`: why (a literal, or the batch's memory; NULL = the error's own
 * sentence), and the saga as it is now (NULL = none is concerned). false = no memory. */
MUST_CHECK bool batch_reply(struct batch *batch, uint64_t ref, enum saga_error error,
                            const char *why, const struct saga *saga);

/* Adds the saga's head as it is now. false = no memory. */
MUST_CHECK bool batch_put_head(struct batch *batch, const struct saga *saga, bool is_new);

#endif
