/* sim_open.c - open sagas: clients that say which step they begin, act by themselves, and say how
 * the step ended.
 *
 *   register  a step is durable before its client may act
 *   memory    what is completed is given back as it was, and nobody is told to act again
 *   doubt     what is not completed is undone in doubt, and what is, with its output
 *   confirm   leaves after a durable commit; of each step one takes effect
 *   decided   commit and abort never both, and nothing is undone of what is committed
 *
 * A client has a database of its own, with a barrier: what is undone, or was said to have failed,
 * takes no effect any more. A client dies between any two things that it does. Then it begins
 * again with the same id, or never does: its time limit ends such a saga. */
#include "journal/record.h"
#include "sim.h"
#include "view/view.h"

enum at { AT_BEGIN, AT_REGISTER, AT_ACT, AT_COMPLETE, AT_END, AT_WAIT, AT_OVER };
enum said { SAID_OK, SAID_FAILED, SAID_DOUBT };

static const char *const types[] = {"begin", "register", "complete", "commit", "abort"};

static struct sim_open *open_of(struct sim *sim, const struct sim_saga *saga)
{
    for (uint32_t i = 0; i < sim->open_count; i++) {
        if (&sim->sagas[sim->opens[i].saga] == saga) {
            return &sim->opens[i];
        }
    }
    UNREACHABLE("no such open saga");
}

void sim_open_open(struct sim *sim)
{
    sim->open_count = sim_chance(sim, 300) ? 1 + sim_draw(sim, SIM_OPENS) : 0;
    for (uint32_t i = 0; i < sim->open_count; i++) {
        struct sim_saga *saga = &sim->sagas[sim->saga_count];
        snprintf(saga->name, sizeof(saga->name), "o%u", i);
        saga->is_open = true;
        saga->definition = SIM_DEFINITIONS;
        saga->timeout_ms = 3000 + sim_draw(sim, 60000);
        sim->opens[i] = (struct sim_open){.saga = sim->saga_count++,
                                          .step_count = 1 + sim_draw(sim, SIM_OPEN_STEPS),
                                          .confirms = sim_draw(sim, 1u << SIM_OPEN_STEPS),
                                          .begins_ms = sim->now_ms + sim_draw(sim, 15000)};
    }
}

/* ---- what it asks ---- */

static void put_call(struct sim *sim, const char *key, uint32_t step, const char *operation)
{
    char action[32];
    snprintf(action, sizeof(action), "s%u.%s", step % 2, operation);
    mp_put_text(&sim->out, key);
    mp_put_map(&sim->out, 1);
    sim_put_text(sim, "action", span_text(action));
}

static void put_complete(struct sim *sim, const struct sim_open *open)
{
    const struct sim_key *key = open->key;
    sim_put_text(sim, "key", span_of(key->text, key->size));
    sim_put_text(sim, "status", span_text(open->said == SAID_OK ? "ok" : "failed"));
    mp_put_text(&sim->out, open->said == SAID_OK ? "output" : "error");
    mp_put_map(&sim->out, open->said == SAID_OK ? 1 : 3);
    if (open->said == SAID_OK) {
        sim_put_int(sim, "n", key->number);
        return;
    }
    sim_put_text(sim, "code", span_text("sold_out"));
    sim_put_text(sim, "message", span_text("so it is"));
    mp_put_text(&sim->out, "in_doubt");
    mp_put_bool(&sim->out, open->said == SAID_DOUBT);
}

static void ask(struct sim *sim, struct sim_open *open, enum sim_open_verb verb)
{
    struct sim_ask *ask = sim_client_take(sim, ASK_OPEN);
    char name[8];
    bool confirms = (open->confirms & 1u << open->step) != 0;
    static const uint32_t pairs[] = {
        [SIM_OPEN_BEGIN] = 2, [SIM_OPEN_REGISTER] = 2, [SIM_OPEN_COMPLETE] = 4};
    if (!ask) {
        return;
    }
    ask->saga = (uint32_t)(open - sim->opens);
    ask->verb = verb;
    open->asks++;
    open->asked = sim->commits;
    snprintf(name, sizeof(name), "t%u", open->step);
    uint32_t more = verb <= SIM_OPEN_COMPLETE ? pairs[verb] : 0;
    sim_client_begin(sim, ask, types[verb], 1 + more + (verb == SIM_OPEN_REGISTER && confirms));
    sim_put_text(sim, "saga", span_text(sim->sagas[open->saga].name));
    if (verb == SIM_OPEN_BEGIN) {
        sim_put_text(sim, "name", span_text("open"));
        sim_put_int(sim, "timeout_ms", sim->sagas[open->saga].timeout_ms);
    } else if (verb == SIM_OPEN_REGISTER) {
        sim_put_text(sim, "step", span_text(name));
        put_call(sim, "compensate", open->step, "undo");
        if (confirms) {
            put_call(sim, "confirm", open->step, "confirm");
        }
    } else if (verb == SIM_OPEN_COMPLETE) {
        sim_put_text(sim, "step", span_text(name));
        put_complete(sim, open);
    }
    sim_client_keep(sim, ask);
}

/* ---- what it does ---- */

static void act(struct sim *sim, struct sim_open *open)
{
    struct sim_key *key = open->key;
    const struct sim_open_step *step = &open->steps[key->step];
    bool fails = !sim->is_calm && sim_chance(sim, sim->weather.trouble);
    bool doubts = fails && sim_chance(sim, 500);
    if (step->registered == 0 || step->run < key->run) {
        sim_violated(sim, "durable_first", "%.*s acts before it is registered", (int)key->size,
                     (const char *)key->text);
    }
    open->said = doubts ? SAID_DOUBT : SAID_OK;
    if (key->closed || (fails && !doubts && !key->done)) {
        key->closed = true; /* it has failed, whoever runs again */
        open->said = SAID_FAILED;
    } else if (!key->done && (!doubts || sim_chance(sim, 500))) {
        key->done = true;
        key->number = 1 + sim_draw(sim, 1000);
    }
    sim_say(sim, "client acts %.*s: %d", (int)key->size, (const char *)key->text, open->said);
    open->at = AT_COMPLETE;
}

static void end(struct sim *sim, struct sim_open *open)
{
    bool aborts = open->is_refused || sim_chance(sim, 200);
    bool races = !open->is_refused && sim_chance(sim, 200);
    open->at = AT_WAIT;
    if (!aborts || races) {
        ask(sim, open, SIM_OPEN_COMMIT);
    }
    if (aborts || races) {
        ask(sim, open, SIM_OPEN_ABORT);
    }
    sim->counts[COUNT_OPEN_RACES] += races;
}

static void die(struct sim *sim, struct sim_open *open)
{
    for (uint32_t i = 0; i < SIM_ASKS; i++) {
        struct sim_ask *own = &sim->asks[i];
        if (own->used && own->kind == ASK_OPEN && &sim->opens[own->saga] == open) {
            sim_client_drop(own);
        }
    }
    open->asks = 0;
    open->at = AT_BEGIN;
    open->step = 0;
    open->key = NULL;
    open->is_refused = false;
    open->is_gone = sim_chance(sim, 300);
    open->begins_ms = sim->now_ms + sim_draw(sim, 8000);
    sim->counts[COUNT_OPEN_DEATHS]++;
}

static void tick(struct sim *sim, struct sim_open *open)
{
    if (open->is_gone || open->begins_ms > sim->now_ms) {
        return;
    }
    if (!sim->is_calm && sim_chance(sim, 40)) {
        die(sim, open);
        return;
    }
    static const enum sim_open_verb verbs[] = {[AT_BEGIN] = SIM_OPEN_BEGIN,
                                               [AT_REGISTER] = SIM_OPEN_REGISTER,
                                               [AT_COMPLETE] = SIM_OPEN_COMPLETE};
    if (open->asks > 0 || open->at >= AT_WAIT) {
        return;
    }
    if (open->at == AT_ACT) {
        act(sim, open);
    } else if (open->at == AT_END) {
        end(sim, open);
    } else {
        ask(sim, open, verbs[open->at]);
    }
}

void sim_open_tick(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->open_count; i++) {
        tick(sim, &sim->opens[i]);
    }
}

bool sim_open_is_at_rest(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->open_count; i++) {
        if (!sim->opens[i].is_gone && sim->opens[i].at != AT_OVER) {
            return false;
        }
    }
    return true;
}

/* ---- what it is told ---- */

static void go_on(struct sim_open *open)
{
    open->step++;
    open->at = open->step < open->step_count ? AT_REGISTER : AT_END;
}

static void take_registered(struct sim *sim, struct sim_open *open, struct span frame)
{
    const struct sim_open_step *step = &open->steps[open->step];
    bool is_done = span_is(sim_text(frame, "state"), "done");
    bool was_done = step->completed > 0 && step->completed <= open->asked;
    const char *name = sim->sagas[open->saga].name;
    open->key = sim_key_of(sim, sim_text(frame, "key"));
    if (step->registered == 0 || step->run < open->key->run) {
        sim_violated(sim, "durable_first", "t%u of %s is registered, and that is not durable",
                     open->step, name);
    }
    if (is_done ? step->completed == 0 : was_done) {
        sim_violated(sim, "memory", "t%u of %s is %s done", open->step, name,
                     is_done ? "said to be" : "not said to be");
    }
    if (!is_done) {
        open->at = AT_ACT;
        return;
    }
    if (sim_int(mp_find(frame, span_text("output")), "n") != open->key->number) {
        sim_violated(sim, "memory", "t%u of %s has another output now", open->step, name);
    }
    sim_tally(sim, COUNT_OPEN_REMEMBERED);
    go_on(open);
}

static void take_completed(struct sim *sim, struct sim_open *open, struct span frame)
{
    const struct sim_open_step *step = &open->steps[open->step];
    struct span state = sim_text(frame, "state");
    bool is_done = span_is(state, "done");
    /* A register that came twice may have begun another run of a step that has failed. */
    bool is_older = step->run > open->key->run;
    bool is_kept = is_done ? step->completed > 0 : step->failed || step->doubted || is_older;
    if (!is_kept || is_done != (open->said == SAID_OK)) {
        sim_violated(sim, "acknowledged", "t%u of %s is %.*s, and that is not durable", open->step,
                     sim->sagas[open->saga].name, (int)state.size, (const char *)state.data);
    }
    bool again = sim_chance(sim, 500);
    if (is_done) {
        go_on(open);
    } else {
        open->at = !again ? AT_END : open->said == SAID_DOUBT ? AT_ACT : AT_REGISTER;
    }
}

static void take_end(struct sim *sim, struct sim_open *open, bool commits)
{
    if (commits ? open->committed == 0 : open->turned == 0) {
        sim_violated(sim, "acknowledged", "%s is said to be %s, and that is not durable",
                     sim->sagas[open->saga].name, commits ? "committed" : "aborted");
    }
    open->at = AT_OVER;
}

void sim_open_reply(struct sim *sim, const struct sim_ask *ask, struct span frame)
{
    struct sim_open *open = &sim->opens[ask->saga];
    struct sim_saga *saga = &sim->sagas[open->saga];
    open->asks--;
    switch (ask->verb) {
    case SIM_OPEN_BEGIN:
        if (saga->id == 0) {
            sim_violated(sim, "acknowledged", "%s is begun, and that is not durable", saga->name);
        }
        saga->acknowledged = true;
        open->at = AT_REGISTER;
        break;
    case SIM_OPEN_REGISTER:
        take_registered(sim, open, frame);
        break;
    case SIM_OPEN_COMPLETE:
        take_completed(sim, open, frame);
        break;
    case SIM_OPEN_COMMIT:
    case SIM_OPEN_ABORT:
        take_end(sim, open, ask->verb == SIM_OPEN_COMMIT);
        break;
    }
}

/* The saga is decided; or it is to be committed, and a step is not completed. */
bool sim_open_refused(struct sim *sim, const struct sim_ask *ask, struct span code)
{
    struct sim_open *open = &sim->opens[ask->saga];
    if (ask->verb == SIM_OPEN_BEGIN || !span_is(code, "conflict")) {
        return false;
    }
    open->asks--;
    open->is_refused = true;
    bool is_decided = open->committed > 0 || open->turned > 0;
    if (!is_decided && ask->verb != SIM_OPEN_COMMIT) {
        sim_violated(sim, "decided", "%s of %s is refused, which is neither committed nor aborted",
                     types[ask->verb], sim->sagas[open->saga].name);
    }
    open->at = is_decided ? AT_OVER : AT_END;
    return true;
}

/* ---- what becomes durable ---- */

static void note_registered(struct sim *sim, struct sim_open *open, const struct record *record)
{
    uint32_t step = record->step;
    if (record->name.size > 0) {
        CHECK(open->index_count < SIM_OPEN_STEPS && record->name.size == 2);
        step = (uint32_t)(record->name.data[1] - '0');
        open->numbers[open->index_count++] = step;
    } else {
        step = open->numbers[step];
    }
    if (open->committed > 0 || open->turned > 0 || open->steps[step].completed > 0) {
        sim_violated(sim, "decided", "t%u of %s is registered too late", step,
                     sim->sagas[open->saga].name);
    }
    open->steps[step] = (struct sim_open_step){.registered = sim->commits, .run = record->run};
}

static void note_committed(struct sim *sim, struct sim_open *open)
{
    const char *name = sim->sagas[open->saga].name;
    if (open->committed > 0 || open->turned > 0) {
        sim_violated(sim, "decided", "%s is committed, and was decided before", name);
    }
    for (uint32_t i = 0; i < SIM_OPEN_STEPS; i++) {
        const struct sim_open_step *step = &open->steps[i];
        if (step->registered > 0 && step->completed == 0 && !step->failed) {
            sim_violated(sim, "decided", "%s is committed, and t%u is not completed", name, i);
        }
    }
    open->committed = sim->commits;
    sim_tally(sim, COUNT_OPEN_COMMITS);
}

static void note_intended(struct sim *sim, struct sim_open *open, uint32_t number,
                          const struct record *record)
{
    const struct sim_open_step *step = &open->steps[number];
    const char *name = sim->sagas[open->saga].name;
    bool undoes = record->kind == TASK_UNDO;
    bool in_doubt = (record->flags & FLAG_IN_DOUBT) != 0;
    if (undoes ? open->turned == 0 || open->committed > 0 : open->committed == 0) {
        sim_violated(sim, "decided", "t%u of %s is %s", number, name,
                     undoes ? "undone, and the saga does not turn back"
                            : "confirmed, and the saga is not committed");
    }
    /* A later attempt carries what the first does, whatever is known by then. An attempt that is
     * adopted is none that leaves. */
    bool leaves = !(record->flags & FLAG_ADOPTED);
    if (undoes && leaves && record->attempt == 1 && in_doubt != (step->completed == 0)) {
        sim_violated(sim, "doubt", "t%u of %s is undone %s doubt", number, name,
                     in_doubt ? "in" : "without");
    }
    sim->counts[COUNT_OPEN_DOUBTS] += undoes && in_doubt;
}

uint32_t sim_open_note(struct sim *sim, const struct sim_saga *saga, const struct record *record)
{
    struct sim_open *open = open_of(sim, saga);
    if (record->type == RECORD_STEP_REGISTERED) {
        note_registered(sim, open, record);
    } else if (record->type == RECORD_SAGA_COMMITTED) {
        note_committed(sim, open);
    } else if (record->type == RECORD_SAGA_COMPENSATING) {
        if (open->committed > 0) {
            sim_violated(sim, "decided", "%s turns back, and is committed", saga->name);
        }
        open->turned = open->turned > 0 ? open->turned : sim->commits;
        sim_tally(sim, COUNT_OPEN_ABORTS);
    }
    sim->counts[COUNT_OPEN_TIMEOUTS] += record->type == RECORD_SAGA_TIMED_OUT;
    uint32_t number = record->step < open->index_count ? open->numbers[record->step] : 0;
    struct sim_open_step *step = &open->steps[number];
    bool is_do = record->kind == TASK_DO;
    if (record->type == RECORD_STEP_COMPLETED) {
        if (step->completed > 0) {
            sim_violated(sim, "memory", "t%u of %s is completed twice", number, saga->name);
        }
        step->completed = sim->commits;
    } else if (record->type == RECORD_TASK_INTENDED) {
        note_intended(sim, open, number, record);
    }
    step->failed |= record->type == RECORD_TASK_FAILED && is_do;
    step->doubted |= record->type == RECORD_TASK_IN_DOUBT && is_do;
    return number;
}

/* ---- what leaves, and what takes effect ---- */

void sim_open_watch_task(struct sim *sim, struct sim_key *key, struct span frame, int64_t attempt)
{
    const struct sim_open *open = open_of(sim, &sim->sagas[key->saga]);
    struct mp in_doubt = mp_open(mp_find(frame, span_text("in_doubt")));
    int64_t number = sim_int(mp_find(frame, span_text("output")), "n");
    bool undoes = key->kind == TASK_UNDO;
    if (open->steps[key->step].run < key->doing->run) {
        sim_violated(sim, "phantom", "%.*s is of what was never registered", (int)key->size,
                     (const char *)key->text);
    }
    if ((!undoes || !mp_bool(&in_doubt)) && number != key->doing->number) {
        sim_violated(sim, "doubt", "%.*s is told of another output", (int)key->size,
                     (const char *)key->text);
    }
    if (undoes && attempt == 1 && !key->doing->undo_sent) {
        sim_watch_order(sim, &sim->sagas[key->saga], key->step);
    }
    key->doing->undo_sent |= undoes;
    sim->counts[undoes ? COUNT_UNDOS : COUNT_OPEN_CONFIRMS]++;
}

static uint32_t confirmed(struct sim *sim, uint32_t saga, uint32_t step)
{
    size_t at = 0;
    uint32_t count = 0;
    for (const struct sim_key *key; (key = map_next(&sim->keys, &at)) != NULL;) {
        count += key->kind == TASK_CONFIRM && key->saga == saga && key->step == step && key->done;
    }
    return count;
}

void sim_open_confirm(struct sim *sim, struct sim_key *key)
{
    key->done = true;
    if (!key->doing->done || key->doing->undone || confirmed(sim, key->saga, key->step) > 1) {
        sim_violated(sim, "confirm", "%.*s finds nothing to confirm", (int)key->size,
                     (const char *)key->text);
    }
}

/* ---- at rest ---- */

void sim_open_check(struct sim *sim, const struct sim_saga *saga, const struct view *view)
{
    const struct sim_open *open = open_of(sim, saga);
    bool is_completed = view->state == SAGA_STATE_COMPLETED;
    bool is_compensated = view->state == SAGA_STATE_COMPENSATED;
    if ((is_completed && open->committed == 0) || (is_compensated && open->turned == 0)) {
        sim_violated(sim, "decided", "%s is %s by itself", saga->name,
                     saga_state_name(view->state));
    }
    for (uint32_t i = 0; i < view->step_count; i++) {
        const struct view_step *step = &view->steps[i];
        uint32_t number = open->numbers[i];
        uint32_t stand = sim_stands(sim, open->saga, number);
        bool confirms = (open->confirms & 1u << number) != 0;
        bool succeeded = step->state == STEP_STATE_SUCCEEDED;
        bool is_gone = is_compensated || step->state == STEP_STATE_FAILED ||
                       step->state == STEP_STATE_COMPENSATED;
        if (is_gone ? stand > 0 : succeeded && stand != 1) {
            sim_violated(sim, "standing", "t%u of %s is %s, and %u effects stand", number,
                         saga->name, step_state_name(step->state), stand);
        }
        if (is_completed && succeeded && confirms && confirmed(sim, open->saga, number) != 1) {
            sim_violated(sim, "confirm", "t%u of %s is not confirmed", number, saga->name);
        }
    }
}
