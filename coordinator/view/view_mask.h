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

/* Each: SAGA_NO_MEMORY, and nothing may be shown then. */
MUST_CHECK enum saga_error view_mask(const struct saga *saga, struct arena *arena,
                                     struct view *view);
MUST_CHECK enum saga_error view_mask_plan(const struct saga *saga, struct arena *arena,
                                          struct plan *plan);
/* All that was ever said in the saga's life, under every version of its definition when it may have
 * had several. SAGA_STORE_CORRUPT. */
MUST_CHECK enum saga_error view_mask_learn(const struct saga_image *image, bool may_move,
                                           struct mask *mask);
/* The record as history shows it; what fails is in mask->failed. */
void view_mask_record(struct mask *mask, struct record *record);

#endif
