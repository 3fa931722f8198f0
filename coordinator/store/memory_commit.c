/* memory_commit.c - check all, make room, then apply.
 *
 * A commit cannot fail half way, except when memory for the bytes runs out. */
#include "store/memory_commit.h"

#include "store/memory_array.h"
#include "store/rows.h"

static enum saga_error reserve_all(struct memory *memory, const struct rows *rows)
{
    void *items[] = {memory->rows, memory->sagas, memory->definitions};
    enum saga_error rc =
        memory_array_reserve(&items[0], &memory->row_capacity, sizeof(*memory->rows),
                             memory->row_count + rows->row_count);
    if (rc == SAGA_OK) {
        rc = memory_array_reserve(&items[1], &memory->saga_capacity, sizeof(*memory->sagas),
                                  memory->saga_count + rows->head_count);
    }
    if (rc == SAGA_OK) {
        rc = memory_array_reserve(&items[2], &memory->definition_capacity,
                                  sizeof(*memory->definitions),
                                  memory->definition_count + rows->definition_count);
    }
    if (rc == SAGA_OK) {
        rc = memory_outbox_reserve(&memory->outbox, rows);
    }
    if (rc == SAGA_OK) {
        rc = memory_locks_reserve(&memory->locks, rows);
    }
    if (rc == SAGA_OK) {
        rc = memory_facets_reserve(&memory->facets, rows);
    }
    memory->rows = items[0];
    memory->sagas = items[1];
    memory->definitions = items[2];
    IMPLIES(rc == SAGA_OK, memory->row_capacity - memory->row_count >= rows->row_count);
    IMPLIES(rc == SAGA_OK, memory->saga_capacity - memory->saga_count >= rows->head_count);
    return rc;
}

static bool is_new_in(const struct rows *rows, uint32_t before, uint64_t saga)
{
    PRE(before < rows->head_count);
    for (uint32_t at = before; at > 0; at--) {
        if (rows->heads[at - 1].saga == saga && rows->heads[at - 1].is_new) {
            return true;
        }
    }
    return false;
}

/* Refuses what keys and WHERE clauses of the database refuse: a new saga that is known already or
 * has no name, and a change of a saga that is not known. */
static enum saga_error guard_heads(const struct memory *memory, const struct rows *rows)
{
    IMPLIES(rows->head_count > 0, rows->heads != NULL);
    uint64_t newest = memory->saga_count == 0 ? 0 : memory->sagas[memory->saga_count - 1].head.saga;
    uint32_t hint = 0;
    for (uint32_t at = 0; at < rows->head_count; at++) {
        const struct head *head = &rows->heads[at];
        if (head->is_new) {
            if (head->saga <= newest || rows_saga_name(rows, head->saga, &hint).size == 0) {
                return SAGA_STORE_CORRUPT;
            }
            newest = head->saga;
        } else if (!memory_find_saga(memory, head->saga) && !is_new_in(rows, at, head->saga)) {
            return SAGA_STORE_CORRUPT;
        }
    }
    return SAGA_OK;
}

static bool has_definition(const struct memory *memory, const struct definition_row *row)
{
    PRE(row->version > 0);
    for (size_t at = 0; at < memory->definition_count; at++) {
        const struct definition_row *other = &memory->definitions[at];
        if (other->version == row->version && span_equal(other->name, row->name)) {
            return true;
        }
    }
    return false;
}

static enum saga_error guard(struct memory *memory, const struct rows *rows)
{
    for (uint32_t at = 0; at < rows->definition_count; at++) {
        if (has_definition(memory, &rows->definitions[at])) {
            return SAGA_STORE_CORRUPT;
        }
    }
    return guard_heads(memory, rows);
}

static enum saga_error commit_name(struct memory *memory, const struct name *source)
{
    PRE(source->text.size > 0);
    if (map_get(&memory->names, source->text)) {
        return SAGA_STORE_CORRUPT;
    }
    bool ok = true;
    struct name *name = ARENA_NEW(&memory->arena, struct name);
    if (!name) {
        return SAGA_NO_MEMORY;
    }
    *name = *source;
    name->text = arena_copy(&memory->arena, source->text, &ok);
    return ok ? map_put(&memory->names, name->text, name) : SAGA_NO_MEMORY;
}

/* Adds the names of the batch. If one of them is in the store already, the names added so far are
 * taken away again, so that the store is as it was. */
static enum saga_error commit_names(struct memory *memory, const struct rows *rows)
{
    for (uint32_t at = 0; at < rows->name_count; at++) {
        enum saga_error rc = commit_name(memory, &rows->names[at]);
        if (rc == SAGA_OK) {
            continue;
        }
        for (uint32_t done = 0; done < at; done++) {
            map_drop(&memory->names, rows->names[done].text);
        }
        return rc;
    }
    return SAGA_OK;
}

static void commit_rows(struct memory *memory, const struct rows *rows, bool *ok)
{
    for (uint32_t at = 0; at < rows->row_count; at++) {
        struct row *row = &memory->rows[memory->row_count];
        CHECK(rows->rows[at].lsn == memory->row_count + 1);
        *row = rows->rows[at];
        row->body = arena_copy(&memory->arena, row->body, ok);
        row->payload = arena_copy(&memory->arena, row->payload, ok);
        memory->row_count++;
        struct memory_saga *saga = memory_find_saga(memory, row->saga);
        if (saga) {
            saga->head.last_lsn = row->lsn;
        }
    }
}

static struct memory_saga *add_saga(struct memory *memory, const struct head *head,
                                    struct span name, bool *ok)
{
    PRE(memory->saga_count < memory->saga_capacity);
    PRE(name.size > 0);
    struct memory_saga *saga = &memory->sagas[memory->saga_count++];
    saga->head = *head;
    saga->head.is_new = false;
    saga->head.definition = arena_copy(&memory->arena, head->definition, ok);
    saga->name = arena_copy(&memory->arena, name, ok);
    return saga;
}

static struct memory_saga *change_saga(struct memory *memory, const struct head *head)
{
    struct memory_saga *saga = memory_find_saga(memory, head->saga);
    CHECK(saga != NULL);
    saga->head.state = head->state;
    saga->head.paused = head->paused;
    saga->head.ended_ms = head->ended_ms;
    saga->head.due_ms = head->due_ms;
    saga->head.until_ms = head->until_ms;
    saga->head.version = head->has_moved ? head->version : saga->head.version;
    return saga;
}

static void commit_heads(struct memory *memory, const struct rows *rows, bool *ok)
{
    uint32_t hint = 0;
    for (uint32_t at = 0; at < rows->head_count; at++) {
        const struct head *head = &rows->heads[at];
        struct memory_saga *saga = NULL;
        if (head->is_new) {
            saga = add_saga(memory, head, rows_saga_name(rows, head->saga, &hint), ok);
        } else {
            saga = change_saga(memory, head);
        }
        if (saga->head.last_lsn < head->last_lsn) {
            saga->head.last_lsn = head->last_lsn;
        }
        POST(saga->head.first_lsn <= saga->head.last_lsn);
    }
}

static void commit_definitions(struct memory *memory, const struct rows *rows, bool *ok)
{
    for (uint32_t at = 0; at < rows->definition_count; at++) {
        CHECK(memory->definition_count < memory->definition_capacity);
        struct definition_row *row = &memory->definitions[memory->definition_count++];
        *row = rows->definitions[at];
        row->name = arena_copy(&memory->arena, row->name, ok);
        row->source = arena_copy(&memory->arena, row->source, ok);
        row->actor = arena_copy(&memory->arena, row->actor, ok);
    }
}

/* Does all that can fail before the batch is applied: checks it, takes memory, and adds its names,
 * which are taken away again if one of them cannot be added. */
static enum saga_error prepare(struct memory *memory, const struct rows *rows)
{
    enum saga_error (*const stages[])(struct memory * memory, const struct rows *rows) = {
        guard, reserve_all, commit_names};
    PRE(rows->row_count == 0 || rows->rows[0].lsn == memory->row_count + 1);
    enum saga_error rc = SAGA_OK;
    for (size_t at = 0; at < ARRAY_COUNT(stages) && rc == SAGA_OK; at++) {
        rc = stages[at](memory, rows);
    }
    return rc;
}

enum saga_error memory_commit(struct memory *memory, const struct rows *rows)
{
    PRE(memory->failure == SAGA_OK);
    bool ok = true;
    enum saga_error rc = prepare(memory, rows);
    if (rc != SAGA_OK) {
        return rc;
    }
    commit_heads(memory, rows, &ok);
    commit_rows(memory, rows, &ok);
    commit_definitions(memory, rows, &ok);
    memory_outbox_commit(&memory->outbox, rows, &memory->arena, &ok);
    memory_facets_commit(&memory->facets, rows, &memory->arena, &ok);
    rc = memory_events_commit(&memory->inbox, rows, &memory->arena);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = memory_locks_commit(&memory->locks, rows, &memory->arena, &ok);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (rows->clock) {
        memory->clock = *rows->clock;
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}
