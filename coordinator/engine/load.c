/* load.c - brings a saga from the store back into memory: folds its rows into its state, without
 * effects, and waits for the attempts that its participants may still work on.
 *
 * After a restart nobody knows whether an attempt that the journal has was ever sent. So it counts
 * as sent: it neither runs out of time nor is sent again, until its participant names it or dead_ms
 * have passed since participants could come back (timers.c). */
#include "engine/load.h"

#include "engine/due.h"
#include "engine/facet_rows.h"
#include "engine/kinds/child.h"
#include "engine/kinds/child_answer.h"
#include "engine/leave.h"
#include "engine/locks.h"
#include "engine/lookup.h"
#include "engine/returns.h"
#include "engine/state.h"
#include "engine/timer.h"
#include "engine/trace.h"
#include "engine/wants.h"
#include "journal/record.h"
#include "journal/saga_image.h"
#include "language/open_terms.h"
#include "saga/attempt.h"
#include "saga/calls.h"
#include "saga/child_state.h"
#include "saga/fold.h"
#include "saga/keys.h"
#include "saga/open.h"
#include "saga/quiet.h"
#include "saga/saga.h"

static enum saga_error fault(struct saga_flaw *flaw, const char *why, const struct row *row,
                             const struct saga *saga)
{
    PRE(row->lsn > 0);
    *flaw = (struct saga_flaw){.why = why, .lsn = row->lsn, .seq = saga->seq + 1};
    POST(flaw->seq > 0);
    return SAGA_STORE_CORRUPT;
}

/* Applies all records of the row, which must be the saga's next row, to the saga. */
static enum saga_error fold_records(struct saga *saga, const struct row *row,
                                    struct saga_flaw *flaw)
{
    PRE(row->seq == saga->seq + 1);
    struct record_reader reader;
    if (!record_open(&reader, row)) {
        return fault(flaw,
                     "a row's body is not of the format, or its payload is not what was recorded",
                     row, saga);
    }
    struct record record;
    bool bad = false;
    while (record_next(&reader, &record, &bad)) {
        if (fold(saga, &record, &reader.moment)) {
            continue;
        }
        if (saga->arena.ran_dry) {
            return SAGA_NO_MEMORY;
        }
        return fault(flaw, "a record makes no sense after the ones before it", row, saga);
    }
    if (bad) {
        return fault(flaw, "a record is not of the format", row, saga);
    }
    return SAGA_OK;
}

static enum saga_error fold_row(struct saga *saga, const struct row *row, struct saga_flaw *flaw)
{
    PRE(saga->magic == SAGA_MAGIC);
    /* The saga's state will point into the row's payload, so the saga gets a copy of the payload.
     */
    bool ok = true;
    struct row own = *row;
    own.payload = arena_copy(&saga->arena, row->payload, &ok);
    if (!ok) {
        return SAGA_NO_MEMORY;
    }
    if (row->seq != saga->seq + 1 || row->prev != saga->last_lsn) {
        return fault(flaw, "the chain of rows is broken", row, saga);
    }
    enum lock_state lock_before = saga->lock;
    enum saga_error rc = fold_records(saga, &own, flaw);
    if (rc != SAGA_OK) {
        return rc;
    }
    saga->lock_lsn = saga->lock != lock_before ? row->lsn : saga->lock_lsn;
    saga->first_lsn = saga->first_lsn ? saga->first_lsn : row->lsn;
    saga->last_lsn = row->lsn;
    return SAGA_OK;
}

/* Reads the first record of the saga, which says how it started. Returns false when that record is
 * missing. */
static bool read_start(const struct saga_image *image, struct record *record)
{
    PRE(image->row_count == 0 || image->rows);
    struct record_reader reader;
    bool bad = false;
    return image->row_count > 0 && record_open(&reader, &image->rows[0]) &&
           record_next(&reader, record, &bad) && record->type == RECORD_SAGA_STARTED;
}

bool load_is_open(const struct saga_image *image)
{
    struct record start;
    PRE(image->name.size > 0);
    return read_start(image, &start) && start.form.size > 0;
}

/* The version of the definition that the saga started with: the saga may have been migrated since,
 * and its first rows are those of that version. */
static const struct definition *first_definition(const struct saga_image *image,
                                                 const struct definition *definition)
{
    PRE(definition != NULL);
    struct record start;
    bool is_start = read_start(image, &start);
    return is_start && start.version > 0 ? definition_version(definition, start.version)
                                         : definition;
}

static enum saga_error fold_rows(struct saga *saga, const struct saga_image *image,
                                 struct saga_flaw *flaw)
{
    PRE(saga->seq == 0);
    for (uint32_t i = 0; i < image->row_count; i++) {
        enum saga_error rc = fold_row(saga, &image->rows[i], flaw);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    if (saga->seq == 0) {
        flaw->why = "the saga has no rows";
        return SAGA_STORE_CORRUPT;
    }
    return SAGA_OK;
}

enum saga_error saga_load(const struct arena_source *source, const struct saga_image *image,
                          const struct definition *definition, struct saga **saga,
                          struct saga_flaw *flaw)
{
    *flaw = (struct saga_flaw){0};
    bool is_open = load_is_open(image);
    definition = is_open ? open_terms_definition() : first_definition(image, definition);
    if (!definition) {
        flaw->why = "the definition that the saga started with is missing or unreadable";
        return SAGA_STORE_CORRUPT;
    }
    struct saga *made =
        is_open ? open_new(source, image->head.saga, image->name, image->head.definition)
                : saga_new(source, image->head.saga, image->name, definition);
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = fold_rows(made, image, flaw);
    if (rc != SAGA_OK) {
        goto err_after_made;
    }
    trace_begin(made);
    *saga = made;
    return SAGA_OK;

err_after_made:
    POST(rc == SAGA_NO_MEMORY || flaw->why);
    saga_destroy(&made);
    return rc;
}

void load_count_from(struct call *call, int64_t now_ms)
{
    PRE(now_ms >= 0);
    if (call->forgot_unanswered) {
        call->live.forgotten_over_ms = call_past_over_ms(call, now_ms);
    }
    for (struct attempt *a = call->attempts; a; a = a->older) {
        a->live.left_ms = now_ms;
        a->live.beat_ms = now_ms;
    }
}

/* Makes the attempts of a loaded call known by their tokens again; an attempt without an answer
 * counts as sent. */
static enum saga_error take_up(struct engine *engine, struct call *call)
{
    PRE(call->step->saga->magic == SAGA_MAGIC);
    if (call->kind == TASK_DO && step_kind_facts(call->step->spec->kind)->by_client) {
        /* the client of the open saga did it itself: no participant has an attempt */
        return SAGA_OK;
    }
    load_count_from(call, engine->seen_ms);
    for (struct attempt *a = call->attempts; a; a = a->older) {
        if (engine->serving_ms == 0) {
            returns_note(engine, a);
        }
        if (map_put(&engine->tokens, span_of(a->token, TOKEN_SIZE), a) != SAGA_OK) {
            return SAGA_NO_MEMORY;
        }
        a->task.key = a->run == call->run ? call->key : call_key(call, a->run);
        a->task.action = a->of_undo                 ? call->step->spec->undo.check
                         : call->kind == TASK_CHECK ? call->step->spec->action.check
                                                    : call_spec(call)->action;
        a->live.left = true;
        a->live.is_of_past = true;
        a->live.orphan =
            a == call->newest && a->state == ATTEMPT_OPEN && !a->later && !call_is_of_child(call);
    }
    return SAGA_OK;
}

/* Restores what no record says of the saga, from its head: whether it was asleep, and whether its
 * parent must still be told how it stands. A saga that goes back, has items, or has children is
 * looked at as soon as serving begins: what its undos wait for is in part in no record, and what
 * was asked of a child may not have reached it. Not so a saga that was asleep, for it had been
 * looked at before, and nothing was asked since. */
static void wake_up(struct saga *saga, const struct saga_image *image)
{
    bool has_items = saga->step_total > saga->definition->step_count;
    bool goes_back = saga->direction == BACKWARD && !saga_state_is_final(saga->state);
    bool must_proceed = goes_back || (has_items && !saga_state_is_final(saga->state));
    PRE(!saga->live.owes);
    timer_open(saga);
    saga->live.asleep = (struct asleep){image->head.due_ms, image->head.until_ms};
    for (uint32_t i = 0; i < saga->step_total; i++) {
        must_proceed |= child_is_watched(saga_step(saga, i));
        if (saga->live.asleep.due_ms > 0) {
            child_was_left_alone(saga_step(saga, i));
        }
    }
    saga->live.must_proceed = must_proceed && saga->live.asleep.due_ms == 0;
    /* The parent must be told of a final child whose head is due for that, and of a child that
     * parked and did not go to sleep after its parent had heard. */
    bool is_owed =
        saga->live.asleep.due_ms > 0 ? child_owes_its_end(saga) : saga->state == SAGA_STATE_PARKED;
    saga->live.is_untold = is_owed && child_owes_news(saga);
    saga->live.owes = saga->live.is_untold;
}

/* Puts into the engine's tables the loaded saga's concurrency key, the tokens of its attempts, and
 * its timer. Errors: SAGA_NO_MEMORY. */
static enum saga_error join(struct engine *engine, struct saga *saga)
{
    PRE(lookup_saga(engine, saga->name) == saga);
    enum saga_error rc = locks_learn(engine, saga);
    if (rc != SAGA_OK) {
        return rc;
    }
    for (uint32_t i = 0; i < saga->step_total; i++) {
        for (uint32_t k = 0; k < CALL_COUNT; k++) {
            rc = take_up(engine, &saga_step(saga, i)->calls[k]);
            if (rc != SAGA_OK) {
                return rc;
            }
        }
    }
    struct dues dues = saga_next_due(engine, saga);
    return timer_set(engine, saga, &dues) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error engine_load(struct engine *engine, const struct saga_image *image,
                            definition_lookup_fn lookup, void *arg, struct saga_flaw *flaw)
{
    const struct definition *definition =
        load_is_open(image) ? open_terms_definition()
                            : lookup(image->head.definition, image->head.version, arg);
    if (!definition) {
        *flaw = (struct saga_flaw){.why = FLAW_NO_DEFINITION};
        return SAGA_STORE_CORRUPT;
    }
    struct saga *saga;
    enum saga_error rc = saga_load(engine->options.memory, image, definition, &saga, flaw);
    if (rc != SAGA_OK) {
        return rc;
    }
    wake_up(saga, image);
    bool is_noted =
        wants_note(saga) && facet_rows_learn(saga, saga->last_lsn > engine->options.facets_lsn);
    rc = is_noted ? map_put(&engine->sagas, saga->name, saga) : SAGA_NO_MEMORY;
    if (rc != SAGA_OK) {
        goto err_after_saga;
    }
    rc = join(engine, saga);
    if (rc != SAGA_OK) {
        return rc; /* the engine is unusable: the saga is destroyed with it */
    }
    CHECK(lookup_saga(engine, saga->name) == saga);
    /* The event that the saga was loaded for may change nothing in it, such as a token that is not
     * of its attempts: so it is marked to leave memory again right away. */
    leave_later(engine, saga);
    return SAGA_OK;

err_after_saga:
    saga_destroy(&saga);
    return rc;
}
