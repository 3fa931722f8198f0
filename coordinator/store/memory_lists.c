/* memory_lists.c - the twin of lists.c: every saga is looked at. */
#include "store/memory_lists.h"

#include "journal/child_name.h"
#include "store/rows.h"

static bool matches(const struct memory *memory, const struct memory_saga *saga,
                    const struct store_filter *filter)
{
    PRE(filter->facet_count <= STORE_FACETS_MAX);
    bool is_of =
        filter->parent.size == 0 || span_equal(child_name_parent(saga->name), filter->parent);
    return is_of && rows_has_prefix(saga->name, filter->prefix) &&
           rows_head_matches(&saga->head, filter) &&
           memory_facets_match(&memory->facets, saga->head.saga, filter);
}

static enum saga_error show(const struct memory *memory, const struct memory_saga *saga,
                            store_item_fn fn, void *arg)
{
    const struct store_item item = {
        .head = saga->head,
        .name = saga->name,
        .alerts = memory_facets_alerts(&memory->facets, saga->head.saga)};
    CHECK(item.name.size > 0);
    return fn(&item, arg);
}

static enum saga_error show_newest_first(const struct memory *memory,
                                         const struct store_filter *filter, store_item_fn fn,
                                         void *arg)
{
    size_t left = filter->before == 0 ? memory->saga_count : memory_saga_at(memory, filter->before);
    enum saga_error rc = SAGA_OK;
    PRE(left <= memory->saga_count);
    for (uint32_t given = 0; left > 0 && given < filter->limit && rc == SAGA_OK; left--) {
        if (matches(memory, &memory->sagas[left - 1], filter)) {
            rc = show(memory, &memory->sagas[left - 1], fn, arg);
            given++;
        }
    }
    return rc;
}

/* The saga with the first name behind `after` that matches, or NULL. */
static const struct memory_saga *next_by_name(const struct memory *memory,
                                              const struct store_filter *filter, struct span after)
{
    const struct memory_saga *next = NULL;
    for (size_t at = 0; at < memory->saga_count; at++) {
        const struct memory_saga *saga = &memory->sagas[at];
        bool is_behind = span_order(saga->name, after) > 0;
        bool is_before = !next || span_order(saga->name, next->name) < 0;
        if (is_behind && is_before && matches(memory, saga, filter)) {
            next = saga;
        }
    }
    IMPLIES(next, span_order(next->name, after) > 0);
    return next;
}

static enum saga_error show_by_name(const struct memory *memory, const struct store_filter *filter,
                                    store_item_fn fn, void *arg)
{
    PRE(filter->prefix.size > 0);
    struct store_filter by_name = {.prefix = filter->prefix};
    struct span after = filter->after;
    enum saga_error rc = SAGA_OK;
    for (uint32_t given = 0; given < filter->limit && rc == SAGA_OK; given++) {
        const struct memory_saga *saga = next_by_name(memory, &by_name, after);
        if (!saga) {
            break;
        }
        after = saga->name;
        rc = show(memory, saga, fn, arg);
    }
    return rc;
}

enum saga_error memory_lists_show(const struct memory *memory, const struct store_filter *filter,
                                  store_item_fn fn, void *arg)
{
    PRE(filter->limit > 0);
    if (filter->left_off) {
        *filter->left_off = 0;
    }
    return rows_go_by_name(filter) ? show_by_name(memory, filter, fn, arg)
                                   : show_newest_first(memory, filter, fn, arg);
}
