/* rows.c - the checks and look-ups over a batch that do not depend on where it is stored. */
#include "store/rows.h"

#include "base/check.h"

void rows_check(const struct rows *rows, uint64_t last_lsn)
{
    PRE(rows != NULL);
    for (uint32_t at = 0; at < rows->row_count; at++) {
        const struct row *row = &rows->rows[at];
        PRE(row->lsn == last_lsn + 1 + at);
        PRE(row->saga > 0);
        PRE(row->seq > 0);
        PRE(row->count > 0);
        PRE(row->prev < row->lsn);
    }
    for (uint32_t at = 0; at < rows->head_count; at++) {
        const struct head *head = &rows->heads[at];
        PRE(head->saga > 0);
        PRE(head->state > SAGA_STATE_NONE && head->state < SAGA_STATE_COUNT);
        PRE(head->first_lsn > 0);
        PRE(head->first_lsn <= head->last_lsn);
        PRE(head->last_lsn <= last_lsn + rows->row_count);
        IMPLIES(head->is_new, head->first_lsn > last_lsn);
        PRE(head->due_ms >= 0 && head->due_ms <= DUE_NEVER_MS);
        PRE(head->until_ms >= 0 && head->until_ms < DUE_NEVER_MS);
        IMPLIES(head->until_ms > 0, head->due_ms > DUE_OWED_MS);
        IMPLIES(head->due_ms > DUE_OWED_MS, !saga_state_is_final(head->state));
    }
    for (uint32_t at = 0; at < rows->facet_count; at++) {
        PRE(rows->facets[at].kind > 0 && rows->facets[at].kind < FACET_KIND_COUNT);
        PRE(rows->facets[at].saga > 0);
    }
    for (uint32_t at = 0; at < rows->delivery_count; at++) {
        const struct delivery *delivery = &rows->deliveries[at];
        bool is_new = delivery->change == DELIVERY_NEW;
        bool takes_all = delivery->change == DELIVERY_AGAIN || delivery->change == DELIVERY_DISCARD;
        PRE(delivery->hook.size > 0);
        IMPLIES(is_new, delivery->notice < rows->notice_count);
        IMPLIES(!is_new && !takes_all, delivery->id > 0);
        IMPLIES(delivery->change == DELIVERY_DEAD, delivery->at_ms > 0);
    }
}

struct span rows_saga_name(const struct rows *rows, uint64_t saga, uint32_t *at)
{
    for (uint32_t seen = 0; seen < rows->name_count; seen++) {
        uint32_t index = (*at + seen) % rows->name_count;
        const struct name *name = &rows->names[index];
        if (name->saga == saga && name->text.size > 0 && name->text.data[0] > NAME_TOKEN) {
            *at = (index + 1) % rows->name_count;
            return name->text;
        }
    }
    return (struct span){NULL, 0};
}

static bool is_unfinished(enum saga_state state)
{
    return state == SAGA_STATE_RUNNING || state == SAGA_STATE_COMPENSATING ||
           state == SAGA_STATE_PARKED;
}

/* Compiling fails when states.def gets another state that is not final: the function above counts
 * only these three as unfinished. */
#define SAGA_STATE(name, number, text, final)                                                      \
    _Static_assert(                                                                                \
        (final) == !((number) == SAGA_STATE_RUNNING || (number) == SAGA_STATE_COMPENSATING ||      \
                     (number) == SAGA_STATE_PARKED),                                               \
        "the unfinished states changed: " #name);
#include "schemas/states.def"

bool rows_has_prefix(struct span text, struct span prefix)
{
    return text.size >= prefix.size &&
           (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

bool rows_head_matches(const struct head *head, const struct store_filter *filter)
{
    if (filter->before != 0 && head->saga >= filter->before) {
        return false;
    }
    if (filter->state != SAGA_STATE_NONE && head->state != filter->state) {
        return false;
    }
    if (filter->unfinished && !is_unfinished(head->state)) {
        return false;
    }
    if (filter->definition.size > 0 && !span_equal(head->definition, filter->definition)) {
        return false;
    }
    if (filter->started_from_ms != 0 && head->started_ms < filter->started_from_ms) {
        return false;
    }
    return filter->started_until_ms == 0 || head->started_ms < filter->started_until_ms;
}

bool rows_go_by_name(const struct store_filter *filter)
{
    bool has_more = filter->state != SAGA_STATE_NONE || filter->unfinished ||
                    filter->definition.size > 0 || filter->parent.size > 0 ||
                    filter->facet_count > 0 || filter->started_from_ms > 0 ||
                    filter->started_until_ms > 0;
    return filter->prefix.size > 0 && !has_more;
}

int64_t rows_due_ms(const struct head *head, enum timeline timeline)
{
    PRE(timeline < TIMELINE_COUNT);
    if (timeline == TIMELINE_HOST) {
        return head->until_ms;
    }
    return head->due_ms < DUE_NEVER_MS ? head->due_ms : 0;
}

bool rows_due_takes(struct store_due *due, int64_t due_ms, uint64_t saga)
{
    if (due_ms > due->until_ms || due->limit == 0) {
        due->next_ms = due_ms;
        return false;
    }
    due->limit--;
    due->after_ms = due_ms;
    due->after_saga = saga;
    return true;
}
