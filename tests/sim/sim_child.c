/* sim_child.c - sagas that are steps of others.
 *
 *   begin    one of each of its parent's steps and runs, after the intent is durable, and while it
 *            is waited for
 *   end      the parent's step ends as its child has ended, and nobody works for a saga that has
 *            ended: unless it was terminated, or a person has turned back what had completed
 *   back     a saga that turns back tells so whoever works for it, through crashes, too
 *   undo     what is undone by `reverse` is undone when its child is
 *   order    and is not reversed while something after its step stands
 * That each end reaches its parent is seen at rest, as is that no child of an undone step stands
 * (sim_check.c).
 *
 * All is learned from the records and heads at the moment of their commit. One saga hears of
 * another only after a commit: what makes it act was durable before, in an older commit. */
#include "journal/child_name.h"
#include "journal/record.h"
#include "language/definition.h"
#include "language/step_kind.h"
#include "saga/keys.h"
#include "sim.h"

/* Turns that a child may still take before it hears that its parent has turned back: its own is
 * perhaps under way to the disk, and others stand before the one that tells it. */
enum { LATENESS = 3 };

/* ---- who is whose ---- */

/* "t3", "t3[1]", either with "~2". */
static void read_place(struct sim *sim, struct sim_saga *saga, struct span rest)
{
    const struct definition *definition = sim_definition(sim, saga->parent);
    const uint8_t *tilde = memchr(rest.data, '~', rest.size);
    size_t size = tilde ? (size_t)(tilde - rest.data) : rest.size;
    const uint8_t *item = memchr(rest.data, '[', size);
    size_t own = item ? (size_t)(item - rest.data) : size;
    int32_t step = definition_step(definition, span_of(rest.data, own));
    uint32_t place = item ? 1 + (uint32_t)strtoul((const char *)item + 1, NULL, 10) : 0;
    CHECK(step >= 0);
    saga->step = sim_step_number(definition, (uint32_t)step, place);
    saga->run = tilde ? (uint32_t)strtoul((const char *)tilde + 1, NULL, 10) : 1;
    sim->counts[COUNT_CHILD_ITEMS] += place > 0;
    sim->counts[COUNT_CHILD_AGAIN] += saga->run > 1;
}

void sim_child_note_saga(struct sim *sim, struct sim_saga *saga)
{
    struct span name = span_text(saga->name);
    struct span parent = child_name_parent(name);
    if (parent.size == 0) {
        return;
    }
    saga->parent = sim_saga_named(sim, parent);
    if (!saga->parent || saga->parent->id == 0) {
        sim_violated(sim, "child", "%s is a child of nobody", saga->name);
    }
    read_place(sim, saga, span_of(name.data + parent.size + 1, name.size - parent.size - 1));
    sim_tally(sim, COUNT_CHILDREN);
    sim->counts[COUNT_GRANDCHILDREN] += saga->parent->parent != NULL;
}

static bool is_of_family(struct span actor)
{
    return actor.size > 5 && memcmp(actor.data, "saga:", 5) == 0;
}

static bool was_before(const struct sim *sim, uint64_t commit)
{
    return commit > 0 && commit < sim->commits;
}

static struct sim_saga *child_of(struct sim *sim, const struct sim_saga *parent, uint32_t step)
{
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        struct sim_saga *child = &sim->sagas[i];
        if (child->parent == parent && child->step == step &&
            child->run == parent->asked_run[step]) {
            return child;
        }
    }
    return NULL;
}

static const struct step_spec *spec_of(const struct sim *sim, const struct sim_saga *saga,
                                       uint32_t step)
{
    return sim_spec(sim_definition(sim, saga), step);
}

/* ---- what a child does ---- */

/* Its parent's intent was durable, and it is the one that is waited for. Who terminates a parent
 * does not take back what was asked for. */
static void check_begin(struct sim *sim, const struct sim_saga *saga)
{
    const struct sim_saga *parent = saga->parent;
    if (!was_before(sim, parent->asked_commit[saga->step])) {
        sim_violated(sim, "durable_first", "%s begins before its parent's intent", saga->name);
    }
    if (parent->state == SAGA_STATE_TERMINATED) {
        return;
    }
    if (!(parent->asks & 1u << saga->step) || parent->asked_run[saga->step] != saga->run) {
        sim_violated(sim, "child", "%s begins, and its parent does not wait for it", saga->name);
    }
}

/* A saga that turns back tells so whoever works for it, also after a crash. While that saga is
 * paused, what follows from its time limit waits, and a person may let the child alone go on. */
static void check_told(struct sim *sim, const struct sim_saga *saga)
{
    const struct sim_saga *parent = saga->parent;
    bool is_pivot = spec_of(sim, parent, saga->step)->step_class == CLASS_PIVOT;
    uint64_t since =
        is_pivot && parent->wanted_back > 0 ? parent->wanted_back : parent->turned_back;
    bool had_time = since > 0 && !parent->stands_still && sim->commits > since + LATENESS &&
                    sim->commits > parent->resumed + LATENESS &&
                    sim->commits > sim->served + LATENESS;
    if (had_time && !saga->past_pivot && parent->state != SAGA_STATE_TERMINATED) {
        sim_violated(sim, "child", "%s goes on though its parent has turned back", saga->name);
    }
}

static void check_reversal(struct sim *sim, const struct sim_saga *saga)
{
    const struct sim_saga *parent = saga->parent;
    if (parent->state != SAGA_STATE_TERMINATED) {
        sim_watch_order(sim, parent, saga->step);
    }
}

static void note_act(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    bool is_moved = record->type == RECORD_OPERATOR && !is_of_family(record->actor);
    saga->by_person |= is_moved && saga->completed > 0;
    if (!saga->parent) {
        return;
    }
    if (record->type == RECORD_SAGA_STARTED) {
        check_begin(sim, saga);
    } else if (record->type == RECORD_TASK_INTENDED && record->kind == TASK_DO &&
               !(record->flags & FLAG_ADOPTED)) {
        check_told(sim, saga);
    } else if (record->type == RECORD_OPERATOR && !is_moved && record->verb == VERB_REVERSE) {
        sim_tally(sim, COUNT_REVERSED);
        check_reversal(sim, saga);
    } else if (record->type == RECORD_OPERATOR && !is_moved) {
        sim_tally(sim, COUNT_TURNED_BACK);
    }
}

/* ---- what a parent does ---- */

static void check_woken(struct sim *sim, struct sim_saga *saga, uint32_t step, bool is_ok)
{
    const struct sim_saga *child = child_of(sim, saga, step);
    if (is_ok && (!child || !was_before(sim, child->completed))) {
        sim_violated(sim, "child", "t%u of %s succeeded, and its child has not completed", step,
                     saga->name);
    }
    /* One that is not there could not begin; later it may not: see check_begin(). */
    if (!is_ok && child && !was_before(sim, child->undone)) {
        sim_violated(sim, "child", "t%u of %s failed, and its child was not undone", step,
                     saga->name);
    }
}

static void check_undone(struct sim *sim, const struct sim_saga *saga, uint32_t step)
{
    const struct sim_saga *child = child_of(sim, saga, step);
    if (spec_of(sim, saga, step)->undo_is_reverse && (!child || !was_before(sim, child->undone))) {
        sim_violated(sim, "child", "t%u of %s is undone, and its child is not", step, saga->name);
    }
}

/* Nobody works for a saga that has ended: but on what a person has begun. Who terminates it leaves
 * its children to themselves. */
static void check_no_orphans(struct sim *sim, const struct sim_saga *saga)
{
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *child = &sim->sagas[i];
        bool has_ended = was_before(sim, child->completed) || was_before(sim, child->undone);
        if (child->parent != saga || has_ended) {
            continue;
        }
        if (saga->state != SAGA_STATE_TERMINATED) {
            sim_violated(sim, "child", "%s has ended, and its child %s has not", saga->name,
                         child->name);
        }
        sim_tally(sim, COUNT_ORPHANS);
    }
}

/* A pivot that is a child is open until its child has ended: until then the saga goes neither way,
 * and its child is asked to turn back; and once it has completed, only a person turns it back. */
static void note_pivot(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    const struct definition *definition = sim_definition(sim, saga);
    bool wants = record->type == RECORD_SAGA_TIMED_OUT ||
                 (record->type == RECORD_OPERATOR && record->verb == VERB_ROLLBACK &&
                  record->code.size == 0 && !(record->flags & FLAG_SAVE_POINT));
    bool is_open = false;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        uint32_t bit = 1u << sim_step_number(definition, i, 0);
        is_open |= (saga->asks & bit) && definition->steps[i].step_class == CLASS_PIVOT;
    }
    if (wants && is_open && saga->wanted_back == 0) {
        saga->wanted_back = sim->commits;
        sim_tally(sim, COUNT_CALLED_OFF);
    }
    saga->pivot_done =
        record->type == RECORD_OPERATOR && record->code.size == 0 ? 0 : saga->pivot_done;
    if (record->type == RECORD_SAGA_COMPENSATING && (is_open || saga->pivot_done > 0)) {
        sim_violated(sim, "pivot", "%s turns back, and the child that is its pivot %s", saga->name,
                     is_open ? "has not ended" : "has completed");
    }
}

/* What waits for a parked child is not stuck: nobody waits for the child but the saga's end. */
static void note_parked(struct sim *sim, struct sim_saga *saga, const struct record *record,
                        uint32_t step)
{
    uint32_t bit = 1u << step;
    if (record->type == RECORD_STEP_WAITING && span_is(record->code, "child_parked")) {
        saga->held |= bit;
        sim_tally(sim, COUNT_CHILD_PARKED);
    } else if (record->type == RECORD_STEP_WAITING && span_is(record->code, "child_goes_on")) {
        saga->held &= ~bit;
        sim_tally(sim, COUNT_CHILD_GOES_ON);
    } else if ((record->flags & FLAG_STUCK) != 0 && saga->held & bit) {
        sim_violated(sim, "child", "t%u of %s is stuck, and its child is parked", step, saga->name);
    }
}

static void note_parent(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    const struct definition *definition = sim_definition(sim, saga);
    uint32_t step = sim_step_number(definition, record->step, record->item);
    uint32_t bit = 1u << step;
    bool begins = record->type == RECORD_STEP_WAITING && span_is(record->code, "saga");
    bool intends = record->type == RECORD_TASK_INTENDED && record->kind == TASK_DO;
    bool keeps = record->type == RECORD_STEP_KEPT && span_is(record->code, "nothing_to_undo");
    bool undid = record->type == RECORD_TASK_SUCCEEDED && record->kind == TASK_UNDO;
    if (begins) {
        saga->asks |= bit;
        saga->asked_run[step] = record->run;
        saga->asked_commit[step] = sim->commits;
    } else if (record->type == RECORD_STEP_WOKEN && saga->asks & bit) {
        check_woken(sim, saga, step, record->code.size == 0);
        bool is_pivot = sim_spec(definition, step)->step_class == CLASS_PIVOT;
        saga->wanted_back = is_pivot ? 0 : saga->wanted_back;
        saga->pivot_done = is_pivot && record->code.size == 0 ? sim->commits : saga->pivot_done;
        sim->counts[COUNT_CHILD_PIVOTS] += is_pivot;
        saga->asks &= ~bit;
    } else if (undid && sim_spec(definition, step)->kind == STEP_KIND_SAGA) {
        check_undone(sim, saga, step);
    } else if (keeps && sim_spec(definition, step)->undo_is_reverse &&
               (step >= SIM_FAN || !sim_spec(definition, step)->for_each)) {
        sim_violated(sim, "child", "the child of t%u of %s is kept", step, saga->name);
    }
    note_parked(sim, saga, record, step);
    note_pivot(sim, saga, record);
    if (begins || intends) {
        saga->past_pivot |= sim_spec(definition, step)->step_class == CLASS_PIVOT;
    }
}

/* A person or a parent ends a pause; a result that comes meanwhile does not. */
static void note_pause(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    if (record->type == RECORD_SAGA_PAUSED) {
        saga->stands_still = true;
    } else if (record->type == RECORD_SAGA_RESUMED && record->code.size == 0) {
        saga->stands_still = false;
        saga->resumed = sim->commits;
    }
}

static void note_end(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    bool turns = record->type == RECORD_SAGA_COMPENSATING && saga->turned_back == 0;
    bool again = record->type == RECORD_SAGA_RESUMED && span_is(record->code, "save_point");
    saga->state = record->type == RECORD_SAGA_COMPENSATING ? SAGA_STATE_COMPENSATING : saga->state;
    saga->state = record->type == RECORD_SAGA_PARKED ? SAGA_STATE_PARKED : saga->state;
    saga->state = again ? SAGA_STATE_RUNNING : saga->state;
    if (turns && !(record->flags & (FLAG_PARTIAL | FLAG_SAVE_POINT))) {
        saga->turned_back = sim->commits;
    } else if (record->type == RECORD_SAGA_COMPLETED) {
        check_no_orphans(sim, saga);
        saga->state = SAGA_STATE_COMPLETED;
        saga->completed = saga->completed > 0 ? saga->completed : sim->commits;
    } else if (record->type == RECORD_SAGA_COMPENSATED) {
        check_no_orphans(sim, saga);
        saga->state = SAGA_STATE_COMPENSATED;
        saga->undone = saga->undone > 0 ? saga->undone : sim->commits;
    } else if (record->type == RECORD_SAGA_TERMINATED) {
        saga->state = SAGA_STATE_TERMINATED;
        check_no_orphans(sim, saga);
        saga->undone = saga->undone > 0 ? saga->undone : sim->commits;
    }
}

void sim_child_note(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    note_act(sim, saga, record);
    note_parent(sim, saga, record);
    note_pause(sim, saga, record);
    note_end(sim, saga, record);
}

void sim_child_note_heads(struct sim *sim, const struct rows *rows)
{
    for (uint32_t i = 0; i < rows->head_count; i++) {
        for (uint32_t k = 0; k < sim->saga_count; k++) {
            if (sim->sagas[k].id == rows->heads[i].saga) {
                sim->sagas[k].state = rows->heads[i].state;
                sim->sagas[k].head_version = rows->heads[i].version;
            }
        }
    }
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *saga = &sim->sagas[i];
        if (saga->head_version != saga->version) {
            sim_violated(sim, "migrated", "%s is of version %u, and its head says %u", saga->name,
                         saga->version, saga->head_version);
        }
    }
}

/* ---- what stands ---- */

/* An action of the parent's has undone what this child did. */
static bool was_undone_by_action(struct sim *sim, const struct sim_saga *child)
{
    size_t at = 0;
    for (const struct sim_key *key; (key = map_next(&sim->keys, &at)) != NULL;) {
        if (key->kind == TASK_DO && &sim->sagas[key->saga] == child->parent &&
            key->step == child->step && key->run == child->run && key->closed) {
            return true;
        }
    }
    return false;
}

static uint32_t count(struct sim *sim, const struct sim_saga *parent, uint32_t step, bool at_rest)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *child = &sim->sagas[i];
        bool is_one = child->parent == parent && child->step == step &&
                      child->state != SAGA_STATE_COMPENSATED &&
                      child->state != SAGA_STATE_TERMINATED;
        /* One that was undone may undo again what came late. */
        bool is_open = !child->by_person && child->undone == 0;
        bool counts = at_rest ? child->state == SAGA_STATE_COMPLETED : is_open;
        number += is_one && counts && !was_undone_by_action(sim, child);
    }
    return number;
}

uint32_t sim_child_stand(struct sim *sim, const struct sim_saga *parent, uint32_t step)
{
    return count(sim, parent, step, false);
}

uint32_t sim_child_count(struct sim *sim, const struct sim_saga *parent, uint32_t step)
{
    return count(sim, parent, step, true);
}

bool sim_child_was_moved(const struct sim *sim, const struct sim_saga *parent, uint32_t step)
{
    bool is_moved = false;
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *child = &sim->sagas[i];
        is_moved |= child->parent == parent && child->step == step && child->by_person;
    }
    return is_moved;
}

/* It waits for an event that does not come, or for its key: one that has completed waits for that
 * to be reversed. One that is parked excuses nobody: who waits for nothing else is parked, too. */
static bool is_stuck(const struct sim *sim, const struct sim_saga *saga)
{
    bool waits = sim_event_keeps(sim, saga) && !state_is_settled(saga->state);
    return sim_lock_is_blocked(sim, saga) || waits;
}

bool sim_child_keeps(const struct sim *sim, const struct sim_saga *saga)
{
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *above = is_stuck(sim, &sim->sagas[i]) ? sim->sagas[i].parent : NULL;
        while (above && above != saga && !saga_state_is_final(above->state)) {
            above = above->parent;
        }
        if (above && above == saga) {
            return true;
        }
    }
    return false;
}
