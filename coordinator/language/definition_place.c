/* definition_place.c - where the steps of a definition stand in its document, for messages. */
#include "language/definition_place.h"

#include "language/definition_draft.h"

struct place definition_place_enter(struct compile *c, uint32_t step)
{
    PRE(step < c->step_count);
    struct place place = reading_enter_key(&c->reading, "steps");
    (void)reading_enter_index(&c->reading, step);
    return place;
}

struct place definition_place_enter_undo(struct compile *c, uint32_t step)
{
    struct place place = definition_place_enter(c, step);
    (void)reading_enter_key(&c->reading, "compensate");
    return place;
}
