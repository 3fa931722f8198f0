/* view_history.h - the records of a saga, as people see them. */
#ifndef VIEW_VIEW_HISTORY_H
#define VIEW_VIEW_HISTORY_H

#include "view/view.h"

struct saga_image;

/* Must the whole history be at hand to show a part? What is sensitive is learnt from all that came
 * before, and so are the steps of a saga that may have moved between versions. */
bool view_history_needs_all(const struct definition *definition);

/* Gives the records in order, without what is sensitive. SAGA_STORE_CORRUPT when the rows make no
 * sense, SAGA_NO_MEMORY, or what fn returned. */
MUST_CHECK enum saga_error view_history(const struct saga_image *image,
                                        const struct history_request *request, view_record_fn fn,
                                        void *arg);

#endif
