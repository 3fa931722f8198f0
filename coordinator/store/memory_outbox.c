/* memory_outbox.c - deliveries in an array: the same as outbox_rows.c, with loops for SQL. */
#include "store/memory_outbox.h"

#include <stdlib.h>

#include "store/memory_array.h"

void memory_outbox_close(struct memory_outbox *outbox)
{
    free(outbox->deliveries);
    free(outbox->hooks);
    *outbox = (struct memory_outbox){0};
}

enum saga_error memory_outbox_reserve(struct memory_outbox *outbox, const struct rows *rows)
{
    void *deliveries = outbox->deliveries;
    void *hooks = outbox->hooks;
    enum saga_error rc =
        memory_array_reserve(&deliveries, &outbox->delivery_capacity, sizeof(*outbox->deliveries),
                             outbox->delivery_count + rows->delivery_count);
    if (rc == SAGA_OK) {
        rc = memory_array_reserve(&hooks, &outbox->hook_capacity, sizeof(*outbox->hooks),
                                  outbox->hook_count + rows->hook_count);
    }
    outbox->deliveries = deliveries;
    outbox->hooks = hooks;
    IMPLIES(rc == SAGA_OK,
            outbox->delivery_capacity - outbox->delivery_count >= rows->delivery_count);
    IMPLIES(rc == SAGA_OK, outbox->hook_capacity - outbox->hook_count >= rows->hook_count);
    return rc;
}

/* ---- commit ---- */

static void add(struct memory_outbox *outbox, const struct rows *rows,
                const struct delivery *delivery, struct arena *arena, bool *ok)
{
    PRE(outbox->delivery_count < outbox->delivery_capacity);
    PRE(delivery->notice < rows->notice_count);
    struct store_delivery *added = &outbox->deliveries[outbox->delivery_count++];
    *added =
        (struct store_delivery){.delivery = {.change = DELIVERY_NEW, .due_ms = delivery->due_ms},
                                .notice = rows->notices[delivery->notice]};
    added->delivery.id = ++outbox->last_id;
    added->delivery.hook = arena_copy(arena, delivery->hook, ok);
    added->notice.name = arena_copy(arena, added->notice.name, ok);
    added->notice.event = arena_copy(arena, added->notice.event, ok);
    added->notice.type = arena_copy(arena, added->notice.type, ok);
    added->notice.data = arena_copy(arena, added->notice.data, ok);
}

static bool concerns(const struct delivery *change, const struct delivery *kept)
{
    PRE(change->change != DELIVERY_NEW);
    PRE(kept->change == DELIVERY_NEW || kept->change == DELIVERY_DEAD);
    bool is_dead = kept->change == DELIVERY_DEAD;
    bool of_dead = change->change == DELIVERY_AGAIN || change->change == DELIVERY_DISCARD;
    bool same = change->id == 0 || change->id == kept->id;
    return same && is_dead == of_dead && span_equal(change->hook, kept->hook);
}

/* Changes a kept delivery as the batch says; true: the caller must drop it, because it has arrived
 * or was discarded. */
static bool apply(const struct delivery *change, struct delivery *kept, struct arena *arena,
                  bool *ok)
{
    switch (change->change) {
    case DELIVERY_NEW:
        UNREACHABLE("a new delivery changes no other");
    case DELIVERY_DONE:
    case DELIVERY_DISCARD:
        return true;
    case DELIVERY_LATER:
    case DELIVERY_DEAD:
        kept->change = change->change == DELIVERY_DEAD ? DELIVERY_DEAD : DELIVERY_NEW;
        kept->attempts = change->attempts;
        kept->due_ms = change->due_ms;
        kept->at_ms = change->change == DELIVERY_DEAD ? change->at_ms : 0;
        kept->status = change->status;
        kept->why = arena_copy(arena, change->why, ok);
        break;
    case DELIVERY_AGAIN:
        kept->change = DELIVERY_NEW;
        kept->attempts = 0;
        kept->due_ms = change->due_ms;
        kept->at_ms = 0;
        break;
    }
    return false;
}

static void change_all(struct memory_outbox *outbox, const struct delivery *change,
                       struct arena *arena, bool *ok)
{
    size_t left = 0;
    for (size_t at = 0; at < outbox->delivery_count; at++) {
        struct store_delivery *kept = &outbox->deliveries[at];
        bool gone = concerns(change, &kept->delivery) && apply(change, &kept->delivery, arena, ok);
        if (!gone) {
            outbox->deliveries[left++] = *kept;
        }
    }
    POST(left <= outbox->delivery_count);
    outbox->delivery_count = left;
}

static void set_hook(struct memory_outbox *outbox, const struct hook_row *hook, struct arena *arena,
                     bool *ok)
{
    PRE(hook->name.size > 0);
    size_t at = 0;
    while (at < outbox->hook_count && span_order(outbox->hooks[at].name, hook->name) < 0) {
        at++;
    }
    bool is_there = at < outbox->hook_count && span_equal(outbox->hooks[at].name, hook->name);
    if (!is_there) {
        CHECK(outbox->hook_count < outbox->hook_capacity);
        for (size_t i = outbox->hook_count++; i > at; i--) {
            outbox->hooks[i] = outbox->hooks[i - 1];
        }
        outbox->hooks[at].name = arena_copy(arena, hook->name, ok);
    }
    struct span name = outbox->hooks[at].name;
    outbox->hooks[at] = *hook;
    outbox->hooks[at].name = name;
}

void memory_outbox_commit(struct memory_outbox *outbox, const struct rows *rows,
                          struct arena *arena, bool *ok)
{
    for (uint32_t at = 0; at < rows->delivery_count; at++) {
        const struct delivery *delivery = &rows->deliveries[at];
        if (delivery->change == DELIVERY_NEW) {
            add(outbox, rows, delivery, arena, ok);
        } else {
            change_all(outbox, delivery, arena, ok);
        }
    }
    for (uint32_t at = 0; at < rows->hook_count; at++) {
        set_hook(outbox, &rows->hooks[at], arena, ok);
    }
}

/* ---- reads ---- */

static bool is_wanted(const struct store_delivery *kept, const struct delivery_filter *filter)
{
    PRE(kept->delivery.id > 0);
    bool is_dead = kept->delivery.change == DELIVERY_DEAD;
    if (kept->delivery.id <= filter->after || is_dead != (filter->which == DELIVERIES_DEAD)) {
        return false;
    }
    bool any_hook = filter->which == DELIVERIES_PENDING;
    bool any_saga = filter->which != DELIVERIES_OF_SAGA;
    return (any_hook || span_equal(kept->delivery.hook, filter->hook)) &&
           (any_saga || kept->notice.saga == filter->saga);
}

enum saga_error memory_outbox_list(const struct memory_outbox *outbox,
                                   const struct delivery_filter *filter, store_delivery_fn fn,
                                   void *arg)
{
    PRE(filter->limit >= 1);
    uint32_t given = 0;
    enum saga_error rc = SAGA_OK;
    for (size_t at = 0; at < outbox->delivery_count && given < filter->limit && rc == SAGA_OK;
         at++) {
        struct store_delivery delivery = outbox->deliveries[at];
        if (is_wanted(&delivery, filter)) {
            delivery.notice.data = (struct span){NULL, 0};
            rc = fn(&delivery, arg);
            given++;
        }
    }
    return rc;
}

enum saga_error memory_outbox_load(const struct memory_outbox *outbox, uint64_t id,
                                   store_delivery_fn fn, void *arg)
{
    PRE(id > 0);
    for (size_t at = 0; at < outbox->delivery_count; at++) {
        if (outbox->deliveries[at].delivery.id == id) {
            return fn(&outbox->deliveries[at], arg);
        }
    }
    return SAGA_NOT_FOUND;
}

/* The name that comes next after `name` among hooks and deliveries; empty = there is none. */
static struct span next_name(const struct memory_outbox *outbox, struct span name)
{
    struct span next = {NULL, 0};
    for (size_t i = 0; i < outbox->hook_count + outbox->delivery_count; i++) {
        struct span other = i < outbox->hook_count
                                ? outbox->hooks[i].name
                                : outbox->deliveries[i - outbox->hook_count].delivery.hook;
        if (span_order(other, name) > 0 && (next.size == 0 || span_order(other, next) < 0)) {
            next = other;
        }
    }
    IMPLIES(next.size > 0, span_order(next, name) > 0);
    return next;
}

static void describe(const struct memory_outbox *outbox, struct store_hook *found)
{
    PRE(found->row.name.size > 0);
    for (size_t i = 0; i < outbox->hook_count; i++) {
        if (span_equal(outbox->hooks[i].name, found->row.name)) {
            found->row = outbox->hooks[i];
        }
    }
    for (size_t i = 0; i < outbox->delivery_count; i++) {
        const struct store_delivery *kept = &outbox->deliveries[i];
        if (!span_equal(kept->delivery.hook, found->row.name)) {
            continue;
        }
        if (kept->delivery.change == DELIVERY_DEAD) {
            found->dead++;
            continue;
        }
        bool is_older = found->pending == 0 || kept->notice.at_ms < found->oldest_ms;
        found->oldest_ms = is_older ? kept->notice.at_ms : found->oldest_ms;
        found->pending++;
    }
}

enum saga_error memory_outbox_hooks(const struct memory_outbox *outbox, store_hook_fn fn, void *arg)
{
    enum saga_error rc = SAGA_OK;
    struct span name = next_name(outbox, (struct span){NULL, 0});
    while (name.size > 0 && rc == SAGA_OK) {
        struct store_hook found = {.row.name = name};
        describe(outbox, &found);
        rc = fn(&found, arg);
        name = next_name(outbox, name);
    }
    return rc;
}
