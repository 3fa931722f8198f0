/* view_history.h - the records of a saga, as people see them. */
#ifndef VIEW_VIEW_HISTORY_H
#define VIEW_VIEW_HISTORY_H

#include "view/view.h"

struct saga_image;

/* What of a history must be at hand, besides a part of it, to show that part. */
enum view_history_need {
    VIEW_HISTORY_PART,  /* nothing */
    VIEW_HISTORY_START, /* the first record: the input is in it, and something of it is sensitive */
    /* Everything: what is sensitive is learnt from outputs, or the steps of the saga are learnt
     * from records, for it is an open one, or has moved between versions. */
    VIEW_HISTORY_ALL,
};
enum view_history_need view_history_needs(const struct definition *definition, bool has_moved);

/* Has the definition more than one version, so that its sagas may have moved between them? */
bool view_history_has_versions(const struct definition *definition);

/* Gives the records in order, without what is sensitive. SAGA_STORE_CORRUPT when the rows make no
 * sense, SAGA_NO_MEMORY, or what fn returned. */
MUST_CHECK enum saga_error view_history(const struct saga_image *image,
                                        const struct history_request *request, view_record_fn fn,
                                        void *arg);

#endif
