/* claim_table.c - the table of concurrency keys: who holds which, and who waits in which order. */
#include "engine/claim_table.h"

#include "base/digest.h"
#include "engine/batch.h"
#include "engine/state.h"

/* One concurrency key that a saga holds or waits for. */
struct claim_key {
    uint8_t digest[DIGEST_SIZE];
    uint32_t held;
    struct claim *first; /* of those that wait */
    struct claim *last;
};

/* One saga that holds its key, or waits for it. */
struct claim {
    uint64_t saga;
    struct claim_key *key;
    bool held; /* else it waits, in the key's list */
    uint32_t limit;
    uint64_t place_lsn;
    struct claim *before;
    struct claim *after;
    size_t name_size;
    uint8_t name[]; /* external id */
};

void claims_open(struct claims *claims)
{
    map_open(&claims->keys);
    map_open(&claims->sagas);
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

void claims_close(struct engine *engine)
{
    struct claims *claims = &engine->claims;
    PRE(claims->keys.count <= claims->sagas.count);
    size_t at = 0;
    for (struct claim *c; (c = map_next(&claims->sagas, &at)) != NULL;) {
        give(engine, c, sizeof(*c) + c->name_size);
    }
    at = 0;
    for (struct claim_key *k; (k = map_next(&claims->keys, &at)) != NULL;) {
        give(engine, k, sizeof(*k));
    }
    map_close(&claims->sagas);
    map_close(&claims->keys);
}

static struct claim *find(const struct engine *engine, uint64_t saga)
{
    PRE(saga > 0);
    return map_get(&engine->claims.sagas, span_of(&saga, sizeof(saga)));
}

static struct claim_key *key_of(const struct engine *engine, const uint8_t *digest)
{
    return map_get(&engine->claims.keys, span_of(digest, DIGEST_SIZE));
}

static struct claim_key *make_key(struct engine *engine, const uint8_t *digest)
{
    struct claim_key *key = key_of(engine, digest);
    if (key) {
        return key;
    }
    key = take(engine, sizeof(*key));
    if (!key) {
        return NULL;
    }
    *key = (struct claim_key){.held = 0};
    memcpy(key->digest, digest, DIGEST_SIZE);
    if (map_put(&engine->claims.keys, span_of(key->digest, DIGEST_SIZE), key) != SAGA_OK) {
        give(engine, key, sizeof(*key));
        return NULL;
    }
    POST(key_of(engine, digest) == key);
    return key;
}

/* Forgets a key that nobody holds or waits for. */
static void drop_key(struct engine *engine, struct claim_key *key)
{
    PRE(key_of(engine, key->digest) == key);
    if (key->held == 0 && !key->first) {
        map_drop(&engine->claims.keys, span_of(key->digest, DIGEST_SIZE));
        give(engine, key, sizeof(*key));
    }
}

/* Out of the key's list of those that wait, or off the count of those that hold the key. */
static void detach(struct claim *claim)
{
    struct claim_key *key = claim->key;
    if (claim->held) {
        CHECK(key->held > 0);
        key->held--;
        return;
    }
    CHECK(claim->before ? claim->before->after == claim : key->first == claim);
    CHECK(claim->after ? claim->after->before == claim : key->last == claim);
    *(claim->before ? &claim->before->after : &key->first) = claim->after;
    *(claim->after ? &claim->after->before : &key->last) = claim->before;
    claim->before = claim->after = NULL;
}

/* Counts a holder; puts a saga that waits behind all that came before: as a rule at the end. */
static void attach(struct claim *claim)
{
    struct claim_key *key = claim->key;
    if (claim->held) {
        key->held++;
        return;
    }
    struct claim *before = key->last;
    while (before && before->place_lsn > claim->place_lsn) {
        before = before->before;
    }
    claim->before = before;
    claim->after = before ? before->after : key->first;
    *(claim->after ? &claim->after->before : &key->last) = claim;
    *(before ? &before->after : &key->first) = claim;
    POST(!claim->after || claim->after->place_lsn > claim->place_lsn);
}

void claim_table_end(struct engine *engine, uint64_t saga)
{
    struct claim *claim = find(engine, saga);
    if (!claim) {
        return;
    }
    struct claim_key *key = claim->key;
    CHECK(claim->saga == saga);
    detach(claim);
    map_drop(&engine->claims.sagas, span_of(&claim->saga, sizeof(claim->saga)));
    give(engine, claim, sizeof(*claim) + claim->name_size);
    drop_key(engine, key);
}

/* A saga that has no claim yet gets an empty one, of the key with this digest. NULL: no memory. */
static struct claim *make_claim(struct engine *engine, const struct claim_row *row,
                                struct span name)
{
    PRE(!find(engine, row->saga));
    struct claim_key *key = make_key(engine, row->key);
    if (!key) {
        return NULL;
    }
    struct claim *claim = take(engine, sizeof(*claim) + name.size);
    if (!claim) {
        goto err_after_key;
    }
    *claim = (struct claim){.saga = row->saga, .key = key, .name_size = name.size};
    memcpy(claim->name, name.data, name.size);
    struct span id = span_of(&claim->saga, sizeof(claim->saga));
    if (map_put(&engine->claims.sagas, id, claim) != SAGA_OK) {
        goto err_after_claim;
    }
    return claim;

err_after_claim:
    give(engine, claim, sizeof(*claim) + name.size);
err_after_key:
    drop_key(engine, key);
    return NULL;
}

bool claim_table_set(struct engine *engine, const struct claim_row *row, struct span name)
{
    PRE(row->change == CLAIM_HELD || row->change == CLAIM_QUEUED);
    struct claim *claim = find(engine, row->saga);
    if (claim) {
        detach(claim);
    } else {
        claim = make_claim(engine, row, name);
    }
    if (!claim) {
        return false;
    }
    claim->held = row->change == CLAIM_HELD;
    claim->limit = row->limit;
    claim->place_lsn = row->place_lsn;
    attach(claim);
    POST(claim_table_has(engine, row->saga));
    return true;
}

bool claim_table_has(const struct engine *engine, uint64_t saga)
{
    const struct claim *claim = find(engine, saga);
    IMPLIES(claim, claim->saga == saga);
    return claim != NULL;
}

bool claim_table_has_room(const struct engine *engine, const uint8_t *digest, uint32_t limit,
                          uint64_t saga)
{
    PRE(limit > 0);
    const struct claim_key *key = key_of(engine, digest);
    bool is_next = !key || !key->first || key->first->saga == saga;
    return is_next && (!key || key->held < limit);
}

/* Tells the sagas that come next, as many as there are free places: again with each change, until
 * they have come. */
static bool invite(struct batch *batch, const struct claim_key *key)
{
    PRE(key->held > 0 || key->first);
    bool ok = true;
    uint32_t next = key->held;
    for (const struct claim *c = key->first; c && next < c->limit && ok; c = c->after) {
        struct effect *effect = batch_effect(batch, EFFECT_ADMIT, 0);
        if (!effect) {
            return false;
        }
        effect->status.saga = arena_copy(&batch->arena, span_of(c->name, c->name_size), &ok);
        next++;
    }
    return ok;
}

bool claim_table_invite(const struct engine *engine, struct batch *batch, const uint8_t *digest)
{
    const struct claim_key *key = key_of(engine, digest);
    return !key || invite(batch, key);
}

enum saga_error engine_claim(struct engine *engine, const struct claim_row *row, struct span name)
{
    PRE(row->change == CLAIM_HELD || row->change == CLAIM_QUEUED);
    return claim_table_set(engine, row, name) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error claims_serve(struct engine *engine, struct batch *batch)
{
    PRE(engine->serving_ms > 0);
    size_t at = 0;
    bool ok = true;
    for (struct claim_key *key; ok && (key = map_next(&engine->claims.keys, &at)) != NULL;) {
        ok = invite(batch, key);
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}
