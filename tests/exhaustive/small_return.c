/* small_return.c - participants that come back after a crash, and what they have not taken.
 *
 * Each task is for one of two instances. What an instance has taken it names when it comes back
 * (small_adopt), so it comes back only when nothing else that is unheard of has taken effect. */
#include "engine/event.h"
#include "engine/lookup.h"
#include "engine/placement.h"
#include "saga/attempt.h"
#include "small.h"

uint32_t small_instance_of(enum task_kind kind)
{
    return kind == TASK_DO ? 0 : 1;
}

static const char *const instances[SMALL_INSTANCES] = {"p", "q"};

static struct placed choose(struct span action, enum task_kind kind, int64_t now_ms, void *arg)
{
    must(action.size > 0 && now_ms > 0 && !arg, "placed");
    uint32_t instance = small_instance_of(kind);
    return (struct placed){1 + instance, span_text(instances[instance])};
}

static void give_back(struct span action, enum task_kind kind, uint64_t session, void *arg)
{
    must(action.size == 0 && !kind && session == 0 && !arg, "placed"); /* no memory runs out here */
}

const struct placement small_placement = {choose, give_back, NULL};

static bool is_away(const struct sent *task, uint32_t instance)
{
    return task->to == instance && task->orphan && !task->answered;
}

bool small_may_return(const struct small *world, uint32_t instance)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        if (is_away(task, instance) && task->applied) {
            return false; /* it has taken the task, and would have named it */
        }
        count += is_away(task, instance);
    }
    return count > 0 && !(world->returned >> instance & 1);
}

void small_return(struct small *world, uint32_t instance)
{
    struct event event = {.kind = EVENT_RETURNED};
    event.returned = span_text(instances[instance]);
    world->returned |= UINT32_C(1) << instance;
    bool is_away_here[SMALL_TASKS_MAX];
    uint32_t count = world->task_count;
    for (uint32_t i = 0; i < count; i++) {
        struct sent *task = &world->tasks[i];
        is_away_here[i] = is_away(task, instance);
        task->answered |= is_away_here[i];
        task->disowned |= is_away_here[i];
        task->orphan &= !is_away_here[i];
    }
    small_event(world, &event);
    for (uint32_t i = 0; i < count; i++) {
        const struct attempt *attempt = lookup_token(world->engine, world->tasks[i].token);
        /* When all is decided, nothing depends on the others. */
        bool is_over = saga_state_is_final(world->state) || !attempt;
        must(!is_away_here[i] || is_over || attempt->untaken, "returned");
    }
}
