/* fold_migrate.h - moving a saga's state to another version of its definition. */
#ifndef SAGA_FOLD_MIGRATE_H
#define SAGA_FOLD_MIGRATE_H

#include <stdbool.h>

struct definition;
struct saga;
struct step;

/* The saga goes on under another version of its definition: steps that have begun are as they
 * were, all others as that version says. false: no memory, or (replay) a step that has begun is
 * not in it, or target is NULL. */
bool saga_migrate(struct saga *saga, const struct definition *target);

/* Has the step begun, so that another version must have the same step? */
bool fold_migrate_has_begun(const struct step *step);

#endif
