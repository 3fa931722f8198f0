/* lock_table.c - the table of concurrency keys: which sagas hold each key, and which wait for it,
 * in which order. */
#include "engine/lock_table.h"

#include "base/digest.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/effect.h"
#include "engine/state.h"

/* One concurrency key that a saga holds or waits for. */
struct lock_key {
    uint8_t digest[DIGEST_SIZE];
    uint32_t held;
    struct lock *first; /* queue of the sagas that wait for the key */
    struct lock *last;
};

/* One saga that holds its key, or waits for it. */
struct lock {
    uint64_t saga;
    struct lock_key *key;
    bool held;     /* true: the saga holds the key; false: it waits, in the key's queue */
    bool is_aside; /* the saga cannot be read: while it waits, its turn never comes */
    uint32_t limit;
    uint64_t place_lsn;
    struct lock *before;
    struct lock *after;
    size_t name_size;
    uint8_t name[]; /* external id of the saga, name_size bytes */
};

void locks_open(struct locks *locks)
{
    map_open(&locks->keys);
    map_open(&locks->sagas);
}

static void *take(const struct engine *engine, size_t size)
{
    PRE(size > 0);
    return engine->options.memory->take(size, engine->options.memory->arg);
}

static void give(const struct engine *engine, void *item, size_t size)
{
    PRE(item != NULL);
    engine->options.memory->give(item, size, engine->options.memory->arg);
}

void locks_close(struct engine *engine)
{
    struct locks *locks = &engine->locks;
    PRE(locks->keys.count <= locks->sagas.count);
    size_t at = 0;
    for (struct lock *c; (c = map_next(&locks->sagas, &at)) != NULL;) {
        give(engine, c, sizeof(*c) + c->name_size);
    }
    at = 0;
    for (struct lock_key *k; (k = map_next(&locks->keys, &at)) != NULL;) {
        give(engine, k, sizeof(*k));
    }
    map_close(&locks->sagas);
    map_close(&locks->keys);
}

static struct lock *find(const struct engine *engine, uint64_t saga)
{
    PRE(saga > 0);
    return map_get(&engine->locks.sagas, span_of(&saga, sizeof(saga)));
}

static struct lock_key *key_of(const struct engine *engine, const uint8_t *digest)
{
    return map_get(&engine->locks.keys, span_of(digest, DIGEST_SIZE));
}

static struct lock_key *make_key(struct engine *engine, const uint8_t *digest)
{
    struct lock_key *key = key_of(engine, digest);
    if (key) {
        return key;
    }
    key = take(engine, sizeof(*key));
    if (!key) {
        return NULL;
    }
    *key = (struct lock_key){.held = 0};
    memcpy(key->digest, digest, DIGEST_SIZE);
    if (map_put(&engine->locks.keys, span_of(key->digest, DIGEST_SIZE), key) != SAGA_OK) {
        give(engine, key, sizeof(*key));
        return NULL;
    }
    POST(key_of(engine, digest) == key);
    return key;
}

/* Forgets a key that nobody holds or waits for. */
static void drop_key(struct engine *engine, struct lock_key *key)
{
    PRE(key_of(engine, key->digest) == key);
    if (key->held == 0 && !key->first) {
        map_drop(&engine->locks.keys, span_of(key->digest, DIGEST_SIZE));
        give(engine, key, sizeof(*key));
    }
}

/* Takes the saga out of its key's queue, or off the count of the sagas that hold the key. */
static void detach(struct lock *lock)
{
    struct lock_key *key = lock->key;
    if (lock->held) {
        CHECK(key->held > 0);
        key->held--;
        return;
    }
    CHECK(lock->before ? lock->before->after == lock : key->first == lock);
    CHECK(lock->after ? lock->after->before == lock : key->last == lock);
    *(lock->before ? &lock->before->after : &key->first) = lock->after;
    *(lock->after ? &lock->after->before : &key->last) = lock->before;
    lock->before = lock->after = NULL;
}

/* Counts the saga as one that holds the key, or puts it into the key's queue, by its place_lsn: as
 * a rule at the end. */
static void attach(struct lock *lock)
{
    struct lock_key *key = lock->key;
    if (lock->held) {
        key->held++;
        return;
    }
    struct lock *before = key->last;
    while (before && before->place_lsn > lock->place_lsn) {
        before = before->before;
    }
    lock->before = before;
    lock->after = before ? before->after : key->first;
    *(lock->after ? &lock->after->before : &key->last) = lock;
    *(before ? &before->after : &key->first) = lock;
    POST(!lock->after || lock->after->place_lsn > lock->place_lsn);
}

void lock_table_end(struct engine *engine, uint64_t saga)
{
    struct lock *lock = find(engine, saga);
    if (!lock) {
        return;
    }
    struct lock_key *key = lock->key;
    CHECK(lock->saga == saga);
    detach(lock);
    map_drop(&engine->locks.sagas, span_of(&lock->saga, sizeof(lock->saga)));
    give(engine, lock, sizeof(*lock) + lock->name_size);
    drop_key(engine, key);
}

/* Makes the entry of a saga that is not in the table yet, for the key of this digest. NULL: memory
 * has run out. */
static struct lock *make_lock(struct engine *engine, const struct lock_row *row, struct span name)
{
    PRE(!find(engine, row->saga));
    struct lock_key *key = make_key(engine, row->key);
    if (!key) {
        return NULL;
    }
    struct lock *lock = take(engine, sizeof(*lock) + name.size);
    if (!lock) {
        goto err_after_key;
    }
    *lock = (struct lock){.saga = row->saga, .key = key, .name_size = name.size};
    memcpy(lock->name, name.data, name.size);
    struct span id = span_of(&lock->saga, sizeof(lock->saga));
    if (map_put(&engine->locks.sagas, id, lock) != SAGA_OK) {
        goto err_after_lock;
    }
    return lock;

err_after_lock:
    give(engine, lock, sizeof(*lock) + name.size);
err_after_key:
    drop_key(engine, key);
    return NULL;
}

bool lock_table_set(struct engine *engine, const struct lock_row *row, struct span name)
{
    PRE(row->change == LOCK_HELD || row->change == LOCK_QUEUED);
    struct lock *lock = find(engine, row->saga);
    if (lock) {
        detach(lock);
    } else {
        lock = make_lock(engine, row, name);
    }
    if (!lock) {
        return false;
    }
    lock->held = row->change == LOCK_HELD;
    lock->limit = row->limit;
    lock->place_lsn = row->place_lsn;
    attach(lock);
    POST(lock_table_has(engine, row->saga));
    return true;
}

bool lock_table_has(const struct engine *engine, uint64_t saga)
{
    const struct lock *lock = find(engine, saga);
    IMPLIES(lock, lock->saga == saga);
    return lock != NULL;
}

/* From this entry on, the first saga in the queue that can be read. */
static struct lock *able(struct lock *lock)
{
    while (lock && lock->is_aside) {
        lock = lock->after;
    }
    IMPLIES(lock, !lock->held);
    return lock;
}

bool lock_table_has_room(const struct engine *engine, const uint8_t *digest, uint32_t limit,
                         uint64_t saga)
{
    PRE(limit > 0);
    const struct lock_key *key = key_of(engine, digest);
    const struct lock *first = key ? able(key->first) : NULL;
    bool is_next = !first || first->saga == saga;
    return is_next && (!key || key->held < limit);
}

/* Adds an effect for each saga that may have the key now: as many from the front of the queue as
 * there are free places. They are told again with each change of the key, until they have it. */
static bool invite(struct batch *batch, const struct lock_key *key)
{
    PRE(key->held > 0 || key->first);
    bool ok = true;
    uint32_t next = key->held;
    for (const struct lock *c = able(key->first); c && next < c->limit && ok; c = able(c->after)) {
        struct effect *effect = batch_effect(batch, EFFECT_LOCK_FREE, 0);
        if (!effect) {
            return false;
        }
        effect->status.saga = arena_copy(&batch->arena, span_of(c->name, c->name_size), &ok);
        next++;
    }
    return ok;
}

bool lock_table_invite(const struct engine *engine, struct batch *batch, const uint8_t *digest)
{
    const struct lock_key *key = key_of(engine, digest);
    return !key || invite(batch, key);
}

bool lock_table_pass_over(struct engine *engine, uint64_t saga, struct batch *batch)
{
    struct lock *lock = find(engine, saga);
    if (!lock || lock->held) {
        return true;
    }
    lock->is_aside = true;
    CHECK(lock->key != NULL);
    return invite(batch, lock->key);
}

enum saga_error locks_serve(struct engine *engine, struct batch *batch)
{
    PRE(engine->serving_ms > 0);
    size_t at = 0;
    bool ok = true;
    for (struct lock_key *key; ok && (key = map_next(&engine->locks.keys, &at)) != NULL;) {
        ok = invite(batch, key);
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}
