/* drill.c - every step in every trouble. */
#include "ctl/drill/drill.h"

#include "ctl/drill/drill_run.h"

enum { ARENA_MAX = 1024 * 1024 * 1024 };

static bool run_all(struct drill *drill, struct drill_world *world)
{
    for (uint32_t i = 0; i < drill->run_count; i++) {
        uint32_t step = i / TROUBLE_COUNT;
        enum trouble trouble = (enum trouble)(i % TROUBLE_COUNT);
        if (!drill_run(world, step, trouble, &drill->arena, &drill->outcomes[i])) {
            return false;
        }
        drill->unsettled_count += drill->outcomes[i].unsettled;
    }
    return true;
}

/* Conditions on made-up values would hold by chance. Without conditions every step is tried. */
static bool drop_conditions(struct drill *drill)
{
    uint32_t count = drill->definition->step_count;
    struct definition *copy = ARENA_NEW(&drill->arena, struct definition);
    struct step_spec *steps = arena_take(&drill->arena, count * sizeof(*steps));
    if (!copy || !steps) {
        return false;
    }
    memcpy(steps, drill->definition->steps, count * sizeof(*steps));
    for (uint32_t i = 0; i < count; i++) {
        steps[i].when = NULL;
    }
    *copy = *drill->definition;
    copy->steps = steps;
    drill->definition = copy;
    return true;
}

bool drill_open(struct drill *drill, const struct definition *definition,
                const struct drill_given *given)
{
    *drill = (struct drill){.definition = definition,
                            .run_count = definition->step_count * TROUBLE_COUNT};
    arena_open(&drill->arena, &arena_heap, ARENA_MAX);
    if (!drill_values_open(&drill->values, definition, given)) {
        return false;
    }
    drill->outcomes = arena_take(&drill->arena, drill->run_count * sizeof(*drill->outcomes));
    bool good = drill->outcomes && (!drill->values.made_up_input || drop_conditions(drill));
    struct drill_world *world = good ? drill_world_new(drill->definition, &drill->values) : NULL;
    good = world && run_all(drill, world);
    if (!good && world && world->barred) {
        fprintf(stderr, "sagactl: no run would begin: %s\n", world->reply);
    } else if (!good) {
        fprintf(stderr, "sagactl: out of memory\n");
    }
    drill_world_destroy(&world);
    return good;
}

void drill_close(struct drill *drill)
{
    drill_values_close(&drill->values);
    arena_close(&drill->arena);
    drill->outcomes = NULL;
}
