/* reference_path.h - the way that a reference goes into the value it begins with. */
#ifndef LANGUAGE_REFERENCE_PATH_H
#define LANGUAGE_REFERENCE_PATH_H

#include "jsonpath/jsonpath.h"
#include "jsonschema/jsonschema_presence.h"

struct reference;

struct reference_path {
    struct jsonschema_step steps[JSONPATH_SEGMENTS_MAX];
    uint32_t count;
};

/* The way along `part` and those after it, each of one name or one index. */
struct reference_path reference_path_of(const struct jsonpath_segment *part);
/* Are the first `count` steps of both the same? */
bool reference_path_agrees(const struct reference_path *a, const struct reference_path *b,
                           uint32_t count);
/* Do two references look at one value, or one at a part of what the other looks at? Of a reference
 * with many values all counts that its queries begin with. */
bool reference_path_overlaps(const struct reference *a, const struct reference *b);

#endif
