/* small_child.c - the children of a small saga: each is a flag, and what it was asked for.
 *
 * They are sagas of the same coordinator, so they outlive its crash; what parent and child have
 * decided for each other does not, until it has come to pass. While the world is deaf it is lost,
 * as by a crash right after a commit. */
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/event.h"
#include "language/definition.h"
#include "saga/child_state.h"
#include "saga/saga.h"
#include "small.h"

static struct small_child *find(struct small *world, struct span name)
{
    for (uint32_t i = 0; i < world->child_count; i++) {
        if (span_is(name, world->children[i].name)) {
            return &world->children[i];
        }
    }
    return NULL;
}

static void tell(struct small *world, struct span name, enum saga_state state)
{
    bool failed = state == SAGA_STATE_NONE || state == SAGA_STATE_COMPENSATED;
    struct event event = {.kind = EVENT_CHILD_END};
    event.child_end = (struct child_end){.parent = span_text("s"),
                                         .child = name,
                                         .state = state,
                                         .code = span_text(failed ? "cancelled" : "")};
    if (!world->deaf) {
        small_event(world, &event);
    }
}

static struct small_child *begin(struct small *world, struct span name)
{
    must(world->child_count < SMALL_CHILDREN_MAX, "too many children");
    struct small_child *child = &world->children[world->child_count++];
    *child = (struct small_child){.state = SAGA_STATE_RUNNING, .run = 1};
    must(name.size < sizeof(child->name), "child");
    memcpy(child->name, name.data, name.size);
    /* "s~b", or "s~b~2" */
    const uint8_t *step = name.data + strlen("s~");
    size_t size = name.size - strlen("s~");
    const uint8_t *tilde = memchr(step, '~', size);
    if (tilde) {
        must(sscanf(child->name + (tilde - name.data), "~%u", &child->run) == 1, "child");
        size = (size_t)(tilde - step);
    }
    child->step = (uint32_t)definition_step(world->definition, span_of(step, size));
    must(child->step < world->definition->step_count, "child");
    return child;
}

void small_child_asked(struct small *world, const struct child_ask *ask)
{
    struct span name = ask->start.name;
    struct small_child *child = find(world, name);
    if (world->deaf) {
        return;
    }
    switch (ask->wish) {
    case CHILD_START:
        child = child ? child : begin(world, name);
        break;
    case CHILD_BACK:
        if (!child) {
            tell(world, name, SAGA_STATE_NONE);
            return;
        }
        child->told_back |= child->state == SAGA_STATE_RUNNING;
        break;
    case CHILD_PAUSE:
        break;
    case CHILD_REVERSE:
        must(child && child->state != SAGA_STATE_RUNNING, "child");
        small_check_order(world, child->step);
        if (child->state == SAGA_STATE_COMPLETED) {
            child->state = SAGA_STATE_COMPENSATING;
            return;
        }
        break;
    }
    tell(world, name, child->state);
}

void small_child_ends(struct small *world, uint32_t index, bool completes)
{
    struct small_child *child = &world->children[index];
    uint32_t bit = UINT32_C(1) << (child->run - 1);
    bool reverses = child->state == SAGA_STATE_COMPENSATING;
    bool stands = !reverses && completes;
    child->state = stands ? SAGA_STATE_COMPLETED : SAGA_STATE_COMPENSATED;
    world->effect[child->step] &= ~bit;
    world->effect[child->step] |= stands ? bit : 0;
    tell(world, span_text(child->name), child->state);
}

bool small_child_is_open(const struct small_child *child)
{
    return child->state == SAGA_STATE_RUNNING || child->state == SAGA_STATE_COMPENSATING;
}

/* A saga that turns back has told so to whoever still works for it. */
static void check_told(const struct small *world, const struct small_child *child)
{
    const struct saga *saga = small_saga(world);
    bool is_looked_at = engine_next_due(world->engine, 0) > world->now_ms;
    if (saga && is_looked_at && saga->direction == BACKWARD && !saga_state_is_final(saga->state) &&
        saga_step(saga, child->step)->chosen && child->state == SAGA_STATE_RUNNING) {
        must(child->told_back, "child");
    }
}

void small_check_children(const struct small *world)
{
    bool final = world->state == SAGA_STATE_COMPLETED || world->state == SAGA_STATE_COMPENSATED;
    for (uint32_t i = 0; i < world->child_count; i++) {
        must(!final || !small_child_is_open(&world->children[i]), "child");
        check_told(world, &world->children[i]);
    }
}
