/* view_plan.c - what a rollback, a reversal or a migration would do. */
#include "view/view_plan.h"

#include "engine/load.h"
#include "engine/migrate.h"
#include "engine/plan.h"
#include "journal/saga_image.h"
#include "saga/saga.h"
#include "view/view_load.h"
#include "view/view_mask.h"

enum saga_error view_plan(const struct saga_image *image, const struct plan_request *request,
                          struct arena *arena, struct plan *plan, const char **why)
{
    struct arena_source *source = view_load_source(arena);
    if (!source) {
        return SAGA_NO_MEMORY;
    }
    struct saga *saga;
    struct saga_flaw flaw;
    enum saga_error rc = saga_load(source, image, request->definition, &saga, &flaw);
    *why = flaw.why;
    if (rc != SAGA_OK) {
        return rc;
    }
    struct plan_request own = *request;
    own.definition = saga->definition; /* an open saga has its own */
    rc = plan_make(saga, &own, arena, plan, why);
    return rc == SAGA_OK ? view_mask_plan(saga, arena, plan) : rc;
}

enum saga_error view_migration(const struct saga_image *image,
                               const struct migration_request *request, struct arena *arena,
                               struct migration *plan, const char **why)
{
    struct arena_source *source = view_load_source(arena);
    if (!source) {
        return SAGA_NO_MEMORY;
    }
    struct saga *saga;
    struct saga_flaw flaw;
    enum saga_error rc = saga_load(source, image, request->definition, &saga, &flaw);
    *why = flaw.why;
    return rc == SAGA_OK ? migrate_plan(saga, request->version, arena, plan, why) : rc;
}
