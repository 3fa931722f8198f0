/* view_mask.h - views without what is sensitive. */
#ifndef ENGINE_VIEW_MASK_H
#define ENGINE_VIEW_MASK_H

#include "engine/mask.h"
#include "engine/view.h"

/* Each: SAGA_NO_MEMORY, and nothing may be shown then. */
MUST_CHECK enum saga_error view_mask(const struct saga *saga, struct arena *arena,
                                     struct view *view);
MUST_CHECK enum saga_error view_mask_plan(const struct saga *saga, struct arena *arena,
                                          struct plan *plan);
/* All that was ever said in the saga's life, under every version of its definition when it may have
 * had several. SAGA_STORE_CORRUPT. */
MUST_CHECK enum saga_error view_mask_learn(const struct saga_image *image, bool may_move,
                                           struct mask *mask);
/* view.c: which version is in force from this record on; NULL: it is not to be found. */
const struct definition *view_definition_of(const struct definition *definition,
                                            const struct record *record);
/* The record as history shows it; what fails is in mask->failed. */
void view_mask_record(struct mask *mask, struct record *record);

#endif
