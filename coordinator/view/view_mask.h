/* view_mask.h - views without what is sensitive. */
#ifndef VIEW_VIEW_MASK_H
#define VIEW_VIEW_MASK_H

#include "base/check.h"
#include "base/error.h"

struct arena;
struct mask;
struct plan;
struct record;
struct saga;
struct saga_image;
struct view;

/* Take out of a view, or a plan, what the definition says is sensitive. SAGA_NO_MEMORY: nothing of
 * it may be shown. */
MUST_CHECK enum saga_error view_mask(const struct saga *saga, struct arena *arena,
                                     struct view *view);
MUST_CHECK enum saga_error view_mask_plan(const struct saga *saga, struct arena *arena,
                                          struct plan *plan);
/* Learns every sensitive value that the saga's records hold, under every version of its definition
 * when it may have had several. SAGA_STORE_CORRUPT, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error view_mask_learn(const struct saga_image *image, bool may_move,
                                           struct mask *mask);
/* Turns a record into what history may show of it; mask->failed says when that went wrong. */
void view_mask_record(struct mask *mask, struct record *record);

#endif
