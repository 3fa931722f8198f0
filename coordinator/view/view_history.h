/* view_history.h - the records of a saga, as people see them. */
#ifndef VIEW_VIEW_HISTORY_H
#define VIEW_VIEW_HISTORY_H

#include "view/view.h"

struct saga_image;

/* Gives the records with seq > since, in order. What fn returns other than SAGA_OK ends it. */
MUST_CHECK enum saga_error view_history(const struct saga_image *image,
                                        const struct history_request *request, view_record_fn fn,
                                        void *arg);

#endif
