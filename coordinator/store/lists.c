/* lists.c - lists of sagas, newest first.
 *
 * A list walks sagas from the newest, at most scan_max of them: a filter that matches next to
 * nothing costs that much and no more, and the list says where it left off, so that the next page
 * goes on from there. Unfinished sagas and children are found by an index, however old they are. */
#include "store/lists.h"

#include "base/limits.h"

/* The sagas that a list looks at: first <= saga < before. */
struct window {
    int64_t first;
    int64_t before;
};

static void bind_filter(sqlite3_stmt *list, const struct store_filter *filter,
                        const struct window *window)
{
    PRE(window->before > 0);
    db_bind_number(list, 1, window->before);
    db_bind_number(list, 2, window->first);
    db_bind_number(list, 3, (int64_t)filter->state);
    db_bind_text_or_null(list, 4, filter->definition);
    db_bind_number(list, 5, filter->started_from_ms);
    db_bind_number(list, 6, filter->started_until_ms);
    db_bind_number(list, 7, filter->limit);
}

/* What begins with "<parent>~". */
static void bind_parent(sqlite3_stmt *list, const struct store_filter *filter, char *first,
                        char *last)
{
    size_t size = filter->parent.size;
    PRE(size <= LIMIT_KEY);
    memcpy(first, filter->parent.data, size);
    memcpy(last, filter->parent.data, size);
    first[size] = '~';
    last[size] = '~' + 1;
    db_bind_text(list, 8, span_of(first, size + 1));
    db_bind_text(list, 9, span_of(last, size + 1));
    db_bind_number(list, 10, filter->unfinished ? 1 : 0);
}

/* By which index the sagas are found; READ_LIST: by none. */
static enum reader_query query_of(const struct store_filter *filter)
{
    PRE(filter->state < SAGA_STATE_COUNT);
    bool has_state = filter->state != SAGA_STATE_NONE;
    bool unfinished = filter->unfinished || (has_state && !saga_state_is_final(filter->state));
    return filter->parent.size > 0 ? READ_LIST_CHILDREN
           : unfinished            ? READ_LIST_UNFINISHED
                                   : READ_LIST;
}

enum saga_error lists_show(struct reader *reader, const struct store_filter *filter,
                           store_item_fn fn, void *arg)
{
    PRE(filter->limit >= 1);
    int64_t newest = 0;
    char first[LIMIT_KEY + 1];
    char last[LIMIT_KEY + 1];
    enum saga_error rc = db_step_number(reader_query(reader, READ_LAST_SAGA), &newest);
    enum reader_query which = query_of(filter);
    sqlite3_stmt *list = reader_query(reader, which);
    struct window window = {.before = filter->before ? (int64_t)filter->before : newest + 1};
    if (which == READ_LIST && window.before > reader->scan_max) {
        window.first = window.before - reader->scan_max;
    }
    bind_filter(list, filter, &window);
    if (which == READ_LIST_CHILDREN) {
        bind_parent(list, filter, first, last);
    }
    uint32_t count = 0;
    while (db_next(list, &rc)) {
        struct store_item item;
        reader_take_head(list, &item.head, &item.name);
        uint64_t tail = tails_get(reader->tails, item.head.saga);
        item.head.last_lsn = tail > item.head.last_lsn ? tail : item.head.last_lsn;
        rc = fn(&item, arg);
        count++;
    }
    POST(count <= filter->limit);
    if (filter->left_off) {
        *filter->left_off = count < filter->limit && window.first > 1 ? (uint64_t)window.first : 0;
    }
    return rc;
}
