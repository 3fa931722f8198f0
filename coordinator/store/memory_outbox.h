/* memory_outbox.h - the outbox of the memory store: deliveries in an array, by ascending id. */
#ifndef STORE_MEMORY_OUTBOX_H
#define STORE_MEMORY_OUTBOX_H

#include "store/store.h"

struct memory_outbox {
    struct store_delivery *deliveries; /* owned; their bytes are in the store's arena */
    /* Owned; their bytes are in the store's arena; in the order of their names. */
    struct hook_row *hooks;
    size_t delivery_count;
    size_t delivery_capacity;
    size_t hook_count;
    size_t hook_capacity;
    uint64_t last_id;
};

void memory_outbox_close(struct memory_outbox *outbox);
/* Makes room for the deliveries and webhooks of the batch, so that memory_outbox_commit() can fail
 * only because the arena has no memory. */
MUST_CHECK enum saga_error memory_outbox_reserve(struct memory_outbox *outbox,
                                                 const struct rows *rows);
/* Applies the deliveries and webhooks of the batch. *ok becomes false when the arena has no more
 * memory, else stays as it is. */
void memory_outbox_commit(struct memory_outbox *outbox, const struct rows *rows,
                          struct arena *arena, bool *ok);

/* As store.h says of list_deliveries, load_delivery and list_hooks. */
MUST_CHECK enum saga_error memory_outbox_list(const struct memory_outbox *outbox,
                                              const struct delivery_filter *filter,
                                              store_delivery_fn fn, void *arg);
MUST_CHECK enum saga_error memory_outbox_load(const struct memory_outbox *outbox, uint64_t id,
                                              store_delivery_fn fn, void *arg);
MUST_CHECK enum saga_error memory_outbox_hooks(const struct memory_outbox *outbox, store_hook_fn fn,
                                               void *arg);

#endif
