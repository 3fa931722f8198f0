/* list_source.c - what a seek has answered is kept; the seek is asked again only when the list has
 * gone below that answer. */
#include "store/list_source.h"

enum { CAPACITY_MIN = 4 };

static bool grow(struct list_source *source, struct arena *arena)
{
    PRE(source->count == source->capacity);
    uint32_t capacity = source->capacity == 0 ? CAPACITY_MIN : source->capacity * 2;
    struct list_seek *seeks = arena_take(arena, capacity * sizeof(*seeks));
    if (!seeks) {
        return false;
    }
    if (source->count > 0) {
        memcpy(seeks, source->seeks, source->count * sizeof(*seeks));
    }
    source->seeks = seeks;
    source->capacity = capacity;
    return true;
}

enum saga_error list_source_add(struct list_source *source, struct arena *arena,
                                const struct list_seek *seek)
{
    PRE(!seek->is_asked);
    if (source->count == source->capacity && !grow(source, arena)) {
        return SAGA_NO_MEMORY;
    }
    source->seeks[source->count++] = *seek;
    POST(source->count <= source->capacity);
    return SAGA_OK;
}

static enum saga_error ask(struct list_seek *seek, const struct reader *reader, uint64_t most)
{
    sqlite3_stmt *statement = reader_query(reader, seek->query);
    int parameters = sqlite3_bind_parameter_count(statement);
    enum saga_error rc = SAGA_OK;
    PRE(most <= INT64_MAX);
    db_bind_number(statement, 1, (int64_t)most);
    if (parameters >= 2) {
        db_bind_number(statement, 2, seek->number);
    }
    if (parameters >= 3) {
        db_bind_text(statement, 3, seek->value);
    }
    seek->is_asked = true;
    seek->at = 0;
    if (db_next(statement, &rc)) {
        seek->at = (uint64_t)sqlite3_column_int64(statement, 0);
        db_end(statement);
    }
    POST(seek->at <= most);
    return rc;
}

enum saga_error list_source_next(struct list_source *source, const struct reader *reader,
                                 uint64_t most, uint64_t *saga)
{
    *saga = 0;
    for (uint32_t at = 0; at < source->count; at++) {
        struct list_seek *seek = &source->seeks[at];
        if (!seek->is_asked || seek->at > most) {
            enum saga_error rc = ask(seek, reader, most);
            if (rc != SAGA_OK) {
                return rc;
            }
        }
        *saga = seek->at > *saga ? seek->at : *saga;
    }
    POST(*saga <= most);
    return SAGA_OK;
}
