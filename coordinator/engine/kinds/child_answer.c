/* child_answer.c - a saga that is the child of another: does what its parent saga asks, and tells
 * the parent how it stands. */
#include "engine/kinds/child_answer.h"

#include "base/limits.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/child_ask.h"
#include "engine/child_end.h"
#include "engine/effect.h"
#include "engine/locks.h"
#include "engine/pivot.h"
#include "engine/turn.h"
#include "journal/child_name.h"
#include "journal/record.h"
#include "journal/verb.h"
#include "saga/keys.h"
#include "saga/reason.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* bytes that a key has beside the saga's id and the step's name: "/", "[9999]", "~9999", "/confirm"
 */
enum { KEY_ROOM = 24 };

/* How many sagas are above the one of this id: its parent, that one's parent, and so on. */
static uint32_t depth_of(struct span name)
{
    PRE(name.size > 0);
    PRE(name.size <= LIMIT_KEY);
    uint32_t depth = 0;
    for (name = child_name_parent(name); name.size > 0; name = child_name_parent(name)) {
        depth++;
    }
    return depth;
}

static size_t longest_step(const struct definition *definition)
{
    PRE(definition->step_count > 0);
    size_t size = 0;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        size_t other = definition->steps[i].name.size;
        size = other > size ? other : size;
    }
    return size;
}

const char *child_refusal(const struct child_ask *ask, const char **message)
{
    PRE(ask->start.name.size > 0);
    const struct definition *definition = ask->start.definition;
    *message = NULL;
    switch (ask->wish) {
    case CHILD_BACK:
        *message = "the child had not been started";
        return "cancelled";
    case CHILD_REVERSE:
        *message = "there is no such child";
        return "child_not_found";
    case CHILD_START:
    case CHILD_PAUSE:
        break;
    }
    if (!definition) {
        *message = "there is no definition of the child's name and version";
        return "unknown_definition";
    }
    if (depth_of(ask->start.name) > LIMIT_CHILD_DEPTH) {
        *message = "children of children are 16 deep already";
        return "child_too_deep";
    }
    if (ask->start.name.size + longest_step(definition) + KEY_ROOM > LIMIT_KEY) {
        *message = "the child's id would be too long for the keys of its steps";
        return "child_id_too_long";
    }
    return NULL;
}

/* Copies the texts that the parent is told to the batch's memory. Returns false when memory runs
 * out. */
static bool copy_end(struct batch *batch, struct child_end *end)
{
    PRE(end->parent.size > 0);
    struct span *texts[] = {&end->parent,  &end->child, &end->code,
                            &end->message, &end->actor, &end->output};
    bool ok = true;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        *texts[i] = arena_copy(&batch->arena, *texts[i], &ok);
    }
    return ok;
}

/* Adds the effect that tells the parent. All texts are copied, for a final child may leave memory
 * before the batch is released. Returns false when memory runs out. */
bool child_say(struct batch *batch, const struct child_end *end)
{
    PRE(end->child.size > 0);
    struct child_end *own = ARENA_NEW(&batch->arena, struct child_end);
    struct effect *effect = batch_effect(batch, EFFECT_CHILD_END, 0);
    if (!own || !effect) {
        return false;
    }
    *own = *end;
    effect->child_end = own;
    return copy_end(batch, own);
}

bool child_tell_none(struct batch *batch, const struct child_ask *ask, const char *code,
                     const char *message)
{
    IMPLIES(!code, !message);
    struct child_end end = {
        .parent = child_name_parent(ask->start.name), .child = ask->start.name, .is_busy = !code};
    if (code) {
        end.code = span_text(code);
        end.message = span_text(message);
    }
    return child_say(batch, &end);
}

/* Does `actor` name the parent saga with this id, as "saga:" and the id? */
static bool is_of_parent(struct span actor, struct span parent)
{
    PRE(parent.size > 0);
    size_t size = strlen(CHILD_PARENT_PREFIX);
    return actor.size == size + parent.size && memcmp(actor.data, CHILD_PARENT_PREFIX, size) == 0 &&
           span_equal(span_of(actor.data + size, parent.size), parent);
}

/* Tells the parent how this saga stands: ended, parked, or at work again. */
static void tell(struct turn *turn, struct span parent)
{
    const struct saga *saga = turn->saga;
    PRE(parent.size > 0);
    struct child_end end = {.parent = parent,
                            .child = saga->name,
                            .state = saga->state,
                            .cost_micros = saga->cost_micros,
                            .undo_cost_micros = saga->undo_cost_micros};
    if (saga->state == SAGA_STATE_COMPLETED) {
        end.output = saga->output;
    } else if (saga->state == SAGA_STATE_TERMINATED) {
        end.code = span_text("terminated");
        end.message = saga->end_reason;
        end.actor = saga->end_actor;
    } else if (saga->state == SAGA_STATE_PARKED) {
        end.code = span_text("child_parked");
        end.message = span_text("the child is parked: a person must act there");
    } else if (saga->state == SAGA_STATE_COMPENSATED) {
        bool by_parent = is_of_parent(saga_reason_text(saga, "actor"), parent);
        end.code = by_parent ? span_text("cancelled") : saga_reason_text(saga, "code");
        end.message = saga_reason_text(saga, "message");
    }
    turn->failed |= !child_say(turn->batch, &end);
}

bool child_owes_its_end(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    return saga_state_is_final(saga->state) && child_name_parent(saga->name).size > 0;
}

bool child_owes_news(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    return state_is_settled(saga->state) && child_name_parent(saga->name).size > 0;
}

void child_tell(struct turn *turn)
{
    PRE(turn->saga->magic == SAGA_MAGIC);
    turn->saga->live.is_untold = false;
    struct span parent = child_name_parent(turn->saga->name);
    bool goes_on = turn->state_before == SAGA_STATE_PARKED;
    if (parent.size > 0 && (goes_on || state_is_settled(turn->saga->state))) {
        tell(turn, parent);
    }
}

/* Writes the parent's wish that this saga goes back as if a person had used the verb, and sends the
 * saga back. */
static void send_child_back(struct turn *turn, const struct child_ask *ask, enum verb verb)
{
    PRE(verb == VERB_ROLLBACK || verb == VERB_REVERSE);
    struct record record = {
        .type = RECORD_OPERATOR, .verb = verb, .actor = ask->start.actor, .reason = ask->reason};
    turn_emit(turn, &record);
    if (verb == VERB_REVERSE) {
        struct record back = {.type = RECORD_SAGA_COMPENSATING,
                              .code = span_text("reverse"),
                              .message = ask->reason,
                              .actor = ask->start.actor};
        locks_reverse(turn, &back);
    }
}

/* Does the saga go forward, or back only to a save-point, and has nobody asked that the whole saga
 * goes back? */
static bool is_ahead(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    bool ahead = saga->direction == FORWARD || saga->save_point > 0;
    bool goes_back = saga->back_wanted && saga->back_to == 0;
    return ahead && !goes_back && !saga_state_is_final(saga->state);
}

static void pause_child(struct turn *turn, const struct child_ask *ask, bool pauses)
{
    PRE(turn->saga->paused != pauses);
    struct record said = {.type = RECORD_OPERATOR,
                          .verb = pauses ? VERB_PAUSE : VERB_RESUME,
                          .actor = ask->start.actor,
                          .reason = ask->reason};
    struct record record = {.type = pauses ? RECORD_SAGA_PAUSED : RECORD_SAGA_RESUMED,
                            .actor = ask->start.actor,
                            .reason = ask->reason};
    turn_emit(turn, &said);
    turn_emit(turn, &record);
}

void child_obey(struct turn *turn, const struct child_ask *ask)
{
    struct saga *saga = turn->saga;
    PRE(span_equal(saga->name, ask->start.name));
    bool is_held = saga->paused && span_equal(saga->pause_actor, ask->start.actor);
    bool pauses = ask->wish == CHILD_PAUSE;
    /* A parent resumes its child only if the parent had paused it: a child that a person paused
     * stays paused. */
    if (!saga_state_is_final(saga->state) && (pauses ? !saga->paused : is_held)) {
        pause_child(turn, ask, pauses);
    }
    if (ask->wish == CHILD_BACK && is_ahead(saga) && !pivot_has_succeeded(saga)) {
        /* The parent is told even if the child, which was parked, parks again in this turn. */
        turn->is_asked = true;
        send_child_back(turn, ask, VERB_ROLLBACK);
    } else if (ask->wish == CHILD_REVERSE && saga->state == SAGA_STATE_COMPLETED) {
        if (!locks_wait(saga)) {
            send_child_back(turn, ask, VERB_REVERSE);
        }
    } else {
        saga->live.is_untold = false;
        tell(turn, child_name_parent(saga->name));
    }
}
