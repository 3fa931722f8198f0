/* approval.c - the kind of step that asks a person to approve or reject that the saga goes on.
 *
 *     pending -> waiting -> succeeded       approved by a person who may decide, or because nobody
 *                        |                  answered in time and the definition says so
 *                        -> failed          rejected; no answer in time; called off
 *
 * The question, and what is shown with it, are filled in once, when the wait begins, and written
 * with a digest of both, so that a decision can name exactly the question that the person saw. The
 * first decision counts, and no other. */
#include "engine/kinds/approval.h"

#include "base/digest.h"
#include "base/mp.h"
#include "base/time_text.h"
#include "engine/deadline.h"
#include "engine/fill.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "engine/wait.h"
#include "journal/record.h"
#include "saga/awake.h"
#include "saga/saga.h"

/* Fills in the question's template, or that of what is shown with it; the value is copied to the
 * saga's memory. Returns false when the step has failed or memory ran out. */
static bool fill(struct turn *turn, struct step *step, const struct template *template,
                 struct span *value)
{
    PRE(step_kind_facts(step->spec->kind)->asks_person);
    bool ok = true;
    if (!fill_or_fail(turn, step, template, value)) {
        return false;
    }
    *value = arena_copy(&turn->saga->arena, *value, &ok);
    turn->failed |= !ok;
    return ok;
}

static const char *const outcomes[] = {
    [ON_TIMEOUT_FAIL] = "fail", [ON_TIMEOUT_APPROVE] = "approve", [ON_TIMEOUT_REJECT] = "reject"};

/* Packs what is asked, for the record: {question, who, show?, on_timeout?, digest}. */
static void put_details(const struct approval_spec *spec, struct span question, struct span show,
                        struct buf *out)
{
    PRE(question.size > 0);
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    digest_pair(question, show, digest);
    digest_hex(span_of(digest, DIGEST_SIZE), hex);
    mp_put_map(out, 3u + (show.size > 0 ? 1 : 0) + (spec->timeout_ms > 0 ? 1 : 0));
    mp_put_text(out, "question");
    mp_put_value(out, question);
    mp_put_text(out, "who");
    mp_put_array(out, spec->who_count);
    for (uint32_t i = 0; i < spec->who_count; i++) {
        mp_put_str(out, spec->who[i]);
    }
    if (show.size > 0) {
        mp_put_text(out, "show");
        mp_put_value(out, show);
    }
    if (spec->timeout_ms > 0) {
        mp_put_text(out, "on_timeout");
        mp_put_text(out, outcomes[spec->on_timeout]);
    }
    mp_put_text(out, "digest");
    mp_put_text(out, hex);
}

void approval_begin(struct turn *turn, struct step *step)
{
    PRE(step_kind_facts(step->spec->kind)->asks_person);
    const struct approval_spec *spec = step->spec->approval;
    struct span question = {NULL, 0};
    struct span show = {NULL, 0};
    if (!fill(turn, step, spec->question, &question) ||
        (spec->show && !fill(turn, step, spec->show, &show))) {
        return;
    }
    struct buf *out = &turn->engine->scratch;
    buf_clear(out);
    put_details(spec, question, show, out);
    turn->failed |= buf_failed(out);
    int64_t own_ms = spec->timeout_ms > 0 ? turn->now_ms + spec->timeout_ms : 0;
    struct record record = {.type = RECORD_STEP_WAITING,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("approval"),
                            .details = buf_span(out),
                            .due_ms = wait_limit_ms(turn, step, own_ms)};
    turn_emit(turn, &record);
}

/* Packs the step's output: {decision, by, reason, at, timed_out}; `by` is null when nobody decided
 * in time (verb NULL). */
static void put_decision(struct turn *turn, const struct verb_request *verb, struct buf *out)
{
    PRE(!verb || verb->actor.size > 0);
    char at[TIME_TEXT_SIZE];
    time_text(turn->moment.at_ms, at);
    buf_clear(out);
    mp_put_map(out, 5);
    mp_put_text(out, "decision");
    mp_put_text(out, "approved");
    mp_put_text(out, "by");
    if (verb) {
        mp_put_str(out, verb->actor);
    } else {
        mp_put_nil(out);
    }
    mp_put_text(out, "reason");
    mp_put_str(out, verb ? verb->reason : span_text("nobody decided in time"));
    mp_put_text(out, "at");
    mp_put_text(out, at);
    mp_put_text(out, "timed_out");
    mp_put_bool(out, !verb);
    turn->failed |= buf_failed(out);
}

/* Ends the wait with the decision of this verb (NULL: nobody decided in time); code: why the step
 * has failed, NULL: the step was approved. */
static void end(struct turn *turn, const struct step *step, const struct verb_request *verb,
                const char *code)
{
    PRE(step->state == STEP_STATE_WAITING);
    struct record record = {.type = RECORD_STEP_WOKEN, .fields = 1, .step = step->index};
    if (verb) {
        record.actor = verb->actor;
        record.reason = verb->reason;
    }
    if (code) {
        record.code = span_text(code);
        record.message = verb ? verb->reason : span_text("nobody decided in time");
    } else {
        put_decision(turn, verb, &turn->engine->scratch);
        record.output = buf_span(&turn->engine->scratch);
    }
    turn_emit(turn, &record);
    if (!code) {
        deadline_set(turn, step);
    }
}

void approval_over(struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    static const char *const codes[] = {[ON_TIMEOUT_FAIL] = "timeout",
                                        [ON_TIMEOUT_APPROVE] = NULL,
                                        [ON_TIMEOUT_REJECT] = "rejected"};
    end(turn, step, NULL, codes[step->spec->approval->on_timeout]);
}

static bool has_role(const struct verb_request *verb, struct span role)
{
    PRE(verb->roles_count == 0 || verb->roles);
    for (uint32_t i = 0; i < verb->roles_count; i++) {
        if (span_equal(verb->roles[i], role)) {
            return true;
        }
    }
    return false;
}

static bool may_decide(const struct step *step, const struct verb_request *verb)
{
    const struct approval_spec *spec = step->spec->approval;
    PRE(spec->who_count > 0);
    for (uint32_t i = 0; i < spec->who_count; i++) {
        struct span who = spec->who[i];
        bool is_role = who.size > 5 && memcmp(who.data, "role:", 5) == 0;
        struct span role = is_role ? span_of(who.data + 5, who.size - 5) : who;
        if (is_role ? has_role(verb, role) : span_equal(who, verb->actor)) {
            return true;
        }
    }
    return false;
}

bool approval_may_pass(const struct step *step, const struct verb_request *verb)
{
    PRE(step_kind_facts(step->spec->kind)->asks_person);
    return may_decide(step, verb) || has_role(verb, span_text("admin"));
}

/* Why nobody can approve or reject now, a literal; NULL: persons can. */
static const char *why_not(const struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    if (step->state == STEP_STATE_PENDING) {
        return "the question has not been asked yet";
    }
    if (step_is_container(step)) {
        return "the step asks once for each item: name one, such as STEP[0]";
    }
    if (span_is(step->code, "cancelled")) {
        return "the question was called off: the saga turns back, or has ended";
    }
    if (step->state != STEP_STATE_WAITING) {
        return "the question has been decided";
    }
    if (turn->saga->direction == BACKWARD || turn->saga->back_wanted) {
        return "the question is called off: the saga turns back";
    }
    bool over = step->wake_ms > 0 && step->wake_ms <= turn->now_ms;
    return over ? "the time to decide is over" : NULL;
}

/* Is the digest (empty: the person gave none) that of the question that the step asks? */
static bool is_of_question(const struct step *step, struct span digest)
{
    PRE(step->approval.size > 0);
    struct span asked = mp_find(step->approval, span_text("digest"));
    struct mp mp = mp_open(asked);
    return digest.size == 0 || (mp_type(asked) == MP_STR && span_equal(mp_str(&mp), digest));
}

enum saga_error approval_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_APPROVE || verb->verb == VERB_REJECT);
    struct step *step = NULL;
    enum saga_error rc = verb_step(turn->saga, verb, &step, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (!step_kind_facts(step->spec->kind)->asks_person) {
        *why = "the step does not ask for an approval";
        return SAGA_CONFLICT;
    }
    if (!may_decide(step, verb)) {
        *why = "not among those who may decide this";
        return SAGA_FORBIDDEN;
    }
    *why = why_not(turn, step);
    if (*why) {
        return SAGA_CONFLICT;
    }
    if (!is_of_question(step, verb->plan_digest)) {
        *why = "the question is not the one that was seen";
        return SAGA_PRECONDITION_FAILED;
    }
    struct record record = verb_record_of_step(verb, step);
    turn_emit(turn, &record);
    end(turn, step, verb, verb->verb == VERB_APPROVE ? NULL : "rejected");
    return SAGA_OK;
}
