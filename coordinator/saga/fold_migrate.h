/* fold_migrate.h - the state under another version of the definition. */
#ifndef SAGA_FOLD_MIGRATE_H
#define SAGA_FOLD_MIGRATE_H

#include <stdbool.h>

struct definition;
struct saga;
struct step;

/* What the fold makes of a migration: what has begun goes on under the other version, the rest is
 * as that says. false: no memory, or (replay) something that has begun is not there. */
bool saga_migrate(struct saga *saga, const struct definition *target);

/* Has something of the step begun, so that another version must have it as it is? */
bool fold_migrate_has_begun(const struct step *step);

#endif
