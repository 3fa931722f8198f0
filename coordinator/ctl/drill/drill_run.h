/* drill_run.h - one run of a drill: one step in one trouble. */
#ifndef CTL_DRILL_RUN_H
#define CTL_DRILL_RUN_H

#include "base/arena.h"
#include "base/check.h"
#include "ctl/drill/drill_world.h"

/* The outcome's arrays are taken from the arena. false: no memory, or world->barred. */
MUST_CHECK bool drill_run(struct drill_world *world, uint32_t step, enum trouble trouble,
                          struct arena *arena, struct drill_outcome *outcome);

#endif
