/* migrate.h - moves a running saga to another version of its definition. */
#ifndef ENGINE_MIGRATE_H
#define ENGINE_MIGRATE_H

#include "base/error.h"
#include "base/span.h"

struct arena;
struct definition;
struct saga;
struct turn;
struct verb_request;

/* One step that forbids the migration, because it has begun and differs in the other version. */
struct migration_item {
    struct span step;
    const char *difference; /* how the step differs, as the end of a sentence: a literal */
};

struct migration {
    struct span saga;
    uint64_t seq;
    uint32_t from;
    uint32_t to;
    const struct migration_item *differences; /* empty: the migration may be done */
    uint32_t difference_count;
    const struct span *added; /* names of steps that only the new version has */
    uint32_t added_count;
    /* names of steps that have not begun and that the new version lacks */
    const struct span *dropped;
    uint32_t dropped_count;
};

struct migration_request {
    const struct definition *definition; /* the definition in the version that the saga has now */
    uint32_t version;                    /* the version that the saga is to have */
};

/* Works out what moving the saga to that version would do, in the arena's memory, and changes
 * nothing. Errors: SAGA_NOT_FOUND, SAGA_CONFLICT with *why; SAGA_NO_MEMORY. */
enum saga_error migrate_plan(const struct saga *saga, uint32_t version, struct arena *arena,
                             struct migration *plan, const char **why);

/* Moves the saga to the version that the verb names. Errors: SAGA_NOT_FOUND, SAGA_CONFLICT with
 * *why; SAGA_NO_MEMORY. */
enum saga_error migrate(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
