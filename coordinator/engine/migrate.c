/* migrate.c - moves a running saga to another version of its definition.
 *
 * A saga may move only if the steps that have begun are the same in both versions: a started step
 * must be there under its name, with the same text, class, needs and policies, because it may yet
 * be retried and undone, and its idempotency keys must mean the same. Steps that have not begun
 * become those of the new version. The saga's deadline stays as it was; all else that the
 * definition says of the saga as a whole is taken from the new version.
 *
 * A record names a step by its index in the version that the saga had when the record was written,
 * so folding the records needs every version that the saga has had: see definition_version(). */
#include "engine/migrate.h"

#include "engine/batch.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "journal/record.h"
#include "saga/fan.h"
#include "saga/fold_migrate.h"
#include "saga/saga.h"

static bool same_codes(const struct retry_policy *a, const struct retry_policy *b)
{
    PRE(a->non_retryable_count == 0 || a->non_retryable);
    bool same = a->non_retryable_count == b->non_retryable_count;
    for (uint32_t i = 0; i < a->non_retryable_count && same; i++) {
        same = span_equal(a->non_retryable[i], b->non_retryable[i]);
    }
    return same;
}

/* Have two calls the same retries and time-outs? Comparing the text of the steps is not enough, for
 * defaults of the definition fill in what the text leaves out. */
static bool same_policy(const struct call_spec *a, const struct call_spec *b)
{
    PRE(a->timeouts.start_to_close_ms > 0 || a->action.size == 0);
    const struct retry_policy *r = &a->retry;
    const struct retry_policy *s = &b->retry;
    const struct timeouts *t = &a->timeouts;
    const struct timeouts *u = &b->timeouts;
    bool factors = r->backoff >= s->backoff && r->backoff <= s->backoff && r->jitter >= s->jitter &&
                   r->jitter <= s->jitter;
    return factors && r->attempts_max == s->attempts_max && r->initial_ms == s->initial_ms &&
           r->interval_max_ms == s->interval_max_ms && r->elapsed_max_ms == s->elapsed_max_ms &&
           same_codes(r, s) && t->schedule_to_start_ms == u->schedule_to_start_ms &&
           t->start_to_close_ms == u->start_to_close_ms &&
           t->schedule_to_close_ms == u->schedule_to_close_ms && t->heartbeat_ms == u->heartbeat_ms;
}

static bool same_needs(const struct definition *from, const struct step_spec *a,
                       const struct definition *to, const struct step_spec *b)
{
    PRE(a->needs_count <= from->step_count);
    bool same = a->needs_count == b->needs_count;
    for (uint32_t i = 0; i < a->needs_count && same; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->needs_count && !found; k++) {
            found = span_equal(from->steps[a->needs[i]].name, to->steps[b->needs[k]].name);
        }
        same = found;
    }
    return same;
}

/* Why the begun step cannot go on in that version, as the end of a sentence; NULL: it can. */
static const char *difference(const struct step *step, const struct definition *to)
{
    PRE(fold_migrate_has_begun(step));
    const struct definition *from = step->saga->definition;
    const struct step_spec *a = step->spec;
    int32_t place = definition_step(to, a->name);
    if (place < 0) {
        return "has begun, and is not in that version";
    }
    const struct step_spec *b = &to->steps[place];
    bool waits = step->state == STEP_STATE_WAITING ||
                 (step->fan && step->fan->counts[STEP_STATE_WAITING] > 0);
    bool moves =
        (uint32_t)place != step->index || (step->fan && to->step_count != from->step_count);
    if (waits && step_kind_facts(a->kind)->takes_event && moves) {
        return "waits for what finds it by its place, and has another one there";
    }
    if (memcmp(a->digest, b->digest, sizeof(a->digest)) != 0) {
        return "has begun, and is written otherwise there";
    }
    if (a->step_class != b->step_class || a->after_pivot != b->after_pivot) {
        return "has begun, and is of another class there";
    }
    if (!same_needs(from, a, to, b)) {
        return "has begun, and needs other steps there";
    }
    if (!same_policy(&a->action, &b->action) || (a->has_undo && !same_policy(&a->undo, &b->undo))) {
        return "has begun, and the defaults give it other retries or time-outs there";
    }
    return NULL;
}

static bool is_in(const struct definition *definition, struct span name)
{
    PRE(name.size > 0);
    return definition_step(definition, name) >= 0;
}

static bool compare(const struct saga *saga, const struct definition *to, struct arena *arena,
                    struct migration *plan)
{
    const struct definition *from = saga->definition;
    struct migration_item *differences = arena_take(arena, from->step_count * sizeof(*differences));
    struct span *dropped = arena_take(arena, from->step_count * sizeof(*dropped));
    struct span *added = arena_take(arena, to->step_count * sizeof(*added));
    if (!differences || !dropped || !added) {
        return false;
    }
    for (uint32_t i = 0; i < from->step_count; i++) {
        const struct step *step = saga_step(saga, i);
        const char *what = fold_migrate_has_begun(step) ? difference(step, to) : NULL;
        if (what) {
            differences[plan->difference_count++] = (struct migration_item){step->name, what};
        } else if (!is_in(to, step->name)) {
            dropped[plan->dropped_count++] = step->name;
        }
    }
    for (uint32_t i = 0; i < to->step_count; i++) {
        if (!is_in(from, to->steps[i].name)) {
            added[plan->added_count++] = to->steps[i].name;
        }
    }
    CHECK(plan->difference_count + plan->dropped_count <= from->step_count);
    plan->differences = differences;
    plan->dropped = dropped;
    plan->added = added;
    return true;
}

enum saga_error migrate_plan(const struct saga *saga, uint32_t version, struct arena *arena,
                             struct migration *plan, const char **why)
{
    PRE(saga->magic == SAGA_MAGIC);
    const struct definition *to =
        version > 0 ? definition_version(saga->definition, version) : NULL;
    *plan = (struct migration){
        .saga = saga->name, .seq = saga->seq, .from = saga->definition->version, .to = version};
    *why = NULL;
    if (!to) {
        *why = "the definition has no such version";
        return SAGA_NOT_FOUND;
    }
    if (saga_state_is_final(saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    if (to == saga->definition) {
        *why = "the saga is of that version already";
        return SAGA_CONFLICT;
    }
    return compare(saga, to, arena, plan) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* Refuses the migration; *why names all steps that differ. */
static enum saga_error refuse(struct turn *turn, const struct migration *plan, const char **why)
{
    PRE(plan->difference_count > 0);
    struct buf *text = &turn->engine->scratch;
    bool ok = true;
    buf_clear(text);
    buf_format(text, "version %u differs in what has begun:", plan->to);
    for (uint32_t i = 0; i < plan->difference_count; i++) {
        const struct migration_item *item = &plan->differences[i];
        buf_format(text, "%s step '%.*s' %s", i > 0 ? ";" : "", (int)item->step.size,
                   (const char *)item->step.data, item->difference);
    }
    buf_write(text, "", 1);
    struct span kept = arena_copy(&turn->batch->arena, buf_span(text), &ok);
    turn->failed |= !ok || buf_failed(text);
    *why = turn->failed ? NULL : (const char *)kept.data;
    return SAGA_CONFLICT;
}

enum saga_error migrate(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_MIGRATE);
    struct saga *saga = turn->saga;
    struct migration plan;
    enum saga_error rc = migrate_plan(saga, verb->version, &turn->batch->arena, &plan, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (plan.difference_count > 0) {
        return refuse(turn, &plan, why);
    }
    struct record said = verb_record(verb);
    struct record record = {.type = RECORD_SAGA_MIGRATED,
                            .version = verb->version,
                            .actor = verb->actor,
                            .reason = verb->reason};
    turn_emit(turn, &said);
    turn_emit(turn, &record);
    saga->live.is_migrated = true;
    return SAGA_OK;
}
