/* drill_world.c - the engine of a drill, watched from outside, and participants who answer at once.
 *
 * A drill looks at what the engine asks for and whom the engine alerts, never at its state: whoever
 * believes the engine need not drill. The rows are thrown away, for nothing is ever read back. */
#include "ctl/drill/drill_world.h"

#include <stdlib.h>

#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "journal/states.h"
#include "saga/child_state.h"
#include "saga/task.h"
#include "saga/verdict.h"

/* ---- the engine ---- */

/* The items of a fan-out are drilled as one step: what happens to the step happens to each item. */
static uint32_t step_of(const struct drill_world *world, struct span name)
{
    const uint8_t *bracket = memchr(name.data, '[', name.size);
    name.size = bracket ? (size_t)(bracket - name.data) : name.size;
    int32_t step = definition_step(world->definition, name);
    CHECK(step >= 0);
    return (uint32_t)step;
}

static void take_task(struct drill_world *world, const struct task *task)
{
    if (world->deed_count == world->deed_capacity) {
        world->failed = true; /* one do, undo or check of each step is the most there can be */
        return;
    }
    uint32_t at = (world->deed_first + world->deed_count++) % world->deed_capacity;
    struct deed *deed = &world->deeds[at];
    *deed = (struct deed){.attempt = task->attempt,
                          .kind = task->kind,
                          .step = step_of(world, task->step),
                          .turn = world->turn,
                          .in_doubt = task->in_doubt};
    static const char undo[] = "/undo";
    size_t size = sizeof(undo) - 1;
    struct span about = task->do_key;
    deed->of_undo = task->kind == TASK_CHECK && about.size > size &&
                    memcmp(about.data + about.size - size, undo, size) == 0;
    CHECK(task->key.size < sizeof(deed->key));
    memcpy(deed->key, task->key.data, task->key.size);
    memcpy(deed->token, task->token, TOKEN_SIZE);
}

/* A child saga is one deed, whatever its own steps are: done, the child completes or is
 * compensated; undone, it is compensated or parked. A child that is told to turn back gives up when
 * its refusal is being held, and turns out to be past its pivot when it is silent. */
static void take_child(struct drill_world *world, const struct child_ask *ask)
{
    size_t before = strlen(DRILL_SAGA "~");
    struct span child = ask->start.name;
    struct deed deed = {.attempt = 1,
                        .kind = ask->wish == CHILD_REVERSE ? TASK_UNDO : TASK_DO,
                        .turn = world->turn,
                        .is_child = true};
    CHECK(child.size > before && child.size < sizeof(deed.key));
    memcpy(deed.key, child.data, child.size);
    const uint8_t *end = memchr(child.data + before, '~', child.size - before);
    size_t size = end ? (size_t)(end - child.data) - before : child.size - before;
    deed.step = step_of(world, span_of(child.data + before, size));
    if (ask->wish == CHILD_BACK) {
        deed.turns_back = true;
    }
    CHECK(world->deed_count < world->deed_capacity);
    world->deeds[(world->deed_first + world->deed_count++) % world->deed_capacity] = deed;
}

static void take_effect(struct drill_world *world, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_TASK:
        take_task(world, effect->task);
        return;
    case EFFECT_STATUS:
        world->state = effect->status.state;
        world->went_back |= world->state == SAGA_STATE_COMPENSATING;
        return;
    case EFFECT_RECALL: /* no event has come before */
        return;
    case EFFECT_ALERT:
        /* The first says what the trouble is. */
        if (*world->alert == '\0') {
            world->alert = (const char *)effect->status.code.data;
        }
        return;
    case EFFECT_REPLY:
        world->refused = effect->reply.error != SAGA_OK;
        snprintf(world->reply, sizeof(world->reply), "%s: %s", error_code(effect->reply.error),
                 effect->reply.why ? effect->reply.why : error_sentence(effect->reply.error));
        return;
    case EFFECT_DONE:
        world->answer_count += effect->call.verdict == VERDICT_OK;
        return;
    case EFFECT_CHILD:
        take_child(world, effect->child);
        return;
    case EFFECT_CHILD_END: /* this saga is nobody's child */
    case EFFECT_LOCK_FREE: /* nobody else wants its concurrency key */
    case EFFECT_CANCEL:    /* whoever is silent stays silent, and all others have answered */
        return;
    }
}

/* Replaces the random bytes that were used: no two tokens may be the same. */
static void mint(struct drill_world *world)
{
    for (size_t i = 0; i < world->entropy.used; i += TOKEN_SIZE) {
        world->minted++;
        memcpy(world->random + i, &world->minted, sizeof(world->minted));
    }
    world->entropy.used = 0;
}

void drill_world_step(struct drill_world *world, struct event *event)
{
    mint(world);
    event->now_ms = world->now_ms;
    event->entropy = &world->entropy;
    world->failed = world->failed || engine_step(world->engine, event, &world->batch) != SAGA_OK;
    world->turn++;
    for (uint32_t i = 0; i < world->batch.effect_count && !world->failed; i++) {
        take_effect(world, &world->batch.effects[i]);
    }
    batch_clear(&world->batch);
}

/* ---- participants ---- */

static void say_child(struct drill_world *world, const struct deed *deed, const char *code)
{
    bool good = *code == '\0';
    bool undo = deed->kind == TASK_UNDO;
    struct event event = {.kind = EVENT_CHILD_END};
    event.child_end =
        (struct child_end){.parent = span_text(DRILL_SAGA),
                           .child = span_text(deed->key),
                           .state = undo && !good   ? SAGA_STATE_PARKED
                                    : undo || !good ? SAGA_STATE_COMPENSATED
                                                    : SAGA_STATE_COMPLETED,
                           .code = undo && !good ? span_text("child_parked") : span_text(code)};
    if (good && !undo) {
        event.child_end.output = buf_span(&world->values->outputs[deed->step]);
    }
    drill_world_step(world, &event);
    bool twice = world->trouble == TROUBLE_DUPLICATE && deed->step == world->step;
    if (twice && !world->failed) {
        drill_world_step(world, &event);
    }
}

void drill_world_say(struct drill_world *world, const struct deed *deed, const char *code,
                     bool retryable)
{
    bool good = *code == '\0';
    if (deed->is_child) {
        say_child(world, deed, code);
        return;
    }
    struct event event = {.kind = EVENT_RESULT};
    event.result = (struct result){.key = span_text(deed->key),
                                   .attempt = deed->attempt,
                                   .status = good ? RESULT_OK : RESULT_FAILED,
                                   .code = span_text(code),
                                   .retryable = retryable,
                                   .retry_after_ms = -1};
    if (good && deed->kind != TASK_UNDO) {
        event.result.output = buf_span(&world->values->outputs[deed->step]);
    }
    memcpy(event.result.token, deed->token, TOKEN_SIZE);
    drill_world_step(world, &event);
    bool twice = world->trouble == TROUBLE_DUPLICATE && deed->step == world->step;
    if (twice && !world->failed) {
        drill_world_step(world, &event);
    }
}

void drill_world_succeed(struct drill_world *world, const struct deed *deed)
{
    world->stands[deed->step] = deed->kind == TASK_DO;
    drill_world_say(world, deed, "", true);
}

static bool is_silent(const struct drill_world *world, const struct deed *deed)
{
    bool time_out = world->trouble == TROUBLE_BEFORE || world->trouble == TROUBLE_AFTER ||
                    (world->trouble == TROUBLE_LATE && !world->late_came);
    /* A child always ends, if a person lets it. */
    return deed->step == world->step &&
           ((time_out && !deed->is_child) || world->cause == CAUSE_DOUBT);
}

static void turn_child_back(struct drill_world *world, const struct deed *deed)
{
    bool held = world->held.attempt > 0 && world->held.step == deed->step;
    if (held) {
        world->held.attempt = 0;
        drill_world_say(world, deed, "cancelled", false);
    } else if (is_silent(world, deed)) {
        drill_world_succeed(world, deed);
    }
}

static void take_do(struct drill_world *world, const struct deed *deed)
{
    bool silent = is_silent(world, deed);
    if (deed->turns_back) {
        turn_child_back(world, deed);
    } else if (deed->step == world->refuser) {
        world->held = *deed;
    } else if (!silent) {
        drill_world_succeed(world, deed);
    } else if (world->trouble == TROUBLE_LATE && world->late.attempt == 0) {
        world->late = *deed;
    } else if (world->trouble != TROUBLE_BEFORE && world->trouble != TROUBLE_LATE) {
        world->stands[deed->step] = true;
    }
}

static void take_undo(struct drill_world *world, const struct deed *deed)
{
    if (deed->attempt == 1 && world->undo_count == world->undo_capacity) {
        world->failed = true;
        return;
    }
    if (deed->attempt == 1) {
        world->undos[world->undo_count++] =
            (struct drill_undo){deed->step, deed->turn, deed->in_doubt};
    }
    if (world->trouble == TROUBLE_UNDO && deed->step == world->step) {
        drill_world_say(world, deed, "undo_failed", true);
    } else {
        drill_world_succeed(world, deed);
    }
}

void drill_world_take(struct drill_world *world)
{
    struct deed deed = world->deeds[world->deed_first];
    world->deed_first = (world->deed_first + 1) % world->deed_capacity;
    world->deed_count--;
    enum task_kind kind = world->trouble == TROUBLE_UNDO ? TASK_UNDO : TASK_DO;
    bool in_trouble = deed.step == world->step && deed.kind == kind;
    if (in_trouble && world->attempts++ == 0) {
        world->first_ms = world->now_ms;
    }
    struct event event = {.kind = EVENT_SENT};
    memcpy(event.task.token, deed.token, TOKEN_SIZE);
    if (!deed.is_child) {
        drill_world_step(world, &event);
    }
    if (deed.kind == TASK_DO) {
        take_do(world, &deed);
    } else if (deed.kind == TASK_UNDO) {
        take_undo(world, &deed);
    } else {
        bool found = world->stands[deed.step] != deed.of_undo;
        drill_world_say(world, &deed, found ? "" : "not_found", true);
    }
}

/* ---- the world ---- */

struct drill_world *drill_world_new(const struct definition *definition,
                                    const struct drill_values *values)
{
    size_t count = definition->step_count;
    size_t items = 0; /* more than a saga may have */
    for (size_t i = 0; i < count; i++) {
        items = definition->steps[i].for_each ? LIMIT_ITEMS_ALL : items;
    }
    struct drill_world *world = calloc(1, sizeof(*world));
    if (!world) {
        return NULL;
    }
    *world = (struct drill_world){.definition = definition,
                                  .values = values,
                                  .deed_capacity = 3 * (uint32_t)(count + items),
                                  .undo_capacity = 3 * (uint32_t)(count + items)};
    world->deeds = calloc(world->deed_capacity, sizeof(*world->deeds));
    world->undos = calloc(world->undo_capacity, sizeof(*world->undos));
    world->stands = calloc(count, sizeof(*world->stands));
    world->entropy = (struct entropy){world->random, sizeof(world->random), sizeof(world->random)};
    batch_open(&world->batch, &arena_heap);
    if (!world->deeds || !world->undos || !world->stands) {
        drill_world_destroy(&world);
        return NULL;
    }
    return world;
}

void drill_world_destroy(struct drill_world **world)
{
    struct drill_world *gone = *world;
    if (gone) {
        batch_close(&gone->batch);
        free(gone->deeds);
        free(gone->undos);
        free(gone->stands);
        free(gone);
    }
    *world = NULL;
}
