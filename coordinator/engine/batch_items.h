/* batch_items.h - one more item of a list of a batch, by the type of the item. */
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

/* Each of these: one more item of a list, all zeros, for the caller to fill in; valid until the
 * next one of its list. NULL = no memory. */
struct row *batch_row(struct batch *batch);
struct head *batch_head(struct batch *batch);
struct name *batch_name(struct batch *batch);
struct lock_row *batch_lock(struct batch *batch);
struct inbox_row *batch_inbox(struct batch *batch);
struct wait_row *batch_wait(struct batch *batch);
struct facet_row *batch_facet(struct batch *batch);
struct notice *batch_notice(struct batch *batch);

/* The same, for the core: the engine makes notices and no deliveries, for only the core knows who
 * is told; and it neither looks at schedules nor at who was offered an event of the inbox. */
struct delivery *batch_delivery(struct batch *batch);
struct schedule_row *batch_schedule(struct batch *batch);
struct inbox_done *batch_inbox_done(struct batch *batch);

/* An effect outside a turn, such as a refusal, or a verdict on something unknown; NULL = no
 * memory. */
struct effect *batch_effect(struct batch *batch, enum effect_kind kind, uint64_t ref);

#endif
