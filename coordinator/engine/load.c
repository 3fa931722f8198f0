/* load.c - back from the store: rows are folded, effects are muted, what is in flight waits.
 *
 * After a restart nobody knows whether an attempt that is in the journal ever left. It counts as
 * sent: it is neither timed out nor sent again until its participant names it, or dead_ms have
 * passed since serving began (timers.c). */
#include "engine/load.h"

#include "engine/claims.h"
#include "engine/due.h"
#include "engine/kinds/child.h"
#include "engine/kinds/child_answer.h"
#include "engine/leave.h"
#include "engine/state.h"
#include "engine/trace.h"
#include "engine/wants.h"
#include "journal/record.h"
#include "journal/saga_image.h"
#include "saga/calls.h"
#include "saga/child_state.h"
#include "saga/fold.h"
#include "saga/keys.h"
#include "saga/saga.h"

static enum saga_error fold_row(struct saga *saga, const struct row *row, const char **why)
{
    /* State keeps pointing into the payload, so the saga owns a copy of it. */
    bool ok = true;
    struct row own = *row;
    own.payload = arena_copy(&saga->arena, row->payload, &ok);
    if (!ok) {
        return SAGA_NO_MEMORY;
    }
    if (row->seq != saga->seq + 1 || row->prev != saga->last_lsn) {
        *why = "the chain of rows is broken";
        return SAGA_STORE_CORRUPT;
    }
    struct record_reader reader;
    if (!record_open(&reader, &own)) {
        *why = "a row's body is not of the format, or its payload is not what was recorded";
        return SAGA_STORE_CORRUPT;
    }
    struct record record;
    bool bad = false;
    enum claim_state claim_before = saga->claim;
    while (record_next(&reader, &record, &bad)) {
        if (!fold(saga, &record, reader.at_ms)) {
            if (saga->arena.ran_dry) {
                return SAGA_NO_MEMORY;
            }
            *why = "a record makes no sense after the ones before it";
            return SAGA_STORE_CORRUPT;
        }
    }
    if (bad) {
        *why = "a record is not of the format";
        return SAGA_STORE_CORRUPT;
    }
    saga->claim_lsn = saga->claim != claim_before ? row->lsn : saga->claim_lsn;
    saga->first_lsn = saga->first_lsn ? saga->first_lsn : row->lsn;
    saga->last_lsn = row->lsn;
    return SAGA_OK;
}

/* The version that the saga started with: it may have been migrated since. */
static const struct definition *first_definition(const struct saga_image *image,
                                                 const struct definition *definition)
{
    struct record_reader reader;
    struct record record;
    bool bad = false;
    bool is_start = image->row_count > 0 && record_open(&reader, &image->rows[0]) &&
                    record_next(&reader, &record, &bad) && record.type == RECORD_SAGA_STARTED;
    return is_start && record.version > 0 ? definition_version(definition, record.version)
                                          : definition;
}

enum saga_error saga_load(const struct arena_source *source, const struct saga_image *image,
                          const struct definition *definition, struct saga **saga, const char **why)
{
    *why = NULL;
    definition = first_definition(image, definition);
    if (!definition) {
        *why = "the definition that the saga started with is not there";
        return SAGA_STORE_CORRUPT;
    }
    struct saga *made = saga_new(source, image->head.saga, image->name, definition);
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = SAGA_OK;
    for (uint32_t i = 0; i < image->row_count && rc == SAGA_OK; i++) {
        rc = fold_row(made, &image->rows[i], why);
    }
    if (rc == SAGA_OK && made->seq == 0) {
        *why = "the saga has no rows";
        rc = SAGA_STORE_CORRUPT;
    }
    if (rc != SAGA_OK) {
        saga_destroy(&made);
        return rc;
    }
    trace_begin(made);
    *saga = made;
    return SAGA_OK;
}

/* Tokens are known again; what is unanswered counts as sent. */
static enum saga_error take_up(struct engine *engine, struct call *call)
{
    call->live.forgotten_left_ms = engine->serving_ms;
    for (struct attempt *a = call->attempts; a; a = a->older) {
        if (map_put(&engine->tokens, span_of(a->token, TOKEN_SIZE), a) != SAGA_OK) {
            return SAGA_NO_MEMORY;
        }
        a->task.key = a->run == call->run ? call->key : call_key(call, a->run);
        a->task.action = a->of_undo                 ? call->step->spec->undo.check
                         : call->kind == TASK_CHECK ? call->step->spec->action.check
                                                    : call_spec(call)->action;
        a->live.left = true;
        a->live.left_ms = engine->serving_ms;
        a->live.beat_ms = engine->serving_ms;
        a->live.orphan =
            a == call->newest && a->state == ATTEMPT_OPEN && !a->later && !call_is_of_child(call);
    }
    return SAGA_OK;
}

enum saga_error engine_load(struct engine *engine, const struct saga_image *image,
                            definition_lookup_fn lookup, void *arg, const char **why)
{
    const struct definition *definition = lookup(image->head.definition, image->head.version, arg);
    if (!definition) {
        *why = "the saga's definition is not in the store";
        return SAGA_STORE_CORRUPT;
    }
    struct saga *saga;
    enum saga_error rc = saga_load(engine->options.memory, image, definition, &saga, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    saga->live.timer.tie = saga->id;
    /* What an undo waits for is partly not in the journal: it is looked at anew. */
    saga->live.asleep_ms = image->head.due_ms;
    bool has_items = saga->step_total > saga->definition->step_count;
    saga->live.must_proceed =
        (saga->direction == BACKWARD || has_items) && !saga_state_is_final(saga->state);
    /* And what was asked of children may not have reached them. */
    for (uint32_t i = 0; i < saga->step_total; i++) {
        saga->live.must_proceed |= child_is_watched(saga_step(saga, i));
        if (saga->live.asleep_ms > 0) {
            child_was_left_alone(saga_step(saga, i));
        }
    }
    saga->live.is_untold = saga->live.asleep_ms > 0 && child_owes_its_end(saga);
    saga->live.owes = saga->live.is_untold;
    /* When it went to sleep it had been looked at, and nothing has been since. */
    saga->live.must_proceed &= saga->live.asleep_ms == 0;
    rc = wants_note(saga) ? map_put(&engine->sagas, saga->name, saga) : SAGA_NO_MEMORY;
    if (rc != SAGA_OK) {
        saga_destroy(&saga);
        return rc;
    }
    rc = claims_learn(engine, saga);
    for (uint32_t i = 0; i < saga->step_total && rc == SAGA_OK; i++) {
        for (uint32_t k = 0; k < CALL_COUNT && rc == SAGA_OK; k++) {
            rc = take_up(engine, &saga_step(saga, i)->calls[k]);
        }
    }
    int64_t due_ms = rc == SAGA_OK ? saga_next_due(engine, saga) : INT64_MAX;
    if (due_ms != INT64_MAX) {
        rc = heap_set(&engine->timers, &saga->live.timer, due_ms);
    }
    /* What it was loaded for may mean nothing to it (a token of nobody): it must not stay. */
    if (rc == SAGA_OK) {
        leave_later(engine, saga);
    }
    return rc;
}
