/* claims.c - concurrency keys: the table of who holds and who waits, and its turns. */
#include "engine/claims.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/template.h"
#include "saga/steps.h"

enum { KEY_TEXT = 256 };

struct claim_key {
    uint8_t digest[DIGEST_SIZE];
    uint32_t held;
    struct claim *first; /* of those that wait */
    struct claim *last;
};

/* What one saga has of its key. */
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

/* ---- the table ---- */

void claims_open(struct claims *claims)
{
    map_open(&claims->keys);
    map_open(&claims->sagas);
}

static void *take(const struct engine *engine, size_t size)
{
    return engine->options.memory->take(size, engine->options.memory->arg);
}

static void give(const struct engine *engine, void *item, size_t size)
{
    engine->options.memory->give(item, size, engine->options.memory->arg);
}

void claims_close(struct engine *engine)
{
    struct claims *claims = &engine->claims;
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
    return key;
}

static void drop_key(struct engine *engine, struct claim_key *key)
{
    if (key->held == 0 && !key->first) {
        map_drop(&engine->claims.keys, span_of(key->digest, DIGEST_SIZE));
        give(engine, key, sizeof(*key));
    }
}

/* Out of the list, or off the count. */
static void detach(struct claim *claim)
{
    struct claim_key *key = claim->key;
    if (claim->held) {
        CHECK(key->held > 0);
        key->held--;
        return;
    }
    *(claim->before ? &claim->before->after : &key->first) = claim->after;
    *(claim->after ? &claim->after->before : &key->last) = claim->before;
    claim->before = claim->after = NULL;
}

/* Behind all that came before it: as a rule, the last. */
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
}

static void end(struct engine *engine, struct claim *claim)
{
    struct claim_key *key = claim->key;
    detach(claim);
    map_drop(&engine->claims.sagas, span_of(&claim->saga, sizeof(claim->saga)));
    give(engine, claim, sizeof(*claim) + claim->name_size);
    drop_key(engine, key);
}

/* The claim stands so from now on. */
static bool set(struct engine *engine, const struct claim_row *row, struct span name)
{
    struct claim *claim = find(engine, row->saga);
    if (claim) {
        detach(claim);
    } else {
        struct claim_key *key = make_key(engine, row->key);
        claim = key ? take(engine, sizeof(*claim) + name.size) : NULL;
        if (!claim) {
            if (key) {
                drop_key(engine, key);
            }
            return false;
        }
        *claim = (struct claim){.saga = row->saga, .key = key, .name_size = name.size};
        memcpy(claim->name, name.data, name.size);
        if (map_put(&engine->claims.sagas, span_of(&claim->saga, sizeof(claim->saga)), claim) !=
            SAGA_OK) {
            give(engine, claim, sizeof(*claim) + name.size);
            drop_key(engine, key);
            return false;
        }
    }
    claim->held = row->change == CLAIM_HELD;
    claim->limit = row->limit;
    claim->place_lsn = row->place_lsn;
    attach(claim);
    return true;
}

/* Those whose turn it is now are told; it is told again until they come. */
static bool invite(struct batch *batch, const struct claim_key *key)
{
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

static bool invite_next(const struct engine *engine, struct batch *batch, const uint8_t *digest)
{
    const struct claim_key *key = key_of(engine, digest);
    return !key || invite(batch, key);
}

/* ---- a saga's key ---- */

/* Of definition and key: neither has a zero in it. */
static void digest_of(struct span definition, struct span text, uint8_t *digest)
{
    uint8_t halves[2][DIGEST_SIZE];
    digest_pair(definition, (struct span){NULL, 0}, halves[0]);
    digest_pair(text, (struct span){NULL, 0}, halves[1]);
    digest_pair(span_of(halves[0], DIGEST_SIZE), span_of(halves[1], DIGEST_SIZE), digest);
}

/* A saga keeps its key when it is moved to a version that knows of none. */
static uint32_t limit_of(const struct definition *definition)
{
    return definition->concurrency.limit > 0 ? definition->concurrency.limit : 1;
}

bool claims_have_room(const struct engine *engine, const struct definition *definition,
                      struct span text, uint64_t saga)
{
    uint8_t digest[DIGEST_SIZE];
    digest_of(definition->name, text, digest);
    const struct claim_key *key = key_of(engine, digest);
    bool is_next = !key || !key->first || key->first->saga == saga;
    return is_next && (!key || key->held < limit_of(definition));
}

/* The digest of the value's JSON, as text. */
static enum saga_error fill_text(struct engine *engine, const struct start_request *start,
                                 struct batch *batch, struct span *key, const char **why)
{
    struct scope scope = {.input = start->input.size > 0 ? start->input : MP_NIL_VALUE,
                          .saga_id = start->name,
                          .event = start->event};
    struct span missing = {NULL, 0};
    struct buf *value = &engine->scratch;
    struct buf text;
    bool ok = true;
    buf_clear(value);
    buf_open(&text, LIMIT_SAGA_MEMORY);
    *why = NULL;
    enum saga_error rc = template_fill(start->definition->concurrency.key, &scope, value, &missing);
    if (rc == SAGA_OK && mp_type(buf_span(value)) == MP_NIL) {
        rc = SAGA_INVALID;
    }
    if (rc == SAGA_OK) {
        rc = json_from_mp(buf_span(value), &text, JSON_COMPACT_STYLE);
    }
    if (rc == SAGA_INVALID) {
        *why = "the input has nothing where the definition's concurrency key looks";
    } else if (rc == SAGA_TOO_LARGE || (rc == SAGA_OK && text.size > KEY_TEXT)) {
        rc = SAGA_INVALID;
        *why = "the concurrency key is longer than 256 bytes";
    }
    if (rc == SAGA_OK) {
        /* The journal shall not keep a value of the user, who may want it erased. */
        uint8_t digest[DIGEST_SIZE];
        char hex[2 * DIGEST_SIZE + 1];
        digest_pair(buf_span(&text), (struct span){NULL, 0}, digest);
        digest_hex(span_of(digest, DIGEST_SIZE), hex);
        *key = arena_copy(&batch->arena, span_text(hex), &ok);
    }
    buf_close(&text);
    return ok ? rc : SAGA_NO_MEMORY;
}

enum saga_error claims_fill(struct engine *engine, const struct start_request *start,
                            struct batch *batch, struct span *key, const char **why)
{
    const struct concurrency *concurrency = &start->definition->concurrency;
    *key = (struct span){NULL, 0};
    *why = NULL;
    if (!concurrency->key || start->shares_claim) {
        return SAGA_OK;
    }
    enum saga_error rc = fill_text(engine, start, batch, key, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (concurrency->rejects && !claims_have_room(engine, start->definition, *key, 0)) {
        *why = "another saga holds the concurrency key";
        return SAGA_CONFLICT;
    }
    if (engine->claims.sagas.count >= LIMIT_CLAIMS) {
        *why = "no more sagas can hold or wait for concurrency keys";
        return SAGA_OVERLOADED;
    }
    return SAGA_OK;
}

void claims_begin(struct turn *turn, const struct start_request *start, struct record *record)
{
    const struct concurrency *concurrency = &start->definition->concurrency;
    record->message = start->claim;
    /* Before its time a saga does not stand in the way, unless nobody would wait for it. */
    bool now = start->start_at_ms <= turn->now_ms || concurrency->rejects;
    bool holds = start->claim.size > 0 && now &&
                 claims_have_room(turn->engine, start->definition, start->claim, turn->saga->id);
    record->flags |= holds || start->shares_claim ? (uint32_t)FLAG_HOLDS : 0u;
}

static void emit_queued(struct turn *turn, const struct record *back)
{
    struct record record = {.type = RECORD_SAGA_QUEUED, .code = span_text("concurrency")};
    if (back) {
        record.message = back->message;
        record.actor = back->actor;
        record.flags = back->flags;
        record.steps = back->steps;
        record.accept = back->accept;
    }
    turn_emit(turn, &record);
}

void claims_emit_admitted(struct turn *turn)
{
    struct record record = {.type = RECORD_SAGA_ADMITTED, .code = span_text("concurrency")};
    turn_emit(turn, &record);
}

bool claims_allow(struct turn *turn)
{
    struct saga *saga = turn->saga;
    if (saga->claim_text.size == 0 || saga->claim != CLAIM_STATE_NONE) {
        return saga->claim != CLAIM_STATE_QUEUED;
    }
    if (claims_have_room(turn->engine, saga->definition, saga->claim_text, saga->id)) {
        claims_emit_admitted(turn);
        return !turn->failed;
    }
    emit_queued(turn, NULL);
    return false;
}

static bool is_free(const struct turn *turn)
{
    const struct saga *saga = turn->saga;
    return saga->claim_text.size == 0 ||
           claims_have_room(turn->engine, saga->definition, saga->claim_text, saga->id);
}

const char *claims_refuse(const struct turn *turn)
{
    if (claims_wait(turn->saga)) {
        return "its reversal waits for the concurrency key already";
    }
    bool rejects = turn->saga->definition->concurrency.rejects;
    return rejects && !is_free(turn) ? "another saga holds the concurrency key" : NULL;
}

void claims_reverse(struct turn *turn, struct record *record)
{
    PRE(turn->saga->state == SAGA_STATE_COMPLETED);
    if (!is_free(turn)) {
        emit_queued(turn, record);
        return;
    }
    if (turn->saga->claim_text.size > 0) {
        claims_emit_admitted(turn);
    }
    turn_emit(turn, record);
}

void claims_wait_on(struct turn *turn)
{
    PRE(turn->saga->state == SAGA_STATE_COMPLETED && !claims_wait(turn->saga));
    const struct queued_reversal *queued = &turn->saga->queued;
    struct record back = {.message = queued->message,
                          .actor = queued->actor,
                          .flags = queued->flags,
                          .steps = queued->steps,
                          .accept = queued->accept};
    emit_queued(turn, &back);
}

/* ---- turns ---- */

static enum claim_change change_of(enum claim_state state)
{
    switch (state) {
    case CLAIM_STATE_HELD:
        return CLAIM_HELD;
    case CLAIM_STATE_QUEUED:
        return CLAIM_QUEUED;
    case CLAIM_STATE_NONE:
    case CLAIM_STATE_ENDED:
        break;
    }
    return CLAIM_ENDED;
}

static struct claim_row row_of(const struct saga *saga)
{
    struct claim_row row = {.change = change_of(saga->claim),
                            .saga = saga->id,
                            .limit = limit_of(saga->definition),
                            .place_lsn = saga->claim_lsn};
    digest_of(saga->definition->name, saga->claim_text, row.key);
    return row;
}

bool claims_note(struct turn *turn)
{
    struct saga *saga = turn->saga;
    struct engine *engine = turn->engine;
    enum claim_change before = change_of(turn->claim_before);
    saga->claim_lsn = turn->claim_before != saga->claim ? saga->last_lsn : saga->claim_lsn;
    bool has_come_back = before == CLAIM_QUEUED && saga->state == SAGA_STATE_COMPLETED &&
                         turn->state_before != SAGA_STATE_COMPLETED;
    bool is_same = before == change_of(saga->claim);
    if (saga->claim_text.size == 0 || (is_same && !has_come_back)) {
        return true;
    }
    struct claim_row row = row_of(saga);
    if (is_same) {
        return invite_next(engine, turn->batch, row.key); /* it could not go before */
    }
    struct claim_row *kept = batch_claim(turn->batch);
    if (!kept) {
        return false;
    }
    *kept = row;
    if (row.change != CLAIM_ENDED) {
        /* There may be room for one more. */
        return set(engine, &row, saga->name) &&
               (before == CLAIM_ENDED || invite_next(engine, turn->batch, row.key));
    }
    struct claim *claim = find(engine, saga->id);
    CHECK(claim != NULL);
    end(engine, claim);
    return invite_next(engine, turn->batch, row.key);
}

void claims_forget(struct engine *engine, const struct saga *saga)
{
    struct claim *claim = find(engine, saga->id);
    if (claim) {
        end(engine, claim);
    }
}

enum saga_error claims_learn(struct engine *engine, const struct saga *saga)
{
    bool stands = change_of(saga->claim) != CLAIM_ENDED;
    if (!stands || find(engine, saga->id)) {
        return SAGA_OK;
    }
    struct claim_row row = row_of(saga);
    return set(engine, &row, saga->name) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error engine_claim(struct engine *engine, const struct claim_row *row, struct span name)
{
    PRE(row->change == CLAIM_HELD || row->change == CLAIM_QUEUED);
    return set(engine, row, name) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error claims_serve(struct engine *engine, struct batch *batch)
{
    size_t at = 0;
    bool ok = true;
    for (struct claim_key *key; ok && (key = map_next(&engine->claims.keys, &at)) != NULL;) {
        ok = invite(batch, key);
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}
