/* sim_work.c - what becomes of a task at a participant, and the participants' databases.
 *
 * A database is idempotent by key: a do that came before gives its first output again; an undo, by
 * its do_key, undoes what stands and says ok when nothing does. With a barrier it refuses a do
 * after its undo, and then some processes ignore the time limit, as frozen ones would. Without one
 * they keep to it: nothing is applied once ttl_ms has passed since arrival. What was answered
 * `later` ends at a time of day: by the coordinator's clock, wherever it has jumped. */
#include <math.h>

#include "sim.h"
#include "language/definition.h"

enum outcome {
    OUT_OK,
    OUT_REFUSED,
    OUT_FAILED,
    OUT_DOUBT,
    OUT_SILENT,
    OUT_DEATH,
    OUT_LATER,
    OUT_BAD,
    OUT_COUNT,
};

/* What is answered. */
struct said {
    const char *status;
    const char *code;
    bool retryable;
    bool in_doubt;
};

static const struct said saids[] = {
    {"ok", "", false, false},
    {"failed", "refused", false, false},
    {"failed", "full", true, false},
    {"failed", "unsure", true, true},
    {"failed", "expired", true, false},
    {"failed", "cancelled", true, false},
    {"failed", "not_found", false, false},
    {"failed", "undone", false, false},
    {"later", "", false, false},
    {"ok", "bad", false, false},
};
enum {
    SAY_OK,
    SAY_REFUSED,
    SAY_FAILED,
    SAY_DOUBT,
    SAY_EXPIRED,
    SAY_CANCELLED,
    SAY_NOT_FOUND,
    SAY_BARRED,
    SAY_LATER,
    SAY_BAD
};

/* ---- the database ---- */

/* Gives what is to be said. */
static int apply(struct sim *sim, struct sim_key *key, uint32_t service)
{
    struct sim_key *doing = key->kind == TASK_DO ? key : key->doing;
    switch (key->kind) {
    case TASK_DO:
        if (sim->barriers[service] && key->closed) {
            sim_tally(sim, COUNT_BARRED);
            return SAY_BARRED;
        }
        if (!key->done) {
            sim_watch_apply(sim, key, service);
            key->done = true;
            key->number = 1 + sim_draw(sim, 1000);
        }
        return SAY_OK;
    case TASK_UNDO:
        doing->closed = true;
        doing->undone |= doing->done;
        key->done = true;
        return SAY_OK;
    case TASK_CHECK:
        if (doing->kind == TASK_UNDO) {
            return doing->done ? SAY_OK : SAY_NOT_FOUND;
        }
        return doing->done && !doing->undone ? SAY_OK : SAY_NOT_FOUND;
    case TASK_CONFIRM:
        sim_open_confirm(sim, key);
        return SAY_OK;
    }
    UNREACHABLE("no such task");
}

/* ---- answers ---- */

/* An output that the wire does not allow. Few are too large, for those take their time. */
static void put_bad_output(struct sim *sim)
{
    static uint8_t filler[LIMIT_VALUE];
    mp_put_text(&sim->out, "output");
    mp_put_map(&sim->out, 1);
    mp_put_text(&sim->out, "n");
    uint32_t kind = sim_draw(sim, 16);
    if (kind == 0) {
        memset(filler, 'x', sizeof(filler));
        mp_put_str(&sim->out, span_of(filler, sizeof(filler)));
    } else if (kind % 2 == 0) {
        mp_put_double(&sim->out, HUGE_VAL);
    } else {
        mp_put_int(&sim->out, INT64_C(1) << 60);
    }
}

static void put_outcome(struct sim *sim, const struct sim_key *key, int say)
{
    const struct said *said = &saids[say];
    sim_put_text(sim, "status", span_text(said->status));
    if (say == SAY_BAD) {
        put_bad_output(sim);
    } else if (say == SAY_OK) {
        mp_put_text(&sim->out, "output");
        mp_put_map(&sim->out, 1);
        const struct sim_key *doing = key->kind == TASK_DO ? key : key->doing;
        sim_put_int(sim, "n", doing->number);
    } else if (say != SAY_LATER) {
        mp_put_text(&sim->out, "error");
        mp_put_map(&sim->out, 4);
        sim_put_text(sim, "code", span_text(said->code));
        sim_put_text(sim, "message", span_text("so it is"));
        mp_put_text(&sim->out, "retryable");
        mp_put_bool(&sim->out, said->retryable);
        mp_put_text(&sim->out, "in_doubt");
        mp_put_bool(&sim->out, said->in_doubt);
    }
}

static void answer(struct sim *sim, struct sim_party *party, struct sim_job *job, int say)
{
    static const enum sim_count counts[] = {
        COUNT_OKS,     COUNT_REFUSALS, COUNT_FAILURES, COUNT_DOUBTS, COUNT_EXPIRED,
        COUNT_CANCELS, COUNT_CHECKS,   COUNT_REFUSALS, COUNT_LATERS, COUNT_BAD};
    struct sim_key *key = job->key;
    char token[2 * TOKEN_SIZE + 1];
    digest_hex(span_of(job->token, TOKEN_SIZE), token);
    sim_begin(sim, "result", say == SAY_LATER ? 4 : 5);
    sim_put_text(sim, "key", span_of(key->text, key->size));
    sim_put_int(sim, "attempt", job->attempt);
    sim_put_text(sim, "token", span_text(token));
    put_outcome(sim, key, say);
    if (say == SAY_BAD) {
        sim_watch_spoil(sim, key, job->attempt);
    }
    sim_tally(sim, counts[say]);
    sim_say(sim, "%s answers %.*s#%u %s %s", party->instance, (int)key->size,
            (const char *)key->text, job->attempt, saids[say].status, saids[say].code);
    struct sim_result result = {.key = key, .attempt = job->attempt};
    job->used = false;
    sim_party_answer(sim, party, &result);
}

/* ---- taking a task ---- */

static enum outcome draw_outcome(struct sim *sim, enum task_kind kind)
{
    static const enum outcome bad_dos[] = {OUT_REFUSED, OUT_REFUSED, OUT_FAILED,
                                           OUT_FAILED,  OUT_DOUBT,   OUT_SILENT,
                                           OUT_DEATH,   OUT_LATER,   OUT_BAD};
    static const enum outcome bad_others[] = {OUT_FAILED, OUT_FAILED, OUT_FAILED,  OUT_DOUBT,
                                              OUT_SILENT, OUT_DEATH,  OUT_REFUSED, OUT_BAD};
    if (sim->is_calm || !sim_chance(sim, sim->weather.trouble)) {
        return OUT_OK;
    }
    return kind == TASK_DO ? bad_dos[sim_draw(sim, ARRAY_COUNT(bad_dos))]
                           : bad_others[sim_draw(sim, ARRAY_COUNT(bad_others))];
}

static bool is_known(struct sim *sim, struct sim_party *party, const struct sim_key *key,
                     uint32_t attempt)
{
    for (uint32_t i = 0; i < SIM_JOBS; i++) {
        if (party->jobs[i].used && party->jobs[i].key == key && party->jobs[i].attempt == attempt) {
            return true;
        }
    }
    for (uint32_t i = 0; i < SIM_RESULTS; i++) {
        if (party->results[i].used && party->results[i].key == key &&
            party->results[i].attempt == attempt) {
            sim_net_up(sim, party->conn, buf_span(&party->results[i].frame));
            return true;
        }
    }
    return false;
}

static void read_token(struct span frame, uint8_t *token)
{
    CHECK(digest_unhex(sim_text(frame, "token"), token, TOKEN_SIZE));
}

void sim_work_take(struct sim *sim, uint32_t index, struct span frame)
{
    struct sim_party *party = &sim->parties[index];
    struct sim_key *key = sim_key_of(sim, sim_text(frame, "key"));
    uint32_t attempt = (uint32_t)sim_int(frame, "attempt");
    if (is_known(sim, party, key, attempt)) {
        return;
    }
    for (uint32_t i = 0; i < SIM_JOBS; i++) {
        struct sim_job *job = &party->jobs[i];
        if (job->used) {
            continue;
        }
        *job = (struct sim_job){.used = true,
                                .key = key,
                                .attempt = attempt,
                                .arrived_ms = sim->now_ms,
                                .ttl_ms = sim_int(frame, "ttl_ms"),
                                .outcome = (int)draw_outcome(sim, key->kind),
                                .serial = ++sim->job_serial};
        read_token(frame, job->token);
        uint32_t delay_ms = 1 + sim_draw(sim, sim->is_calm ? 50 : 400);
        if (!sim->is_calm && sim_chance(sim, sim->weather.trouble / 2)) {
            delay_ms = sim_draw(sim, 3 * (uint32_t)job->ttl_ms);
            sim_tally(sim, COUNT_SLOW);
        }
        sim_net_schedule(sim, SIM_JOB_DONE, sim->now_ms + delay_ms, index, job->serial);
        return;
    }
    /* No room: it was never taken. */
}

/* ---- ending one ---- */

static bool has_end(const struct sim *sim, const struct sim_key *key)
{
    const struct definition *definition = sim_definition(sim, &sim->sagas[key->saga]);
    return sim_spec(definition, key->step)->action.timeouts.schedule_to_close_ms > 0;
}

/* A check says what is so now: it, unlike an undo, stops nobody. */
static bool has_check(const struct sim *sim, const struct sim_key *key)
{
    if (sim->sagas[key->saga].is_open) {
        return false;
    }
    const struct definition *definition =
        sim->node.catalog ? sim_definition(sim, &sim->sagas[key->saga]) : NULL;
    return !definition || sim_spec(definition, key->step)->action.check.size > 0;
}

static bool defer(struct sim *sim, const struct sim_party *party, const struct sim_job *job)
{
    if (sim->later_count == SIM_LATERS || !sim->node.core) {
        return false;
    }
    uint32_t index = sim->later_count++;
    struct sim_later *later = &sim->laters[index];
    *later = (struct sim_later){.used = true,
                                .key = job->key,
                                .attempt = job->attempt,
                                .service = party->service,
                                .clock_ms = sim->node.clock_ms,
                                .last_ms = job->arrived_ms + job->ttl_ms};
    memcpy(later->token, job->token, TOKEN_SIZE);
    sim_net_schedule(sim, SIM_LATER_DONE, sim->now_ms + 200 + sim_draw(sim, 9000), index, 0);
    return true;
}

static void end_job(struct sim *sim, uint32_t index, struct sim_job *job)
{
    struct sim_party *party = &sim->parties[index];
    bool frozen = party->barrier && job->serial % 4 == 0 && !has_check(sim, job->key);
    bool in_time = frozen || sim->now_ms <= job->arrived_ms + job->ttl_ms;
    enum outcome outcome = sim->is_calm ? OUT_OK : (enum outcome)job->outcome;
    bool half = sim_chance(sim, 500);
    int say = SAY_EXPIRED;
    if (outcome == OUT_LATER) {
        say = in_time && defer(sim, party, job) ? SAY_LATER : SAY_EXPIRED;
    } else if (outcome == OUT_REFUSED || outcome == OUT_FAILED) {
        say = outcome == OUT_REFUSED ? SAY_REFUSED : SAY_FAILED;
    } else if (in_time && (outcome == OUT_OK || half)) {
        sim_watch_act(sim, job->key, job->attempt);
        say = apply(sim, job->key, party->service);
        job->applied = say == SAY_OK;
    }
    if (outcome == OUT_DEATH) {
        sim_party_die(sim, index);
    } else if (outcome == OUT_SILENT) {
        job->silent = true;
        sim_tally(sim, COUNT_SILENCES);
    } else {
        say = outcome == OUT_DOUBT ? SAY_DOUBT : say;
        answer(sim, party, job, outcome == OUT_BAD ? SAY_BAD : say);
    }
}

static struct sim_job *job_of(struct sim_party *party, uint32_t serial)
{
    for (uint32_t i = 0; i < SIM_JOBS; i++) {
        if (party->jobs[i].used && party->jobs[i].serial == serial) {
            return &party->jobs[i];
        }
    }
    return NULL;
}

void sim_work_done(struct sim *sim, uint32_t index, uint32_t serial)
{
    struct sim_job *job = job_of(&sim->parties[index], serial);
    if (job && !job->silent) {
        end_job(sim, index, job);
    }
}

/* Says at last what became of it. */
static void speak(struct sim *sim, struct sim_party *party, struct sim_job *job, int unapplied)
{
    answer(sim, party, job, job->applied ? SAY_OK : unapplied);
}

void sim_work_cancel(struct sim *sim, uint32_t index, struct span frame)
{
    struct sim_party *party = &sim->parties[index];
    const struct sim_key *key = sim_key_of(sim, sim_text(frame, "key"));
    uint32_t attempt = (uint32_t)sim_int(frame, "attempt");
    if (!sim_chance(sim, 700)) {
        return;
    }
    for (uint32_t i = 0; i < SIM_JOBS; i++) {
        struct sim_job *job = &party->jobs[i];
        if (job->used && job->key == key && job->attempt == attempt) {
            speak(sim, party, job, SAY_CANCELLED);
        }
    }
    for (uint32_t i = 0; i < sim->later_count; i++) {
        struct sim_later *later = &sim->laters[i];
        later->cancelled |= later->key == key && later->attempt == attempt && !later->applied;
    }
}

/* Only now does the coordinator know that there is no time limit any more. */
void sim_work_acknowledged(struct sim *sim, const struct sim_result *result, bool is_ok)
{
    for (uint32_t i = 0; i < sim->later_count; i++) {
        struct sim_later *later = &sim->laters[i];
        if (later->key != result->key || later->attempt != result->attempt) {
            continue;
        }
        if (!is_ok) {
            later->cancelled = !later->applied;
        } else if (sim->node.catalog && !has_end(sim, later->key)) {
            later->last_ms = INT64_MAX;
        }
    }
}

void sim_work_finish(struct sim *sim, uint32_t index)
{
    struct sim_later *later = &sim->laters[index];
    bool refuses = !sim->is_calm && sim_chance(sim, 200);
    bool is_ok = false;
    int64_t jumped_ms = sim->node.clock_ms - later->clock_ms;
    if (!later->cancelled && !refuses && sim->now_ms + jumped_ms <= later->last_ms) {
        is_ok = apply(sim, later->key, later->service) == SAY_OK;
        later->applied = is_ok;
    }
    sim_tally(sim, COUNT_FINISHES);
    sim_client_finish(sim, index, is_ok);
}

void sim_work_calm(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->party_count; i++) {
        for (uint32_t k = 0; k < SIM_JOBS; k++) {
            struct sim_job *job = &sim->parties[i].jobs[k];
            if (job->used && job->silent) {
                speak(sim, &sim->parties[i], job, SAY_EXPIRED);
            }
        }
    }
}
