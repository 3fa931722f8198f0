/* locks.c - concurrency keys: which key a saga has, whether the saga may hold it now, and the
 * records and rows that say so. */
#include "engine/locks.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/lock_table.h"
#include "engine/start_request.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/template.h"
#include "saga/saga.h"
#include "saga/steps.h"

enum { KEY_TEXT = 256 };

/* Computes the digest by which the table knows a key: of the definition's name and the key's text.
 */
static void digest_of(struct span definition, struct span text, uint8_t *digest)
{
    PRE(definition.size > 0);
    uint8_t halves[2][DIGEST_SIZE];
    digest_pair(definition, (struct span){NULL, 0}, halves[0]);
    digest_pair(text, (struct span){NULL, 0}, halves[1]);
    digest_pair(span_of(halves[0], DIGEST_SIZE), span_of(halves[1], DIGEST_SIZE), digest);
}

/* How many sagas may hold the key at once. If the saga was moved to a version of its definition
 * that has no concurrency key, it keeps the key it had, and only one saga may hold that. */
static uint32_t limit_of(const struct definition *definition)
{
    IMPLIES(definition->concurrency.key, definition->concurrency.limit > 0);
    return definition->concurrency.limit > 0 ? definition->concurrency.limit : 1;
}

bool locks_have_room(const struct engine *engine, const struct definition *definition,
                     struct span text, uint64_t saga)
{
    PRE(text.size > 0);
    uint8_t digest[DIGEST_SIZE];
    digest_of(definition->name, text, digest);
    return lock_table_has_room(engine, digest, limit_of(definition), saga);
}

/* Reads the value of the start's input that is the concurrency key, as JSON. Errors: SAGA_INVALID
 * with *why; SAGA_NO_MEMORY. */
static enum saga_error read_value(struct engine *engine, const struct start_request *start,
                                  struct buf *text, const char **why)
{
    const struct template *template = start->definition->concurrency.key;
    struct scope scope = {.input = start->input.size > 0 ? start->input : MP_NIL_VALUE,
                          .saga_id = start->name,
                          .event = start->event};
    struct span missing = {NULL, 0};
    struct buf *value = &engine->scratch;
    PRE(template != NULL);
    buf_clear(value);
    enum saga_error rc = template_fill(template, &scope, value, &missing);
    if (rc == SAGA_INVALID || (rc == SAGA_OK && mp_type(buf_span(value)) == MP_NIL)) {
        *why = "the input has nothing where the definition's concurrency key looks";
        return SAGA_INVALID;
    }
    if (rc == SAGA_OK) {
        rc = json_from_mp(buf_span(value), text, JSON_COMPACT_STYLE);
    }
    if (rc == SAGA_TOO_LARGE || (rc == SAGA_OK && text->size > KEY_TEXT)) {
        *why = "the concurrency key is longer than 256 bytes";
        return SAGA_INVALID;
    }
    return rc;
}

/* Makes the text of the key that the journal has: a digest, because the value itself is a user's,
 * who may want it erased. The errors are those of read_value(). */
static enum saga_error fill_text(struct engine *engine, const struct start_request *start,
                                 struct batch *batch, struct span *key, const char **why)
{
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    bool ok = true;
    struct buf text;
    buf_open(&text, LIMIT_SAGA_MEMORY);
    enum saga_error rc = read_value(engine, start, &text, why);
    if (rc == SAGA_OK) {
        digest_pair(buf_span(&text), (struct span){NULL, 0}, digest);
        digest_hex(span_of(digest, DIGEST_SIZE), hex);
        *key = arena_copy(&batch->arena, span_text(hex), &ok);
    }
    buf_close(&text);
    POST(rc != SAGA_INVALID || *why);
    return ok ? rc : SAGA_NO_MEMORY;
}

enum saga_error locks_fill(struct engine *engine, const struct start_request *start,
                           struct batch *batch, struct span *key, const char **why)
{
    PRE(start->definition != NULL);
    const struct concurrency *concurrency = &start->definition->concurrency;
    *key = (struct span){NULL, 0};
    *why = NULL;
    if (!concurrency->key || start->shares_lock) {
        return SAGA_OK;
    }
    enum saga_error rc = fill_text(engine, start, batch, key, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (concurrency->rejects && !locks_have_room(engine, start->definition, *key, 0)) {
        *why = "another saga holds the concurrency key";
        return SAGA_CONFLICT;
    }
    if (engine->locks.sagas.count >= LIMIT_LOCKS) {
        *why = "no more sagas can hold or wait for concurrency keys";
        return SAGA_OVERLOADED;
    }
    return SAGA_OK;
}

void locks_begin(struct turn *turn, const struct start_request *start, struct record *record)
{
    PRE(record->type == RECORD_SAGA_STARTED);
    const struct concurrency *concurrency = &start->definition->concurrency;
    record->message = start->lock;
    /* A saga whose start_at has not come does not take the key from others yet, unless it would be
     * refused when its time comes. */
    bool now = start->start_at_ms <= turn->moment.host_ms || concurrency->rejects;
    bool holds = start->lock.size > 0 && now &&
                 locks_have_room(turn->engine, start->definition, start->lock, turn->saga->id);
    record->flags |= holds || start->shares_lock ? (uint32_t)FLAG_HOLDS : 0u;
}

static void emit_queued(struct turn *turn, const struct record *back)
{
    PRE(turn->saga->lock_text.size > 0);
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

void locks_emit_held(struct turn *turn)
{
    PRE(turn->saga->lock_text.size > 0);
    struct record record = {.type = RECORD_SAGA_LOCKED, .code = span_text("concurrency")};
    turn_emit(turn, &record);
}

bool locks_allow(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->direction == FORWARD);
    if (saga->lock_text.size == 0 || saga->lock != LOCK_STATE_NONE) {
        return saga->lock != LOCK_STATE_QUEUED;
    }
    if (locks_have_room(turn->engine, saga->definition, saga->lock_text, saga->id)) {
        locks_emit_held(turn);
        return !turn->failed;
    }
    emit_queued(turn, NULL);
    return false;
}

static bool is_free(const struct turn *turn)
{
    PRE(turn->saga->magic == SAGA_MAGIC);
    const struct saga *saga = turn->saga;
    return saga->lock_text.size == 0 ||
           locks_have_room(turn->engine, saga->definition, saga->lock_text, saga->id);
}

const char *locks_refuse(const struct turn *turn)
{
    PRE(turn->saga->state == SAGA_STATE_COMPLETED);
    if (locks_wait(turn->saga)) {
        return "its reversal waits for the concurrency key already";
    }
    bool rejects = turn->saga->definition->concurrency.rejects;
    return rejects && !is_free(turn) ? "another saga holds the concurrency key" : NULL;
}

void locks_reverse(struct turn *turn, struct record *record)
{
    PRE(turn->saga->state == SAGA_STATE_COMPLETED);
    if (!is_free(turn)) {
        emit_queued(turn, record);
        return;
    }
    if (turn->saga->lock_text.size > 0) {
        locks_emit_held(turn);
    }
    turn_emit(turn, record);
}

void locks_wait_on(struct turn *turn)
{
    PRE(turn->saga->state == SAGA_STATE_COMPLETED && !locks_wait(turn->saga));
    const struct queued_reversal *queued = &turn->saga->queued;
    struct record back = {.message = queued->message,
                          .actor = queued->actor,
                          .flags = queued->flags,
                          .steps = queued->steps,
                          .accept = queued->accept};
    emit_queued(turn, &back);
}

static enum lock_change change_of(enum lock_state state)
{
    PRE(state <= LOCK_STATE_ENDED);
    switch (state) {
    case LOCK_STATE_HELD:
        return LOCK_HELD;
    case LOCK_STATE_QUEUED:
        return LOCK_QUEUED;
    case LOCK_STATE_NONE:
    case LOCK_STATE_ENDED:
        break;
    }
    return LOCK_ENDED;
}

static struct lock_row row_of(const struct saga *saga)
{
    PRE(saga->lock_text.size > 0);
    struct lock_row row = {.change = change_of(saga->lock),
                           .saga = saga->id,
                           .limit = limit_of(saga->definition),
                           .place_lsn = saga->lock_lsn};
    digest_of(saga->definition->name, saga->lock_text, row.key);
    return row;
}

bool locks_note(struct turn *turn)
{
    struct saga *saga = turn->saga;
    struct engine *engine = turn->engine;
    enum lock_change before = change_of(turn->lock_before);
    PRE(saga->lock_lsn <= saga->last_lsn);
    saga->lock_lsn = turn->lock_before != saga->lock ? saga->last_lsn : saga->lock_lsn;
    bool has_come_back = before == LOCK_QUEUED && saga->state == SAGA_STATE_COMPLETED &&
                         turn->state_before != SAGA_STATE_COMPLETED;
    bool is_same = before == change_of(saga->lock);
    if (saga->lock_text.size == 0 || (is_same && !has_come_back)) {
        return true;
    }
    struct lock_row row = row_of(saga);
    if (is_same) {
        return lock_table_invite(engine, turn->batch,
                                 /* a waiting reversal can be told of its key only now, because the
                                  * saga was undoing a late effect before */
                                 row.key);
    }
    struct lock_row *kept = batch_lock(turn->batch);
    if (!kept) {
        return false;
    }
    *kept = row;
    if (row.change != LOCK_ENDED) {
        return lock_table_set(engine, &row, saga->name) &&
               (before == LOCK_ENDED || lock_table_invite(engine, turn->batch, row.key));
    }
    CHECK(lock_table_has(engine, saga->id));
    lock_table_end(engine, saga->id);
    return lock_table_invite(engine, turn->batch, row.key);
}

void locks_forget(struct engine *engine, const struct saga *saga)
{
    lock_table_end(engine, saga->id);
    POST(!lock_table_has(engine, saga->id));
}

enum saga_error locks_learn(struct engine *engine, const struct saga *saga)
{
    bool stands = change_of(saga->lock) != LOCK_ENDED;
    if (!stands || lock_table_has(engine, saga->id)) {
        return SAGA_OK;
    }
    struct lock_row row = row_of(saga);
    POST(row.place_lsn > 0);
    return lock_table_set(engine, &row, saga->name) ? SAGA_OK : SAGA_NO_MEMORY;
}
