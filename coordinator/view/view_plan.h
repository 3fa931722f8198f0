/* view_plan.h - what a rollback, a reversal or a migration would do. */
#ifndef VIEW_VIEW_PLAN_H
#define VIEW_VIEW_PLAN_H

#include "base/check.h"
#include "base/error.h"

struct arena;
struct migration;
struct migration_request;
struct plan;
struct plan_request;
struct saga_image;

/* The plan of a rollback (running, parked) or, for a completed saga, of its reversal; steps names
 * the steps to reverse, none = all. SAGA_CONFLICT when its state has nothing to undo or the
 * window is over; SAGA_NOT_FOUND for an unknown step; *why says it in words. */
MUST_CHECK enum saga_error view_plan(const struct saga_image *image,
                                     const struct plan_request *request, struct arena *arena,
                                     struct plan *plan, const char **why);

/* What going on under another version would mean. SAGA_NOT_FOUND: there is no such version;
 * SAGA_CONFLICT: the saga has ended, or has that version already; *why says it in words. */
MUST_CHECK enum saga_error view_migration(const struct saga_image *image,
                                          const struct migration_request *request,
                                          struct arena *arena, struct migration *plan,
                                          const char **why);

#endif
