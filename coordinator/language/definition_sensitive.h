/* definition_sensitive.h - which values are not shown: places in the input and in outputs. */
#ifndef LANGUAGE_DEFINITION_SENSITIVE_H
#define LANGUAGE_DEFINITION_SENSITIVE_H

#include "base/span.h"

struct compile;

/* Reads the list under `sensitive` into the definition; nothing when it is empty. Needs the graph.
 */
void definition_sensitive_read(struct compile *c, struct span value);

#endif
