/* batch_items.h - adds an item to one list of a batch: one function for each type of item. */
#ifndef ENGINE_BATCH_ITEMS_H
#define ENGINE_BATCH_ITEMS_H

#include <stdint.h>

#include "engine/effect_kind.h"

struct batch;
struct delivery;
struct effect;
struct facet_row;
struct head;
struct inbox_done;
struct inbox_row;
struct lock_row;
struct name;
struct notice;
struct row;
struct schedule_row;
struct wait_row;

/* Each of these functions adds an item of all zeros to its list, for the caller to fill in; the
 * pointer is valid until the next item is added to the same list. NULL: memory has run out. */
struct row *batch_row(struct batch *batch);
struct head *batch_head(struct batch *batch);
struct name *batch_name(struct batch *batch);
struct lock_row *batch_lock(struct batch *batch);
struct inbox_row *batch_inbox(struct batch *batch);
struct wait_row *batch_wait(struct batch *batch);
struct facet_row *batch_facet(struct batch *batch);
struct notice *batch_notice(struct batch *batch);

/* The same for lists that the core fills, not the engine. The engine makes notices, but only the
 * core knows to whom each is delivered; and the engine neither reads schedules nor records which
 * inbox events have been offered to all sagas. */
struct delivery *batch_delivery(struct batch *batch);
struct schedule_row *batch_schedule(struct batch *batch);
struct inbox_done *batch_inbox_done(struct batch *batch);

/* Adds an effect that belongs to no turn of a saga, such as a refusal, or the verdict on a result
 * that belongs to no known attempt. Returns NULL when memory runs out. */
struct effect *batch_effect(struct batch *batch, enum effect_kind kind, uint64_t ref);

#endif
