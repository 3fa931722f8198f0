/* drill_run.c - one run: from the start of the saga until nothing more happens.
 *
 * Virtual time passes only when nobody has anything to say, and goes straight to the next timer. A
 * refusal waits until then: the branches beside it have got as far as they can, so that most is to
 * be undone.
 *
 * To see an undo fail, something must ask for the undo. The first of these that is possible does:
 * the refusal of another step, the last one that may still turn the saga back and that the step in
 * trouble does not need; doubt about the step in trouble itself; a person's reversal, if the
 * definition has a window for reversals. */
#include "ctl/drill/drill_run.h"

#include "base/mp.h"
#include "base/span.h"
#include "engine/batch.h"
#include "engine/engine.h"
#include "engine/engine_options.h"
#include "engine/event.h"
#include "journal/event_value.h"
#include "journal/verb.h"

enum {
    DEAD_MS = 6000,
    START_MS = 1000,
    EVENT_FIRST =
        1000000, /* number of the first event from outside: the saga's own have lower ones */
    LASTING_ATTEMPTS = 100, /* after so many, with an alert, the retries are taken to be endless */
    ROUNDS_MAX = 20000,     /* what a fast retry without an end may take */
    PATIENCE_MS =
        86400000, /* beyond the saga's time-out: without an alert until then, nobody is told */
};

/* ---- who refuses, so that the undo is asked for ---- */

static bool may_turn_back(const struct step_spec *step)
{
    return step->step_class != CLASS_PIVOT && !step->after_pivot;
}

/* The last step that `step` does not need and that may fail while there is a way back; step_count
 * when there is none. `marks` has room for a mark of each step. */
static uint32_t find_refuser(const struct definition *definition, uint32_t step, bool *marks)
{
    uint32_t found = definition->step_count;
    memset(marks, 0, definition->step_count * sizeof(*marks));
    marks[step] = true;
    for (uint32_t i = definition->step_count; i > 0; i--) {
        uint32_t index = definition->order[i - 1];
        const struct step_spec *spec = &definition->steps[index];
        for (uint32_t k = 0; k < spec->needs_count && marks[index]; k++) {
            marks[spec->needs[k]] = true;
        }
        if (found == definition->step_count && !marks[index] && !spec->after_pivot) {
            found = index;
        }
    }
    return found;
}

/* Does whoever waits for a silent step's answer ever give up? */
static bool gives_up(const struct definition *definition, const struct call_spec *call)
{
    return call->check.size == 0 &&
           (call->retry.attempts_max > 0 || call->retry.elapsed_max_ms > 0 ||
            call->timeouts.schedule_to_close_ms > 0 || definition->timeout_ms > 0);
}

static enum undo_cause choose_cause(struct drill_world *world, uint32_t *refuser)
{
    const struct definition *definition = world->definition;
    const struct step_spec *step = &definition->steps[world->step];
    *refuser = world->step;
    if (!step->has_undo) {
        return CAUSE_NONE;
    }
    if (may_turn_back(step)) {
        *refuser = find_refuser(definition, world->step, world->stands);
        memset(world->stands, 0, definition->step_count * sizeof(*world->stands));
        if (*refuser < definition->step_count) {
            return CAUSE_REFUSAL;
        }
        if (gives_up(definition, &step->action)) {
            return CAUSE_DOUBT;
        }
    }
    return definition->reversal_window_ms > 0 ? CAUSE_REVERSAL : CAUSE_NONE;
}

/* ---- one run ---- */

static void begin(struct drill_world *world, uint32_t step, enum trouble trouble)
{
    world->deed_first = world->deed_count = world->undo_count = 0;
    world->held.attempt = world->late.attempt = 0;
    world->attempts = world->turn = world->answer_count = 0;
    world->step = step;
    world->trouble = trouble;
    world->cause = CAUSE_NONE;
    world->refuser = trouble == TROUBLE_REFUSED ? step : UINT32_MAX;
    world->now_ms = START_MS;
    world->state = SAGA_STATE_RUNNING;
    world->alert = "";
    world->went_back = world->late_came = world->reversed = world->refused = false;
    memset(world->stands, 0, world->definition->step_count * sizeof(*world->stands));
    if (trouble == TROUBLE_UNDO) {
        world->cause = choose_cause(world, &world->refuser);
        world->refuser = world->cause == CAUSE_REFUSAL ? world->refuser : UINT32_MAX;
    }
}

/* Would the retries go on like this, however long one waits? */
static bool lasts(const struct drill_world *world)
{
    int64_t patience_ms = PATIENCE_MS + world->definition->timeout_ms;
    return world->attempts >= LASTING_ATTEMPTS && !world->late_came &&
           (*world->alert != '\0' || world->now_ms - world->first_ms > patience_ms);
}

static void reverse(struct drill_world *world)
{
    const struct span name = world->definition->steps[world->step].name;
    struct event event = {.kind = EVENT_VERB};
    event.verb = (struct verb_request){.verb = VERB_REVERSE,
                                       .saga = span_text(DRILL_SAGA),
                                       .actor = span_text("drill"),
                                       .reason = span_text("drill"),
                                       .steps = &name,
                                       .steps_count = 1};
    world->reversed = true;
    drill_world_step(world, &event);
}

/* The person whom the step names first answers; false: the step asks nothing now. */
static bool answer(struct drill_world *world, const struct step_spec *step, enum verb verb)
{
    struct span who = step->approval->who[0];
    bool is_role = who.size > 5 && memcmp(who.data, "role:", 5) == 0;
    struct span role = is_role ? span_of(who.data + 5, who.size - 5) : who;
    struct event event = {.kind = EVENT_VERB};
    event.verb = (struct verb_request){.verb = verb,
                                       .saga = span_text(DRILL_SAGA),
                                       .actor = role,
                                       .roles = &role,
                                       .roles_count = 1,
                                       .reason = span_text("drill"),
                                       .step = step->name};
    bool was_refused = world->refused;
    drill_world_step(world, &event);
    bool taken = !world->refused;
    world->refused = was_refused;
    return taken;
}

/* First every question but the refuser's is answered with yes, then the refuser's with no. Nobody
 * answers the question of a step in any other trouble. false: nothing is left to be answered. */
static bool answer_question(struct drill_world *world)
{
    bool silent = world->trouble == TROUBLE_BEFORE || world->trouble == TROUBLE_AFTER ||
                  world->trouble == TROUBLE_LATE || world->cause == CAUSE_DOUBT;
    for (uint32_t i = 0; i < 2 * world->definition->step_count; i++) {
        uint32_t at = i % world->definition->step_count;
        const struct step_spec *step = &world->definition->steps[at];
        bool rejects = at == world->refuser;
        bool is_turn = rejects == (i >= world->definition->step_count);
        bool is_silent = silent && at == world->step;
        if (step_kind_facts(step->kind)->asks_person && is_turn && !is_silent &&
            answer(world, step, rejects ? VERB_REJECT : VERB_APPROVE)) {
            return true;
        }
    }
    return false;
}

/* The event that the step waits for comes; its data is the step's output. false: the step does not
 * wait now. */
static bool bring(struct drill_world *world, uint32_t step)
{
    bool is_taken = false;
    struct buf shown;
    struct inbox_row row = {.number = EVENT_FIRST + world->turn,
                            .name = world->definition->steps[step].event,
                            .source = span_text("drill"),
                            .id = span_text("drill"),
                            .at_ms = world->now_ms,
                            .data = buf_span(&world->values->outputs[step])};
    buf_open(&shown, LIMIT_MESSAGE_OUT);
    event_value_put(&shown, &row, true);
    struct event event = {.kind = EVENT_DELIVER,
                          .delivery = {.saga = span_text(DRILL_SAGA),
                                       .step = step,
                                       .name = row.name,
                                       .number = row.number,
                                       .event = buf_span(&shown),
                                       .came_ms = world->now_ms,
                                       .is_taken = &is_taken}};
    world->failed = world->failed || buf_failed(&shown);
    drill_world_step(world, &event);
    bool was_taken = is_taken;
    if (was_taken && world->trouble == TROUBLE_DUPLICATE && step == world->step) {
        drill_world_step(world, &event);
    }
    buf_close(&shown);
    return was_taken;
}

/* Brings the next event that a step waits for; the event of the step in trouble never comes. false:
 * no step waits for one that comes. */
static bool bring_event(struct drill_world *world)
{
    bool comes = world->trouble == TROUBLE_DUPLICATE || world->trouble == TROUBLE_UNDO;
    for (uint32_t i = 0; i < world->definition->step_count && !world->failed; i++) {
        bool is_silent = i == world->refuser || (!comes && i == world->step) ||
                         (world->cause == CAUSE_DOUBT && i == world->step);
        if (step_kind_facts(world->definition->steps[i].kind)->takes_event && !is_silent &&
            bring(world, i)) {
            return true;
        }
    }
    return false;
}

static void pass_time(struct drill_world *world)
{
    int64_t due_ms = engine_next_due(world->engine, 0);
    world->now_ms = due_ms > world->now_ms ? due_ms : world->now_ms;
    drill_world_step(world, &(struct event){.kind = EVENT_TIME});
}

/* The next thing to happen; false when there is none. */
static bool go_on(struct drill_world *world)
{
    bool over = lasts(world) || engine_next_due(world->engine, 0) == INT64_MAX;
    if (world->deed_count > 0) {
        drill_world_take(world);
    } else if (world->held.attempt > 0) {
        struct deed held = world->held;
        world->held.attempt = 0;
        drill_world_say(world, &held, "refused", false);
    } else if (answer_question(world)) {
        MAYBE(over); /* a question may wait for ever, and no timer is due: its answer goes on anyhow
                      */
    } else if (bring_event(world)) {
        MAYBE(over); /* so may a step that waits for an event */
    } else if (!over) {
        pass_time(world);
    } else if (world->late.attempt > 0 && !world->late_came) {
        world->late_came = true;
        drill_world_succeed(world, &world->late);
    } else if (world->cause == CAUSE_REVERSAL && !world->reversed) {
        reverse(world);
    } else {
        return false;
    }
    return true;
}

static bool play(struct drill_world *world)
{
    struct engine_options options = {
        .memory = &arena_heap, .dead_ms = DEAD_MS, .seed = 1, .sagas_max = 1, .any_event = true};
    world->failed = engine_new(&options, &world->engine) != SAGA_OK;
    if (world->failed) {
        return false;
    }
    struct event start = {.kind = EVENT_START};
    start.start.definition = world->definition;
    start.start.name = span_text(DRILL_SAGA);
    start.start.input = buf_span(&world->values->input);
    if (world->definition->start_count > 0) {
        start.start.event = buf_span(&world->values->event);
        start.start.event_number = 1;
    }
    drill_world_step(world, &(struct event){.kind = EVENT_SERVING});
    drill_world_step(world, &start);
    world->barred = world->refused;
    uint32_t rounds = 0;
    while (rounds < ROUNDS_MAX && !world->failed && !world->barred && go_on(world)) {
        rounds++;
    }
    world->cut = rounds == ROUNDS_MAX || lasts(world);
    batch_clear(&world->batch);
    engine_destroy(&world->engine);
    return !world->failed && !world->barred;
}

/* ---- how it ended ---- */

/* A saga on its way back leaves every effect that stands. A saga that goes forward, or that a
 * person reverses in part, leaves the step in trouble alone: with that step settled, the rest goes
 * on by itself. */
static bool is_left(const struct drill_world *world, uint32_t step)
{
    bool final = saga_state_is_final(world->state);
    bool stands =
        world->stands[step] && world->definition->steps[step].step_class != CLASS_READONLY;
    if (world->state == SAGA_STATE_COMPLETED) {
        return false;
    }
    if (world->went_back && !world->reversed) {
        return stands || (!final && step == world->step && world->trouble != TROUBLE_REFUSED);
    }
    return step == world->step && (stands || !final);
}

static bool conclude(const struct drill_world *world, struct arena *arena,
                     struct drill_outcome *outcome)
{
    uint32_t count = world->definition->step_count;
    bool ok = true;
    struct span undos =
        arena_copy(arena, span_of(world->undos, world->undo_count * sizeof(*world->undos)), &ok);
    enum left *left = arena_take(arena, count * sizeof(*left));
    if (!ok || !left) {
        return false;
    }
    *outcome = (struct drill_outcome){.ran = !world->refused,
                                      .reversed = world->reversed,
                                      .cut = world->cut,
                                      .state = world->state,
                                      .undos = (const struct drill_undo *)(const void *)undos.data,
                                      .undo_count = world->undo_count,
                                      .answer_count = world->answer_count,
                                      .left = left,
                                      .alert = world->alert};
    bool known = *world->alert != '\0' && !saga_state_is_final(world->state);
    for (uint32_t i = 0; i < count; i++) {
        left[i] = !is_left(world, i) ? LEFT_NOTHING : known ? LEFT_TOLD : LEFT_UNSETTLED;
        outcome->told |= left[i] == LEFT_TOLD;
        outcome->unsettled |= left[i] == LEFT_UNSETTLED;
    }
    return true;
}

bool drill_run(struct drill_world *world, uint32_t step, enum trouble trouble, struct arena *arena,
               struct drill_outcome *outcome)
{
    PRE(step < world->definition->step_count);
    begin(world, step, trouble);
    if (trouble == TROUBLE_UNDO && world->cause == CAUSE_NONE) {
        *outcome = (struct drill_outcome){.alert = ""};
        return true;
    }
    return play(world) && conclude(world, arena, outcome);
}
