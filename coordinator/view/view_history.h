/* view_history.h - the records of a saga, as people see them. */
#ifndef VIEW_VIEW_HISTORY_H
#define VIEW_VIEW_HISTORY_H

#include "view/view.h"

struct saga_image;

/* Gives the records in order, without what is sensitive. SAGA_STORE_CORRUPT when the rows make no
 * sense, SAGA_NO_MEMORY, or what fn returned. */
MUST_CHECK enum saga_error view_history(const struct saga_image *image,
                                        const struct history_request *request, view_record_fn fn,
                                        void *arg);

#endif
