/* catalog.c - a growing list of compiled definitions, under one lock.
 *
 * Definitions are few and looked up by name: the newest of each name stands in a map, older ones
 * hang behind it. Nothing is ever taken out, so that a pointer once found stays good. */
#include "store/catalog.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/map.h"

struct entry {
    struct arena arena; /* owns the definition and its source */
    struct definition *definition;
    int64_t applied_ms;
    struct entry *older; /* the version before */
};

struct catalog {
    pthread_rwlock_t lock;
    struct map newest; /* name -> struct entry */
    uint32_t count;
};

enum saga_error catalog_new(struct catalog **catalog)
{
    struct catalog *made = calloc(1, sizeof *made);
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    if (pthread_rwlock_init(&made->lock, NULL) != 0) {
        free(made);
        return SAGA_NO_MEMORY;
    }
    map_open(&made->newest);
    *catalog = made;
    return SAGA_OK;
}

static void free_entry(struct entry *entry)
{
    arena_close(&entry->arena);
    free(entry);
}

void catalog_destroy(struct catalog **catalog)
{
    struct catalog *gone = *catalog;
    if (!gone) {
        return;
    }
    size_t at = 0;
    for (struct entry *entry; (entry = map_next(&gone->newest, &at)) != NULL;) {
        while (entry) {
            struct entry *older = entry->older;
            free_entry(entry);
            entry = older;
        }
    }
    map_close(&gone->newest);
    pthread_rwlock_destroy(&gone->lock);
    free(gone);
    *catalog = NULL;
}

static enum saga_error compile(struct entry *entry, const struct definition_row *row)
{
    struct buf document;
    struct json_problem problem;
    struct problems problems;
    const struct definition *made = NULL;
    buf_open(&document, (size_t)4 * LIMIT_DEFINITION);
    enum saga_error rc = json_to_mp(row->source, &document, &problem);
    if (rc == SAGA_OK) {
        rc = definition_compile(buf_span(&document), &entry->arena, &made, &problems);
    }
    buf_close(&document);
    if (rc != SAGA_OK) {
        return rc == SAGA_NO_MEMORY ? rc : SAGA_STORE_CORRUPT;
    }
    bool ok = true;
    struct definition *own = ARENA_NEW(&entry->arena, struct definition);
    if (!own) {
        return SAGA_NO_MEMORY;
    }
    *own = *made;
    own->version = row->version;
    own->source = arena_copy(&entry->arena, row->source, &ok);
    memcpy(own->digest, row->digest, sizeof own->digest);
    entry->definition = own;
    entry->applied_ms = row->applied_ms;
    bool same_name = span_equal(own->name, row->name);
    return !ok ? SAGA_NO_MEMORY : same_name ? SAGA_OK : SAGA_STORE_CORRUPT;
}

/* Under the lock. The key must live in the newest entry, so the map is told anew each time. */
static enum saga_error add(struct catalog *catalog, struct entry *entry)
{
    struct span name = entry->definition->name;
    if (catalog->count >= LIMIT_DEFINITIONS) {
        return SAGA_OVERLOADED;
    }
    struct entry *older = map_get(&catalog->newest, name);
    if (older && older->definition->version >= entry->definition->version) {
        return SAGA_STORE_CORRUPT;
    }
    enum saga_error rc = map_put(&catalog->newest, name, entry);
    if (rc == SAGA_OK) {
        entry->older = older;
        catalog->count++;
    }
    return rc;
}

enum saga_error catalog_add(struct catalog *catalog, const struct definition_row *row)
{
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry) {
        return SAGA_NO_MEMORY;
    }
    arena_open(&entry->arena, &arena_heap, (size_t)32 * LIMIT_DEFINITION);
    enum saga_error rc = compile(entry, row);
    if (rc == SAGA_OK) {
        pthread_rwlock_wrlock(&catalog->lock);
        rc = add(catalog, entry);
        pthread_rwlock_unlock(&catalog->lock);
    }
    if (rc != SAGA_OK) {
        free_entry(entry);
    }
    return rc;
}

static const struct entry *find(const struct catalog *catalog, struct span name, uint32_t version)
{
    const struct entry *entry = map_get(&catalog->newest, name);
    while (entry && version > 0 && entry->definition->version != version) {
        entry = entry->older;
    }
    return entry;
}

/* The lock is the only thing that readers change. */
static pthread_rwlock_t *lock_of(const struct catalog *catalog)
{
    return (pthread_rwlock_t *)(uintptr_t)&catalog->lock;
}

const struct definition *catalog_find(const struct catalog *catalog, struct span name,
                                      uint32_t version)
{
    pthread_rwlock_rdlock(lock_of(catalog));
    const struct entry *entry = find(catalog, name, version);
    pthread_rwlock_unlock(lock_of(catalog));
    return entry ? entry->definition : NULL;
}

int64_t catalog_applied_ms(const struct catalog *catalog, const struct definition *definition)
{
    pthread_rwlock_rdlock(lock_of(catalog));
    const struct entry *entry = find(catalog, definition->name, definition->version);
    pthread_rwlock_unlock(lock_of(catalog));
    return entry ? entry->applied_ms : 0;
}

static bool comes_before(struct span a, struct span b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, size);
    return order < 0 || (order == 0 && a.size < b.size);
}

/* The name at place *at in their order: names are few, and lists of them are for people. */
const struct definition *catalog_next(const struct catalog *catalog, size_t *at)
{
    const struct definition *found = NULL;
    pthread_rwlock_rdlock(lock_of(catalog));
    size_t place = 0;
    for (const struct entry *e; (e = map_next(&catalog->newest, &place)) != NULL && !found;) {
        size_t before = 0;
        size_t other = 0;
        for (const struct entry *o; (o = map_next(&catalog->newest, &other)) != NULL;) {
            before += comes_before(o->definition->name, e->definition->name) ? 1 : 0;
        }
        found = before == *at ? e->definition : NULL;
    }
    pthread_rwlock_unlock(lock_of(catalog));
    *at += 1;
    return found;
}
