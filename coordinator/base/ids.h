/* ids.h - texts from outside that have a form: ids of sagas, and trace contexts. */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stdbool.h>

#include "base/span.h"

/* May a caller name its saga so? */
bool ids_is_given(struct span text);
/* Can a saga have this id? Those of children are longer, and have more characters. Names of the
 * store that are no ids (row.h) have others. */
bool ids_is_saga(struct span text);
/* The part of a W3C traceparent that is understood; empty when it is not valid. */
struct span ids_traceparent(struct span text);

#endif
