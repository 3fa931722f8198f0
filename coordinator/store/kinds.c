/* kinds.c - remembers rows of `kind` in a small hash table; a new one takes the place of the one
 * that was remembered under the same hash. */
#include "store/kinds.h"

#include <stdlib.h>

#include "store/queries.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static struct kind *place_of(struct kinds *kinds, struct span name, uint32_t version)
{
    PRE(name.size > 0);
    uint64_t hash = (FNV_BASIS ^ version) * FNV_PRIME;
    for (size_t at = 0; at < name.size; at++) {
        hash = (hash ^ name.data[at]) * FNV_PRIME;
    }
    return &kinds->known[(hash >> 32) % KINDS_KEPT];
}

static bool is_of(const struct kind *kind, struct span name, uint32_t version)
{
    PRE(kind->size <= sizeof(kind->name));
    return kind->id != 0 && kind->version == version &&
           span_equal(span_of(kind->name, kind->size), name);
}

static enum saga_error look_up(sqlite3_stmt **statements, struct span name, uint32_t version,
                               int64_t *id)
{
    PRE(sqlite3_get_autocommit(sqlite3_db_handle(statements[WRITE_FIND_KIND])) == 0);
    sqlite3_stmt *insert = statements[WRITE_INSERT_KIND_IF_NEW];
    db_bind_text(insert, 1, name);
    db_bind_number(insert, 2, version);
    enum saga_error rc = db_step(insert);
    sqlite3_stmt *find = statements[WRITE_FIND_KIND];
    db_bind_text(find, 1, name);
    db_bind_number(find, 2, version);
    return rc == SAGA_OK ? db_step_number(find, id) : rc;
}

enum saga_error kinds_find(struct kinds *kinds, sqlite3_stmt **statements, const struct head *head,
                           int64_t *id)
{
    struct span name = head->definition;
    struct kind *kind = place_of(kinds, name, head->version);
    if (is_of(kind, name, head->version)) {
        *id = kind->id;
        return SAGA_OK;
    }
    enum saga_error rc = look_up(statements, name, head->version, id);
    if (rc != SAGA_OK || name.size > sizeof(kind->name)) {
        return rc;
    }
    CHECK(*id > 0);
    *kind = (struct kind){.size = name.size, .version = head->version, .id = *id};
    if (name.size > 0) {
        memcpy(kind->name, name.data, name.size);
    }
    return SAGA_OK;
}

enum saga_error kinds_of_heads(struct kinds *kinds, sqlite3_stmt **statements,
                               const struct rows *rows)
{
    PRE(rows->head_count <= kinds->capacity);
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->head_count && rc == SAGA_OK; at++) {
        if (rows->heads[at].is_new) {
            rc = kinds_find(kinds, statements, &rows->heads[at], &kinds->of_heads[at]);
        }
    }
    return rc;
}

enum saga_error kinds_reserve(struct kinds *kinds, size_t count)
{
    if (count <= kinds->capacity) {
        return SAGA_OK;
    }
    size_t capacity = kinds->capacity == 0 ? 64 : kinds->capacity;
    while (capacity < count) {
        capacity *= 2;
    }
    int64_t *grown = realloc(kinds->of_heads, capacity * sizeof(*grown));
    if (!grown) {
        return SAGA_NO_MEMORY;
    }
    kinds->of_heads = grown;
    kinds->capacity = capacity;
    POST(kinds->capacity >= count);
    return SAGA_OK;
}

void kinds_close(struct kinds *kinds)
{
    IMPLIES(kinds->capacity > 0, kinds->of_heads != NULL);
    free(kinds->of_heads);
    *kinds = (struct kinds){0};
}
