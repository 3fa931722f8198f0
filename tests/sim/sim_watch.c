/* sim_watch.c - looks at every commit and at every frame that leaves, and says what may not be.
 *
 * What is durable is learned from the rows themselves at the moment of their commit, so that a task
 * or a verdict which leaves before its record is seen at that moment. */
#include "journal/record.h"
#include "lib/told.h"
#include "sim.h"
#include "saga/saga.h"
#include "engine/state.h"

/* ---- what becomes durable ---- */

static void note_intent(struct sim *sim, const struct sim_saga *saga,
                        const struct sim_attempt_id *id, const struct record *record)
{
    if (record->flags & FLAG_ADOPTED) {
        sim_tally(sim, COUNT_ADOPTED);
        return;
    }
    struct sim_attempt *attempt = ARENA_NEW(&sim->memory, struct sim_attempt);
    CHECK(attempt);
    attempt->id = *id;
    attempt->is_alone = saga->state == SAGA_STATE_RUNNING;
    attempt->commit = sim->commits;
    memcpy(attempt->token, record->token, TOKEN_SIZE);
    CHECK(record->to.size < sizeof(attempt->to));
    memcpy(attempt->to, record->to.size > 0 ? (const char *)record->to.data : "", record->to.size);
    CHECK(map_put(&sim->attempts, span_of(&attempt->id, sizeof(*id)), attempt) == SAGA_OK);
}

static struct sim_saga *saga_of_id(struct sim *sim, uint64_t id)
{
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        if (sim->sagas[i].id == id) {
            return &sim->sagas[i];
        }
    }
    UNREACHABLE("no such saga");
}

/* What is wrong with a result touches its task alone, and leaves that in doubt. */
static void check_spoilt(struct sim *sim, const struct sim_saga *saga, const struct record *record)
{
    bool doubts = (record->flags & FLAG_IN_DOUBT) != 0 && span_is(record->code, "bad_output");
    if (record->type != RECORD_TASK_FAILED || !doubts) {
        sim_violated(sim, "bad_output", "a bad result of %s is recorded as %s %.*s", saga->name,
                     record_type_name(record->type), (int)record->code.size,
                     (const char *)record->code.data);
    }
}

static void note_record(struct sim *sim, uint64_t saga, const struct record *record)
{
    struct sim_saga *named = saga_of_id(sim, saga);
    if (record->type == RECORD_SAGA_STARTED) {
        named->version = record->version;
    } else if (record->type == RECORD_SAGA_MIGRATED) {
        sim_names_migrate(sim, named, record->version);
    }
    const struct definition *definition = sim_definition(sim, named);
    uint32_t step = named->is_open ? sim_open_note(sim, named, record)
                                   : sim_step_number(definition, record->step, record->item);
    struct sim_attempt_id id = {.saga = saga,
                                .step = step,
                                .kind = record->kind,
                                .run = record->run,
                                .attempt = record->attempt};
    if (record->type == RECORD_STEP_WAITING && span_is(record->code, "saga")) {
        id.attempt = 1; /* there is no other: it is asked for as often as it takes */
        note_intent(sim, named, &id, record);
    }
    bool has_key = record->type == RECORD_TASK_INTENDED ||
                   (record->type == RECORD_STEP_WAITING && span_is(record->code, "saga"));
    named->begun |= has_key ? 1u << step : 0;
    named->resolved |= record->type == RECORD_STEP_RESOLVED ? 1u << step : 0;
    sim_say(sim, "  %s %s t%u %s~%u#%u %.*s", named->name, record_type_name(record->type), step,
            task_kind_name(record->kind), record->run, record->attempt, (int)record->code.size,
            (const char *)record->code.data);
    if (!named->is_open) {
        sim_lock_note(sim, named, record);
        sim_child_note(sim, named, record);
        sim_tick_note(sim, named, record);
        sim_event_note(sim, named, record);
    }
    if (record->type == RECORD_TASK_INTENDED) {
        note_intent(sim, named, &id, record);
        return;
    }
    bool child_parked =
        record->type == RECORD_STEP_WAITING && span_is(record->code, "child_parked");
    if (record->type == RECORD_STEP_PARKED || (record->flags & FLAG_STUCK) != 0 || child_parked) {
        named->given_up |= 1u << step;
    }
    bool unanswered = (record->flags & FLAG_UNANSWERED) != 0;
    sim->counts[COUNT_LATE] += record->type == RECORD_TASK_LATE;
    sim->counts[COUNT_STALE] += record->type == RECORD_TASK_FAILED && record->flags & FLAG_STALE;
    sim->counts[COUNT_UNTAKEN] += record->type == RECORD_TASK_FAILED && unanswered;
    struct sim_attempt *attempt = record->attempt > 0 ? sim_attempt_of(sim, &id) : NULL;
    if (attempt) {
        bool untaken = record->type == RECORD_TASK_FAILED && unanswered;
        sim->counts[COUNT_RETURNED] += untaken && attempt->commit <= sim->served;
        bool was_final = attempt->final;
        attempt->untaken |= untaken;
        attempt->waiting |= record->type == RECORD_STEP_WAITING;
        attempt->final |= record->type == RECORD_TASK_SUCCEEDED ||
                          record->type == RECORD_TASK_LATE ||
                          (record->type == RECORD_TASK_FAILED && !unanswered);
        bool ends = !was_final && attempt->final;
        if (ends && attempt->spoilt) {
            check_spoilt(sim, named, record);
        }
    }
}

static void note_row(struct sim *sim, const struct row *row)
{
    struct record_reader reader;
    struct record record;
    bool bad = false;
    if (!record_open(&reader, row)) {
        sim_violated(sim, "replay", "row %llu cannot be read", (unsigned long long)row->lsn);
    }
    while (record_next(&reader, &record, &bad)) {
        sim_clock_note(sim, row->saga, &record, &reader.moment);
        note_record(sim, row->saga, &record);
    }
    if (bad) {
        sim_violated(sim, "replay", "row %llu makes no sense", (unsigned long long)row->lsn);
    }
}

static void note_saga(struct sim *sim, struct span name, const struct head *head)
{
    struct sim_saga *saga = sim_saga_named(sim, name);
    if (!saga) {
        CHECK(sim->saga_count < SIM_SAGAS && name.size <= LIMIT_SAGA_ID);
        saga = &sim->sagas[sim->saga_count++];
        memcpy(saga->name, name.data, name.size);
    }
    if (saga->id != 0) {
        sim_violated(sim, "acknowledged", "the id %s is given twice", saga->name);
    }
    saga->id = head->saga;
    saga->crashes = sim->node.crashes;
    if (!saga->is_open) {
        saga->definition = (uint32_t)(head->definition.data[1] - '0');
    }
    saga->version = 0; /* the first row says it */
    sim_child_note_saga(sim, saga);
    sim_tally(sim, COUNT_SAGAS);
}

/* Its one webhook wants everything: each notice is delivered to it, in the same commit. */
static void check_told(struct sim *sim, const struct rows *rows)
{
    const char *wrong = told_wrong(rows);
    bool all = rows->delivery_count == rows->notice_count;
    for (uint32_t i = 0; i < rows->delivery_count && all; i++) {
        all = rows->deliveries[i].change == DELIVERY_NEW && rows->deliveries[i].notice == i;
    }
    if (wrong || !all) {
        sim_violated(sim, "told", "%s", wrong ? wrong : "a notice without its delivery");
    }
}

void sim_watch_commit(struct sim *sim, const struct rows *rows)
{
    for (uint32_t i = 0; i < rows->head_count; i++) {
        for (uint32_t k = 0; k < rows->name_count && rows->heads[i].is_new; k++) {
            bool is_id = rows->names[k].text.size > 0 && rows->names[k].text.data[0] != 1;
            if (is_id && rows->names[k].saga == rows->heads[i].saga) {
                note_saga(sim, rows->names[k].text, &rows->heads[i]);
            }
        }
    }
    sim_sleep_tally(sim, rows);
    check_told(sim, rows);
    sim_event_note_inbox(sim, rows);
    for (uint32_t i = 0; i < rows->row_count; i++) {
        note_row(sim, &rows->rows[i]);
        sim->node.disk.last_lsn = rows->rows[i].lsn;
    }
    sim_child_note_heads(sim, rows);
    sim_tick_note_marks(sim, rows);
}

/* ---- what leaves: tasks ---- */

/* The same key carries the same request, whatever the attempt. */
static void check_frozen(struct sim *sim, struct sim_key *key, struct span frame)
{
    static const char *const names[] = {"kind",  "action", "saga",   "step",
                                        "input", "do_key", "output", "in_doubt"};
    uint8_t digest[DIGEST_SIZE];
    buf_clear(&sim->scratch);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        mp_put_value(&sim->scratch, mp_find(frame, span_text(names[i])));
    }
    digest_pair(buf_span(&sim->scratch), span_of(NULL, 0), digest);
    if (key->was_sent && memcmp(digest, key->digest, DIGEST_SIZE) != 0) {
        sim_violated(sim, "key", "%.*s carries another request", (int)key->size,
                     (const char *)key->text);
    }
    memcpy(key->digest, digest, DIGEST_SIZE);
    key->was_sent = true;
}

/* May its effect still stand when the undo of a step before it leaves? (So it may when it was
 * parked, or stuck, as that undo was decided, and a person has retried it since.) */
static bool is_excused(const struct step *after)
{
    return !after->chosen || after->late || after->stuck || after->accepted || after->by_person ||
           !after->spec->has_undo || after->state == STEP_STATE_PARKED ||
           after->state == STEP_STATE_KEPT || after->state == STEP_STATE_RESOLVED;
}

static bool comes_after(const struct saga *saga, const struct step *after, const struct step *step)
{
    bool is_after[LIMIT_STEPS] = {false};
    uint32_t index = step->container ? step->container->index : step->index;
    if (saga->definition->strict) {
        return after->started_seq > step->started_seq;
    }
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        uint32_t at = saga->definition->order[i];
        const struct step_spec *spec = &saga->definition->steps[at];
        for (uint32_t k = 0; k < spec->needs_count; k++) {
            is_after[at] |= spec->needs[k] == index || is_after[spec->needs[k]];
        }
    }
    const struct step *own = after->container ? after->container : after;
    return is_after[own->index];
}

static uint32_t number_of(const struct step *step)
{
    const struct step *own = step->container ? step->container : step;
    return sim_step_number(step->saga->definition, own->index,
                           step->container ? step->item + 1 : 0);
}

static const struct step *step_of(const struct saga *saga, uint32_t number)
{
    for (uint32_t i = 0; i < saga->step_total; i++) {
        if (number_of(saga_step(saga, i)) == number) {
            return saga_step(saga, i);
        }
    }
    return NULL;
}

void sim_watch_order(struct sim *sim, const struct sim_saga *named, uint32_t undone)
{
    const struct saga *saga = map_get(&sim->node.core->engine->sagas, span_text(named->name));
    const struct step *step = saga ? step_of(saga, undone) : NULL;
    if (!step || step->late || step->calls[1].late_effect) {
        return;
    }
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *after = saga_step(saga, i);
        uint32_t number = number_of(after);
        /* What a person has said of a step, perhaps wrongly, holds for its old keys for ever. */
        bool is_free = after == step || !comes_after(saga, after, step) || is_excused(after) ||
                       (named->given_up | named->resolved) & 1u << number;
        uint32_t stand = is_free ? 0 : sim_stands(sim, (uint32_t)(named - sim->sagas), number);
        stand += is_free ? 0 : sim_child_stand(sim, named, number);
        if (stand > 0) {
            sim_violated(sim, "order", "the undo of t%u of %s begins while t%u stands", undone,
                         named->name, number);
        }
    }
}

static void check_undo(struct sim *sim, struct sim_key *undo, int64_t attempt)
{
    const struct definition *definition = sim_definition(sim, &sim->sagas[undo->saga]);
    /* An intent is enough: after a crash nobody knows whether it had left. */
    if (!sim_attempt_of_key(sim, undo->doing, 1) &&
        !sim_spec(definition, undo->step)->undo_on_failed) {
        sim_violated(sim, "phantom", "%.*s undoes what was never asked for", (int)undo->size,
                     (const char *)undo->text);
    }
    /* Another undo of the same do is for an effect that came late, and goes when that is known. */
    bool is_late = undo->run > 1 && undo->doing->undo_sent;
    /* An item that is forgiven is undone alone while its saga goes forward. */
    const struct sim_attempt *first = sim_attempt_of_key(sim, undo, 1);
    bool is_alone = first && first->is_alone;
    if (attempt == 1 && !is_late && !is_alone) {
        sim_watch_order(sim, &sim->sagas[undo->saga], undo->step);
    }
    undo->doing->undo_sent = true;
    sim_tally(sim, COUNT_UNDOS);
}

/* A record says for whom an attempt is: nobody else gets it. */
static void check_placed(struct sim *sim, const struct sim_attempt *attempt,
                         const struct sim_key *key, uint32_t conn)
{
    const struct sim_party *party = &sim->parties[sim->conns[conn].owner];
    bool is_present = party->conn == conn; /* else it has died, and has another name now */
    sim->counts[COUNT_PLACED] += attempt->to[0] != '\0';
    if (attempt->to[0] != '\0' && is_present && strcmp(attempt->to, party->instance) != 0) {
        sim_violated(sim, "placed", "%.*s is for %s, and is sent to %s", (int)key->size,
                     (const char *)key->text, attempt->to, party->instance);
    }
}

static void watch_task(struct sim *sim, uint32_t conn, struct span frame)
{
    struct sim_key *key = sim_key_of(sim, sim_text(frame, "key"));
    int64_t number = sim_int(frame, "attempt");
    const struct sim_attempt *attempt = sim_attempt_of_key(sim, key, number);
    uint8_t token[TOKEN_SIZE];
    CHECK(digest_unhex(sim_text(frame, "token"), token, TOKEN_SIZE));
    sim_say(sim, "task %.*s#%d", (int)key->size, (const char *)key->text, (int)number);
    if (!attempt || memcmp(attempt->token, token, TOKEN_SIZE) != 0) {
        sim_violated(sim, "durable_first", "%.*s#%d leaves before its record", (int)key->size,
                     (const char *)key->text, (int)number);
    }
    check_placed(sim, attempt, key, conn);
    struct span do_key = sim_text(frame, "do_key");
    key->doing = do_key.size > 0 ? sim_key_of(sim, do_key) : NULL;
    check_frozen(sim, key, frame);
    sim_tally(sim, COUNT_TASKS);
    if (key->step >= SIM_FAN) {
        sim_tally(sim, COUNT_ITEMS);
    }
    if (sim->sagas[key->saga].is_open) {
        sim_open_watch_task(sim, key, frame, number);
    } else if (key->kind == TASK_UNDO) {
        check_undo(sim, key, number);
    } else if (key->kind == TASK_CHECK) {
        sim_tally(sim, COUNT_CHECKS);
    }
}

/* ---- what leaves: verdicts and replies ---- */

static void watch_done(struct sim *sim, struct span frame)
{
    struct mp mp = mp_open(mp_find(frame, span_text("results")));
    uint32_t count = mp_array(&mp);
    for (uint32_t i = 0; i < count; i++) {
        mp_array(&mp);
        struct span text = mp_str(&mp);
        int64_t number = mp_int(&mp);
        struct span verdict = mp_str(&mp);
        const struct sim_attempt *attempt = sim_attempt_of_key(sim, sim_key_of(sim, text), number);
        if (span_is(verdict, "unknown")) {
            sim_violated(sim, "known", "a token of %.*s#%d is not known", (int)text.size,
                         (const char *)text.data, (int)number);
        }
        if (!attempt || (!attempt->final && !attempt->waiting)) {
            sim_violated(sim, "acknowledged", "done names %.*s#%d, which is not durable",
                         (int)text.size, (const char *)text.data, (int)number);
        }
    }
}

void sim_watch_finished(struct sim *sim, const struct sim_key *key, uint32_t number)
{
    const struct sim_attempt *attempt = sim_attempt_of_key(sim, key, number);
    if (!attempt || !attempt->final) {
        sim_violated(sim, "acknowledged", "%.*s#%u is finished, and that is not durable",
                     (int)key->size, (const char *)key->text, number);
    }
}

void sim_watch_send(struct sim *sim, uint32_t conn, struct span frame)
{
    struct span type = sim_text(frame, "type");
    if (span_is(type, "task")) {
        watch_task(sim, conn, frame);
    } else if (span_is(type, "done")) {
        watch_done(sim, frame);
    }
}

void sim_watch_act(struct sim *sim, const struct sim_key *key, uint32_t number)
{
    const struct sim_attempt *attempt = sim_attempt_of_key(sim, key, number);
    if (attempt && attempt->untaken) {
        sim_violated(sim, "untaken", "%.*s#%u was never taken, and acts", (int)key->size,
                     (const char *)key->text, number);
    }
}

void sim_watch_spoil(struct sim *sim, const struct sim_key *key, uint32_t number)
{
    struct sim_attempt *attempt = sim_attempt_of_key(sim, key, number);
    if (attempt) {
        attempt->spoilt = true;
    }
}

void sim_watch_apply(struct sim *sim, const struct sim_key *key, uint32_t service)
{
    if (key->undo_sent && !sim->barriers[service]) {
        sim_violated(sim, "overtake", "%.*s takes effect after its undo has left", (int)key->size,
                     (const char *)key->text);
    }
}
