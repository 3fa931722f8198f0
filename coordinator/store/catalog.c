/* catalog.c - a growing list of compiled definitions, under one lock.
 *
 * The newest version of each name stands in an array sorted by name, older ones hang behind it:
 * lookups halve the array, walks in order of names go along it. Nothing is ever taken out, so that
 * a pointer once found stays good. Compiling happens outside of the lock. */
#include "store/catalog.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "language/open_terms.h"
#include "base/limits.h"
#include "reading/problem.h"

enum { CAPACITY_MIN = 16 };

struct catalog_entry {
    struct arena arena;                /* owns the definition and its source */
    const struct definition *compiled; /* the definition as compiled from its source alone */
    /* A copy of `compiled` with the version that the row of the definition says; NULL: the entry is
     * not in the catalog yet, or its row cannot be read. */
    struct definition *definition;
    struct span name;
    uint32_t version;
    int64_t applied_ms;
    struct catalog_entry *older; /* the next older version of the same name; NULL: there is none */
};

struct catalog {
    /* Must be the first member: definitions know only this part, and find_version() casts it back
     * to the catalog. */
    struct versions versions;
    pthread_rwlock_t lock;
    struct catalog_entry **newest; /* owned array, sorted by name */
    size_t name_count;
    size_t capacity;
    uint32_t count; /* how many versions of all names the catalog holds */
};

static const struct definition *find_version(const struct versions *versions, struct span name,
                                             uint32_t version)
{
    PRE(versions->find == find_version);
    return catalog_find((const struct catalog *)(const void *)versions, name, version);
}

enum saga_error catalog_new(struct catalog **catalog)
{
    struct catalog *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    if (pthread_rwlock_init(&made->lock, NULL) != 0) {
        free(made);
        return SAGA_NO_MEMORY;
    }
    made->versions.find = find_version;
    *catalog = made;
    return SAGA_OK;
}

void catalog_discard(struct catalog_entry **entry)
{
    struct catalog_entry *gone = *entry;
    if (!gone) {
        return;
    }
    arena_close(&gone->arena);
    free(gone);
    *entry = NULL;
}

void catalog_destroy(struct catalog **catalog)
{
    struct catalog *gone = *catalog;
    if (!gone) {
        return;
    }
    PRE(gone->name_count <= gone->capacity);
    for (size_t at = 0; at < gone->name_count; at++) {
        struct catalog_entry *entry = gone->newest[at];
        while (entry) {
            struct catalog_entry *older = entry->older;
            catalog_discard(&entry);
            entry = older;
        }
    }
    free(gone->newest);
    pthread_rwlock_destroy(&gone->lock);
    free(gone);
    *catalog = NULL;
}

/* The definition of a canonical source, in the arena. SAGA_STORE_CORRUPT: what was compiled once,
 * before it was stored, does not compile any more. */
static enum saga_error compile(struct span source, struct arena *arena,
                               const struct definition **made)
{
    struct buf document;
    struct json_problem problem;
    struct problems problems;

    buf_open(&document, (size_t)4 * LIMIT_DEFINITION);
    enum saga_error rc = json_to_mp(source, &document, &problem);
    if (rc == SAGA_OK) {
        rc = definition_compile(buf_span(&document), arena, made, &problems);
    }
    buf_close(&document);

    IMPLIES(rc == SAGA_OK, *made != NULL);
    return rc == SAGA_OK || rc == SAGA_NO_MEMORY ? rc : SAGA_STORE_CORRUPT;
}

enum saga_error catalog_prepare(struct span source, struct catalog_entry **entry)
{
    struct catalog_entry *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    arena_open(&made->arena, &arena_heap, (size_t)32 * LIMIT_DEFINITION);
    enum saga_error rc = compile(source, &made->arena, &made->compiled);
    if (rc != SAGA_OK) {
        catalog_discard(&made);
        return rc;
    }
    *entry = made;
    return SAGA_OK;
}

/* Makes entry->definition: a copy of the compiled definition with the version and the source that
 * its row says. */
static enum saga_error fill(struct catalog_entry *entry, const struct definition_row *row)
{
    PRE(row->version > 0);
    PRE(row->name.size > 0);
    PRE(!entry->definition); /* an entry is added once */
    struct definition *own = ARENA_NEW(&entry->arena, struct definition);
    if (!own) {
        return SAGA_NO_MEMORY;
    }
    bool ok = true;
    *own = *entry->compiled;
    own->version = row->version;
    own->source = arena_copy(&entry->arena, row->source, &ok);
    memcpy(own->digest, row->digest, sizeof(own->digest));
    entry->definition = own;
    entry->name = own->name;
    entry->version = row->version;
    entry->applied_ms = row->applied_ms;
    if (!ok) {
        return SAGA_NO_MEMORY;
    }
    return span_equal(own->name, row->name) ? SAGA_OK : SAGA_STORE_CORRUPT;
}

/* Index of the name in the sorted array catalog->newest, or the index at which it would have to be
 * inserted. */
static size_t place_of(const struct catalog *catalog, struct span name)
{
    size_t low = 0;
    size_t high = catalog->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_order(catalog->newest[middle]->name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    POST(low <= catalog->name_count);
    return low;
}

static struct catalog_entry *newest_of(const struct catalog *catalog, struct span name)
{
    size_t at = place_of(catalog, name);
    CHECK(at <= catalog->name_count);
    bool found = at < catalog->name_count && span_equal(catalog->newest[at]->name, name);
    return found ? catalog->newest[at] : NULL;
}

/* Makes room in the array catalog->newest for one more name; false: no memory. */
static bool grow(struct catalog *catalog)
{
    PRE(catalog->name_count <= catalog->capacity);
    if (catalog->name_count < catalog->capacity) {
        return true;
    }
    size_t capacity = catalog->capacity > 0 ? catalog->capacity * 2 : CAPACITY_MIN;
    struct catalog_entry **grown =
        realloc(catalog->newest, capacity * sizeof(struct catalog_entry *));
    if (!grown) {
        return false;
    }
    catalog->newest = grown;
    catalog->capacity = capacity;
    POST(catalog->name_count < catalog->capacity);
    return true;
}

/* Puts the entry in front of the older versions of its name. The caller holds the write lock. */
static enum saga_error add(struct catalog *catalog, struct catalog_entry *entry)
{
    PRE(entry->version > 0);
    PRE(!entry->older);
    size_t at = place_of(catalog, entry->name);
    struct catalog_entry *older = newest_of(catalog, entry->name);
    if (catalog->count >= LIMIT_DEFINITIONS) {
        return SAGA_OVERLOADED;
    }
    if (older && older->version >= entry->version) {
        return SAGA_STORE_CORRUPT;
    }
    if (!older) {
        if (!grow(catalog)) {
            return SAGA_NO_MEMORY;
        }
        struct catalog_entry **place = &catalog->newest[at];
        memmove(place + 1, place, (catalog->name_count - at) * sizeof(struct catalog_entry *));
        catalog->name_count++;
    }
    entry->older = older;
    catalog->newest[at] = entry;
    catalog->count++;
    POST(catalog->name_count <= catalog->count);
    return SAGA_OK;
}

enum saga_error catalog_add(struct catalog *catalog, const struct definition_row *row,
                            struct catalog_entry **prepared)
{
    struct catalog_entry *entry = *prepared;
    *prepared = NULL;
    enum saga_error rc = entry ? SAGA_OK : catalog_prepare(row->source, &entry);
    if (rc == SAGA_OK) {
        rc = fill(entry, row);
    }
    if (rc == SAGA_OK) {
        pthread_rwlock_wrlock(&catalog->lock);
        entry->definition->versions = &catalog->versions;
        rc = add(catalog, entry);
        pthread_rwlock_unlock(&catalog->lock);
    }
    if (rc != SAGA_OK) {
        catalog_discard(&entry);
    }
    return rc;
}

enum saga_error catalog_add_unreadable(struct catalog *catalog, const struct definition_row *row)
{
    PRE(row->version > 0);
    bool ok = true;
    struct catalog_entry *entry = calloc(1, sizeof(*entry));
    if (!entry) {
        return SAGA_NO_MEMORY;
    }
    arena_open(&entry->arena, &arena_heap, LIMIT_DEFINITION);
    entry->name = arena_copy(&entry->arena, row->name, &ok);
    entry->version = row->version;
    entry->applied_ms = row->applied_ms;
    enum saga_error rc = SAGA_NO_MEMORY;
    if (ok) {
        pthread_rwlock_wrlock(&catalog->lock);
        rc = add(catalog, entry);
        pthread_rwlock_unlock(&catalog->lock);
    }
    if (rc != SAGA_OK) {
        catalog_discard(&entry);
    }
    return rc;
}

static const struct catalog_entry *find(const struct catalog *catalog, struct span name,
                                        uint32_t version)
{
    const struct catalog_entry *entry = newest_of(catalog, name);
    while (entry && version > 0 && entry->version != version) {
        IMPLIES(entry->older, entry->older->version < entry->version);
        entry = entry->older;
    }
    IMPLIES(entry, span_equal(entry->name, name));
    return entry;
}

/* The lock of a catalog that the caller may only read: to take a read lock must change the lock,
 * and changes nothing else, so the cast away from const is safe. */
static pthread_rwlock_t *lock_of(const struct catalog *catalog)
{
    return (pthread_rwlock_t *)(uintptr_t)&catalog->lock;
}

const struct definition *catalog_find(const struct catalog *catalog, struct span name,
                                      uint32_t version)
{
    pthread_rwlock_rdlock(lock_of(catalog));
    const struct catalog_entry *entry = find(catalog, name, version);
    pthread_rwlock_unlock(lock_of(catalog));
    return entry ? entry->definition : NULL;
}

uint32_t catalog_newest_version(const struct catalog *catalog, struct span name)
{
    PRE(name.size > 0);
    pthread_rwlock_rdlock(lock_of(catalog));
    const struct catalog_entry *entry = find(catalog, name, 0);
    pthread_rwlock_unlock(lock_of(catalog));
    return entry ? entry->version : 0;
}

const struct definition *catalog_of_saga(const struct catalog *catalog, const struct head *head)
{
    PRE(head->definition.size > 0);
    return head->version > 0 ? catalog_find(catalog, head->definition, head->version)
                             : open_terms_definition();
}

int64_t catalog_applied_ms(const struct catalog *catalog, const struct definition *definition)
{
    PRE(definition->version > 0);
    pthread_rwlock_rdlock(lock_of(catalog));
    const struct catalog_entry *entry = find(catalog, definition->name, definition->version);
    pthread_rwlock_unlock(lock_of(catalog));
    return entry ? entry->applied_ms : 0;
}

const struct definition *catalog_next(const struct catalog *catalog, size_t *at)
{
    const struct definition *found = NULL;
    pthread_rwlock_rdlock(lock_of(catalog));
    while (*at < catalog->name_count && !found) {
        found = catalog->newest[*at]->definition;
        *at += 1;
    }
    POST(*at <= catalog->name_count || !found);
    pthread_rwlock_unlock(lock_of(catalog));
    return found;
}

bool catalog_has_room(const struct catalog *catalog, uint32_t count)
{
    pthread_rwlock_rdlock(lock_of(catalog));
    CHECK(catalog->count <= LIMIT_DEFINITIONS);
    bool has_room = count <= LIMIT_DEFINITIONS - catalog->count;
    pthread_rwlock_unlock(lock_of(catalog));
    return has_room;
}
