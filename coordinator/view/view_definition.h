/* view_definition.h - the version of its definition that a record was made under. */
#ifndef VIEW_VIEW_DEFINITION_H
#define VIEW_VIEW_DEFINITION_H

#include "base/check.h"
#include "base/error.h"

struct arena;
struct definition;
struct record;
struct saga_image;

/* The version in force from this record on, given the one before; NULL: it is not to be found. */
const struct definition *view_definition_of(const struct definition *definition,
                                            const struct record *record);

/* The definition of the image's saga: the given one, or, of an open saga, its own, which is in the
 * arena. SAGA_STORE_CORRUPT, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error view_definition_find(const struct saga_image *image, struct arena *arena,
                                                const struct definition **definition);

#endif
