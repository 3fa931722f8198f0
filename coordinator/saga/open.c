/* open.c - what an open saga has and a defined one has not: a definition of its own, which grows
 * with each step that the saga's client registers.
 *
 * Steps lie where they were made, for attempts and tasks point into them; what their specs point to
 * does as well, so the specs themselves may move when their array grows. A step needs what came
 * before it, unless its client says otherwise: the order of registering is an order of the graph
 * then. */
#include "saga/open.h"

#include "base/limits.h"
#include "journal/record.h"
#include "language/open_terms.h"
#include "saga/awake.h"
#include "saga/items.h"

#include "saga/no_live.h"

enum { ROOM_FIRST = 4 };

static bool grow(struct saga *saga)
{
    struct open *open = saga->open;
    uint32_t room = open->room > 0 ? 2 * open->room : ROOM_FIRST;
    uint32_t count = open->definition.step_count;
    PRE(count <= open->room);
    struct step_spec *specs = arena_take(&saga->arena, room * sizeof(*specs));
    uint16_t *order = arena_take(&saga->arena, room * sizeof(*order));
    if (!specs || !order) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        specs[i] = open->specs[i];
        order[i] = open->order[i];
        saga_step(saga, i)->spec = &specs[i];
    }
    open->specs = specs;
    open->order = order;
    open->room = room;
    open->definition.steps = specs;
    open->definition.order = order;
    return true;
}

struct saga *open_new(const struct arena_source *source, uint64_t id, struct span name,
                      struct span definition)
{
    PRE(definition.size > 0);
    PRE(name.size > 0);
    struct saga *saga = saga_new(source, id, name, open_terms_definition());
    if (!saga) {
        return NULL;
    }
    bool ok = true;
    saga->open = ARENA_NEW(&saga->arena, struct open);
    struct span kept = arena_copy(&saga->arena, definition, &ok);
    if (!saga->open || !ok) {
        saga_destroy(&saga);
        return NULL;
    }
    saga->open->definition.name = kept;
    saga->definition = &saga->open->definition;
    if (!grow(saga)) { /* an order of the steps is there from the beginning, though it is empty */
        saga_destroy(&saga);
        return NULL;
    }
    POST(saga->definition->step_count == 0);
    return saga;
}

bool open_is_committed(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    return saga->open && saga->open->committed;
}

bool open_step_is_confirmed(const struct step *step)
{
    PRE(step->open != NULL);
    bool done = step->state == STEP_STATE_SUCCEEDED || step->state == STEP_STATE_PARKED;
    return !step->spec->confirm || !done || step->open->confirm_state == UNDO_STATE_SUCCEEDED;
}

struct step *open_add_step(struct saga *saga, struct span name)
{
    struct open *open = saga->open;
    uint32_t index = open->definition.step_count;
    PRE(index < LIMIT_STEPS);
    PRE(saga->step_total == index);
    bool ok = true;
    if ((index == open->room && !grow(saga)) || !saga_make_room(saga, index + 1)) {
        return NULL;
    }
    struct step *step = ARENA_NEW(&saga->arena, struct step);
    struct open_step *own = ARENA_NEW(&saga->arena, struct open_step);
    open->specs[index].name = arena_copy(&saga->arena, name, &ok);
    if (!step || !own || !ok) {
        return NULL;
    }
    open->specs[index].kind = STEP_KIND_OPEN;
    open->order[index] = (uint16_t)index;
    step_open(step, saga, &open->specs[index]);
    step->index = index;
    step->open = own;
    step->calls[2].kind = TASK_CONFIRM;
    saga->items[index] = step;
    open->definition.step_count++;
    saga->step_total++;
    step_wake(step);
    return step;
}

/* Appends a step's number to a list in a spec (what the step needs, or what needs it), which grows
 * as needed. */
static bool append(struct saga *saga, const uint16_t **list, uint32_t *count, uint32_t *room,
                   uint32_t place)
{
    PRE(*count <= *room);
    if (*count == *room) {
        uint32_t more = *room > 0 ? 2 * *room : 2;
        uint16_t *places = arena_take(&saga->arena, more * sizeof(*places));
        if (!places) {
            return false;
        }
        if (*count > 0) {
            memcpy(places, *list, *count * sizeof(*places));
        }
        *list = places;
        *room = more;
    }
    ((uint16_t *)(uintptr_t)*list)[(*count)++] = (uint16_t)place;
    return true;
}

static bool needs_already(const struct step_spec *spec, uint32_t place)
{
    PRE(place < LIMIT_STEPS);
    for (uint32_t i = 0; i < spec->needs_count; i++) {
        if (spec->needs[i] == place) {
            return true;
        }
    }
    return false;
}

static bool add_need(struct step *step, uint32_t place)
{
    struct saga *saga = step->saga;
    struct step_spec *spec = &saga->open->specs[step->index];
    if (place >= saga->definition->step_count || place == step->index) {
        return false;
    }
    if (needs_already(spec, place)) {
        return true;
    }
    CHECK(spec->needs_count < saga->definition->step_count);
    struct step_spec *needed = &saga->open->specs[place];
    return append(saga, &spec->needs, &spec->needs_count, &step->open->needs_room, place) &&
           append(saga, &needed->needed_by, &needed->needed_by_count,
                  &saga_step(saga, place)->open->needed_by_room, step->index);
}

/* The step is registered anew: takes it out of the lists of the steps that it needed. */
static void drop_needs(struct step *step)
{
    struct open *open = step->saga->open;
    struct step_spec *spec = &open->specs[step->index];
    for (uint32_t i = 0; i < spec->needs_count; i++) {
        struct step_spec *needed = &open->specs[spec->needs[i]];
        uint16_t *list = (uint16_t *)(uintptr_t)needed->needed_by;
        uint32_t kept = 0;
        for (uint32_t k = 0; k < needed->needed_by_count; k++) {
            if (list[k] != step->index) {
                list[kept++] = list[k];
            }
        }
        CHECK(kept < needed->needed_by_count);
        needed->needed_by_count = kept;
    }
    spec->needs_count = 0;
}

/* Sorts the steps so that each comes after all that it needs, and by their numbers where that
 * leaves a choice. false: there is no such order, for some need each other. */
static bool sort(struct saga *saga)
{
    const struct definition *definition = saga->definition;
    uint64_t placed[(LIMIT_STEPS + 63) / 64] = {0};
    uint32_t count = 0;
    PRE(definition->step_count <= LIMIT_STEPS);
    for (uint32_t before = UINT32_MAX; count < definition->step_count && count != before;) {
        before = count;
        for (uint32_t i = 0; i < definition->step_count; i++) {
            const struct step_spec *spec = &definition->steps[i];
            bool ready = !(placed[i / 64] >> (i % 64) & 1);
            for (uint32_t k = 0; k < spec->needs_count && ready; k++) {
                ready = placed[spec->needs[k] / 64] >> (spec->needs[k] % 64) & 1;
            }
            if (ready) {
                saga->open->order[count++] = (uint16_t)i;
                placed[i / 64] |= UINT64_C(1) << (i % 64);
            }
        }
    }
    POST(count <= definition->step_count);
    return count == definition->step_count;
}

bool open_set_needs(struct step *step, struct span needs)
{
    PRE(step->open != NULL);
    struct saga *saga = step->saga;
    uint32_t last = saga->definition->step_count - 1;
    bool ok = true;
    bool is_new = step->index == last && step->spec->needed_by_count == 0;
    drop_needs(step);
    if (needs.size == 0 && step->index > 0) {
        ok = add_need(step, step->index - 1);
    }
    struct record_list list = record_list_open(needs);
    uint32_t place;
    uint32_t item;
    while (ok && record_list_next(&list, &place, &item)) {
        ok = add_need(step, place);
    }
    step->open->needs = needs;
    return ok && (is_new || sort(saga));
}

bool open_needs_itself(const struct saga *saga, uint32_t step, struct span needs)
{
    PRE(step < saga->definition->step_count);
    uint64_t reached[(LIMIT_STEPS + 63) / 64] = {0};
    struct record_list list = record_list_open(needs);
    uint32_t place;
    uint32_t item;
    while (record_list_next(&list, &place, &item)) {
        reached[place / 64] |= UINT64_C(1) << (place % 64);
    }
    /* From the last step of the order to the first: so a step comes before all that it needs. */
    for (uint32_t i = saga->definition->step_count; i > 0; i--) {
        uint32_t at = saga->definition->order[i - 1];
        const struct step_spec *spec = &saga->definition->steps[at];
        bool counts = at != step && (reached[at / 64] >> (at % 64) & 1);
        for (uint32_t k = 0; k < spec->needs_count && counts; k++) {
            reached[spec->needs[k] / 64] |= UINT64_C(1) << (spec->needs[k] % 64);
        }
    }
    return reached[step / 64] >> (step % 64) & 1;
}
