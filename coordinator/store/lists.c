/* lists.c - lists of sagas: an index behind each condition, and the sagas on which all agree.
 *
 * Each condition is a source that gives its greatest saga up to a number (list_source.h). The list
 * asks one after the other: who has a smaller number lowers it for all, and a saga on which all
 * agree is shown. So a list of one condition costs a step in an index for each saga shown, and one
 * of several no more than the rarest of them has sagas. Conditions that exclude each other almost
 * everywhere may take turns for long: after scan_max rounds in vain the list says where it left
 * off.
 *
 * A prefix is a condition too if few ids begin with it: they are sorted by number. If many do, the
 * other conditions lead and each name is looked at; and if there is no other, the list goes along
 * the names. */
#include "store/lists.h"

#include <stdlib.h>

#include "base/limits.h"
#include "store/list_source.h"
#include "store/list_times.h"
#include "store/rows.h"

enum {
    PREFIX_FEW = 1000,
    SOURCES_MAX = STORE_FACETS_MAX + 4, /* state, definition, parent, or all */
    NAME_SIZE = 2 * LIMIT_SAGA_ID + 2,
    ARENA_MAX = 1024 * 1024, /* more bytes than a seek for each version of a name needs */
};

struct plan {
    const struct store_filter *filter;
    struct arena arena; /* memory of everything below */
    struct list_source sources[SOURCES_MAX];
    uint32_t source_count;
    struct list_times times;
    bool has_times;
    /* The sagas whose ids begin with the prefix, ascending by number; NULL = the filter has no
     * prefix, or too many ids begin with it. */
    uint64_t *few;
    uint32_t few_count;
};

/* ---- sources ---- */

static struct list_source *new_source(struct plan *plan)
{
    CHECK(plan->source_count < SOURCES_MAX);
    return &plan->sources[plan->source_count++];
}

static enum saga_error add(struct plan *plan, struct list_source *source, enum reader_query query,
                           int64_t number)
{
    PRE(query < READ_COUNT);
    const struct list_seek seek = {.query = query, .number = number};
    return list_source_add(source, &plan->arena, &seek);
}

/* Adds to the source all places of a state: it has two numbers in `status`, paused or not, and
 * sagas that are not final stand in two indexes, awake and asleep. */
static enum saga_error add_state(struct plan *plan, struct list_source *source,
                                 enum saga_state state)
{
    static const enum reader_query of_unfinished[] = {READ_SEEK_AWAKE, READ_SEEK_ASLEEP};
    static const enum reader_query of_final[] = {READ_SEEK_FINAL};
    bool is_final = saga_state_is_final(state);
    const enum reader_query *queries = is_final ? of_final : of_unfinished;
    size_t count = is_final ? ARRAY_COUNT(of_final) : ARRAY_COUNT(of_unfinished);
    enum saga_error rc = SAGA_OK;
    PRE(state != SAGA_STATE_NONE);
    for (size_t at = 0; at < 2 * count && rc == SAGA_OK; at++) {
        rc = add(plan, source, queries[at / 2], 2 * (int64_t)state + (int64_t)(at % 2));
    }
    return rc;
}

static enum saga_error add_states(struct plan *plan)
{
    const struct store_filter *filter = plan->filter;
    enum saga_error rc = SAGA_OK;
    PRE(filter->state < SAGA_STATE_COUNT);
    if (filter->state != SAGA_STATE_NONE) {
        rc = add_state(plan, new_source(plan), filter->state);
    }
    if (rc != SAGA_OK || !filter->unfinished) {
        return rc;
    }
    struct list_source *source = new_source(plan);
    for (int state = SAGA_STATE_NONE + 1; state < SAGA_STATE_COUNT && rc == SAGA_OK; state++) {
        if (!saga_state_is_final((enum saga_state)state)) {
            rc = add_state(plan, source, (enum saga_state)state);
        }
    }
    return rc;
}

static enum saga_error add_definition(struct plan *plan, const struct reader *reader)
{
    sqlite3_stmt *kinds = reader_query(reader, READ_KINDS_OF);
    struct list_source *source = new_source(plan);
    enum saga_error rc = SAGA_OK;
    PRE(plan->filter->definition.size > 0);
    db_bind_text(kinds, 1, plan->filter->definition);
    while (db_next(kinds, &rc)) {
        rc = add(plan, source, READ_SEEK_KIND, sqlite3_column_int64(kinds, 0));
    }
    return rc;
}

/* A parent that is not known has no children: the source stays empty. */
static enum saga_error add_parent(struct plan *plan, struct reader *reader)
{
    struct list_source *source = new_source(plan);
    struct name parent;
    PRE(plan->filter->parent.size > 0);
    enum saga_error rc = reader_find_name(reader, plan->filter->parent, &parent);
    if (rc != SAGA_OK) {
        return rc == SAGA_NOT_FOUND ? SAGA_OK : rc;
    }
    return add(plan, source, READ_SEEK_CHILD, (int64_t)parent.saga);
}

static enum saga_error add_facets(struct plan *plan)
{
    const struct store_filter *filter = plan->filter;
    enum saga_error rc = SAGA_OK;
    PRE(filter->facet_count <= STORE_FACETS_MAX);
    for (uint32_t at = 0; at < filter->facet_count && rc == SAGA_OK; at++) {
        const struct list_seek seek = {.query = READ_SEEK_FACET,
                                       .number = (int64_t)filter->facets[at].kind,
                                       .value = filter->facets[at].value};
        rc = list_source_add(new_source(plan), &plan->arena, &seek);
    }
    return rc;
}

/* ---- prefixes ---- */

static int order_of(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a;
    uint64_t other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

/* A text that comes, in the order of ids, behind all ids that begin with the prefix: the prefix and
 * a byte above ~, which no id has. */
static struct span end_of(struct span prefix, char end[NAME_SIZE])
{
    PRE(prefix.size < NAME_SIZE);
    memcpy(end, prefix.data, prefix.size);
    end[prefix.size] = '~' + 1;
    return span_of(end, prefix.size + 1);
}

/* Collects in plan->few the sagas whose ids begin with the prefix, if there are few: they then lead
 * the list as a condition of their own. */
static enum saga_error add_prefix(struct plan *plan, const struct reader *reader)
{
    char end[NAME_SIZE];
    uint32_t most = reader->scan_max < PREFIX_FEW ? (uint32_t)reader->scan_max : PREFIX_FEW;
    sqlite3_stmt *names = reader_query(reader, READ_NAMES_FROM);
    uint64_t *few = arena_take(&plan->arena, (most + 1) * sizeof(*few));
    enum saga_error rc = few ? SAGA_OK : SAGA_NO_MEMORY;
    uint32_t count = 0;
    db_bind_text(names, 1, plan->filter->prefix);
    db_bind_text(names, 2, end_of(plan->filter->prefix, end));
    db_bind_number(names, 3, most + 1);
    while (db_next(names, &rc)) {
        few[count++] = (uint64_t)sqlite3_column_int64(names, 0);
    }
    CHECK(count <= most + 1);
    if (rc == SAGA_OK && count <= most) {
        qsort(few, count, sizeof(*few), order_of);
        plan->few = few;
        plan->few_count = count;
    }
    return rc;
}

/* The greatest number up to `most` of the few sagas of the prefix, or 0. */
static uint64_t next_of_few(struct plan *plan, uint64_t most)
{
    PRE(plan->few != NULL);
    while (plan->few_count > 0 && plan->few[plan->few_count - 1] > most) {
        plan->few_count--;
    }
    return plan->few_count > 0 ? plan->few[plan->few_count - 1] : 0;
}

/* ---- the plan ---- */

static enum saga_error make_plan(struct plan *plan, struct reader *reader)
{
    const struct store_filter *filter = plan->filter;
    enum saga_error rc = add_states(plan);
    if (rc == SAGA_OK && filter->definition.size > 0) {
        rc = add_definition(plan, reader);
    }
    if (rc == SAGA_OK && filter->parent.size > 0) {
        rc = add_parent(plan, reader);
    }
    if (rc == SAGA_OK) {
        rc = add_facets(plan);
    }
    if (rc == SAGA_OK && filter->prefix.size > 0) {
        rc = add_prefix(plan, reader);
    }
    if (rc == SAGA_OK && plan->source_count == 0 && !plan->few) {
        rc = add(plan, new_source(plan), READ_SEEK_ALL, 0);
    }
    plan->has_times = filter->started_from_ms > 0 || filter->started_until_ms > 0;
    if (plan->has_times) {
        list_times_open(&plan->times, filter->started_from_ms, filter->started_until_ms);
    }
    IMPLIES(rc == SAGA_OK, plan->source_count > 0 || plan->few);
    return rc;
}

/* Asks each condition once for its greatest saga up to *most, which becomes the smallest of their
 * answers; 0 = one of them has no more sagas. All agree on a saga when *most has stayed the
 * same. */
static enum saga_error lower(struct plan *plan, const struct reader *reader, uint64_t *most)
{
    enum saga_error rc = SAGA_OK;
    PRE(*most > 0);
    for (uint32_t at = 0; at < plan->source_count && rc == SAGA_OK && *most > 0; at++) {
        rc = list_source_next(&plan->sources[at], reader, *most, most);
    }
    if (rc == SAGA_OK && *most > 0 && plan->few) {
        *most = next_of_few(plan, *most);
    }
    if (rc == SAGA_OK && *most > 0 && plan->has_times) {
        rc = list_times_next(&plan->times, reader, *most, most);
    }
    return rc;
}

struct show {
    store_item_fn fn;
    void *arg;
    uint32_t count;
};

/* *alerts: the alerts of the saga that stand, 1 << enum alert for each; one look-up in the index
 * per kind of alert. */
static enum saga_error read_alerts(struct reader *reader, uint64_t saga, uint32_t *alerts)
{
    sqlite3_stmt *facet = reader_query(reader, READ_FACET);
    enum saga_error rc = SAGA_OK;
    PRE(saga > 0);
    *alerts = 0;
    for (uint32_t i = 0; i < ALERT_COUNT && rc == SAGA_OK; i++) {
        db_bind_number(facet, 1, FACET_ALERT);
        db_bind_text(facet, 2, span_text(alert_name((enum alert)i)));
        db_bind_number(facet, 3, (int64_t)saga);
        if (db_next(facet, &rc)) {
            *alerts |= 1u << i;
            db_end(facet);
        }
    }
    return rc;
}

/* Calls show->fn for the saga if its id begins with the prefix; where the index has made sure of
 * that already, the comparison costs little. */
static enum saga_error show_one(struct reader *reader, uint64_t saga, struct span prefix,
                                struct show *show)
{
    sqlite3_stmt *head = reader_query(reader, READ_HEAD);
    struct store_item item;
    enum saga_error rc = SAGA_OK;
    PRE(saga > 0);
    db_bind_number(head, 1, (int64_t)saga);
    if (!db_next(head, &rc)) {
        return rc;
    }
    reader_take_head(head, &item.head, &item.name);
    if (rows_has_prefix(item.name, prefix)) {
        uint64_t tail = tails_get(reader->tails, saga);
        item.head.last_lsn = tail > item.head.last_lsn ? tail : item.head.last_lsn;
        rc = read_alerts(reader, saga, &item.alerts);
        rc = rc == SAGA_OK ? show->fn(&item, show->arg) : rc;
        show->count++;
    }
    db_end(head);
    return rc;
}

static enum saga_error show_agreed(struct plan *plan, struct reader *reader, struct show *show)
{
    const struct store_filter *filter = plan->filter;
    uint64_t most = filter->before > 0 ? filter->before - 1 : INT64_MAX;
    enum saga_error rc = SAGA_OK;
    int64_t in_vain = 0;
    while (most > 0 && show->count < filter->limit && in_vain < reader->scan_max && rc == SAGA_OK) {
        uint32_t before = show->count;
        uint64_t agreed = most;
        rc = lower(plan, reader, &agreed);
        if (rc == SAGA_OK && agreed == most) {
            rc = show_one(reader, agreed, filter->prefix, show);
            agreed--;
        }
        most = agreed;
        in_vain += show->count == before;
    }
    if (filter->left_off) {
        bool is_cut = rc == SAGA_OK && most > 0 && show->count < filter->limit;
        *filter->left_off = is_cut ? most + 1 : 0;
    }
    return rc;
}

/* A list whose only condition is a prefix that many ids have goes along the names. */
static enum saga_error show_names(struct reader *reader, const struct store_filter *filter,
                                  struct show *show)
{
    char first[NAME_SIZE];
    char end[NAME_SIZE];
    bool goes_on = filter->after.size > 0;
    struct span from = goes_on ? filter->after : filter->prefix;
    sqlite3_stmt *names = reader_query(reader, READ_NAMES_FROM);
    enum saga_error rc = SAGA_OK;
    PRE(from.size < NAME_SIZE);
    memcpy(first, from.data, from.size);
    first[from.size] = 1; /* less than every byte of an id */
    db_bind_text(names, 1, span_of(first, from.size + (goes_on ? 1 : 0)));
    db_bind_text(names, 2, end_of(filter->prefix, end));
    db_bind_number(names, 3, filter->limit);
    while (db_next(names, &rc)) {
        rc = show_one(reader, (uint64_t)sqlite3_column_int64(names, 0), filter->prefix, show);
    }
    if (filter->left_off) {
        *filter->left_off = 0;
    }
    return rc;
}

static enum saga_error show_all(struct reader *reader, const struct store_filter *filter,
                                struct show *show)
{
    struct plan plan = {.filter = filter};
    PRE(show->count == 0);
    if (rows_go_by_name(filter)) {
        return show_names(reader, filter, show);
    }
    arena_open(&plan.arena, &arena_heap, ARENA_MAX);
    enum saga_error rc = make_plan(&plan, reader);
    if (rc == SAGA_OK) {
        rc = show_agreed(&plan, reader, show);
    }
    arena_close(&plan.arena);
    return rc;
}

enum saga_error lists_show(struct reader *reader, const struct store_filter *filter,
                           store_item_fn fn, void *arg)
{
    PRE(filter->limit >= 1);
    PRE(filter->before <= INT64_MAX);
    struct show show = {.fn = fn, .arg = arg};
    if (filter->prefix.size > 2 * LIMIT_SAGA_ID || filter->after.size > 2 * LIMIT_SAGA_ID) {
        return SAGA_OK; /* no id is so long */
    }
    enum saga_error rc = db_step(reader_query(reader, READ_BEGIN));
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = show_all(reader, filter, &show);
    enum saga_error ended = db_step(reader_query(reader, READ_COMMIT));
    POST(show.count <= filter->limit);
    return rc == SAGA_OK ? ended : rc;
}
