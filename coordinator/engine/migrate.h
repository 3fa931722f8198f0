/* migrate.h - a saga goes on under another version of its definition. */
#ifndef ENGINE_MIGRATE_H
#define ENGINE_MIGRATE_H

#include "base/error.h"
#include "base/span.h"

struct arena;
struct definition;
struct saga;
struct turn;
struct verb_request;

/* What a migration to another version would do. */
struct migration_item {
    struct span step;
    const char *difference; /* a literal */
};

struct migration {
    struct span saga;
    uint64_t seq;
    uint32_t from;
    uint32_t to;
    const struct migration_item *differences; /* none: the migration may be done */
    uint32_t difference_count;
    const struct span *added; /* steps that would come */
    uint32_t added_count;
    const struct span *dropped; /* steps that would never be */
    uint32_t dropped_count;
};

struct migration_request {
    const struct definition *definition; /* of the version that the saga has */
    uint32_t version;                    /* that the saga shall have */
};

/* What a migration to that version would do, in the arena: nothing is changed. SAGA_NOT_FOUND,
 * SAGA_CONFLICT with *why; SAGA_NO_MEMORY. */
enum saga_error migrate_plan(const struct saga *saga, uint32_t version, struct arena *arena,
                             struct migration *plan, const char **why);

/* Moves the saga to the version that the verb names. SAGA_CONFLICT with *why. */
enum saga_error migrate(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
