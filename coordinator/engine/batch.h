/* batch.h - the lists of a batch: rows to make durable, effects to let go. */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "base/check.h"
#include "engine/event.h"

struct arena_source;
struct batch;
struct saga;

void batch_open(struct batch *batch, const struct arena_source *memory);

void batch_clear(struct batch *batch);

void batch_close(struct batch *batch);

struct row *batch_row(struct batch *batch);

struct head *batch_head(struct batch *batch);

struct name *batch_name(struct batch *batch);

struct notice *batch_notice(struct batch *batch);

/* One more delivery, to be filled in; NULL = no memory. The engine makes notices and no deliveries:
 * who is told is for the loop to say. */
struct delivery *batch_delivery(struct batch *batch);

/* How far a schedule has been dealt with, to be filled in; NULL = no memory. */
struct schedule_row *batch_schedule(struct batch *batch);

struct claim_row *batch_claim(struct batch *batch);

struct inbox_row *batch_inbox(struct batch *batch);

/* Rows of the inbox, for whoever offers its events. NULL: no memory. Fill them in. */
struct inbox_done *batch_inbox_done(struct batch *batch);

struct wait_row *batch_wait(struct batch *batch);

/* An effect outside a turn (a refusal, a verdict on something unknown). */
struct effect *batch_effect(struct batch *batch, enum effect_kind kind, uint64_t ref);

/* The answer to the request `ref`: why (a literal, or the batch's memory; NULL = the error's own
 * sentence), and the saga as it is now (NULL = none is concerned). false = no memory. */
MUST_CHECK bool batch_reply(struct batch *batch, uint64_t ref, enum saga_error error,
                            const char *why, const struct saga *saga);

/* The saga's head as it is now. false = no memory. */
MUST_CHECK bool batch_put_head(struct batch *batch, const struct saga *saga, bool is_new);

#endif
