/* label.h - the labels of a saga: what a definition may give and a start may add. */
#ifndef LANGUAGE_LABEL_H
#define LANGUAGE_LABEL_H

#include <stdbool.h>

#include "base/limits.h"
#include "base/span.h"

/* Has the label a name of 1 to LIMIT_NAME bytes, and is its value, msgpack, a text of at most
 * LIMIT_LABEL_VALUE? */
bool label_is_good(struct span name, struct span value);
/* Is the value, msgpack, a map of at most LIMIT_LABELS good labels? Empty = there are none. */
bool label_map_is_good(struct span labels);

#endif
